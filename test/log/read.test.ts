/** What reading touches, and what lookups do with bytes that were taken in unread. */
import { expect, test } from "vitest";

import type { Sql, SqlRow, SqlValue } from "../../src/base/sql.ts";
import { PartitionLog } from "../../src/log/partition-log.ts";
import { computeBatchCrc } from "../../src/protocol/records/batch-header.ts";
import { NodeSql } from "../support/node-sql.ts";
import { NOW, append, batch, config, readAll } from "./batches.ts";

/** Counts the bytes of all BLOBs that come out of storage. */
class CountingSql implements Sql {
  readonly #sql = new NodeSql();
  blobBytes = 0;

  all<Row extends SqlRow>(query: string, ...bindings: SqlValue[]): Row[] {
    return this.#sql.all<Row>(query, ...bindings).map((row) => this.#counted(row));
  }

  get<Row extends SqlRow>(query: string, ...bindings: SqlValue[]): Row | undefined {
    const row = this.#sql.get<Row>(query, ...bindings);
    return row && this.#counted(row);
  }

  run(query: string, ...bindings: SqlValue[]): void {
    this.#sql.run(query, ...bindings);
  }

  transaction<Result>(change: () => Result extends Promise<unknown> ? never : Result) {
    return this.#sql.transaction(change);
  }

  #counted<Row extends SqlRow>(row: Row): Row {
    for (const value of Object.values(row)) {
      if (value instanceof Uint8Array) this.blobBytes += value.length;
    }
    return row;
  }
}

test("[LOG19] the budget ends a read inside a row, whatever is in the rows after it", () => {
  const log = PartitionLog.open(new NodeSql(), config(), NOW);
  const [small, large] = [batch(), batch({ valueSize: 1000 })];
  append(log, batch(), batch(), batch({ valueSize: 1000 }), batch({ valueSize: 1000 }));
  append(log, batch(), batch());
  const read = (maxBytes: number) =>
    log.read(2, { maxBytes, upperBound: log.logEndOffset, minOneBatch: true });
  expect(read(2 * large.length - 1)).toMatchObject({ endOffset: 3, sizeInBytes: large.length });
  expect(read(2 * large.length)).toMatchObject({ endOffset: 4, sizeInBytes: 2 * large.length });
  expect(read(2 * large.length + 2 * small.length - 1)).toMatchObject({
    endOffset: 5,
    sizeInBytes: 2 * large.length + small.length,
  });
});

test("[LOG20] a read takes no more rows than it sends", () => {
  const sql = new CountingSql();
  const log = PartitionLog.open(sql, config(), NOW);
  const size = batch({ valueSize: 1000 }).length;
  for (let i = 0; i < 1000; i++) append(log, batch({ valueSize: 1000 }));
  sql.blobBytes = 0;
  log.read(100, { maxBytes: 20 * size, upperBound: 1000, minOneBatch: true });
  expect(sql.blobBytes).toBe(20 * size);
});

test("[LOG20] catching up reads each large row once", () => {
  const sql = new CountingSql();
  const log = PartitionLog.open(sql, config(), NOW);
  for (let i = 0; i < 20; i++) append(log, batch({ valueSize: 900_000 }));
  sql.blobBytes = 0;
  expect(readAll(log, 0, 1 << 20)).toHaveLength(sql.blobBytes);
});

test("[LOG22] a lookup passes over a compressed batch that does not decode", () => {
  const log = PartitionLog.open(new NodeSql(), config(), NOW);
  const broken = batch({ compression: "lz4", timestamps: [500, 600], valueSize: 200 });
  broken.fill(0xff, 61);
  new DataView(broken.buffer).setUint32(17, computeBatchCrc(broken, 0));
  const times = [100, 700].map((time) => batch({ timestamps: [time] }));
  expect(append(log, times[0]!, broken, times[1]!).map(({ error }) => error)).toEqual([
    null,
    null,
    null,
  ]);
  expect(log.offsetForTimestamp(400, 9)).toEqual({ timestamp: 700, offset: 3, leaderEpoch: 0 });
});
