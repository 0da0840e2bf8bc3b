/**
 * Reading a range of the log: whole batches from the one that holds the fetch offset (a client
 * drops the records before it), cut at batch boundaries, as few and as large pieces as the rows
 * allow. One statement walks from chunk to chunk and stops at the budget, so that no row is read
 * that is not sent.
 */
import { joinBytes } from "../base/concat-bytes.ts";
import type { Sql } from "../base/sql.ts";
import { cutBatches } from "../protocol/records/cut-batches.ts";
import { type Chunk, chunkAt, wholeChunk } from "./chunks.ts";
import { PIECE_BYTES_MAX, PIECE_BYTES_MIN } from "./log-limits.ts";

/** How much to read. */
export interface ReadOptions {
  readonly maxBytes: number;
  /**
   * Only batches that end below it: the high watermark, the last stable offset or the log's end.
   */
  readonly upperBound: number;
  /** Whether the first batch comes whole even if it is larger than `maxBytes` (KIP-74). */
  readonly minOneBatch: boolean;
}

/** What was read. The pieces are tight buffers of whole batches and belong to the caller. */
export interface LogRead {
  readonly pieces: readonly Uint8Array[];
  readonly sizeInBytes: number;
  /**
   * The offset after the last batch, where to read on; the fetch offset when nothing was read.
   * Below the upper bound it was the budget that ended the read: there is more at once.
   */
  readonly endOffset: number;
}

/** Reads from `fetchOffset`, which lies between the log's start and end. */
export function readBatches(sql: Sql, fetchOffset: number, options: ReadOptions): LogRead {
  const nothing: LogRead = { pieces: [], sizeInBytes: 0, endOffset: fetchOffset };
  if (fetchOffset >= options.upperBound) return nothing;
  const first = chunkAt(sql, fetchOffset);
  if (!first) return nothing;
  const rows = sql.all<ChunkBytes>(
    CHUNKS_WITHIN,
    sizeFrom(first, fetchOffset),
    first.baseOffset,
    options.upperBound,
    options.maxBytes,
    options.maxBytes / 2,
  );
  const gathered = new Pieces();
  let endOffset = fetchOffset;
  for (const row of rows) {
    const bytes = wholeChunk(
      sql,
      { baseOffset: row.base_offset, sizeInBytes: row.size_in_bytes },
      row.bytes,
    );
    const cut = cutBatches(bytes, {
      offset: endOffset,
      upperBound: options.upperBound,
      maxBytes: options.maxBytes - gathered.sizeInBytes,
      minOneBatch: options.minOneBatch && gathered.sizeInBytes === 0,
    });
    if (cut.bytes.length > 0) gathered.add(cut.bytes);
    endOffset = cut.nextOffset;
    if (endOffset < row.next_offset) break;
  }
  return { pieces: gathered.finish(), sizeInBytes: gathered.sizeInBytes, endOffset };
}

/**
 * From a first chunk on, each next one while it fits into the budget whole, or while less than half
 * of the budget is used: what does not fit would have to be read again. The walk carries the small
 * columns only, and CROSS JOIN keeps SQLite from turning it around.
 */
const CHUNKS_WITHIN = `
  WITH RECURSIVE walk (base_offset, next_offset, size_in_bytes, total) AS (
    SELECT base_offset, next_offset, size_in_bytes, ? FROM chunks WHERE base_offset = ?
    UNION ALL
    SELECT chunks.base_offset, chunks.next_offset, chunks.size_in_bytes,
           walk.total + chunks.size_in_bytes
    FROM walk CROSS JOIN chunks ON chunks.base_offset = walk.next_offset
    WHERE chunks.base_offset < ?
      AND (walk.total + chunks.size_in_bytes <= ? OR walk.total < ?)
  )
  SELECT walk.base_offset, walk.next_offset, walk.size_in_bytes, chunks.bytes
  FROM walk CROSS JOIN chunks ON chunks.base_offset = walk.base_offset`;

/** About how many bytes of the chunk are at or after the offset, as if all records were alike. */
function sizeFrom(chunk: Chunk, offset: number): number {
  const { baseOffset, nextOffset, sizeInBytes } = chunk;
  return Math.ceil((sizeInBytes * (nextOffset - offset)) / (nextOffset - baseOffset));
}

interface ChunkBytes extends Record<string, number | Uint8Array> {
  base_offset: number;
  next_offset: number;
  size_in_bytes: number;
  bytes: Uint8Array;
}

/** Joins small stretches of bytes, so that an answer is few and large writes. */
class Pieces {
  readonly #pieces: Uint8Array[] = [];
  #small: Uint8Array[] = [];
  #smallBytes = 0;
  sizeInBytes = 0;

  add(bytes: Uint8Array): void {
    this.sizeInBytes += bytes.length;
    if (bytes.length >= PIECE_BYTES_MIN) {
      this.#join();
      this.#pieces.push(tight(bytes));
      return;
    }
    if (this.#smallBytes + bytes.length > PIECE_BYTES_MAX) this.#join();
    this.#small.push(bytes);
    this.#smallBytes += bytes.length;
  }

  finish(): readonly Uint8Array[] {
    this.#join();
    return this.#pieces;
  }

  #join(): void {
    if (this.#small.length === 0) return;
    this.#pieces.push(tight(joinBytes(this.#small)));
    this.#small = [];
    this.#smallBytes = 0;
  }
}

/** A view is copied: sent to another actor, it would take its whole buffer along. */
function tight(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
