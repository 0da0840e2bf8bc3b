/**
 * The `Sql` of a pure folder over Node's own SQLite: for unit tests, simulations and benchmarks. A
 * file is opened as workerd opens an actor's: write-ahead log, and every commit synced.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";

import type { Sql, SqlRow, SqlValue } from "../../src/base/sql.ts";

export class NodeSql implements Sql {
  readonly #path: string;
  #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens the file at `path`, or a database in memory. */
  constructor(path = ":memory:") {
    this.#path = path;
    this.#database = open(path);
  }

  /** A database in memory that holds what `bytes`, from {@link serialize}, held. */
  static deserialize(bytes: Uint8Array): NodeSql {
    const sql = new NodeSql();
    sql.#database.deserialize(bytes);
    return sql;
  }

  all<Row extends SqlRow>(query: string, ...bindings: SqlValue[]): Row[] {
    return this.#prepare(query).all(...bindings) as Row[];
  }

  get<Row extends SqlRow>(query: string, ...bindings: SqlValue[]): Row | undefined {
    return this.#prepare(query).get(...bindings) as Row | undefined;
  }

  run(query: string, ...bindings: SqlValue[]): void {
    if (bindings.length > 0) this.#prepare(query).run(...bindings);
    else this.#database.exec(query);
  }

  transaction<Result>(
    change: () => Result extends Promise<unknown> ? never : Result,
  ): Result extends Promise<unknown> ? never : Result {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = change();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Forgets all that the connection holds; a file is closed and opened again. */
  reopen(): this {
    if (this.#path === ":memory:") return this;
    this.close();
    this.#database = open(this.#path);
    return this;
  }

  /** The whole database as bytes. */
  serialize(): Uint8Array {
    return this.#database.serialize();
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(query: string): StatementSync {
    let statement = this.#statements.get(query);
    if (!statement) {
      statement = this.#database.prepare(query);
      this.#statements.set(query, statement);
    }
    return statement;
  }
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  return database;
}
