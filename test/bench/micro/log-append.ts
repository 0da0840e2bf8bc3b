/**
 * What an append to a partition's log costs: in memory, which is our own work, and in a file, where
 * a commit is synced. One append is one turn of a replica: all batches that came meanwhile.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bench, group, run } from "mitata";

import { PartitionLog } from "../../../src/log/partition-log.ts";
import { NOW, append, batch, config } from "../../log/batches.ts";
import { NodeSql } from "../../support/node-sql.ts";

/** A log that has grown so far is left, so that memory and disk are enough for any run. */
const LOG_BYTES_MAX = 256 * 1024 * 1024;

const TURNS = [
  { batches: 1, count: 1, valueSize: 100 },
  { batches: 100, count: 1, valueSize: 100 },
  { batches: 1, count: 150, valueSize: 100 },
  { batches: 64, count: 16, valueSize: 1000 },
];

const directory = mkdtempSync(join(tmpdir(), "odradek-micro-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
let files = 0;

for (const { batches, ...shape } of TURNS) {
  const bytes = batch(shape);
  group(`batches in a turn: ${batches}, each of ${shape.count} x ${shape.valueSize} B`, () => {
    for (const place of ["in memory", "in a file"]) {
      bench(place, function* () {
        const newSql = () => new NodeSql(place === "in memory" ? ":memory:" : newFile());
        let sql = newSql();
        let log = PartitionLog.open(sql, config(), NOW);
        yield () => {
          if (log.sizeInBytes > LOG_BYTES_MAX) {
            sql.close();
            sql = newSql();
            log = PartitionLog.open(sql, config(), NOW);
          }
          // The log changes the batches that it is given.
          append(log, ...Array.from({ length: batches }, () => bytes.slice()));
        };
        sql.close();
      });
    }
  });
}

function newFile(): string {
  if (files > 0) rmSync(join(directory, `${files}.sqlite`), { force: true });
  return join(directory, `${++files}.sqlite`);
}

await run();
