/**
 * What a leader changes in a batch before it stores it, in place: the offset and the leader's epoch
 * (neither is under the CRC), and in topics with LogAppendTime the timestamp.
 *
 * The caller owns the bytes and is the only one that holds them.
 */
import { writeInt16, writeInt32, writeInt64 } from "../../base/big-endian.ts";
import { LOG_APPEND_TIME_BIT } from "./attributes.ts";
import {
  ATTRIBUTES_POSITION,
  BASE_OFFSET_POSITION,
  CRC_POSITION,
  MAX_TIMESTAMP_POSITION,
  PARTITION_LEADER_EPOCH_POSITION,
  attributesAt,
  computeBatchCrc,
} from "./batch-header.ts";

/** Gives the batch at `position` its place in the log. */
export function patchBaseOffset(bytes: Uint8Array, position: number, baseOffset: number): void {
  writeInt64(bytes, position + BASE_OFFSET_POSITION, baseOffset);
}

/** Notes which leader appended the batch at `position`. */
export function patchPartitionLeaderEpoch(
  bytes: Uint8Array,
  position: number,
  leaderEpoch: number,
): void {
  writeInt32(bytes, position + PARTITION_LEADER_EPOCH_POSITION, leaderEpoch);
}

/**
 * Makes `timestamp` the time of all records of the batch at `position`: sets the timestamp type and
 * maxTimestamp, and makes the CRC good again. The records themselves stay as they are.
 */
export function patchLogAppendTime(bytes: Uint8Array, position: number, timestamp: number): void {
  const attributes = attributesAt(bytes, position) | LOG_APPEND_TIME_BIT;
  writeInt16(bytes, position + ATTRIBUTES_POSITION, attributes);
  patchMaxTimestamp(bytes, position, timestamp);
}

/**
 * Replaces maxTimestamp of the batch at `position` and makes the CRC good again. Kafka does so when
 * a producer's maxTimestamp is not the largest of its records.
 */
export function patchMaxTimestamp(bytes: Uint8Array, position: number, timestamp: number): void {
  writeInt64(bytes, position + MAX_TIMESTAMP_POSITION, timestamp);
  writeInt32(bytes, position + CRC_POSITION, computeBatchCrc(bytes, position));
}
