/**
 * Every table of a partition's log, in one place. One database holds one partition's log, beside
 * tables that the actor keeps for itself.
 *
 * | table | a row is | written | changed |
 * | --- | --- | --- | --- |
 * | log | the log itself, one row | when the log is created | log start offset moves |
 * | chunks | whole batches in offset order, up to 1 MB | by each append | never |
 * | chunk_parts | what of a large batch did not fit into its chunk's row | with its chunk | never |
 * | segments | a sealed segment | when the log rolls | never |
 * | leader_epochs | an epoch and its first offset | when it begins | first one follows log start |
 * | producer_snapshots | producer state at an offset | every 4096 chunks, on a roll | never |
 *
 * A chunk's `position` is the number of the segment's bytes before it and a segment's `position`
 * the number of the log's bytes before it, so neither waking nor sizing has to add anything up. The
 * B-tree over `base_offset` is the offset index. `bytes` stands last: reading the columns before it
 * does not touch the pages of the batches. Tables with BLOBs are rowid tables, which is twice as
 * fast as WITHOUT ROWID.
 *
 * Changing a table: raise {@link LOG_FORMAT} and let {@link openSchema} rewrite what an older
 * format stored, in the same transaction. A newer format is refused, since nothing is known about
 * it.
 */
import { assert } from "../base/assert.ts";
import type { Sql } from "../base/sql.ts";

/** The stored format that this code reads and writes. */
export const LOG_FORMAT = 1;

const TABLES = [
  `CREATE TABLE log (
     id INTEGER PRIMARY KEY CHECK (id = 0),
     format INTEGER NOT NULL,
     log_start_offset INTEGER NOT NULL
   )`,
  `CREATE TABLE chunks (
     base_offset INTEGER PRIMARY KEY,
     next_offset INTEGER NOT NULL,
     segment INTEGER NOT NULL,
     position INTEGER NOT NULL,
     size_in_bytes INTEGER NOT NULL,
     running_max_timestamp INTEGER NOT NULL,
     high_watermark INTEGER NOT NULL,
     producers BLOB,
     bytes BLOB NOT NULL
   )`,
  `CREATE TABLE chunk_parts (
     base_offset INTEGER NOT NULL,
     part INTEGER NOT NULL,
     bytes BLOB NOT NULL,
     PRIMARY KEY (base_offset, part)
   )`,
  `CREATE TABLE segments (
     base_offset INTEGER PRIMARY KEY,
     next_offset INTEGER NOT NULL,
     position INTEGER NOT NULL,
     size_in_bytes INTEGER NOT NULL,
     max_timestamp INTEGER NOT NULL,
     last_modified INTEGER NOT NULL
   )`,
  `CREATE TABLE leader_epochs (
     epoch INTEGER PRIMARY KEY,
     start_offset INTEGER NOT NULL
   )`,
  `CREATE TABLE producer_snapshots (
     snapshot_offset INTEGER NOT NULL,
     part INTEGER NOT NULL,
     bytes BLOB NOT NULL,
     PRIMARY KEY (snapshot_offset, part)
   )`,
];

/** Creates the tables where there are none, and returns the stored log start offset. */
export function openSchema(sql: Sql): { logStartOffset: number } {
  const exists = sql.get("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'log'");
  if (!exists) {
    sql.transaction(() => {
      for (const table of TABLES) sql.run(table);
      sql.run("INSERT INTO log (id, format, log_start_offset) VALUES (0, ?, 0)", LOG_FORMAT);
    });
  }
  const log = sql.get<{ format: number; log_start_offset: number }>(
    "SELECT format, log_start_offset FROM log",
  );
  assert(log, "The log's own row is written together with its tables.");
  if (log.format !== LOG_FORMAT) throw new UnknownLogFormat(log.format);
  return { logStartOffset: log.log_start_offset };
}

/** Stores a higher log start offset. */
export function writeLogStartOffset(sql: Sql, offset: number): void {
  sql.run("UPDATE log SET log_start_offset = ? WHERE id = 0", offset);
}

/**
 * The log was written by a newer version, which must be brought back: nothing here may touch it.
 */
export class UnknownLogFormat extends Error {
  override name = "UnknownLogFormat";

  constructor(format: number) {
    super(`The log is stored in format ${format}; this version reads format ${LOG_FORMAT}.`);
  }
}
