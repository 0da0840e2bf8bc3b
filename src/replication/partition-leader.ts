/**
 * A replica that leads its partition: what it answers, from its log and its epoch. Pure but for the
 * log's storage; the actor around it gathers calls, waits for the disk and pushes.
 */
import type { Millis } from "../base/clock.ts";
import type { AppendResult } from "../log/append.ts";
import { UNDEFINED_EPOCH } from "../log/leader-epochs.ts";
import type { PartitionLog } from "../log/partition-log.ts";
import type { TimestampAndOffset } from "../log/timestamp-lookup.ts";
import type { ErrorName } from "../protocol/errors.ts";
import type {
  AppendCall,
  DeleteRecordsResult,
  EpochEndCall,
  EpochEndResult,
  ListOffsetsCall,
  ListOffsetsResult,
  LogPosition,
  ProducerDescription,
  ReadCall,
  ReadResult,
} from "./replica-calls.ts";

/** The special timestamps of ListOffsets. */
const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
const EARLIEST_PENDING_UPLOAD = -6;

/** Stands for the high watermark in DeleteRecords. */
const HIGH_WATERMARK = -1;

/** What became of several calls, each with a result for each of its batches. */
export interface Appended {
  readonly results: readonly (readonly AppendResult[])[];
  /** What is in the log now that was not before, as it is stored. */
  readonly stored: readonly Uint8Array[];
}

export class PartitionLeader {
  readonly log: PartitionLog;
  readonly leaderEpoch: number;

  constructor(log: PartitionLog, leaderEpoch: number) {
    this.log = log;
    this.leaderEpoch = leaderEpoch;
    if (log.latestLeaderEpoch < leaderEpoch) log.becomeLeader(leaderEpoch);
    this.#advanceHighWatermark();
  }

  /** Where the log stands, as readers may see it. */
  get position(): LogPosition {
    const { logStartOffset, highWatermark, lastStableOffset } = this.log;
    return { leaderEpoch: this.leaderEpoch, logStartOffset, highWatermark, lastStableOffset };
  }

  /** Appends the batches of several calls as one change of the log. */
  append(calls: readonly AppendCall[], now: Millis): Appended {
    const batches = calls.flatMap(batchesOf);
    const apiVersions = calls.flatMap((call) => call.apiVersions);
    const { leaderEpoch } = this;
    const stored: Uint8Array[] = [];
    const onStored = (bytes: Uint8Array) => void stored.push(bytes);
    const results = this.log.append(batches, { now, leaderEpoch, apiVersions, onStored });
    this.#advanceHighWatermark();
    let start = 0;
    const perCall = calls.map((call) => results.slice(start, (start += call.sizes.length)));
    return { results: perCall, stored };
  }

  read(call: ReadCall): ReadResult {
    const wrongEpoch = this.#wrongEpoch(call.currentLeaderEpoch);
    if (wrongEpoch) return this.#failedRead(wrongEpoch, call.offset);
    const divergingEpoch = this.#divergingEpoch(call);
    if (divergingEpoch === "OFFSET_OUT_OF_RANGE")
      return this.#failedRead(divergingEpoch, call.offset);
    if (divergingEpoch) return { ...this.#failedRead(null, call.offset), divergingEpoch };
    const { highWatermark, lastStableOffset } = this.log;
    const upperBound = call.readCommitted ? lastStableOffset : highWatermark;
    const { maxBytes, minOneBatch } = call;
    const read = this.log.read(call.offset, { maxBytes, minOneBatch, upperBound });
    if (read === "OFFSET_OUT_OF_RANGE") return this.#failedRead(read, call.offset);
    return { ...this.#failedRead(null, read.endOffset), pieces: read.pieces };
  }

  listOffsets({
    timestamp,
    readCommitted,
    currentLeaderEpoch,
  }: ListOffsetsCall): ListOffsetsResult {
    const wrongEpoch = this.#wrongEpoch(currentLeaderEpoch);
    if (wrongEpoch) return { error: wrongEpoch, ...NOT_FOUND };
    const bound = readCommitted ? this.log.lastStableOffset : this.log.highWatermark;
    return { error: null, ...(this.#findOffset(timestamp, bound) ?? NOT_FOUND) };
  }

  endOffsetForEpoch({ leaderEpoch, currentLeaderEpoch }: EpochEndCall): EpochEndResult {
    const wrongEpoch = this.#wrongEpoch(currentLeaderEpoch);
    if (wrongEpoch) return { error: wrongEpoch, leaderEpoch: -1, endOffset: -1 };
    const { epoch, endOffset } = this.log.endOffsetForEpoch(leaderEpoch);
    return { error: null, leaderEpoch: epoch, endOffset };
  }

  deleteRecords(offset: number): DeleteRecordsResult {
    const { cleanupPolicy } = this.log.config;
    const isCompactedOnly = cleanupPolicy.compact && !cleanupPolicy.delete;
    const error = isCompactedOnly
      ? "POLICY_VIOLATION"
      : this.log.deleteRecordsBefore(offset === HIGH_WATERMARK ? this.log.highWatermark : offset);
    return { error, lowWatermark: error === null ? this.log.logStartOffset : -1 };
  }

  describeProducers(now: Millis): ProducerDescription[] {
    return this.log.activeProducers(now).map(({ producerId, producerEpoch, batches }) => {
      const { lastSequence, timestamp } = batches.at(-1)!;
      return { producerId, producerEpoch, lastSequence, lastTimestamp: timestamp };
    });
  }

  /** The ISR of an unreplicated partition is its leader, so what is stored is committed. */
  #advanceHighWatermark(): void {
    this.log.advanceHighWatermark(this.log.logEndOffset);
  }

  #findOffset(timestamp: number, bound: number): TimestampAndOffset | null {
    switch (timestamp) {
      case LATEST:
        return this.log.latestOffset(bound);
      case EARLIEST:
      case EARLIEST_LOCAL:
        return this.log.earliestOffset();
      case MAX_TIMESTAMP:
        return this.log.offsetOfMaxTimestamp(bound);
      case LATEST_TIERED:
      case EARLIEST_PENDING_UPLOAD:
        return null;
      default:
        return this.log.offsetForTimestamp(timestamp, bound);
    }
  }

  /** KIP-320: a client whose metadata is older or newer than this leader is told so. */
  #wrongEpoch(currentLeaderEpoch: number): ErrorName | null {
    if (currentLeaderEpoch === -1 || currentLeaderEpoch === this.leaderEpoch) return null;
    return currentLeaderEpoch < this.leaderEpoch ? "FENCED_LEADER_EPOCH" : "UNKNOWN_LEADER_EPOCH";
  }

  /**
   * Where the reader's history and this log's part, if they do (KIP-595). A reader that is ahead of
   * all epochs of this log is nowhere in it.
   */
  #divergingEpoch({
    lastFetchedEpoch,
    offset,
  }: ReadCall): ReadResult["divergingEpoch"] | "OFFSET_OUT_OF_RANGE" {
    if (lastFetchedEpoch === -1) return null;
    const { epoch, endOffset } = this.log.endOffsetForEpoch(lastFetchedEpoch);
    if (epoch === UNDEFINED_EPOCH) return "OFFSET_OUT_OF_RANGE";
    return epoch < lastFetchedEpoch || endOffset < offset ? { epoch, endOffset } : null;
  }

  #failedRead(error: ErrorName | null, nextOffset: number): ReadResult {
    return {
      ...this.position,
      error,
      pieces: [],
      nextOffset,
      divergingEpoch: null,
      watching: false,
    };
  }
}

const NOT_FOUND = { offset: -1, timestamp: -1, leaderEpoch: -1 };

/** The batches of a call, as views into its bytes. */
function batchesOf({ sizes, bytes }: AppendCall): Uint8Array[] {
  let start = 0;
  return sizes.map((size) => bytes.subarray(start, (start += size)));
}
