/**
 * What an open log knows in memory, and how it comes by it on waking: the log's own row, the first
 * and the last chunk, a sealed segment or two, and the producers since the last snapshot. Nothing
 * here takes longer for a longer log.
 */
import type { Millis } from "../base/clock.ts";
import type { Sql } from "../base/sql.ts";
import { type Chunk, firstChunk, lastChunk } from "./chunks.ts";
import { LeaderEpochs } from "./leader-epochs.ts";
import type { LogConfig } from "./log-config.ts";
import { type ReplayCost, recoverProducers } from "./producer-snapshots.ts";
import type { ProducerState } from "./producer-state.ts";
import { openSchema } from "./schema.ts";
import {
  type ActiveSegment,
  type SealedSegment,
  newestSegment,
  newSegment,
  oldestSegments,
} from "./segments.ts";

export interface LogState {
  config: LogConfig;
  logStartOffset: number;
  logEndOffset: number;
  highWatermark: number;
  activeSegment: ActiveSegment;
  /** The oldest sealed segment, or null when only the active one is left. */
  oldestSegment: SealedSegment | null;
  /** The first chunk that is stored; below the log start offset it waits to be freed. */
  oldestChunk: Pick<Chunk, "baseOffset" | "nextOffset"> | null;
  readonly leaderEpochs: LeaderEpochs;
  readonly producers: ProducerState;
  /** What waking would replay now. */
  replay: ReplayCost;
}

/**
 * The bytes of all segments, the parts of the oldest that are below the log start offset included.
 */
export function logSize({ activeSegment, oldestSegment }: LogState): number {
  const begin = oldestSegment ?? activeSegment;
  return activeSegment.position + activeSegment.sizeInBytes - begin.position;
}

/** Reads the state of the stored log, or of an empty one that is created here. */
export function recoverLog(sql: Sql, config: LogConfig, now: Millis): LogState {
  const { logStartOffset } = openSchema(sql);
  const last = lastChunk(sql);
  // The last chunk is only freed when the log start offset is at its end.
  const logEndOffset = last?.nextOffset ?? logStartOffset;
  const { producers, replayed } = recoverProducers(sql, config, logEndOffset);
  return {
    config,
    logStartOffset,
    logEndOffset,
    highWatermark: Math.max(last?.highWatermark ?? 0, logStartOffset),
    activeSegment: recoverActiveSegment(sql, last, logStartOffset, now),
    oldestSegment: oldestSegments(sql, 1)[0] ?? null,
    oldestChunk: firstChunk(sql) ?? null,
    leaderEpochs: new LeaderEpochs(sql),
    producers,
    replay: replayed,
  };
}

function recoverActiveSegment(
  sql: Sql,
  last: Chunk | undefined,
  logStartOffset: number,
  now: Millis,
): ActiveSegment {
  if (!last) return newSegment(logStartOffset, 0, now);
  const before = newestSegment(sql);
  const position = before ? before.position + before.sizeInBytes : 0;
  const sizeInBytes = last.position + last.sizeInBytes;
  if (last.nextOffset <= logStartOffset) {
    return newSegment(last.nextOffset, position + sizeInBytes, now);
  }
  return {
    ...newSegment(last.segment, position, now),
    sizeInBytes,
    maxTimestamp: last.runningMaxTimestamp,
  };
}
