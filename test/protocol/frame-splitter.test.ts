/** Cutting a byte stream into frames, however the network has cut it before. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { writeInt32 } from "../../src/base/big-endian.ts";
import { concatBytes } from "../../src/base/concat-bytes.ts";
import { MalformedFrame } from "../../src/base/malformed-frame.ts";
import { FrameSplitter } from "../../src/protocol/frame-splitter.ts";

const LIMIT = 1000;

function framed(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + body.length);
  writeInt32(frame, 0, body.length);
  frame.set(body, 4);
  return frame;
}

function size(bytes: number): Uint8Array {
  const field = new Uint8Array(4);
  writeInt32(field, 0, bytes);
  return field;
}

describe("a byte stream", () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 });

  test("[BRK11] gives the same frames wherever it is cut", () => {
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(600)), (frames, cuts) => {
        const stream = concatBytes(frames.map(framed));
        const splitter = new FrameSplitter(LIMIT);
        const places = [0, ...cuts.map((cut) => Math.min(cut, stream.length)), stream.length];
        places.sort((a, b) => a - b);
        const got = places.slice(1).flatMap((end, index) => {
          // Each piece is an array of its own, as a socket's are.
          const before = splitter.push(stream.slice(places[index], end));
          return before.map((frame) => frame.slice());
        });
        expect(got).toEqual(frames);
        expect(splitter.isInFrame).toBe(false);
        expect(splitter.missingBytes).toBe(4);
      }),
    );
  });

  test("[BRK11] says how much ends the frame that is arriving", () => {
    const splitter = new FrameSplitter(LIMIT);
    const stream = framed(new Uint8Array(10));
    const missing = [...stream].map((byte) => {
      const before = splitter.missingBytes;
      splitter.push(Uint8Array.of(byte));
      return before;
    });
    expect(missing).toEqual([4, 3, 2, 1, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test("[BRK11] that is cut at frames is not copied", () => {
    const stream = concatBytes([framed(new Uint8Array(3)), framed(new Uint8Array(5))]);
    const frames = new FrameSplitter(LIMIT).push(stream);
    expect(frames.map(({ buffer }) => buffer === stream.buffer)).toEqual([true, true]);
  });

  test.each([-1, LIMIT + 1, 0x7fffffff])(
    "[BRK12] ends at a frame that claims %i bytes",
    (claim) => {
      const splitter = new FrameSplitter(LIMIT);
      expect(() => splitter.push(size(claim))).toThrow(MalformedFrame);
      const byByte = new FrameSplitter(LIMIT);
      expect(() => [...size(claim)].map((byte) => byByte.push(Uint8Array.of(byte)))).toThrow(
        MalformedFrame,
      );
    },
  );

  test("[BRK22] gives the frames before a size that cannot be, and then ends", () => {
    const splitter = new FrameSplitter(LIMIT);
    const stream = concatBytes([framed(Uint8Array.of(1)), framed(Uint8Array.of(2)), size(-1)]);
    expect(splitter.push(stream)).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
    expect(() => splitter.missingBytes).toThrow(MalformedFrame);
    expect(() => splitter.bufferBytes).toThrow(MalformedFrame);
    expect(() => splitter.push(size(0))).toThrow(MalformedFrame);
  });

  test("[BRK11] says how much memory the frame needs that is arriving", () => {
    const splitter = new FrameSplitter(LIMIT);
    const needed = [...framed(new Uint8Array(3))].map((byte) => {
      splitter.push(Uint8Array.of(byte));
      return splitter.bufferBytes;
    });
    expect(needed).toEqual([0, 0, 0, 3, 3, 3, 0]);
    const large = new FrameSplitter(1 << 30);
    large.push(size(10 << 20));
    expect(large.bufferBytes).toBe(64 << 10);
    large.push(new Uint8Array(3 << 20));
    expect(large.bufferBytes).toBeGreaterThanOrEqual(3 << 20);
    large.push(new Uint8Array(4 << 20));
    expect(large.bufferBytes).toBe(10 << 20);
  });

  test("[BRK12] asks for no more than is set aside, which doubles with what has arrived", () => {
    const splitter = new FrameSplitter(1 << 30);
    const bytes = 1 << 20;
    splitter.push(size(bytes));
    const wanted: number[] = [];
    while (splitter.isInFrame) {
      const setAside = splitter.bufferBytes;
      wanted.push(splitter.wantedBytes);
      splitter.push(new Uint8Array(splitter.wantedBytes));
      if (splitter.isInFrame) expect(splitter.bufferBytes).toBeGreaterThanOrEqual(setAside);
    }
    expect(wanted.reduce((sum, each) => sum + each, 0)).toBe(bytes);
    expect([wanted[0], wanted.length]).toEqual([64 << 10, 5]);
    expect(splitter.wantedBytes).toBe(4);
  });

  test("[BRK12] may have a frame of just the limit", () => {
    const frame = new Uint8Array(LIMIT).fill(7);
    expect(new FrameSplitter(LIMIT).push(framed(frame))).toEqual([frame]);
  });

  test("[BRK12] takes memory for what has arrived, not for what is claimed", () => {
    const before = process.memoryUsage().arrayBuffers;
    const splitters = Array.from({ length: 50 }, () => {
      const splitter = new FrameSplitter(1 << 30);
      splitter.push(size(1 << 30));
      splitter.push(new Uint8Array(100));
      return splitter;
    });
    const megabytes = (process.memoryUsage().arrayBuffers - before) / (1 << 20);
    expect(megabytes).toBeLessThan(10);
    expect(splitters[0]!.missingBytes).toBe((1 << 30) - 100);
  });
});
