/**
 * The 61-byte header of a record batch, format v2 (KIP-98), which is all that a broker has to read
 * of it: the records behind it pass through as the producer sent them.
 *
 *     0 baseOffset int64            21 attributes int16        43 producerId int64
 *     8 batchLength int32           23 lastOffsetDelta int32   51 producerEpoch int16
 *    12 partitionLeaderEpoch int32  27 baseTimestamp int64     53 baseSequence int32
 *    16 magic int8                  35 maxTimestamp int64      57 recordsCount int32
 *    17 crc uint32 (of all from attributes on)                 61 records
 *
 * Base offset and leader epoch stand before the CRC, so the leader may patch them in place.
 */
import { readInt16, readInt32, readInt64, readInt8, readUint32 } from "../../base/big-endian.ts";
import { crc32c } from "../../base/crc32c.ts";
import { MalformedFrame } from "../../base/malformed-frame.ts";

/** Where each field of the header stands, counted from the batch's first byte. */
export const BASE_OFFSET_POSITION = 0;
export const BATCH_LENGTH_POSITION = 8;
export const PARTITION_LEADER_EPOCH_POSITION = 12;
export const MAGIC_POSITION = 16;
export const CRC_POSITION = 17;
export const ATTRIBUTES_POSITION = 21;
export const LAST_OFFSET_DELTA_POSITION = 23;
export const BASE_TIMESTAMP_POSITION = 27;
export const MAX_TIMESTAMP_POSITION = 35;
export const PRODUCER_ID_POSITION = 43;
export const PRODUCER_EPOCH_POSITION = 51;
export const BASE_SEQUENCE_POSITION = 53;
export const RECORDS_COUNT_POSITION = 57;

/** The header's size, and where the records begin. */
export const BATCH_HEADER_SIZE = 61;

/** What comes before the bytes that batchLength counts: the base offset and batchLength itself. */
export const BATCH_OVERHEAD = 12;

/** The record format that this project stores; 0 and 1 are Kafka's before 0.11. */
export const MAGIC_V2 = 2;

/** The header's fields, and where in its byte array the batch stands. */
export interface BatchHeader {
  /** Where the batch begins in the bytes it was read from. */
  position: number;
  /** The size of the whole batch, {@link BATCH_OVERHEAD} included. */
  sizeInBytes: number;
  baseOffset: number;
  partitionLeaderEpoch: number;
  magic: number;
  crc: number;
  attributes: number;
  lastOffsetDelta: number;
  baseTimestamp: number;
  maxTimestamp: number;
  producerId: number;
  producerEpoch: number;
  baseSequence: number;
  recordsCount: number;
}

/** Reads the header at `position`; a torn batch or another magic is a {@link MalformedFrame}. */
export function readBatchHeader(bytes: Uint8Array, position = 0): BatchHeader {
  if (bytes.length - position < BATCH_HEADER_SIZE) {
    throw new MalformedFrame("a record batch ends inside its header", position);
  }
  const magic = magicAt(bytes, position);
  if (magic !== MAGIC_V2) {
    throw new MalformedFrame(`a record batch has magic ${magic}`, position);
  }
  const sizeInBytes = batchSizeAt(bytes, position);
  if (sizeInBytes < BATCH_HEADER_SIZE || sizeInBytes > bytes.length - position) {
    throw new MalformedFrame(`a record batch claims to be ${sizeInBytes} bytes long`, position);
  }
  return {
    position,
    sizeInBytes,
    baseOffset: baseOffsetAt(bytes, position),
    partitionLeaderEpoch: partitionLeaderEpochAt(bytes, position),
    magic,
    crc: crcAt(bytes, position),
    attributes: attributesAt(bytes, position),
    lastOffsetDelta: readInt32(bytes, position + LAST_OFFSET_DELTA_POSITION),
    baseTimestamp: baseTimestampAt(bytes, position),
    maxTimestamp: maxTimestampAt(bytes, position),
    producerId: producerIdAt(bytes, position),
    producerEpoch: readInt16(bytes, position + PRODUCER_EPOCH_POSITION),
    baseSequence: readInt32(bytes, position + BASE_SEQUENCE_POSITION),
    recordsCount: recordsCountAt(bytes, position),
  };
}

/**
 * The headers of all batches in `bytes`, which must be whole batches from the first byte to the
 * last. Records are not looked at. The headers hold numbers only, no view of the bytes.
 */
export function batchHeaders(bytes: Uint8Array): BatchHeader[] {
  const headers: BatchHeader[] = [];
  for (let position = 0; position < bytes.length;) {
    const header = readBatchHeader(bytes, position);
    headers.push(header);
    position += header.sizeInBytes;
  }
  return headers;
}

/** The size of the whole batch at `position`, as its batchLength claims. */
export function batchSizeAt(bytes: Uint8Array, position: number): number {
  return BATCH_OVERHEAD + readInt32(bytes, position + BATCH_LENGTH_POSITION);
}

/** The offset of the first record of the batch at `position`. */
export function baseOffsetAt(bytes: Uint8Array, position: number): number {
  return readInt64(bytes, position + BASE_OFFSET_POSITION);
}

/** The offset of the last record, which compaction keeps even when that record is gone. */
export function lastOffsetAt(bytes: Uint8Array, position: number): number {
  return baseOffsetAt(bytes, position) + readInt32(bytes, position + LAST_OFFSET_DELTA_POSITION);
}

/** The epoch of the leader that appended the batch at `position`. */
export function partitionLeaderEpochAt(bytes: Uint8Array, position: number): number {
  return readInt32(bytes, position + PARTITION_LEADER_EPOCH_POSITION);
}

/** The record format; it stands at the same place in all formats there ever were. */
export function magicAt(bytes: Uint8Array, position: number): number {
  return readInt8(bytes, position + MAGIC_POSITION);
}

/** The CRC-32C that the batch at `position` claims. */
export function crcAt(bytes: Uint8Array, position: number): number {
  return readUint32(bytes, position + CRC_POSITION);
}

/** The attributes of the batch at `position`; see the predicates in `attributes.ts`. */
export function attributesAt(bytes: Uint8Array, position: number): number {
  return readInt16(bytes, position + ATTRIBUTES_POSITION);
}

/** The first record's timestamp, or the delete horizon when that attribute is set (KIP-534). */
export function baseTimestampAt(bytes: Uint8Array, position: number): number {
  return readInt64(bytes, position + BASE_TIMESTAMP_POSITION);
}

/** The largest timestamp of the batch at `position`. */
export function maxTimestampAt(bytes: Uint8Array, position: number): number {
  return readInt64(bytes, position + MAX_TIMESTAMP_POSITION);
}

/** The producer id of the batch at `position`, or -1. */
export function producerIdAt(bytes: Uint8Array, position: number): number {
  return readInt64(bytes, position + PRODUCER_ID_POSITION);
}

/** How many records the batch at `position` claims to hold. */
export function recordsCountAt(bytes: Uint8Array, position: number): number {
  return readInt32(bytes, position + RECORDS_COUNT_POSITION);
}

/** The CRC-32C of the batch at `position` as its bytes are now. */
export function computeBatchCrc(bytes: Uint8Array, position: number): number {
  const end = position + batchSizeAt(bytes, position);
  return crc32c(bytes, position + ATTRIBUTES_POSITION, end);
}
