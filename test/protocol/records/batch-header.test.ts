import { expect, test } from "vitest";

import { MalformedFrame } from "../../../src/base/malformed-frame.ts";
import {
  DELETE_HORIZON_BIT,
  compressionOf,
  hasDeleteHorizon,
  isControl,
  isLogAppendTime,
  isTransactional,
} from "../../../src/protocol/records/attributes.ts";
import {
  ATTRIBUTES_POSITION,
  BATCH_HEADER_SIZE,
  BATCH_LENGTH_POSITION,
  BATCH_OVERHEAD,
  RECORDS_COUNT_POSITION,
  attributesAt,
  baseOffsetAt,
  baseTimestampAt,
  batchHeaders,
  batchSizeAt,
  computeBatchCrc,
  crcAt,
  lastOffsetAt,
  maxTimestampAt,
  partitionLeaderEpochAt,
  producerIdAt,
  readBatchHeader,
  recordsCountAt,
} from "../../../src/protocol/records/batch-header.ts";
import { decodeRecords } from "../../../src/protocol/records/decode.ts";
import { encodeBatch } from "../../../src/protocol/records/encode.ts";
import {
  patchBaseOffset,
  patchLogAppendTime,
  patchMaxTimestamp,
  patchPartitionLeaderEpoch,
} from "../../../src/protocol/records/patch-batch.ts";
import { NOW, record } from "./records.ts";

const two = encodeBatch([record("a"), record("b", NOW + 5)], {
  baseOffset: 40,
  partitionLeaderEpoch: 6,
  producerId: 2 ** 40,
  producerEpoch: 3,
  baseSequence: 9,
  isTransactional: true,
});

test("a header is read with all of its fields", () => {
  expect(readBatchHeader(two)).toEqual({
    position: 0,
    sizeInBytes: two.length,
    baseOffset: 40,
    partitionLeaderEpoch: 6,
    magic: 2,
    crc: computeBatchCrc(two, 0),
    attributes: 0x10,
    lastOffsetDelta: 1,
    baseTimestamp: NOW,
    maxTimestamp: NOW + 5,
    producerId: 2 ** 40,
    producerEpoch: 3,
    baseSequence: 9,
    recordsCount: 2,
  });
});

test("single fields are read where a batch stands among others", () => {
  const at = 7;
  const bytes = new Uint8Array(at + two.length);
  bytes.set(two, at);
  expect(baseOffsetAt(bytes, at)).toBe(40);
  expect(lastOffsetAt(bytes, at)).toBe(41);
  expect(batchSizeAt(bytes, at)).toBe(two.length);
  expect(partitionLeaderEpochAt(bytes, at)).toBe(6);
  expect(crcAt(bytes, at)).toBe(computeBatchCrc(bytes, at));
  expect(attributesAt(bytes, at)).toBe(0x10);
  expect(baseTimestampAt(bytes, at)).toBe(NOW);
  expect(maxTimestampAt(bytes, at)).toBe(NOW + 5);
  expect(producerIdAt(bytes, at)).toBe(2 ** 40);
  expect(recordsCountAt(bytes, at)).toBe(2);
});

test("the scan finds every batch, and none in no bytes", () => {
  const one = encodeBatch([record("c")], { baseOffset: 42 });
  const bytes = new Uint8Array([...two, ...one, ...two]);
  const headers = batchHeaders(bytes);
  expect(headers.map((header) => header.baseOffset)).toEqual([40, 42, 40]);
  expect(headers.map((header) => header.position)).toEqual([
    0,
    two.length,
    two.length + one.length,
  ]);
  expect(batchHeaders(new Uint8Array(0))).toEqual([]);
});

test("a batch torn anywhere is malformed", () => {
  const bytes = new Uint8Array([...two, ...two]);
  for (let size = 1; size < bytes.length; size++) {
    if (size === two.length) continue;
    expect(() => batchHeaders(bytes.subarray(0, size))).toThrow(MalformedFrame);
  }
});

test("a batchLength that is too small or negative does not stop the scan from ending", () => {
  for (const length of [-1, -(2 ** 31), 0, BATCH_HEADER_SIZE - 12 - 1]) {
    const bytes = two.slice();
    new DataView(bytes.buffer).setInt32(8, length);
    expect(() => batchHeaders(bytes)).toThrow(MalformedFrame);
  }
});

test("the base offset and the leader epoch are patched without breaking the CRC", () => {
  const bytes = two.slice();
  patchBaseOffset(bytes, 0, 2 ** 45 + 1);
  patchPartitionLeaderEpoch(bytes, 0, 77);
  const header = readBatchHeader(bytes);
  expect(header.baseOffset).toBe(2 ** 45 + 1);
  expect(header.partitionLeaderEpoch).toBe(77);
  expect(header.crc).toBe(computeBatchCrc(bytes, 0));
  expect(bytes.subarray(16)).toEqual(two.subarray(16));
});

test("log append time is every record's timestamp, under a good CRC", () => {
  const bytes = two.slice();
  patchLogAppendTime(bytes, 0, NOW + 1000);
  const header = readBatchHeader(bytes);
  expect(isLogAppendTime(header.attributes)).toBe(true);
  expect(isTransactional(header.attributes)).toBe(true);
  expect(header.crc).toBe(computeBatchCrc(bytes, 0));
  const timestamps = decodeRecords(bytes, header).map(({ timestamp }) => timestamp);
  expect(timestamps).toEqual([NOW + 1000, NOW + 1000]);
});

test("a patched maxTimestamp comes with a good CRC and leaves the records' own times", () => {
  const bytes = two.slice();
  patchMaxTimestamp(bytes, 0, NOW + 6);
  const header = readBatchHeader(bytes);
  expect(header.maxTimestamp).toBe(NOW + 6);
  expect(header.crc).toBe(computeBatchCrc(bytes, 0));
  expect(decodeRecords(bytes, header)[1]!.timestamp).toBe(NOW + 5);
});

test("a batch that the cleaner has emptied has no records, whatever its compression type", () => {
  for (const attributes of [0, 1, 2, 3, 4]) {
    const bytes = two.slice(0, BATCH_HEADER_SIZE);
    const view = new DataView(bytes.buffer);
    view.setInt32(BATCH_LENGTH_POSITION, BATCH_HEADER_SIZE - BATCH_OVERHEAD);
    view.setInt16(ATTRIBUTES_POSITION, attributes);
    view.setInt32(RECORDS_COUNT_POSITION, 0);
    expect(decodeRecords(bytes, readBatchHeader(bytes))).toEqual([]);
    expect(lastOffsetAt(bytes, 0)).toBe(41);
  }
});

test("the attributes say how a batch is compressed and what kind it is", () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7].map(compressionOf)).toEqual([
    "none",
    "gzip",
    "snappy",
    "lz4",
    "zstd",
    undefined,
    undefined,
    undefined,
  ]);
  expect(isControl(0x20)).toBe(true);
  expect(isControl(0x1f)).toBe(false);
  expect(hasDeleteHorizon(DELETE_HORIZON_BIT)).toBe(true);
  expect(hasDeleteHorizon(0x3f)).toBe(false);
});
