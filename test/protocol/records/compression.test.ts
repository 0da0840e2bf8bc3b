import * as zlib from "node:zlib";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { MalformedFrame } from "../../../src/base/malformed-frame.ts";
import { xxhash32 } from "../../../src/base/xxhash32.ts";
import { COMPRESSION_TYPES } from "../../../src/protocol/records/attributes.ts";
import { compress, decompress } from "../../../src/protocol/records/compression.ts";
import { installZlibCodecs } from "../../../src/protocol/records/zlib-codecs.ts";
import { utf8 } from "./records.ts";

installZlibCodecs(zlib);

const LIMIT = 1024 * 1024;
const types = COMPRESSION_TYPES.filter((type) => type !== "none");

/** Bytes with runs, repeats near and far, and noise. */
const compressible = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.tuple(fc.nat(255), fc.nat(3000)).map(([byte, size]) => new Uint8Array(size).fill(byte)),
      fc.constant(utf8("of a spool of thread, that I would weave")),
    ),
    { maxLength: 60 },
  )
  .map((pieces) => Uint8Array.from(pieces.flatMap((piece) => [...piece])));

describe.each(types)("%s", (type) => {
  test("gives back what went in", () => {
    fc.assert(
      fc.property(compressible, (bytes) => {
        const back = decompress(type, compress(type, bytes), LIMIT);
        expect(Buffer.compare(back, bytes)).toBe(0);
      }),
    );
  });

  test("gives back what went in when it spans many blocks", () => {
    const bytes = new Uint8Array(700_001);
    let seed = 1;
    for (let i = 0; i < bytes.length; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      bytes[i] = i % 90_000 < 45_000 ? seed >>> 24 : (i / 1000) & 0xff;
    }
    expect(Buffer.compare(decompress(type, compress(type, bytes), LIMIT), bytes)).toBe(0);
  });

  test("makes a text with repeats at least three times smaller", () => {
    const text = utf8("of a spool of thread, that I would weave. ".repeat(500));
    expect(compress(type, text).length).toBeLessThan(text.length / 3);
  });

  test("stops at the size limit", () => {
    const bomb = compress(type, new Uint8Array(LIMIT + 1));
    expect(() => decompress(type, bomb, LIMIT)).toThrow(MalformedFrame);
    expect(decompress(type, bomb, LIMIT + 1).length).toBe(LIMIT + 1);
  });

  test("never ends in anything but bytes within the limit or MalformedFrame", () => {
    const good = compress(type, utf8("of a spool of thread, of a spool of threat. ".repeat(20)));
    for (let at = 0; at < good.length; at++) {
      expectCleanEnd(type, good.subarray(0, at));
      for (const flip of [0x01, 0x10, 0x80, 0xff]) {
        const bad = good.slice();
        bad[at]! ^= flip;
        expectCleanEnd(type, bad);
      }
    }
    fc.assert(fc.property(fc.uint8Array(), (noise) => expectCleanEnd(type, noise)));
  });

  test("cut off anywhere, it is malformed", () => {
    const good = compress(type, utf8("of a spool of thread. ".repeat(20)));
    for (let size = 1; size < good.length; size++) {
      // A stream of snappy blocks may end after any of them; its one block here starts at 16.
      if (type === "snappy" && size === 16) continue;
      expect(() => decompress(type, good.subarray(0, size), LIMIT)).toThrow(MalformedFrame);
    }
  });
});

function expectCleanEnd(type: (typeof types)[number], bytes: Uint8Array): void {
  try {
    expect(decompress(type, bytes, LIMIT).length).toBeLessThanOrEqual(LIMIT);
  } catch (error) {
    if (!(error instanceof MalformedFrame)) throw error;
  }
}

describe("snappy framings", () => {
  test("raw snappy is read: a literal, and copies with one, two and four bytes of distance", () => {
    const raw = Uint8Array.fromHex("11 0c61626364 0104 120400 0f0d000000".replaceAll(" ", ""));
    expect(new TextDecoder().decode(decompress("snappy", raw, LIMIT))).toBe("abcdabcdabcdaabcd");
  });

  test("snappy-java's streams may follow one another", () => {
    const stream = compress("snappy", utf8("thread"));
    const twice = new Uint8Array([...stream, ...stream]);
    expect(new TextDecoder().decode(decompress("snappy", twice, LIMIT))).toBe("threadthread");
  });

  test("a block that claims more than its bytes can hold is refused before memory is taken", () => {
    const claim = Uint8Array.fromHex("ffffffff0f00");
    expect(() => decompress("snappy", claim, Number.MAX_SAFE_INTEGER)).toThrow(MalformedFrame);
  });

  test("a copy from before the block is malformed", () => {
    expect(() => decompress("snappy", Uint8Array.fromHex("0800610505"), LIMIT)).toThrow(
      MalformedFrame,
    );
  });
});

describe("LZ4 frames", () => {
  const content = utf8("thread thread thread thread thread");

  test("a frame with content size and all checksums is read, and its checksums are checked", () => {
    const frame = frameOf([stored(content)], { blockChecksum: true, contentChecksum: true });
    expect(decompress("lz4", frame, LIMIT)).toEqual(content);
    for (const at of [14, frame.length - 1, frame.length - 9, 30]) {
      const bad = frame.slice();
      bad[at]! ^= 1;
      expect(() => decompress("lz4", bad, LIMIT)).toThrow(MalformedFrame);
    }
  });

  test("a block of a frame with linked blocks copies from the one before it", () => {
    // Token: no literals, a copy of 4 bytes from 6 before; then one literal.
    const linked = Uint8Array.fromHex("00060010 21".replaceAll(" ", ""));
    const frame = frameOf([stored(utf8("spool ")), block(linked)], { linked: true });
    expect(new TextDecoder().decode(decompress("lz4", frame, LIMIT))).toBe("spool spoo!");
    const independent = frameOf([stored(utf8("spool ")), block(linked)], {});
    expect(() => decompress("lz4", independent, LIMIT)).toThrow(MalformedFrame);
  });

  interface Block {
    size: number;
    bytes: Uint8Array;
  }

  function stored(bytes: Uint8Array): Block {
    return { size: (bytes.length | 0x80000000) >>> 0, bytes };
  }

  function block(bytes: Uint8Array): Block {
    return { size: bytes.length, bytes };
  }

  interface Flags {
    blockChecksum?: boolean;
    contentChecksum?: boolean;
    linked?: boolean;
  }

  function frameOf(blocks: Block[], { blockChecksum, contentChecksum, linked }: Flags): Uint8Array {
    const flags =
      0x48 | (linked ? 0 : 0x20) | (blockChecksum ? 0x10 : 0) | (contentChecksum ? 0x04 : 0);
    const uint32 = (value: number) => [value, value >>> 8, value >>> 16, value >>> 24];
    const descriptor = [flags, 0x40, ...uint32(34), 0, 0, 0, 0];
    const frame = [...uint32(0x184d2204), ...descriptor];
    frame.push(xxhash32(Uint8Array.from(descriptor)) >>> 8);
    for (const { size, bytes } of blocks) {
      frame.push(...uint32(size), ...bytes);
      if (blockChecksum) frame.push(...uint32(xxhash32(bytes)));
    }
    frame.push(...uint32(0));
    if (contentChecksum) frame.push(...uint32(xxhash32(content)));
    return Uint8Array.from(frame);
  }
});
