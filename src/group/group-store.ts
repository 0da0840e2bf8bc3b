/**
 * What the coordinator of a group has on disk: the last record of each key, as in a compacted log,
 * so that recovery is replay. The tables come with the first write; a coordinator that was only
 * named stays empty.
 *
 *     records (key, value, sequence)   Kafka's records, encoded as in `__consumer_offsets`; the
 *                                      sequence says in which order they were written, and so which
 *                                      of them the topic does not have yet. A tombstone stays until
 *                                      the topic has it.
 *     properties (name, value)         the few facts that are no records of Kafka's, as JSON
 */
import { assert } from "../base/assert.ts";
import type { Millis } from "../base/clock.ts";
import type { Sql } from "../base/sql.ts";
import type { Uuid } from "../base/uuid.ts";
import {
  decodeCoordinatorRecord,
  encodeCoordinatorRecord,
  type CoordinatorRecord,
} from "../protocol/coordinator-records.ts";
import type { GroupRecord } from "./group-record.ts";

/** A stored record, as the topic has it or is to have it. */
export interface StoredRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
  readonly sequence: number;
}

/** The facts that are no records, each null until it was first set. */
export interface GroupProperties {
  /** The generation that a classic group began last. */
  readonly generation: number;
  /**
   * What the controller has confirmed to know of the group, and until when it may hear older news.
   */
  readonly registration: {
    readonly version: number;
    readonly says: string;
    readonly lateUntil: Millis;
  };
  /** As whom the group writes to the topic. */
  readonly producer: { readonly producerId: number; readonly producerEpoch: number };
  /** Up to which record the topic, by its id, has them all. */
  readonly projected: { readonly topicId: Uuid; readonly sequence: number };
}

export class GroupStore {
  readonly #sql: Sql;
  readonly #properties = new Map<string, unknown>();
  /** Facts that are to be written with whatever is written next. */
  readonly #unwritten = new Set<keyof GroupProperties>();
  #exists: boolean;
  #nextSequence = 1;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#exists = sql.get("SELECT 1 FROM sqlite_master WHERE name = 'records'") !== undefined;
    if (!this.#exists) return;
    for (const row of sql.all<{ name: string; value: string }>("SELECT * FROM properties")) {
      this.#properties.set(row.name, JSON.parse(row.value));
    }
    const last = sql.get<{ sequence: number | null }>(
      "SELECT max(sequence) AS sequence FROM records",
    );
    this.#nextSequence = Math.max(last?.sequence ?? 0, this.get("projected")?.sequence ?? 0) + 1;
  }

  /**
   * Every record, tombstones too, by key: those of one type together, a group before its members.
   */
  stored(): StoredRecord[] {
    if (!this.#exists) return [];
    return this.#sql.all<{ key: Uint8Array; value: Uint8Array | null; sequence: number }>(
      "SELECT key, value, sequence FROM records ORDER BY key",
    );
  }

  get<Name extends keyof GroupProperties>(name: Name): GroupProperties[Name] | null {
    return (this.#properties.get(name) as GroupProperties[Name] | undefined) ?? null;
  }

  set<Name extends keyof GroupProperties>(name: Name, value: GroupProperties[Name]): void {
    this.setLazily(name, value);
    this.writeLazy();
  }

  /**
   * As `set`, for a fact without which a restart only repeats something: it is written with what is
   * written next, or by {@link writeLazy}.
   */
  setLazily<Name extends keyof GroupProperties>(name: Name, value: GroupProperties[Name]): void {
    this.#properties.set(name, value);
    this.#unwritten.add(name);
  }

  writeLazy(): void {
    if (this.#unwritten.size === 0) return;
    this.#create();
    for (const name of this.#unwritten) {
      const value = JSON.stringify(this.#properties.get(name));
      this.#sql.run("INSERT OR REPLACE INTO properties VALUES (?, ?)", name, value);
    }
    this.#unwritten.clear();
  }

  /** Writes records as one change, and returns those that the topic is to have. */
  append(records: readonly GroupRecord[]): StoredRecord[] {
    return this.#sql.transaction(() => {
      this.#create();
      const appended: StoredRecord[] = [];
      for (const record of records) {
        if (record.type === "ClassicGeneration") {
          this.set("generation", record.value?.generationId ?? 0);
          continue;
        }
        const { key, value } = encodeCoordinatorRecord(record);
        const sequence = this.#nextSequence++;
        this.#sql.run("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", key, value, sequence);
        appended.push({ key, value, sequence });
      }
      this.writeLazy();
      return appended;
    });
  }

  /** The topic has these tombstones: nothing of their keys is kept. */
  forget(tombstones: readonly StoredRecord[]): void {
    for (const { key, sequence } of tombstones) {
      this.#sql.run("DELETE FROM records WHERE key = ? AND sequence = ?", key, sequence);
    }
  }

  /** All storage was freed. */
  erased(): void {
    this.#exists = false;
    this.#properties.clear();
    this.#unwritten.clear();
    this.#nextSequence = 1;
  }

  /** Whether nothing was ever written, or all of it erased. */
  get isEmpty(): boolean {
    return !this.#exists;
  }

  /** The sequence of the record that was written last; 0 before the first. */
  get lastSequence(): number {
    return this.#nextSequence - 1;
  }

  #create(): void {
    if (this.#exists) return;
    this.#exists = true;
    this.#sql.run(
      "CREATE TABLE records (key BLOB PRIMARY KEY, value BLOB, sequence INTEGER NOT NULL) WITHOUT ROWID",
    );
    this.#sql.run(
      "CREATE TABLE properties (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    );
  }
}

/** The facts that stored records state. */
export function factsOf(stored: readonly StoredRecord[]): CoordinatorRecord[] {
  return stored.flatMap(({ key, value }) => {
    if (value === null) return [];
    const record = decodeCoordinatorRecord(key, value);
    assert(record, "What was stored can be read.");
    return [record];
  });
}
