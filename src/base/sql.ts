/**
 * The one door to storage for the pure folders. A Durable Object's `ctx.storage` and Node's
 * `node:sqlite` both fit behind it (adapters: `actors/sql.ts`, `test/support/node-sql.ts`), so the
 * same SQL runs in workerd, in unit tests and in simulations.
 *
 * Everything is synchronous. Writes made in one synchronous stretch become one commit.
 */

/** What SQLite stores. Integers are safe integers; a BLOB comes back as a fresh, tight buffer. */
export type SqlValue = number | string | Uint8Array | null;

/** One result row, by column name. */
export type SqlRow = Record<string, SqlValue>;

export interface Sql {
  /**
   * Runs one statement with positional `?` bindings and returns all rows. Ownership of bound byte
   * arrays stays with the caller.
   */
  all<Row extends SqlRow>(query: string, ...bindings: SqlValue[]): Row[];

  /** Runs one statement and returns its first row, if it has one. */
  get<Row extends SqlRow>(query: string, ...bindings: SqlValue[]): Row | undefined;

  /** Runs one statement (or a script without bindings) for its effect. */
  run(query: string, ...bindings: SqlValue[]): void;

  /**
   * Runs `change` as one transaction: all of it is stored, or, when it throws, nothing. It must not
   * return a promise.
   */
  transaction<Result>(change: () => Result extends Promise<unknown> ? never : Result): Result;
}
