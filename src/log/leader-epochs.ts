/**
 * The leader epochs of a log, each with the offset of its first record (KIP-101): what a replica or
 * a consumer compares to find where two histories part. One row an epoch, all of them in memory.
 */
import { assert } from "../base/assert.ts";
import type { Sql } from "../base/sql.ts";

/** An epoch, and the offset that its leader's first record got or would have got. */
export interface EpochEntry {
  readonly epoch: number;
  readonly startOffset: number;
}

/** Stands for an epoch or an end offset that is not known. */
export const UNDEFINED_EPOCH = -1;
export const UNDEFINED_EPOCH_OFFSET = -1;

export class LeaderEpochs {
  readonly #sql: Sql;
  /** Rising in epoch and in start offset. */
  #entries: EpochEntry[];

  constructor(sql: Sql) {
    this.#sql = sql;
    const rows = sql.all<{ epoch: number; start_offset: number }>(
      "SELECT epoch, start_offset FROM leader_epochs ORDER BY epoch",
    );
    this.#entries = rows.map((row) => ({ epoch: row.epoch, startOffset: row.start_offset }));
  }

  get entries(): readonly EpochEntry[] {
    return this.#entries;
  }

  /** The latest epoch, or -1 when none was ever assigned. */
  get latest(): number {
    return this.#entries.at(-1)?.epoch ?? UNDEFINED_EPOCH;
  }

  /**
   * Notes that `epoch` begins at `startOffset`. Entries that it contradicts go: an epoch in which
   * nothing was written begins where the next one does.
   */
  assign(epoch: number, startOffset: number): void {
    assert(epoch >= this.latest, "A leader epoch never falls.");
    if (epoch === this.latest) return;
    const entries = this.#entries.filter((entry) => entry.startOffset < startOffset);
    this.#replace([...entries, { epoch, startOffset }]);
  }

  /**
   * Forgets the epochs that end at or below a new log start offset; the one there begins with it.
   */
  truncateFromStart(logStartOffset: number): void {
    const below = this.#entries.filter((entry) => entry.startOffset <= logStartOffset);
    const last = below.at(-1);
    if (!last || (below.length === 1 && last.startOffset === logStartOffset)) return;
    const above = this.#entries.slice(below.length);
    this.#replace([{ epoch: last.epoch, startOffset: logStartOffset }, ...above]);
  }

  /**
   * The epoch that the record at `offset` was written in, or -1 when the log does not go back so
   * far.
   */
  at(offset: number): number {
    const entry = this.#entries.findLast((candidate) => candidate.startOffset <= offset);
    return entry?.epoch ?? UNDEFINED_EPOCH;
  }

  /**
   * Where the records of `epoch` end: for the latest epoch the log's end; for an earlier or missing
   * one the largest epoch at or below it, and the start of the next; for one before all others that
   * epoch itself and the start of the first; for one after all others both unknown.
   */
  endOffsetFor(epoch: number, logEndOffset: number): { epoch: number; endOffset: number } {
    if (epoch !== UNDEFINED_EPOCH && epoch === this.latest) {
      return { epoch, endOffset: logEndOffset };
    }
    const next = this.#entries.find((entry) => entry.epoch > epoch);
    if (epoch === UNDEFINED_EPOCH || !next) {
      return { epoch: UNDEFINED_EPOCH, endOffset: UNDEFINED_EPOCH_OFFSET };
    }
    const floor = this.#entries.findLast((entry) => entry.epoch <= epoch);
    return { epoch: floor?.epoch ?? epoch, endOffset: next.startOffset };
  }

  #replace(entries: EpochEntry[]): void {
    const kept = new Set(entries);
    for (const entry of this.#entries) {
      if (!kept.has(entry)) this.#sql.run("DELETE FROM leader_epochs WHERE epoch = ?", entry.epoch);
    }
    const known = new Set(this.#entries);
    for (const entry of entries) {
      if (known.has(entry)) continue;
      this.#sql.run(
        "INSERT INTO leader_epochs (epoch, start_offset) VALUES (?, ?)",
        entry.epoch,
        entry.startOffset,
      );
    }
    this.#entries = entries;
  }
}
