/**
 * From records to a batch, for what we produce ourselves: records posted over HTTP, control
 * records, the client library. Sizes are added up first, so that the bytes are written once.
 */
import { assert } from "../../base/assert.ts";
import { writeInt16, writeInt32, writeInt64 } from "../../base/big-endian.ts";
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from "../../base/varint.ts";
import type { CompressionType } from "./attributes.ts";
import { CONTROL_BIT, TRANSACTIONAL_BIT, compressionId } from "./attributes.ts";
import {
  ATTRIBUTES_POSITION,
  BASE_OFFSET_POSITION,
  BASE_SEQUENCE_POSITION,
  BASE_TIMESTAMP_POSITION,
  BATCH_HEADER_SIZE,
  BATCH_LENGTH_POSITION,
  BATCH_OVERHEAD,
  CRC_POSITION,
  LAST_OFFSET_DELTA_POSITION,
  MAGIC_POSITION,
  MAGIC_V2,
  MAX_TIMESTAMP_POSITION,
  PARTITION_LEADER_EPOCH_POSITION,
  PRODUCER_EPOCH_POSITION,
  PRODUCER_ID_POSITION,
  RECORDS_COUNT_POSITION,
  computeBatchCrc,
} from "./batch-header.ts";
import { compress } from "./compression.ts";
import type { NewRecord, RecordHeader } from "./record.ts";

/** What a new batch says of itself; what is left out is as in a plain producer's batch. */
export interface BatchOptions {
  compression?: CompressionType;
  baseOffset?: number;
  partitionLeaderEpoch?: number;
  producerId?: number;
  producerEpoch?: number;
  baseSequence?: number;
  isTransactional?: boolean;
  isControl?: boolean;
}

const utf8 = new TextEncoder();

/**
 * A batch of `records` in a tight array that is the caller's. There is at least one record, and
 * they get consecutive offsets. Keys and values are copied.
 */
export function encodeBatch(
  records: readonly NewRecord[],
  options: BatchOptions = {},
): Uint8Array<ArrayBuffer> {
  assert(records.length > 0, "A record batch holds at least one record.");
  const { compression = "none" } = options;
  const planned = planRecords(records);
  let size = 0;
  for (const { bodySize } of planned) size += sizeOfVarint(bodySize) + bodySize;
  if (compression === "none") {
    const batch = new Uint8Array(BATCH_HEADER_SIZE + size);
    writeRecords(batch, BATCH_HEADER_SIZE, planned);
    writeHeader(batch, records, options);
    return batch;
  }
  const plain = new Uint8Array(size);
  writeRecords(plain, 0, planned);
  const compressed = compress(compression, plain);
  const batch = new Uint8Array(BATCH_HEADER_SIZE + compressed.length);
  batch.set(compressed, BATCH_HEADER_SIZE);
  writeHeader(batch, records, options);
  return batch;
}

/** A record whose sizes are known and whose header keys are bytes. */
interface PlannedRecord {
  record: NewRecord;
  headerKeys: Uint8Array[];
  timestampDelta: number;
  bodySize: number;
}

function planRecords(records: readonly NewRecord[]): PlannedRecord[] {
  const baseTimestamp = records[0]!.timestamp;
  return records.map((record, offsetDelta) => {
    const headerKeys = record.headers.map((header) => utf8.encode(header.key));
    const timestampDelta = record.timestamp - baseTimestamp;
    const bodySize =
      1 +
      sizeOfVarlong(timestampDelta) +
      sizeOfVarint(offsetDelta) +
      sizeOfNullableBytes(record.key) +
      sizeOfNullableBytes(record.value) +
      sizeOfHeaders(record.headers, headerKeys);
    return { record, headerKeys, timestampDelta, bodySize };
  });
}

function sizeOfHeaders(headers: readonly RecordHeader[], keys: readonly Uint8Array[]): number {
  let size = sizeOfVarint(headers.length);
  for (const key of keys) size += sizeOfNullableBytes(key);
  for (const header of headers) size += sizeOfNullableBytes(header.value);
  return size;
}

function sizeOfNullableBytes(bytes: Uint8Array | null): number {
  return bytes === null ? sizeOfVarint(-1) : sizeOfVarint(bytes.length) + bytes.length;
}

function writeRecords(output: Uint8Array, start: number, records: PlannedRecord[]): void {
  let position = start;
  for (const [offsetDelta, { record, headerKeys, timestampDelta, bodySize }] of records.entries()) {
    position = writeVarint(output, position, bodySize);
    output[position++] = 0;
    position = writeVarlong(output, position, timestampDelta);
    position = writeVarint(output, position, offsetDelta);
    position = writeNullableBytes(output, position, record.key);
    position = writeNullableBytes(output, position, record.value);
    position = writeVarint(output, position, record.headers.length);
    for (const [i, header] of record.headers.entries()) {
      position = writeNullableBytes(output, position, headerKeys[i]!);
      position = writeNullableBytes(output, position, header.value);
    }
  }
  assert(position === output.length, "The records take as many bytes as were counted for them.");
}

function writeNullableBytes(
  output: Uint8Array,
  position: number,
  bytes: Uint8Array | null,
): number {
  if (bytes === null) return writeVarint(output, position, -1);
  const start = writeVarint(output, position, bytes.length);
  output.set(bytes, start);
  return start + bytes.length;
}

function writeHeader(
  batch: Uint8Array,
  records: readonly NewRecord[],
  options: BatchOptions,
): void {
  let maxTimestamp = records[0]!.timestamp;
  for (const { timestamp } of records) if (timestamp > maxTimestamp) maxTimestamp = timestamp;
  const attributes =
    compressionId(options.compression ?? "none") |
    (options.isTransactional ? TRANSACTIONAL_BIT : 0) |
    (options.isControl ? CONTROL_BIT : 0);
  writeInt64(batch, BASE_OFFSET_POSITION, options.baseOffset ?? 0);
  writeInt32(batch, BATCH_LENGTH_POSITION, batch.length - BATCH_OVERHEAD);
  writeInt32(batch, PARTITION_LEADER_EPOCH_POSITION, options.partitionLeaderEpoch ?? -1);
  batch[MAGIC_POSITION] = MAGIC_V2;
  writeInt16(batch, ATTRIBUTES_POSITION, attributes);
  writeInt32(batch, LAST_OFFSET_DELTA_POSITION, records.length - 1);
  writeInt64(batch, BASE_TIMESTAMP_POSITION, records[0]!.timestamp);
  writeInt64(batch, MAX_TIMESTAMP_POSITION, maxTimestamp);
  writeInt64(batch, PRODUCER_ID_POSITION, options.producerId ?? -1);
  writeInt16(batch, PRODUCER_EPOCH_POSITION, options.producerEpoch ?? -1);
  writeInt32(batch, BASE_SEQUENCE_POSITION, options.baseSequence ?? -1);
  writeInt32(batch, RECORDS_COUNT_POSITION, records.length);
  writeInt32(batch, CRC_POSITION, computeBatchCrc(batch, 0));
}
