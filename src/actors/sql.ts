/** {@link Sql} over a Durable Object's own SQLite database. */
import type { Sql, SqlRow, SqlValue } from "../base/sql.ts";

export function durableObjectSql(storage: DurableObjectStorage): Sql {
  const all = <Row extends SqlRow>(query: string, ...bindings: SqlValue[]): Row[] => {
    const rows = storage.sql.exec(query, ...bindings).toArray();
    for (const row of rows) {
      for (const name in row) {
        // The platform gives BLOBs as ArrayBuffers.
        if (row[name] instanceof ArrayBuffer) (row as SqlRow)[name] = new Uint8Array(row[name]);
      }
    }
    return rows as SqlRow[] as Row[];
  };
  return {
    all,
    get: <Row extends SqlRow>(query: string, ...bindings: SqlValue[]) =>
      all<Row>(query, ...bindings)[0],
    run: (query, ...bindings) => void storage.sql.exec(query, ...bindings),
    transaction: (change) => storage.transactionSync(change),
  };
}
