/**
 * Whatever a client's bytes are, they end in a refusal, in records, or in MalformedFrame: never in
 * another exception, and never in a loop or an allocation that the bytes do not pay for.
 */
import * as zlib from "node:zlib";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { writeInt32 } from "../../../src/base/big-endian.ts";
import { MAX_DECODED_ITEMS } from "../../../src/base/limits.ts";
import { MalformedFrame } from "../../../src/base/malformed-frame.ts";
import {
  ATTRIBUTES_POSITION,
  CRC_POSITION,
  batchHeaders,
  computeBatchCrc,
  readBatchHeader,
} from "../../../src/protocol/records/batch-header.ts";
import { decodeRecords } from "../../../src/protocol/records/decode.ts";
import { encodeBatch } from "../../../src/protocol/records/encode.ts";
import { patchBaseOffset } from "../../../src/protocol/records/patch-batch.ts";
import { validateBatch } from "../../../src/protocol/records/validate-batch.ts";
import { installZlibCodecs } from "../../../src/protocol/records/zlib-codecs.ts";
import { goldenBatches } from "./golden.ts";
import { defaultRules } from "./records.ts";

installZlibCodecs(zlib);

const rules = { ...defaultRules, now: 1800000000000, compacted: true };
const FLIPS = [0x01, 0x40, 0x80, 0xff];
const MAX_SIZE = 4 * 1024 * 1024;

const small = goldenBatches().filter(({ bytes }) => bytes.length < 600);

describe.each(small)("$program, $name, $compression", ({ bytes: golden }) => {
  const bytes = golden.slice();
  patchBaseOffset(bytes, 0, 0);

  test("cut off anywhere, it is refused, and the scan throws MalformedFrame", () => {
    for (let size = 1; size < bytes.length; size++) {
      expect(validateBatch(bytes.slice(0, size), rules)).not.toBeNull();
      expect(() => batchHeaders(bytes.subarray(0, size))).toThrow(MalformedFrame);
    }
  });

  test("with any byte flipped it is refused, but for the leader epoch, which is not covered", () => {
    const accepted = new Set<number>();
    for (const [at, bad] of flipped(bytes)) {
      if (validateBatch(bad, { ...rules, compacted: false }) === null) accepted.add(at);
    }
    expect([...accepted]).toEqual([12, 13, 14, 15]);
  });

  test("with any byte flipped under a good CRC it ends cleanly", () => {
    for (const [at, bad] of flipped(bytes)) {
      if (at >= ATTRIBUTES_POSITION) writeInt32(bad, CRC_POSITION, computeBatchCrc(bad, 0));
      expectCleanEnd(bad);
    }
  });
});

function* flipped(bytes: Uint8Array): Generator<[number, Uint8Array]> {
  for (let at = 0; at < bytes.length; at++) {
    for (const flip of FLIPS) {
      const bad = bytes.slice();
      bad[at]! ^= flip;
      yield [at, bad];
    }
  }
}

test("noise ends cleanly, also behind a good header", () => {
  const [first] = small;
  const headerBytes = fc.constant(first!.bytes.slice(0, 61));
  const body = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ max: 3 }));
  const compression = fc.integer({ min: 0, max: 7 });
  fc.assert(
    fc.property(headerBytes, body, compression, fc.nat(20), (header, noise, type, count) => {
      const bytes = new Uint8Array([...header, ...noise]);
      writeInt32(bytes, 8, bytes.length - 12);
      bytes[22] = type;
      writeInt32(bytes, 23, count - 1);
      writeInt32(bytes, 57, count);
      writeInt32(bytes, CRC_POSITION, computeBatchCrc(bytes, 0));
      expectCleanEnd(bytes);
      expectCleanEnd(noise);
    }),
    { numRuns: 2000 },
  );
});

describe("what decompresses to more than a reader should hold", () => {
  const rules = { timestamp: 0, key: null };
  const nothing = new Uint8Array(0);

  test("[BRK64] is malformed when it has more records than are decoded", () => {
    const records = Array.from({ length: MAX_DECODED_ITEMS + 1 }, () => {
      return { ...rules, value: nothing, headers: [] };
    });
    const bytes = encodeBatch(records, { compression: "gzip" });
    expect(() => decodeRecords(bytes, readBatchHeader(bytes))).toThrow("more than 500000 records");
  });

  test("[BRK64] is malformed when its records have more headers than are decoded", () => {
    const headers = Array.from({ length: 50_001 }, () => ({ key: "", value: null }));
    const records = Array.from({ length: 11 }, () => ({ ...rules, value: nothing, headers }));
    const bytes = encodeBatch(records);
    expect(() => decodeRecords(bytes, readBatchHeader(bytes))).toThrow("more than 500000 records");
  });
});

function expectCleanEnd(bytes: Uint8Array): void {
  validateBatch(bytes.slice(), rules);
  try {
    const header = readBatchHeader(bytes);
    const records = decodeRecords(bytes, header, MAX_SIZE);
    if (records.length !== header.recordsCount) expect.fail("not all records were decoded");
  } catch (error) {
    if (!(error instanceof MalformedFrame)) throw error;
  }
}
