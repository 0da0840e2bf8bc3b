/**
 * The gateways and groups that have not heard of the newest dynamic configs yet. A gateway passes
 * on to replicas what they are to act on, with its next call, so that none is woken for it. Groups
 * are told that have members: the others ask when somebody joins.
 */
import type { Sql } from "../base/sql.ts";
import type { DynamicConfigsChangedRecord, Listener, ListenerUpdatedRecord } from "./records.ts";

export interface StaleListener extends Listener {
  /** That of the configs that it has to be told. */
  readonly version: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS stale_listeners (
    type TEXT, id TEXT, version INTEGER NOT NULL, PRIMARY KEY (type, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS stale_listeners_by_version ON stale_listeners (version, type, id);
`;

/** Comes before all of them. */
const BEFORE_ALL: StaleListener = { version: 0, type: "broker", id: "" };

const ADD = "INSERT OR REPLACE INTO stale_listeners";
const GROUPS = "FROM groups WHERE group_type = 'consumer' AND has_members = 1";

export class StaleListeners {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.run(SCHEMA);
  }

  /** Up to `limit` of them behind `after`; those of newer changes come last. */
  page(limit: number, { version, type, id }: StaleListener = BEFORE_ALL): StaleListener[] {
    const query = `SELECT version, type, id FROM stale_listeners
      WHERE (version, type, id) > (?, ?, ?) ORDER BY version, type, id LIMIT ?`;
    return this.#sql
      .all<{ version: number; type: string; id: string }>(query, version, type, id, limit)
      .map((row) => ({ ...row, type: row.type as Listener["type"] }));
  }

  /** Configs have changed, and have this version now. */
  add({ resourceType, resource, isOfGroups }: DynamicConfigsChangedRecord, version: number): void {
    if (resourceType === "group") {
      const named = `${ADD} SELECT 'group', group_id, ? ${GROUPS} AND group_id = ?`;
      return this.#sql.run(named, version, resource);
    }
    // Any gateway may call any replica.
    this.#sql.run(`${ADD} SELECT 'broker', CAST(node_id AS TEXT), ? FROM brokers`, version);
    if (isOfGroups) this.#sql.run(`${ADD} SELECT 'group', group_id, ? ${GROUPS}`, version);
  }

  confirm({ listener: { type, id }, version }: ListenerUpdatedRecord): void {
    const remove = "DELETE FROM stale_listeners WHERE type = ? AND id = ? AND version <= ?";
    this.#sql.run(remove, type, id, version);
  }
}
