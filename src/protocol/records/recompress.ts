/**
 * A batch in another compression: for topics whose `compression.type` is not the producer's choice.
 * Header and records stay what they are; only how the records are packed changes, and with it the
 * batch's length, its CRC and the bits of its attributes that name the compression type.
 */
import { writeInt16, writeInt32 } from "../../base/big-endian.ts";
import { MAX_DECOMPRESSED_SIZE } from "../../base/limits.ts";
import { COMPRESSION_MASK, compressionId, compressionOf } from "./attributes.ts";
import type { CompressionType } from "./attributes.ts";
import {
  ATTRIBUTES_POSITION,
  BATCH_HEADER_SIZE,
  BATCH_LENGTH_POSITION,
  BATCH_OVERHEAD,
  CRC_POSITION,
  computeBatchCrc,
  readBatchHeader,
} from "./batch-header.ts";
import { compress } from "./compression.ts";
import { recordBytes } from "./decode.ts";

/**
 * The one batch in `bytes` with its records in `compression`: `bytes` themselves where they are so
 * already, else a new array that is the caller's. Records that do not decompress are a
 * MalformedFrame; what they say is not looked at.
 */
export function recompress(bytes: Uint8Array, compression: CompressionType): Uint8Array {
  const header = readBatchHeader(bytes);
  if (compressionOf(header.attributes) === compression) return bytes;
  const records = compress(compression, recordBytes(bytes, header, MAX_DECOMPRESSED_SIZE));
  const batch = new Uint8Array(BATCH_HEADER_SIZE + records.length);
  batch.set(bytes.subarray(0, BATCH_HEADER_SIZE));
  batch.set(records, BATCH_HEADER_SIZE);
  const attributes = (header.attributes & ~COMPRESSION_MASK) | compressionId(compression);
  writeInt32(batch, BATCH_LENGTH_POSITION, batch.length - BATCH_OVERHEAD);
  writeInt16(batch, ATTRIBUTES_POSITION, attributes);
  writeInt32(batch, CRC_POSITION, computeBatchCrc(batch, 0));
  return batch;
}
