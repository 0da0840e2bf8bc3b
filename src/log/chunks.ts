/**
 * Chunks: the rows that hold the log's bytes. One chunk is what one append brought, up to 1 MB of
 * whole batches, so that many small requests cost one row. A batch larger than a BLOB may be goes
 * on in `chunk_parts`.
 */
import { assert } from "../base/assert.ts";
import { concatBytes } from "../base/concat-bytes.ts";
import type { Sql, SqlRow } from "../base/sql.ts";
import { BLOB_BYTES_MAX } from "./log-limits.ts";

/** The small columns of a chunk: all that its row holds beside the batches. */
export interface Chunk {
  readonly baseOffset: number;
  /** The offset after the chunk's last record; the next chunk begins there. */
  readonly nextOffset: number;
  /** Base offset of the segment that the chunk belongs to. */
  readonly segment: number;
  /** Bytes of the segment before this chunk. */
  readonly position: number;
  readonly sizeInBytes: number;
  /** The segment's largest timestamp up to the end of this chunk; never falls inside a segment. */
  readonly runningMaxTimestamp: number;
  /** What the high watermark was known to be when the chunk was written. */
  readonly highWatermark: number;
}

const COLUMNS =
  "base_offset, next_offset, segment, position, size_in_bytes, running_max_timestamp, high_watermark";

interface ChunkColumns extends SqlRow {
  base_offset: number;
  next_offset: number;
  segment: number;
  position: number;
  size_in_bytes: number;
  running_max_timestamp: number;
  high_watermark: number;
}

/** Stores a chunk. `bytes` stays the caller's, who must not change it before the call returns. */
export function insertChunk(
  sql: Sql,
  chunk: Chunk,
  content: { readonly producers: Uint8Array | null; readonly bytes: Uint8Array },
): void {
  const { producers, bytes } = content;
  assert(bytes.length === chunk.sizeInBytes, "A chunk's size is the size of its batches.");
  sql.run(
    `INSERT INTO chunks (${COLUMNS}, producers, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    chunk.baseOffset,
    chunk.nextOffset,
    chunk.segment,
    chunk.position,
    chunk.sizeInBytes,
    chunk.runningMaxTimestamp,
    chunk.highWatermark,
    producers,
    bytes.length > BLOB_BYTES_MAX ? bytes.subarray(0, BLOB_BYTES_MAX) : bytes,
  );
  for (let part = 1; part * BLOB_BYTES_MAX < bytes.length; part++) {
    const begin = part * BLOB_BYTES_MAX;
    sql.run(
      "INSERT INTO chunk_parts (base_offset, part, bytes) VALUES (?, ?, ?)",
      chunk.baseOffset,
      part,
      bytes.subarray(begin, begin + BLOB_BYTES_MAX),
    );
  }
}

/** The first chunk that is stored, if any is. */
export function firstChunk(sql: Sql): Chunk | undefined {
  return chunkOf(sql.get(`SELECT ${COLUMNS} FROM chunks ORDER BY base_offset LIMIT 1`));
}

/** The last chunk that is stored, if any is. */
export function lastChunk(sql: Sql): Chunk | undefined {
  return chunkOf(sql.get(`SELECT ${COLUMNS} FROM chunks ORDER BY base_offset DESC LIMIT 1`));
}

/** The chunk with the largest base offset at or below `offset`. */
export function chunkAt(sql: Sql, offset: number): Chunk | undefined {
  return chunkOf(
    sql.get(
      `SELECT ${COLUMNS} FROM chunks WHERE base_offset <= ? ORDER BY base_offset DESC LIMIT 1`,
      offset,
    ),
  );
}

/** Up to `limit` chunks that begin at or after `from` and before `to`, in offset order. */
export function chunksBetween(sql: Sql, from: number, to: number, limit: number): Chunk[] {
  const rows = sql.all<ChunkColumns>(
    `SELECT ${COLUMNS} FROM chunks WHERE base_offset >= ? AND base_offset < ?
     ORDER BY base_offset LIMIT ?`,
    from,
    to,
    limit,
  );
  return rows.map((row) => chunkOf(row)!);
}

/** The batches of a stored chunk, in a buffer of their own that the caller may keep. */
export function readChunkBytes(
  sql: Sql,
  chunk: Pick<Chunk, "baseOffset" | "sizeInBytes">,
): Uint8Array {
  const row = sql.get<{ bytes: Uint8Array }>(
    "SELECT bytes FROM chunks WHERE base_offset = ?",
    chunk.baseOffset,
  );
  assert(row, "A chunk is read while it is stored.");
  return wholeChunk(sql, chunk, row.bytes);
}

/** A chunk's batches from what its own row holds: that, and its parts where there are some. */
export function wholeChunk(
  sql: Sql,
  chunk: Pick<Chunk, "baseOffset" | "sizeInBytes">,
  bytes: Uint8Array,
): Uint8Array {
  if (bytes.length === chunk.sizeInBytes) return bytes;
  const parts = sql.all<{ bytes: Uint8Array }>(
    "SELECT bytes FROM chunk_parts WHERE base_offset = ? ORDER BY part",
    chunk.baseOffset,
  );
  const whole = concatBytes([bytes, ...parts.map((part) => part.bytes)]);
  assert(whole.length === chunk.sizeInBytes, "A chunk and its parts are stored together.");
  return whole;
}

/** Frees all chunks below `offset`, which is where a chunk begins or the log ends. */
export function deleteChunksBelow(sql: Sql, offset: number): void {
  sql.run("DELETE FROM chunks WHERE base_offset < ?", offset);
  sql.run("DELETE FROM chunk_parts WHERE base_offset < ?", offset);
}

function chunkOf(row: SqlRow | undefined): Chunk | undefined {
  if (!row) return undefined;
  const columns = row as ChunkColumns;
  return {
    baseOffset: columns.base_offset,
    nextOffset: columns.next_offset,
    segment: columns.segment,
    position: columns.position,
    sizeInBytes: columns.size_in_bytes,
    runningMaxTimestamp: columns.running_max_timestamp,
    highWatermark: columns.high_watermark,
  };
}
