/**
 * The log of one partition: records in offset order, appended at the end and read from anywhere,
 * with its leader epochs, its producers and its segments. Kafka's UnifiedLog, over SQL.
 *
 * It decides nothing about replication: the host says who leads in which epoch and how far the high
 * watermark has come. Everything is synchronous; what a call writes is one transaction. A call that
 * throws has stored nothing, but this object may be ahead of storage then: drop it and open
 * another.
 */
import { assert } from "../base/assert.ts";
import type { Millis } from "../base/clock.ts";
import type { Sql } from "../base/sql.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { type AppendOptions, type AppendPlan, type AppendResult, planAppend } from "./append.ts";
import { insertChunk } from "./chunks.ts";
import type { LogConfig } from "./log-config.ts";
import { SNAPSHOT_CHUNKS, SNAPSHOT_PRODUCERS_BYTES } from "./log-limits.ts";
import { type LogState, logSize, recoverLog } from "./log-state.ts";
import { maintain, moveLogStartOffset, nextMaintenance } from "./maintenance.ts";
import type { ProducerEntry } from "./producer-entry.ts";
import { writeSnapshot } from "./producer-snapshots.ts";
import { type LogRead, type ReadOptions, readBatches } from "./read.ts";
import { insertSegment } from "./segments.ts";
import {
  type TimestampAndOffset,
  firstBatchTimestamp,
  findMaxTimestamp,
  findTimestamp,
} from "./timestamp-lookup.ts";

export class PartitionLog {
  readonly #sql: Sql;
  readonly #state: LogState;

  private constructor(sql: Sql, state: LogState) {
    this.#sql = sql;
    this.#state = state;
  }

  /**
   * Opens the log that `sql` holds, or creates an empty one. The high watermark is the one that was
   * known when the last chunk was written. A newer stored format is an `UnknownLogFormat`.
   */
  static open(sql: Sql, config: LogConfig, now: Millis): PartitionLog {
    return new PartitionLog(sql, recoverLog(sql, config, now));
  }

  get config(): LogConfig {
    return this.#state.config;
  }

  /** Puts a changed config in force, from the next call on. */
  updateConfig(config: LogConfig): void {
    this.#state.config = config;
    this.#state.producers.expirationMs = config.producerIdExpirationMs;
  }

  /** The first offset that can be read. */
  get logStartOffset(): number {
    return this.#state.logStartOffset;
  }

  /** The offset that the next record will get. */
  get logEndOffset(): number {
    return this.#state.logEndOffset;
  }

  /** All below it is replicated and may be shown to consumers. */
  get highWatermark(): number {
    return this.#state.highWatermark;
  }

  /** All below it is decided: committed or aborted. */
  get lastStableOffset(): number {
    return this.#state.highWatermark;
  }

  /** The bytes of all segments, as Kafka counts them for `retention.bytes` and DescribeLogDirs. */
  get sizeInBytes(): number {
    return logSize(this.#state);
  }

  /** The latest leader epoch, or -1 in a log that never had a leader. */
  get latestLeaderEpoch(): number {
    return this.#state.leaderEpochs.latest;
  }

  /** The epoch in which the record at `offset` was or will be written; -1 when it is not known. */
  leaderEpochAt(offset: number): number {
    return this.#state.leaderEpochs.at(offset);
  }

  /**
   * OffsetForLeaderEpoch: the largest known epoch up to `epoch`, and where it ends; -1 for unknown.
   */
  endOffsetForEpoch(epoch: number): { readonly epoch: number; readonly endOffset: number } {
    return this.#state.leaderEpochs.endOffsetFor(epoch, this.#state.logEndOffset);
  }

  /**
   * This replica leads from now on: notes that the epoch begins at the log's end. One row, once an
   * epoch.
   */
  becomeLeader(epoch: number): void {
    const { leaderEpochs, logEndOffset } = this.#state;
    this.#sql.transaction(() => leaderEpochs.assign(epoch, logEndOffset));
  }

  /**
   * Appends batches as producers sent them, one tight array each, and says of each what became of
   * it. The arrays are patched in place (offset, epoch, with LogAppendTime the timestamp):
   * afterwards the accepted ones are, byte for byte, what is stored. They stay the caller's.
   */
  append(batches: readonly Uint8Array[], options: AppendOptions): readonly AppendResult[] {
    const { activeSegment, logEndOffset, leaderEpochs } = this.#state;
    if (activeSegment.sizeInBytes > 0 && activeSegment.firstTimestamp === null) {
      activeSegment.firstTimestamp = firstBatchTimestamp(this.#sql, activeSegment.baseOffset);
    }
    assert(options.leaderEpoch >= leaderEpochs.latest, "Only the latest epoch's leader appends.");
    const plan = planAppend(this.#state, batches, options);
    if (plan.chunks.length > 0) {
      this.#sql.transaction(() => {
        leaderEpochs.assign(options.leaderEpoch, logEndOffset);
        this.#store(plan, options.now);
      });
      for (const { bytes } of plan.chunks) options.onStored?.(bytes);
    }
    return plan.results;
  }

  #store(plan: AppendPlan, now: Millis): void {
    const state = this.#state;
    plan.sealed.forEach((segment) => insertSegment(this.#sql, segment));
    let { chunks, bytes } = state.replay;
    for (const { chunk, ...content } of plan.chunks) {
      insertChunk(this.#sql, chunk, content);
      chunks += 1;
      bytes += content.producers?.length ?? 0;
    }
    state.oldestChunk ??= plan.chunks[0]!.chunk;
    state.replay = { chunks, bytes };
    const due = chunks >= SNAPSHOT_CHUNKS || bytes >= SNAPSHOT_PRODUCERS_BYTES;
    if (!due && plan.sealed.length === 0) return;
    state.producers.expire(now);
    const at = { offset: state.logEndOffset, highWatermark: state.highWatermark };
    writeSnapshot(this.#sql, state.producers.active(now), at);
    state.replay = { chunks: 0, bytes: 0 };
  }

  /**
   * Moves the high watermark up to `offset`; a lower one changes nothing. Stored with the next
   * chunk.
   */
  advanceHighWatermark(offset: number): void {
    assert(offset <= this.#state.logEndOffset, "The high watermark is not above the log's end.");
    this.#state.highWatermark = Math.max(this.#state.highWatermark, offset);
  }

  /**
   * Reads whole batches from the one that holds `fetchOffset`. From the log's start to its end,
   * both included, every offset is in range; between the upper bound and the end there is nothing
   * yet.
   */
  read(fetchOffset: number, options: ReadOptions): LogRead | "OFFSET_OUT_OF_RANGE" {
    const { logStartOffset, logEndOffset } = this.#state;
    const inRange = fetchOffset >= logStartOffset && fetchOffset <= logEndOffset;
    if (!inRange) return "OFFSET_OUT_OF_RANGE";
    const upperBound = Math.min(options.upperBound, logEndOffset);
    return readBatches(this.#sql, fetchOffset, { ...options, upperBound });
  }

  /**
   * ListOffsets by time: the first record at or after `timestamp`; null when none lies below
   * `bound`.
   */
  offsetForTimestamp(timestamp: Millis, bound: number): TimestampAndOffset | null {
    return below(findTimestamp(this.#sql, this.#state, timestamp), bound);
  }

  /** ListOffsets for -3: the first record with the log's largest timestamp (KIP-734). */
  offsetOfMaxTimestamp(bound: number): TimestampAndOffset | null {
    return below(findMaxTimestamp(this.#sql, this.#state), bound);
  }

  /** ListOffsets for -2, and for -4 as long as all of the log is local. */
  earliestOffset(): TimestampAndOffset {
    const offset = this.#state.logStartOffset;
    return { timestamp: -1, offset, leaderEpoch: this.leaderEpochAt(offset) };
  }

  /** ListOffsets for -1: `bound` itself, which is the high watermark or the last stable offset. */
  latestOffset(bound: number): TimestampAndOffset {
    return { timestamp: -1, offset: bound, leaderEpoch: this.latestLeaderEpoch };
  }

  /**
   * DeleteRecords: moves the log start offset up to `offset`, or leaves it where it is above that.
   * The rows below go in {@link maintain}'s steps.
   */
  deleteRecordsBefore(offset: number): ErrorName | null {
    if (offset < 0 || offset > this.#state.highWatermark) return "OFFSET_OUT_OF_RANGE";
    if (offset > this.#state.logStartOffset) {
      this.#sql.transaction(() => moveLogStartOffset(this.#sql, this.#state, offset));
    }
    return null;
  }

  /**
   * Does one bounded step of what is due: frees rows, or moves the log start past old segments.
   * True when more is due.
   */
  maintain(now: Millis): boolean {
    return this.#sql.transaction(() => maintain(this.#sql, this.#state, now));
  }

  /**
   * When {@link maintain} should be called next: `now` or earlier when something is due, null when
   * nothing will be unless records come or the high watermark moves. Costs no query: ask after each
   * append, and set the alarm when the answer is before the one that is set. May lie far ahead.
   */
  nextMaintenance(now: Millis): Millis | null {
    return nextMaintenance(this.#state, now);
  }

  /** The producers that the partition remembers, for DescribeProducers. */
  activeProducers(now: Millis): readonly ProducerEntry[] {
    return this.#state.producers.active(now);
  }
}

function below(found: TimestampAndOffset | null, bound: number): TimestampAndOffset | null {
  return found && found.offset < bound ? found : null;
}
