/** The log's contract over node:sqlite, in memory and in a file that is closed and opened again. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { logContract } from "../contracts/log-contract.ts";
import { NodeSql } from "../support/node-sql.ts";

logContract("node:sqlite in memory", (use) => {
  const sql = new NodeSql();
  try {
    use(sql);
  } finally {
    sql.close();
  }
});

logContract("a node:sqlite file", (use) => {
  const directory = mkdtempSync(join(tmpdir(), "odradek-log-"));
  const sql = new NodeSql(join(directory, "log.sqlite"));
  try {
    use(sql);
  } finally {
    sql.close();
    rmSync(directory, { recursive: true });
  }
});
