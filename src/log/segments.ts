/**
 * Segments: the stretches of the log that retention, cleaning and tiering work on. The active one
 * is appended to and known from its last chunk; a row is written when it is sealed.
 */
import type { Millis } from "../base/clock.ts";
import type { Sql, SqlRow } from "../base/sql.ts";
import type { LogConfig } from "./log-config.ts";

/** A segment that is not appended to any more. */
export interface SealedSegment {
  readonly baseOffset: number;
  readonly nextOffset: number;
  /** Bytes of the log before this segment. */
  readonly position: number;
  readonly sizeInBytes: number;
  /** -1 when no batch has a timestamp. */
  readonly maxTimestamp: Millis;
  readonly lastModified: Millis;
}

/** The segment that the next batch goes to; the log moves its figures as it appends. */
export interface ActiveSegment {
  readonly baseOffset: number;
  readonly position: number;
  sizeInBytes: number;
  maxTimestamp: Millis;
  /** Timestamp of the first batch, which `segment.ms` counts from; null until it is known. */
  firstTimestamp: Millis | null;
  /** When this log began to append to it. */
  readonly created: Millis;
  lastModified: Millis;
}

/** What a batch would add to a segment. */
export interface SegmentAppend {
  readonly sizeInBytes: number;
  readonly maxTimestamp: Millis;
  readonly lastOffset: number;
}

/** Offsets in a segment are stored by Kafka's tools, and ours to come, relative to its base. */
const INT32_MAX = 0x7fffffff;

/** An empty segment that begins at `baseOffset`, `position` bytes into the log. */
export function newSegment(baseOffset: number, position: number, now: Millis): ActiveSegment {
  return {
    baseOffset,
    position,
    sizeInBytes: 0,
    maxTimestamp: -1,
    firstTimestamp: null,
    created: now,
    lastModified: now,
  };
}

/**
 * Whether a batch has to go to a new segment: this one would grow above `segment.bytes`, spans more
 * than `segment.ms` (of batch timestamps, or of the clock where batches have none), or could not
 * hold the offset as an int32.
 */
export function shouldRoll(
  segment: ActiveSegment,
  append: SegmentAppend,
  config: LogConfig,
  now: Millis,
): boolean {
  if (segment.sizeInBytes === 0) return false;
  if (segment.sizeInBytes > config.segmentBytes - append.sizeInBytes) return true;
  if (append.lastOffset - segment.baseOffset > INT32_MAX) return true;
  const { firstTimestamp, created } = segment;
  const waited =
    firstTimestamp !== null && firstTimestamp >= 0
      ? append.maxTimestamp - firstTimestamp
      : now - created;
  return waited > maxSegmentMs(config);
}

/** Compaction works on sealed segments, so its longest lag also rolls them. */
function maxSegmentMs(config: LogConfig): Millis {
  const { cleanupPolicy, maxCompactionLagMs, segmentMs } = config;
  return cleanupPolicy.compact ? Math.min(maxCompactionLagMs, segmentMs) : segmentMs;
}

/** The active segment as it is sealed at `nextOffset`. */
export function sealed(segment: ActiveSegment, nextOffset: number): SealedSegment {
  const { baseOffset, position, sizeInBytes, maxTimestamp, lastModified } = segment;
  return { baseOffset, nextOffset, position, sizeInBytes, maxTimestamp, lastModified };
}

/** When a segment's records count as written: its largest timestamp, or its last append's time. */
export function largestTimestamp(segment: {
  readonly maxTimestamp: Millis;
  readonly lastModified: Millis;
}): Millis {
  return segment.maxTimestamp >= 0 ? segment.maxTimestamp : segment.lastModified;
}

const COLUMNS = "base_offset, next_offset, position, size_in_bytes, max_timestamp, last_modified";

interface SegmentColumns extends SqlRow {
  base_offset: number;
  next_offset: number;
  position: number;
  size_in_bytes: number;
  max_timestamp: number;
  last_modified: number;
}

/** Stores a sealed segment. */
export function insertSegment(sql: Sql, segment: SealedSegment): void {
  sql.run(
    `INSERT INTO segments (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`,
    segment.baseOffset,
    segment.nextOffset,
    segment.position,
    segment.sizeInBytes,
    segment.maxTimestamp,
    segment.lastModified,
  );
}

/** Up to `limit` sealed segments, the oldest first. */
export function oldestSegments(sql: Sql, limit: number): SealedSegment[] {
  const query = `SELECT ${COLUMNS} FROM segments ORDER BY base_offset LIMIT ?`;
  return sql.all<SegmentColumns>(query, limit).map(segmentOf);
}

/** The newest sealed segment, if there is any. */
export function newestSegment(sql: Sql): SealedSegment | undefined {
  const query = `SELECT ${COLUMNS} FROM segments ORDER BY base_offset DESC LIMIT 1`;
  return sql.all<SegmentColumns>(query).map(segmentOf)[0];
}

/** The first sealed segment that begins at or after `from` and reaches the timestamp. */
export function segmentReaching(
  sql: Sql,
  from: number,
  timestamp: Millis,
): SealedSegment | undefined {
  const query = `SELECT ${COLUMNS} FROM segments
    WHERE base_offset >= ? AND max_timestamp >= ? ORDER BY base_offset LIMIT 1`;
  return sql.all<SegmentColumns>(query, from, timestamp).map(segmentOf)[0];
}

/** The first of the sealed segments from `from` on that have the largest timestamp of them all. */
export function segmentOfMaxTimestamp(sql: Sql, from: number): SealedSegment | undefined {
  const query = `SELECT ${COLUMNS} FROM segments
    WHERE base_offset >= ? ORDER BY max_timestamp DESC, base_offset LIMIT 1`;
  return sql.all<SegmentColumns>(query, from).map(segmentOf)[0];
}

/** Forgets the sealed segments that lie wholly below the log start offset. */
export function deleteSegmentsBelow(sql: Sql, logStartOffset: number): void {
  sql.run(
    "DELETE FROM segments WHERE base_offset < ? AND next_offset <= ?",
    logStartOffset,
    logStartOffset,
  );
}

function segmentOf(row: SegmentColumns): SealedSegment {
  return {
    baseOffset: row.base_offset,
    nextOffset: row.next_offset,
    position: row.position,
    sizeInBytes: row.size_in_bytes,
    maxTimestamp: row.max_timestamp,
    lastModified: row.last_modified,
  };
}
