/**
 * What happens to the old end of the log: retention moves the log start offset past whole segments
 * (`retention.ms`, `retention.bytes`), DeleteRecords moves it to any offset, and the rows below it
 * are freed. Each step is bounded and can be the last for a while: the next wakes to the same
 * state.
 */
import type { Millis } from "../base/clock.ts";
import type { Sql } from "../base/sql.ts";
import { type Chunk, chunkAt, chunksBetween, deleteChunksBelow, firstChunk } from "./chunks.ts";
import { MAINTENANCE_BYTES, MAINTENANCE_CHUNKS, MAINTENANCE_SEGMENTS } from "./log-limits.ts";
import { type LogState, logSize } from "./log-state.ts";
import { keepProducersBelow } from "./producer-snapshots.ts";
import { writeLogStartOffset } from "./schema.ts";
import {
  type SealedSegment,
  deleteSegmentsBelow,
  largestTimestamp,
  newSegment,
  oldestSegments,
  sealed,
} from "./segments.ts";

/** Does one step of what is due, and says whether more is. Runs inside a transaction. */
export function maintain(sql: Sql, state: LogState, now: Millis): boolean {
  if (hasChunksToFree(state)) freeChunks(sql, state, now);
  else applyRetention(sql, state, now);
  const next = nextMaintenance(state, now);
  return next !== null && next <= now;
}

/** When a step is due, or null when none will be as the log stands. */
export function nextMaintenance(state: LogState, now: Millis): Millis | null {
  if (hasChunksToFree(state)) return now;
  const { config, highWatermark } = state;
  const segment = state.oldestSegment ?? activeAsSealed(state);
  if (!segment || !config.cleanupPolicy.delete) return null;
  const expires =
    config.retentionMs < 0 ? Infinity : largestTimestamp(segment) + config.retentionMs + 1;
  const due = excessBytes(state) >= segment.sizeInBytes ? now : expires;
  // What only the high watermark holds back is due when that moves, and not before.
  if (due === Infinity || (due <= now && highWatermark < segment.nextOffset)) return null;
  return due;
}

/**
 * Stores a higher log start offset, at most the high watermark. Segments below it are forgotten,
 * the active one with them when nothing is left in it.
 */
export function moveLogStartOffset(sql: Sql, state: LogState, offset: number): void {
  writeLogStartOffset(sql, offset);
  deleteSegmentsBelow(sql, offset);
  state.leaderEpochs.truncateFromStart(offset);
  state.logStartOffset = offset;
  state.oldestSegment = oldestSegments(sql, 1)[0] ?? null;
  const { activeSegment, logEndOffset } = state;
  if (offset < logEndOffset || activeSegment.sizeInBytes === 0) return;
  const { position, sizeInBytes, lastModified } = activeSegment;
  state.activeSegment = newSegment(logEndOffset, position + sizeInBytes, lastModified);
}

function hasChunksToFree({ oldestChunk, logStartOffset }: LogState): boolean {
  return oldestChunk !== null && oldestChunk.nextOffset <= logStartOffset;
}

/** Deletes rows that lie wholly below the log start offset. */
function freeChunks(sql: Sql, state: LogState, now: Millis): void {
  const { logStartOffset, logEndOffset, highWatermark, config } = state;
  // One snapshot serves all steps: it stands where the last of them will end.
  const offset =
    logStartOffset === logEndOffset ? logEndOffset : chunkAt(sql, logStartOffset)!.baseOffset;
  keepProducersBelow(sql, config, { offset, highWatermark, now });
  const chunks = chunksBetween(sql, 0, logStartOffset, MAINTENANCE_CHUNKS);
  deleteChunksBelow(sql, endOfStep(chunks, logStartOffset));
  state.oldestChunk = firstChunk(sql) ?? null;
}

/**
 * Where a step ends that frees as many of the chunks as its budget of bytes allows, but one at
 * least.
 */
function endOfStep(chunks: readonly Chunk[], logStartOffset: number): number {
  let end = 0;
  let bytes = 0;
  for (const chunk of chunks) {
    bytes += chunk.sizeInBytes;
    if (chunk.nextOffset > logStartOffset || (end > 0 && bytes > MAINTENANCE_BYTES)) break;
    end = chunk.nextOffset;
  }
  return end;
}

/**
 * Moves the log start offset past the oldest segments that are over time or over size. A segment
 * that reaches above the high watermark stays, and so do all after it. The active segment goes too
 * when all of it is over.
 */
function applyRetention(sql: Sql, state: LogState, now: Millis): void {
  const { config, highWatermark } = state;
  if (!config.cleanupPolicy.delete) return;
  const segments = oldestSegments(sql, MAINTENANCE_SEGMENTS);
  const active = segments.length < MAINTENANCE_SEGMENTS ? activeAsSealed(state) : null;
  if (active) segments.push(active);
  let excess = excessBytes(state);
  let offset = state.logStartOffset;
  for (const segment of segments) {
    const expired = config.retentionMs >= 0 && now - largestTimestamp(segment) > config.retentionMs;
    if (highWatermark < segment.nextOffset) break;
    if (!expired && excess < segment.sizeInBytes) break;
    excess -= segment.sizeInBytes;
    offset = segment.nextOffset;
  }
  if (offset > state.logStartOffset) moveLogStartOffset(sql, state, offset);
}

/** By how much the log is larger than `retention.bytes`; without that limit, by nothing. */
function excessBytes(state: LogState): number {
  const { retentionBytes } = state.config;
  return retentionBytes < 0 ? -Infinity : logSize(state) - retentionBytes;
}

function activeAsSealed({ activeSegment, logEndOffset }: LogState): SealedSegment | null {
  return activeSegment.sizeInBytes > 0 ? sealed(activeSegment, logEndOffset) : null;
}
