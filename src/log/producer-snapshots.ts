/**
 * Snapshots of producer state: what all batches below an offset left behind, so that waking replays
 * no more than the chunks since. They survive the deletion of those chunks. The newest one at or
 * below the high watermark is kept, and all above it: only what is above can be truncated away.
 */
import type { Millis } from "../base/clock.ts";
import type { Sql } from "../base/sql.ts";
import type { LogConfig } from "./log-config.ts";
import { BLOB_BYTES_MAX } from "./log-limits.ts";
import { type ProducerEntry, decodeEntries, encodeEntries, entrySize } from "./producer-entry.ts";
import { ProducerState } from "./producer-state.ts";

/** Producer state, and how much was replayed for it: what the next snapshot will save. */
export interface RecoveredProducers {
  readonly producers: ProducerState;
  readonly replayed: ReplayCost;
}

/** How many chunks a waking log would replay, and how many bytes of their `producers` columns. */
export interface ReplayCost {
  readonly chunks: number;
  readonly bytes: number;
}

/** The producer state that all batches below `endOffset`, where a chunk ends, left behind. */
export function recoverProducers(
  sql: Sql,
  config: Pick<LogConfig, "producerIdExpirationMs">,
  endOffset: number,
): RecoveredProducers {
  const producers = new ProducerState(config.producerIdExpirationMs);
  const snapshot = sql.get<{ snapshot_offset: number }>(
    `SELECT snapshot_offset FROM producer_snapshots WHERE snapshot_offset <= ?
     ORDER BY snapshot_offset DESC LIMIT 1`,
    endOffset,
  );
  if (snapshot) {
    const parts = sql.all<{ bytes: Uint8Array }>(
      "SELECT bytes FROM producer_snapshots WHERE snapshot_offset = ? ORDER BY part",
      snapshot.snapshot_offset,
    );
    for (const { bytes } of parts) decodeEntries(bytes).forEach((entry) => producers.set(entry));
  }
  const chunks = sql.all<{ producers: Uint8Array | null }>(
    "SELECT producers FROM chunks WHERE base_offset >= ? AND base_offset < ? ORDER BY base_offset",
    snapshot?.snapshot_offset ?? 0,
    endOffset,
  );
  let bytes = 0;
  for (const chunk of chunks) {
    if (chunk.producers === null) continue;
    bytes += chunk.producers.length;
    decodeEntries(chunk.producers).forEach((entry) => producers.merge(entry));
  }
  return { producers, replayed: { chunks: chunks.length, bytes } };
}

/** Stores the state at `offset` and drops the snapshots that nothing will go back to. */
export function writeSnapshot(
  sql: Sql,
  entries: readonly ProducerEntry[],
  at: { readonly offset: number; readonly highWatermark: number },
): void {
  sql.run("DELETE FROM producer_snapshots WHERE snapshot_offset = ?", at.offset);
  partsOf(entries).forEach((part, index) => {
    sql.run(
      "INSERT INTO producer_snapshots (snapshot_offset, part, bytes) VALUES (?, ?, ?)",
      at.offset,
      index,
      encodeEntries(part),
    );
  });
  sql.run(
    `DELETE FROM producer_snapshots WHERE snapshot_offset <
       (SELECT MAX(snapshot_offset) FROM producer_snapshots WHERE snapshot_offset <= ?)`,
    at.highWatermark,
  );
}

/**
 * Makes sure, before all chunks below `offset` are deleted, that what they tell of producers is in
 * a snapshot at or below the high watermark.
 */
export function keepProducersBelow(
  sql: Sql,
  config: Pick<LogConfig, "producerIdExpirationMs">,
  at: { readonly offset: number; readonly highWatermark: number; readonly now: Millis },
): void {
  const kept = sql.get(
    "SELECT 1 FROM producer_snapshots WHERE snapshot_offset BETWEEN ? AND ? LIMIT 1",
    at.offset,
    at.highWatermark,
  );
  if (kept) return;
  const { producers } = recoverProducers(sql, config, at.offset);
  writeSnapshot(sql, producers.active(at.now), at);
}

/** Cuts entries into rows; a state without producers is one empty row. */
function partsOf(entries: readonly ProducerEntry[]): ProducerEntry[][] {
  const parts: ProducerEntry[][] = [[]];
  let size = 0;
  for (const entry of entries) {
    if (size + entrySize(entry) > BLOB_BYTES_MAX) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)!.push(entry);
    size += entrySize(entry);
  }
  return parts;
}
