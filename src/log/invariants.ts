/**
 * What must hold of every stored log, whatever was done to it and wherever it was cut off. Reads
 * all of it, so it is for tests, simulations and tools; a sentence says what is wrong.
 */
import { assert } from "../base/assert.ts";
import type { Sql } from "../base/sql.ts";
import { batchHeaders } from "../protocol/records/batch-header.ts";
import { type Chunk, chunksBetween, readChunkBytes } from "./chunks.ts";
import { openSchema } from "./schema.ts";
import { type SealedSegment, oldestSegments } from "./segments.ts";

/** Throws an AssertionError unless the log stored in `sql` is whole. */
export function checkInvariants(sql: Sql): void {
  const { logStartOffset } = openSchema(sql);
  const segments = oldestSegments(sql, Number.MAX_SAFE_INTEGER);
  const chunks = chunksBetween(sql, 0, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  chunks.forEach((chunk, index) => {
    const before = chunks[index - 1];
    checkChunk(sql, chunk);
    checkPlace(chunk, before, logStartOffset);
  });
  const logEndOffset = chunks.at(-1)?.nextOffset ?? logStartOffset;
  assert(logStartOffset <= logEndOffset, "The log starts at or below its end.");
  segments.forEach((segment, index) => checkSegment(segment, segments[index - 1], chunks));
  for (const segment of segments) {
    assert(segment.nextOffset > logStartOffset, "Segments below the log start are forgotten.");
  }
  checkParts(sql, chunks);
  checkEpochsAndSnapshots(sql, logEndOffset);
}

/** A chunk is whole batches, one after the other, from its base offset to its next. */
function checkChunk(sql: Sql, chunk: Chunk): void {
  let offset = chunk.baseOffset;
  let maxTimestamp = -1;
  for (const header of batchHeaders(readChunkBytes(sql, chunk))) {
    assert(header.baseOffset === offset, "A batch begins where the last one ends.");
    offset += header.lastOffsetDelta + 1;
    maxTimestamp = Math.max(maxTimestamp, header.maxTimestamp);
  }
  assert(offset === chunk.nextOffset, "A chunk ends where its last batch does.");
  assert(maxTimestamp <= chunk.runningMaxTimestamp, "The running maximum covers the chunk.");
  assert(chunk.highWatermark <= chunk.baseOffset, "A chunk is written above the high watermark.");
}

function checkPlace(chunk: Chunk, before: Chunk | undefined, logStartOffset: number): void {
  if (!before) {
    assert(chunk.baseOffset <= logStartOffset, "The first record is stored.");
    return;
  }
  assert(chunk.baseOffset === before.nextOffset, "A chunk begins where the last one ends.");
  assert(before.highWatermark <= chunk.highWatermark, "The high watermark never falls.");
  if (chunk.segment === before.segment) {
    assert(chunk.position === before.position + before.sizeInBytes, "Positions add up.");
    assert(before.runningMaxTimestamp <= chunk.runningMaxTimestamp, "The maximum never falls.");
  } else {
    assert(chunk.segment === chunk.baseOffset, "A segment begins with a chunk.");
    assert(chunk.position === 0, "A segment's first chunk stands at its beginning.");
  }
}

function checkSegment(
  segment: SealedSegment,
  before: SealedSegment | undefined,
  chunks: readonly Chunk[],
): void {
  if (before) {
    assert(segment.baseOffset === before.nextOffset, "A segment begins where the last one ends.");
    const end = before.position + before.sizeInBytes;
    assert(segment.position === end, "Segment positions add up.");
  }
  const last = chunks.findLast((chunk) => chunk.segment === segment.baseOffset);
  assert(last, "A sealed segment's last chunk is stored.");
  assert(last.nextOffset === segment.nextOffset, "A segment ends with its last chunk.");
  assert(last.position + last.sizeInBytes === segment.sizeInBytes, "A segment's size adds up.");
  assert(last.runningMaxTimestamp === segment.maxTimestamp, "A segment has its last maximum.");
}

function checkParts(sql: Sql, chunks: readonly Chunk[]): void {
  const stored = new Set(chunks.map((chunk) => chunk.baseOffset));
  const parts = sql.all<{ base_offset: number }>("SELECT DISTINCT base_offset FROM chunk_parts");
  assert(
    parts.every((part) => stored.has(part.base_offset)),
    "A part belongs to a chunk.",
  );
}

function checkEpochsAndSnapshots(sql: Sql, logEndOffset: number): void {
  const epochs = sql.all<{ start_offset: number }>(
    "SELECT start_offset FROM leader_epochs ORDER BY epoch",
  );
  epochs.forEach((epoch, index) => {
    const before = epochs[index - 1]?.start_offset ?? -1;
    assert(before < epoch.start_offset, "Start offsets rise with the epochs.");
    assert(epoch.start_offset <= logEndOffset, "No epoch begins above the log's end.");
  });
  const snapshot = sql.get<{ offset: number | null }>(
    "SELECT MAX(snapshot_offset) AS offset FROM producer_snapshots",
  );
  assert((snapshot?.offset ?? 0) <= logEndOffset, "No snapshot is ahead of the log.");
}
