/**
 * What a leader checks of a produced batch before it appends it: the batch as a whole, then, when
 * the records are not compressed, each of them. Compressed records are trusted to be what the
 * header says; of those only the header's own timestamps are held against the bounds.
 *
 * The order of the checks is Kafka's, so that a batch with two faults gets the same error.
 */
import { MalformedFrame } from "../../base/malformed-frame.ts";
import { compressionOf, isControl, isLogAppendTime } from "./attributes.ts";
import type { BatchHeader } from "./batch-header.ts";
import {
  BATCH_HEADER_SIZE,
  BATCH_OVERHEAD,
  MAGIC_POSITION,
  MAGIC_V2,
  attributesAt,
  batchSizeAt,
  computeBatchCrc,
  magicAt,
  readBatchHeader,
} from "./batch-header.ts";
import type { BatchRefusal, BatchRules } from "./batch-rules.ts";
import { invalidTimestamp } from "./batch-rules.ts";
import { patchMaxTimestamp } from "./patch-batch.ts";
import { walkRecords } from "./walk-records.ts";

/** The first version of Produce whose sender may use zstd (KIP-110). */
const FIRST_VERSION_WITH_ZSTD = 7;

/** What Kafka takes for the least batchLength of any magic. */
const MIN_LEGACY_LENGTH = 14;

/**
 * Why the one batch in `bytes` must not be appended, or null when it may.
 *
 * As in Kafka, a maxTimestamp that is not the largest of the records is no fault: it is corrected
 * in `bytes`, together with the CRC. So read the header after this, not before.
 */
export function validateBatch(bytes: Uint8Array, rules: BatchRules): BatchRefusal | null {
  const refusal = invalidRequest(bytes, rules.apiVersion) ?? notAsSent(bytes, rules);
  if (refusal !== null) return refusal;
  const header = readBatchHeader(bytes);
  return invalidHeader(header) ?? invalidRecords(bytes, header, rules);
}

/**
 * Why bytes are no batch of any format, or null. As in Kafka, which looks through all batches of a
 * request first, one of these spoils the whole request.
 */
export function unreadable(bytes: Uint8Array): BatchRefusal | null {
  if (bytes.length <= MAGIC_POSITION) return null;
  const size = batchSizeAt(bytes, 0);
  if (size < BATCH_OVERHEAD + MIN_LEGACY_LENGTH) {
    return refuse("CORRUPT_MESSAGE", `A record batch cannot be ${size} bytes long.`);
  }
  const magic = magicAt(bytes, 0);
  if (magic >= 0 && magic <= MAGIC_V2) return null;
  return refuse("CORRUPT_MESSAGE", `There is no record format with magic ${magic}.`);
}

/**
 * Why bytes are not what a Produce may hold for a partition, whatever its log: one whole batch of
 * magic 2.
 */
export function invalidRequest(bytes: Uint8Array, apiVersion: number): BatchRefusal | null {
  const refusal = invalidBatchCount(bytes, apiVersion);
  return refusal && { ...refusal, isOfRequest: true };
}

function invalidBatchCount(bytes: Uint8Array, apiVersion: number): BatchRefusal | null {
  if (bytes.length <= MAGIC_POSITION) {
    return refuse("INVALID_RECORD", "Each partition needs one record batch.");
  }
  const illegible = unreadable(bytes);
  if (illegible !== null) return illegible;
  const size = batchSizeAt(bytes, 0);
  const magic = magicAt(bytes, 0);
  if (size > bytes.length) {
    return refuse("INVALID_RECORD", "Each partition needs one whole record batch.");
  }
  if (magic !== MAGIC_V2) {
    return refuse("INVALID_RECORD", `Record batches need magic 2; this one has ${magic}.`);
  }
  if (size < BATCH_HEADER_SIZE) {
    return refuse("CORRUPT_MESSAGE", `A record batch cannot be ${size} bytes long.`);
  }
  if (compressionOf(attributesAt(bytes, 0)) === "zstd" && apiVersion < FIRST_VERSION_WITH_ZSTD) {
    const sentence = `Produce version ${apiVersion} is not allowed to use zstd compression.`;
    return refuse("UNSUPPORTED_COMPRESSION_TYPE", sentence);
  }
  if (size < bytes.length) {
    return refuse("INVALID_RECORD", "Each partition takes exactly one record batch.");
  }
  return null;
}

/** From offset 0, not too large, and with a good CRC: only then is the rest believed. */
function notAsSent(bytes: Uint8Array, { maxBytes }: BatchRules): BatchRefusal | null {
  const { baseOffset, crc } = readBatchHeader(bytes);
  if (baseOffset !== 0) {
    return refuse("INVALID_RECORD", `A produced batch begins at offset 0, not ${baseOffset}.`);
  }
  if (bytes.length > maxBytes) return tooLarge(bytes, maxBytes);
  const computed = computeBatchCrc(bytes, 0);
  if (crc !== computed) {
    return refuse("CORRUPT_MESSAGE", `The stored CRC is ${crc}, the computed one ${computed}.`);
  }
  return null;
}

/** Why a batch is refused that has more bytes than the topic takes. */
export function tooLarge({ length }: Uint8Array, maxBytes: number): BatchRefusal {
  const sentence = `The record batch has ${length} bytes; the topic takes ${maxBytes}.`;
  return refuse("MESSAGE_TOO_LARGE", sentence);
}

function invalidHeader(header: BatchHeader): BatchRefusal | null {
  const { recordsCount, lastOffsetDelta, attributes, producerId, baseSequence } = header;
  if (compressionOf(attributes) === undefined) {
    return refuse("INVALID_RECORD", "The batch has an unknown compression type.");
  }
  if (recordsCount <= 0 || recordsCount !== lastOffsetDelta + 1) {
    const sentence = `${recordsCount} records do not end at offset delta ${lastOffsetDelta}.`;
    return refuse("INVALID_RECORD", sentence);
  }
  if (isControl(attributes)) {
    return refuse("INVALID_RECORD", "Clients are not allowed to write control records.");
  }
  if (producerId >= 0 && baseSequence < 0) {
    const sentence = `Producer ${producerId} sent the invalid sequence number ${baseSequence}.`;
    return refuse("INVALID_RECORD", sentence);
  }
  if (isLogAppendTime(attributes)) {
    return refuse("INVALID_TIMESTAMP", "Producers must not set the timestamp type LogAppendTime.");
  }
  return null;
}

function invalidRecords(
  bytes: Uint8Array,
  header: BatchHeader,
  rules: BatchRules,
): BatchRefusal | null {
  if (compressionOf(header.attributes) !== "none") {
    const sentence =
      invalidTimestamp(header.baseTimestamp, rules) ?? invalidTimestamp(header.maxTimestamp, rules);
    return sentence === null ? null : refuse("INVALID_TIMESTAMP", sentence);
  }
  try {
    const walk = walkRecords(bytes, header, rules);
    if (walk.refusal !== null) return walk.refusal;
    if (walk.maxTimestamp !== header.maxTimestamp) {
      patchMaxTimestamp(bytes, header.position, walk.maxTimestamp);
    }
    return null;
  } catch (error) {
    if (!(error instanceof MalformedFrame)) throw error;
    return refuse("INVALID_RECORD", `The batch's records are malformed: ${error.message}.`);
  }
}

function refuse(error: BatchRefusal["error"], message: string): BatchRefusal {
  return { error, message };
}
