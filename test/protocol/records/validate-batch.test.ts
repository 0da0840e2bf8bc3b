import * as zlib from "node:zlib";

import { describe, expect, test } from "vitest";

import { writeInt16, writeInt32, writeInt64 } from "../../../src/base/big-endian.ts";
import { MAX_RECORD_ERRORS } from "../../../src/base/limits.ts";
import {
  ATTRIBUTES_POSITION,
  BASE_OFFSET_POSITION,
  BASE_SEQUENCE_POSITION,
  BATCH_LENGTH_POSITION,
  CRC_POSITION,
  LAST_OFFSET_DELTA_POSITION,
  MAGIC_POSITION,
  MAX_TIMESTAMP_POSITION,
  RECORDS_COUNT_POSITION,
  computeBatchCrc,
  readBatchHeader,
} from "../../../src/protocol/records/batch-header.ts";
import type { BatchRefusal, BatchRules } from "../../../src/protocol/records/batch-rules.ts";
import type { BatchOptions } from "../../../src/protocol/records/encode.ts";
import { encodeBatch } from "../../../src/protocol/records/encode.ts";
import type { NewRecord } from "../../../src/protocol/records/record.ts";
import { validateBatch } from "../../../src/protocol/records/validate-batch.ts";
import { installZlibCodecs } from "../../../src/protocol/records/zlib-codecs.ts";
import { NOW, defaultRules, record, utf8 } from "./records.ts";

installZlibCodecs(zlib);

const three = [record("a"), record("b", NOW - 10), record("c", NOW - 20)];

/** A batch that is changed as `change` says, under a CRC that is good again. */
function batch(
  change: (bytes: Uint8Array) => void = () => {},
  records: NewRecord[] = three,
  options: BatchOptions = {},
): Uint8Array {
  const bytes = encodeBatch(records, options);
  change(bytes);
  writeInt32(bytes, CRC_POSITION, computeBatchCrc(bytes, 0));
  return bytes;
}

function expectRefusal(
  bytes: Uint8Array,
  error: BatchRefusal["error"],
  rules: Partial<BatchRules> = {},
): BatchRefusal {
  const refusal = validateBatch(bytes, { ...defaultRules, ...rules });
  expect(refusal?.error, refusal?.message ?? "accepted").toBe(error);
  expect(refusal!.message).toMatch(/\.$/);
  return refusal!;
}

test("a plain batch is accepted and left as it is", () => {
  const bytes = batch();
  const before = bytes.slice();
  expect(validateBatch(bytes, defaultRules)).toBeNull();
  expect(bytes).toEqual(before);
});

describe("the batch as a whole", () => {
  test("no batch, half a batch and two batches are INVALID_RECORD", () => {
    expectRefusal(new Uint8Array(0), "INVALID_RECORD");
    expectRefusal(batch().subarray(0, 40), "INVALID_RECORD");
    expectRefusal(new Uint8Array([...batch(), ...batch()]), "INVALID_RECORD");
    expectRefusal(new Uint8Array([...batch(), 0]), "INVALID_RECORD");
  });

  test("a length below the least of any batch is CORRUPT_MESSAGE", () => {
    for (const length of [-1, 0, 13, 48]) {
      const bytes = batch();
      writeInt32(bytes, BATCH_LENGTH_POSITION, length);
      expectRefusal(bytes, "CORRUPT_MESSAGE");
    }
  });

  test("magic 0 and 1 are INVALID_RECORD, what never was a magic is CORRUPT_MESSAGE", () => {
    for (const magic of [0, 1]) {
      expectRefusal(
        batch((bytes) => (bytes[MAGIC_POSITION] = magic)),
        "INVALID_RECORD",
      );
    }
    for (const magic of [3, 127, 255]) {
      expectRefusal(
        batch((bytes) => (bytes[MAGIC_POSITION] = magic)),
        "CORRUPT_MESSAGE",
      );
    }
  });

  test("a CRC that does not match is CORRUPT_MESSAGE", () => {
    const bytes = batch();
    bytes[bytes.length - 1]! ^= 1;
    expectRefusal(bytes, "CORRUPT_MESSAGE");
  });

  test("a base offset other than 0 is INVALID_RECORD", () => {
    expectRefusal(
      batch((bytes) => writeInt64(bytes, BASE_OFFSET_POSITION, 1)),
      "INVALID_RECORD",
    );
  });

  test("zstd is UNSUPPORTED_COMPRESSION_TYPE below version 7, and accepted from there on", () => {
    const bytes = batch(undefined, three, { compression: "zstd" });
    expectRefusal(bytes, "UNSUPPORTED_COMPRESSION_TYPE", { apiVersion: 6 });
    expect(validateBatch(bytes, { ...defaultRules, apiVersion: 7 })).toBeNull();
  });

  test("a compression type that does not exist is INVALID_RECORD", () => {
    for (const type of [5, 6, 7]) {
      expectRefusal(
        batch((bytes) => writeInt16(bytes, ATTRIBUTES_POSITION, type)),
        "INVALID_RECORD",
      );
    }
  });
});

describe("what the header says", () => {
  test("a count that is not lastOffsetDelta + 1, or not positive, is INVALID_RECORD", () => {
    for (const [count, delta] of [
      [2, 2],
      [4, 2],
      [0, -1],
      [-1, -2],
      [3, 1],
    ] as const) {
      const change = (bytes: Uint8Array) => {
        writeInt32(bytes, RECORDS_COUNT_POSITION, count);
        writeInt32(bytes, LAST_OFFSET_DELTA_POSITION, delta);
      };
      expectRefusal(batch(change), "INVALID_RECORD");
      expectRefusal(batch(change, three, { compression: "gzip" }), "INVALID_RECORD");
    }
  });

  test("a control batch from a client is INVALID_RECORD", () => {
    expectRefusal(batch(undefined, three, { isControl: true }), "INVALID_RECORD");
  });

  test("a producer id without a sequence number is INVALID_RECORD", () => {
    const options = { producerId: 1, producerEpoch: 0 };
    expectRefusal(batch(undefined, three, { ...options, baseSequence: -1 }), "INVALID_RECORD");
    const good = batch(undefined, three, { ...options, baseSequence: 0 });
    expect(validateBatch(good, defaultRules)).toBeNull();
    const change = (bytes: Uint8Array) => writeInt32(bytes, BASE_SEQUENCE_POSITION, -7);
    expectRefusal(batch(change, three, { ...options, baseSequence: 0 }), "INVALID_RECORD");
  });

  test("the LogAppendTime bit is not a producer's to set", () => {
    const change = (bytes: Uint8Array) => writeInt16(bytes, ATTRIBUTES_POSITION, 0x08);
    expectRefusal(batch(change), "INVALID_TIMESTAMP");
    expectRefusal(batch(change), "INVALID_TIMESTAMP", { timestampType: "LogAppendTime" });
  });
});

describe("timestamps", () => {
  const late = [record("a"), record("b", NOW + 3_600_001), record("c"), record("d", 5)];

  test("those out of bounds are INVALID_TIMESTAMP, and the records are named", () => {
    const { recordErrors } = expectRefusal(batch(undefined, late), "INVALID_TIMESTAMP", {
      timestampBeforeMaxMs: 1000,
    });
    expect(recordErrors!.map(({ batchIndex }) => batchIndex)).toEqual([1, 3]);
    expect(recordErrors![0]!.message).toContain(`${NOW + 3_600_001}`);
  });

  test("the bounds themselves are inside, and -1 is no timestamp at all", () => {
    const edges = [record("a", NOW - 1000), record("b", NOW + 2000), record("c", -1)];
    const rules = { ...defaultRules, timestampBeforeMaxMs: 1000, timestampAfterMaxMs: 2000 };
    expect(validateBatch(batch(undefined, edges), rules)).toBeNull();
    expect(validateBatch(batch(undefined, edges), { ...rules, now: NOW + 1 })).not.toBeNull();
    expect(validateBatch(batch(undefined, edges), { ...rules, now: NOW - 1 })).not.toBeNull();
  });

  test("with LogAppendTime the producer's timestamps do not matter", () => {
    const rules = { ...defaultRules, timestampType: "LogAppendTime" as const };
    expect(validateBatch(batch(undefined, late), rules)).toBeNull();
  });

  test("of a compressed batch the header's timestamps count", () => {
    const compressed = batch(undefined, late, { compression: "lz4" });
    expectRefusal(compressed, "INVALID_TIMESTAMP");
    const early = batch(undefined, [record("a", 5), record("b")], { compression: "lz4" });
    expectRefusal(early, "INVALID_TIMESTAMP", { timestampBeforeMaxMs: 1000 });
    expect(validateBatch(early, defaultRules)).toBeNull();
  });

  test("a maxTimestamp that is not the records' largest is corrected", () => {
    for (const wrong of [NOW + 100, NOW - 100, -1, Number.MAX_SAFE_INTEGER]) {
      const bytes = batch((fresh) => writeInt64(fresh, MAX_TIMESTAMP_POSITION, wrong));
      expect(validateBatch(bytes, defaultRules)).toBeNull();
      expect(bytes).toEqual(batch());
      expect(readBatchHeader(bytes).maxTimestamp).toBe(NOW);
    }
  });
});

describe("records that are not compressed", () => {
  test("a compacted topic wants keys, and names the records without one", () => {
    const keyed = { ...record("a"), key: utf8("") };
    const records = [record("x"), keyed, record("y")];
    const refusal = expectRefusal(batch(undefined, records), "INVALID_RECORD", { compacted: true });
    expect(refusal.recordErrors!.map(({ batchIndex }) => batchIndex)).toEqual([0, 2]);
    const good = batch(undefined, [keyed]);
    expect(validateBatch(good, { ...defaultRules, compacted: true })).toBeNull();
  });

  test("one bad timestamp makes the refusal INVALID_TIMESTAMP whatever else is wrong", () => {
    const records = [record("x"), { ...record("y", NOW * 2), key: utf8("k") }];
    expectRefusal(batch(undefined, records), "INVALID_TIMESTAMP", { compacted: true });
  });

  test("an answer names no more records than the limit", () => {
    const records = Array.from({ length: MAX_RECORD_ERRORS + 50 }, () => record("x"));
    const refusal = expectRefusal(batch(undefined, records), "INVALID_RECORD", { compacted: true });
    expect(refusal.recordErrors).toHaveLength(MAX_RECORD_ERRORS);
  });

  test("offset deltas count up from 0", () => {
    // Record: length, attributes, timestamp delta, offset delta.
    const change = (bytes: Uint8Array) => (bytes[61 + 3] = 2);
    expectRefusal(batch(change), "INVALID_RECORD");
  });

  test("a count that is not that of the records is INVALID_RECORD", () => {
    for (const count of [2, 4, 1_000_000_000]) {
      const change = (bytes: Uint8Array) => {
        writeInt32(bytes, RECORDS_COUNT_POSITION, count);
        writeInt32(bytes, LAST_OFFSET_DELTA_POSITION, count - 1);
      };
      expectRefusal(batch(change), "INVALID_RECORD");
    }
  });

  test("lengths that reach out of their record are INVALID_RECORD", () => {
    const one = [{ ...record("value"), headers: [{ key: "h", value: utf8("v") }] }];
    // The record's length, the key's, the value's, the count of headers, a header's two lengths.
    for (const [at, value] of [
      [61, 0x7e],
      [61, 0x00],
      [61, 0x01],
      [65, 0x10],
      [66, 0x20],
      [72, 0x7e],
      [72, 0x01],
      [73, 0x01],
      [73, 0x06],
      [75, 0x04],
    ] as const) {
      const change = (bytes: Uint8Array) => (bytes[at] = value);
      expectRefusal(batch(change, one), "INVALID_RECORD");
    }
  });
});
