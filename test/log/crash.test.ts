/**
 * Crashes: every operation is one transaction, so a log that is cut off anywhere opens as it was
 * before the operation or after it. Each operation of a script that meets every kind of write is
 * made to fail at its first write, then at its second, and so on.
 */
import { expect, test } from "vitest";

import { crc32c } from "../../src/base/crc32c.ts";
import type { Sql, SqlRow, SqlValue } from "../../src/base/sql.ts";
import { checkInvariants } from "../../src/log/invariants.ts";
import { BLOB_BYTES_MAX } from "../../src/log/log-limits.ts";
import { PartitionLog } from "../../src/log/partition-log.ts";
import { NodeSql } from "../support/node-sql.ts";
import { NOW, append, batch, config, idempotent } from "./batches.ts";

class DiskFailure extends Error {}

/** Fails at the write with this number, counted from 1, and counts commits and writes. */
class FailingSql implements Sql {
  readonly #sql: Sql;
  readonly #failAt: number;
  #inTransaction = false;
  writes = 0;
  commits = 0;

  constructor(sql: Sql, failAt = Infinity) {
    this.#sql = sql;
    this.#failAt = failAt;
  }

  all<Row extends SqlRow>(query: string, ...bindings: SqlValue[]): Row[] {
    return this.#sql.all(query, ...bindings);
  }

  get<Row extends SqlRow>(query: string, ...bindings: SqlValue[]): Row | undefined {
    return this.#sql.get(query, ...bindings);
  }

  run(query: string, ...bindings: SqlValue[]): void {
    expect(this.#inTransaction, `outside of a transaction: ${query}`).toBe(true);
    this.writes += 1;
    if (this.writes === this.#failAt) throw new DiskFailure();
    this.#sql.run(query, ...bindings);
  }

  transaction<Result>(change: () => Result extends Promise<unknown> ? never : Result) {
    this.commits += 1;
    this.#inTransaction = true;
    try {
      return this.#sql.transaction(change);
    } finally {
      this.#inTransaction = false;
    }
  }
}

const CONFIG = config({
  "internal.segment.bytes": "2000",
  "max.message.bytes": "10000000",
  "retention.ms": "1000",
});
const ROOMY = config({ "max.message.bytes": "10000000" });

type Step = readonly [name: string, step: (log: PartitionLog) => void];

const SCRIPT: readonly Step[] = [
  ["the log is created and led", (log) => log.becomeLeader(1)],
  ["a first append", (log) => append(log, idempotent(0), batch({ valueSize: 500 }))],
  ["an append that rolls twice", (log) => append(log, ...large(3), idempotent(1))],
  ["another leader", (log) => log.becomeLeader(3)],
  [
    "an append of an epoch that nobody announced",
    (log) => {
      log.append([idempotent(2)], { now: NOW, leaderEpoch: 4 });
      log.advanceHighWatermark(log.logEndOffset);
    },
  ],
  [
    "a batch in parts",
    (log) => {
      log.updateConfig(ROOMY);
      append(log, batch({ valueSize: BLOB_BYTES_MAX }), idempotent(3));
      log.updateConfig(CONFIG);
    },
  ],
  ["records are deleted", (log) => log.deleteRecordsBefore(3)],
  ["their rows are freed", (log) => log.maintain(NOW)],
  ["retention moves the log start", (log) => log.maintain(NOW + 2000)],
  ["the old rows are freed", (log) => log.maintain(NOW + 2000)],
  ["the log goes on", (log) => append(log, idempotent(4), batch())],
];

function large(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => batch({ valueSize: 1500 }));
}

const TABLES = ["log", "chunks", "chunk_parts", "segments", "leader_epochs", "producer_snapshots"];

/**
 * All that is stored, each BLOB as its size and checksum; nothing when the tables are not there.
 */
function contents(sql: Sql): unknown {
  if (!sql.get("SELECT 1 FROM sqlite_master WHERE name = 'log'")) return [];
  const shown = (_: string, value: unknown) =>
    value instanceof Uint8Array ? `${value.length} bytes, ${crc32c(value)}` : value;
  return TABLES.map((table) => JSON.stringify(sql.all(`SELECT * FROM ${table}`), shown));
}

/** Opens the log as its host does, which lets the high watermark follow. */
function open(sql: Sql): PartitionLog {
  const log = PartitionLog.open(sql, CONFIG, NOW);
  log.advanceHighWatermark(log.logEndOffset);
  return log;
}

test("[LOG34, LOG35] an operation that fails at any of its writes leaves the log as it was", () => {
  const stored = new NodeSql();
  let failures = 0;
  for (const [name, step] of SCRIPT) {
    const before = stored.serialize();
    for (let failAt = 1; ; failAt++) {
      const copy = NodeSql.deserialize(before);
      const asBefore = contents(copy);
      const sql = new FailingSql(copy, failAt);
      try {
        step(open(sql));
        copy.close();
        break;
      } catch (error) {
        if (!(error instanceof DiskFailure)) throw error;
      }
      failures += 1;
      // Creating the tables is a transaction of its own, so those may be there.
      if (asBefore instanceof Array && asBefore.length > 0) {
        expect(contents(copy), `${name}, write ${failAt}`).toEqual(asBefore);
      }
      open(copy);
      checkInvariants(copy);
      copy.close();
    }
    step(open(stored));
    checkInvariants(stored);
  }
  expect(failures).toBeGreaterThan(30);
  expect(open(stored).logStartOffset).toBe(9);
  expect(open(stored).logEndOffset).toBe(11);
});

test("[LOG34] every operation is one commit, and opening a log writes nothing", () => {
  const sql = new FailingSql(new NodeSql());
  open(sql);
  for (const [name, step] of SCRIPT) {
    const log = open(sql);
    sql.commits = 0;
    sql.writes = 0;
    open(sql);
    expect(sql.commits + sql.writes).toBe(0);
    step(log);
    expect(sql.commits, name).toBe(1);
    expect(sql.writes, name).toBeGreaterThan(0);
  }
});
