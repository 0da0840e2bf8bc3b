/**
 * What a replica stores besides its log: who it is, and which gateways watch it. The tables come
 * with the first write, so that an actor that was only named stays empty.
 *
 *     replica (incarnation, role)   one row; role is null until the controller has given it
 *     watches (gateway)             a row for each gateway that wants to be told of appends
 */
import type { Sql } from "../base/sql.ts";
import type { ReplicaRole } from "./replica-role.ts";

/** What a role lacks that was stored before broker configs could be set. */
const NO_BROKER_CONFIGS = { brokerConfigs: {}, brokerConfigVersion: 0 };

export class ReplicaStore {
  readonly #sql: Sql;
  /** The watches as stored; null until they were read. */
  #watches: Set<string> | null = null;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The role that was stored, if this replica was ever given one. */
  role(): ReplicaRole | null {
    if (!this.#exists()) return null;
    const row = this.#sql.get<{ role: string | null }>("SELECT role FROM replica");
    return row?.role ? { ...NO_BROKER_CONFIGS, ...(JSON.parse(row.role) as ReplicaRole) } : null;
  }

  /** This replica's incarnation: the stored one, or `fresh`, which is stored. */
  incarnation(fresh: string): string {
    if (!this.#exists()) {
      this.#sql.run("CREATE TABLE replica (incarnation TEXT NOT NULL, role TEXT)");
      this.#sql.run("CREATE TABLE watches (gateway TEXT PRIMARY KEY) WITHOUT ROWID");
    }
    const row = this.#sql.get<{ incarnation: string }>("SELECT incarnation FROM replica");
    if (row) return row.incarnation;
    this.#sql.run("INSERT INTO replica VALUES (?, NULL)", fresh);
    return fresh;
  }

  setRole(role: ReplicaRole): void {
    this.#sql.run("UPDATE replica SET role = ?", JSON.stringify(role));
  }

  /** The names of the gateways that watch. */
  watches(): ReadonlySet<string> {
    if (this.#watches) return this.#watches;
    const rows = this.#exists()
      ? this.#sql.all<{ gateway: string }>("SELECT gateway FROM watches")
      : [];
    return (this.#watches = new Set(rows.map((row) => row.gateway)));
  }

  /** Notes a watch; one row, and none when it was noted before. */
  watch(gateway: string): void {
    if (this.watches().has(gateway)) return;
    this.#sql.run("INSERT INTO watches VALUES (?)", gateway);
    this.#watches!.add(gateway);
  }

  unwatch(gateway: string): void {
    if (!this.watches().has(gateway)) return;
    this.#sql.run("DELETE FROM watches WHERE gateway = ?", gateway);
    this.#watches!.delete(gateway);
  }

  #exists(): boolean {
    return this.#sql.get("SELECT 1 FROM sqlite_master WHERE name = 'replica'") !== undefined;
  }
}
