/**
 * From a timestamp to an offset, without an index: `running_max_timestamp` never falls inside a
 * segment, so the first chunk that reaches a timestamp is found by bisection, in O(log n) point
 * reads. Only then are batches looked at.
 */
import { assert } from "../base/assert.ts";
import type { Millis } from "../base/clock.ts";
import { MalformedFrame } from "../base/malformed-frame.ts";
import type { Sql } from "../base/sql.ts";
import {
  type BatchHeader,
  batchHeaders,
  maxTimestampAt,
} from "../protocol/records/batch-header.ts";
import { decodeRecords } from "../protocol/records/decode.ts";
import type { KafkaRecord } from "../protocol/records/record.ts";
import { type Chunk, chunkAt, readChunkBytes } from "./chunks.ts";
import type { LogState } from "./log-state.ts";
import { segmentOfMaxTimestamp, segmentReaching } from "./segments.ts";

/** A record's place in time and in the log, with the epoch of the leader that appended it. */
export interface TimestampAndOffset {
  readonly timestamp: Millis;
  readonly offset: number;
  readonly leaderEpoch: number;
}

/** Offsets from `from` on and below `to`, all of one segment, and the largest timestamp in it. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly maxTimestamp: Millis;
}

/** The first record with a timestamp at or after `timestamp`, or null. */
export function findTimestamp(
  sql: Sql,
  state: LogState,
  timestamp: Millis,
): TimestampAndOffset | null {
  // Timestamps may go back from one segment to the next, so every segment is a candidate.
  for (let from = 0; ;) {
    const segment = segmentReaching(sql, from, timestamp);
    if (!segment) break;
    const span = { from: segment.baseOffset, to: segment.nextOffset, maxTimestamp: 0 };
    const found = findInSpan(sql, state, span, timestamp);
    if (found) return found;
    from = segment.nextOffset;
  }
  const active = activeSpan(state);
  return active.maxTimestamp >= timestamp ? findInSpan(sql, state, active, timestamp) : null;
}

/** The first record with the largest timestamp of the log, or null when there is no timestamp. */
export function findMaxTimestamp(sql: Sql, state: LogState): TimestampAndOffset | null {
  const { logStartOffset, oldestSegment } = state;
  const spans: Span[] = [];
  const active = activeSpan(state);
  const first = oldestSegment
    ? { ...oldestSegment, from: oldestSegment.baseOffset, to: oldestSegment.nextOffset }
    : active;
  // The segment that the log start offset lies in may owe its maximum to a deleted record.
  if (first.from < logStartOffset) {
    spans.push({ ...first, maxTimestamp: maxTimestampFrom(sql, logStartOffset, first.to) });
  }
  const sealed = segmentOfMaxTimestamp(sql, logStartOffset);
  if (sealed) spans.push({ ...sealed, from: sealed.baseOffset, to: sealed.nextOffset });
  if (active.from >= logStartOffset) spans.push(active);

  const maxTimestamp = Math.max(-1, ...spans.map((span) => span.maxTimestamp));
  const span = spans.find((candidate) => candidate.maxTimestamp === maxTimestamp);
  return span && maxTimestamp >= 0 ? findInSpan(sql, state, span, maxTimestamp) : null;
}

/** The timestamp that `segment.ms` counts from: the first batch's, of those that are left. */
export function firstBatchTimestamp(sql: Sql, segment: number): Millis {
  const row = sql.get<{ header: Uint8Array }>(
    `SELECT substr(bytes, 1, 61) AS header FROM chunks WHERE base_offset >= ?
     ORDER BY base_offset LIMIT 1`,
    segment,
  );
  assert(row, "A segment with bytes has a chunk.");
  return maxTimestampAt(row.header, 0);
}

function activeSpan(state: LogState): Span {
  const { activeSegment, logEndOffset } = state;
  const { baseOffset, maxTimestamp } = activeSegment;
  return { from: baseOffset, to: logEndOffset, maxTimestamp };
}

function findInSpan(
  sql: Sql,
  state: LogState,
  span: Span,
  timestamp: Millis,
): TimestampAndOffset | null {
  const oldest = state.oldestChunk?.baseOffset ?? span.to;
  const reached = bisect(sql, { ...span, from: Math.max(span.from, oldest) }, timestamp);
  for (const chunk of chunksFrom(sql, Math.max(reached, state.logStartOffset), span.to)) {
    const bytes = readChunkBytes(sql, chunk);
    for (const header of batchHeaders(bytes)) {
      if (header.maxTimestamp < timestamp) continue;
      const record = decodable(bytes, header).find(
        (candidate) => candidate.timestamp >= timestamp && candidate.offset >= state.logStartOffset,
      );
      if (!record) continue;
      const { timestamp: at, offset } = record;
      return { timestamp: at, offset, leaderEpoch: header.partitionLeaderEpoch };
    }
  }
  return null;
}

/** The base offset of the first chunk in the span whose running maximum reaches the timestamp. */
function bisect(sql: Sql, span: Span, timestamp: Millis): number {
  let { from: low, to: high } = span;
  while (low < high) {
    const chunk = chunkAt(sql, Math.floor((low + high) / 2));
    assert(chunk && chunk.baseOffset >= low, "Chunks leave no hole.");
    if (chunk.runningMaxTimestamp >= timestamp) high = chunk.baseOffset;
    else low = chunk.nextOffset;
  }
  return low;
}

/** The largest timestamp of the records from `from` on, below `to`. */
function maxTimestampFrom(sql: Sql, from: number, to: number): Millis {
  let max = -1;
  for (const chunk of chunksFrom(sql, from, to)) {
    const bytes = readChunkBytes(sql, chunk);
    for (const header of batchHeaders(bytes)) {
      max = Math.max(max, maxTimestampOf(bytes, header, from));
    }
  }
  return max;
}

/** Of a batch that is deleted in part the header says too much: its records have to tell. */
function maxTimestampOf(bytes: Uint8Array, header: BatchHeader, from: number): Millis {
  if (header.baseOffset >= from) return header.maxTimestamp;
  if (header.baseOffset + header.lastOffsetDelta < from) return -1;
  let max = -1;
  for (const { offset, timestamp } of decodable(bytes, header)) {
    if (offset >= from) max = Math.max(max, timestamp);
  }
  return max;
}

/** The chunks from the one that holds `from` on, below `to`, one at a time. */
function* chunksFrom(sql: Sql, from: number, to: number): Generator<Chunk> {
  for (let offset = from; offset < to;) {
    const chunk = chunkAt(sql, offset);
    assert(chunk && chunk.nextOffset > offset, "Chunks leave no hole.");
    yield chunk;
    offset = chunk.nextOffset;
  }
}

/** Compressed records are taken in unread, so what does not decode is passed over. */
function decodable(bytes: Uint8Array, header: BatchHeader): readonly KafkaRecord[] {
  try {
    return decodeRecords(bytes, header);
  } catch (error) {
    if (error instanceof MalformedFrame) return [];
    throw error;
  }
}
