/**
 * The cluster as the controller has stored it. Topics are read by key from SQLite, never held in
 * memory, so that topic number 100,000 costs what number 10 costs. `replay` is the only function
 * that changes anything.
 */

import { assert, unreachable } from "../base/assert.ts";
import type { Sql } from "../base/sql.ts";
import type { Uuid } from "../base/uuid.ts";
import { DynamicConfigs } from "./dynamic-configs.ts";
import { GroupRegistry } from "./group-registry.ts";
import {
  type ActivationRow,
  type PartitionRow,
  type TopicRow,
  partitionOf,
  replicaOf,
  topicOf,
} from "./image-rows.ts";
import type {
  ConfigRecord,
  MetadataRecord,
  PartitionChangeRecord,
  PartitionState,
  ReplicaKey,
  TopicRecord,
} from "./records.ts";
import { StaleListeners } from "./stale-listeners.ts";
import { StaleReplicas } from "./stale-replicas.ts";
import { collisionKey } from "./topic-names.ts";

export interface Broker {
  readonly nodeId: number;
  readonly rack: string | null;
  readonly fenced: boolean;
}

export interface TopicImage {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitionCount: number;
}

export interface ReplicaActivation {
  readonly incarnation: string;
  readonly erasing: boolean;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS brokers (node_id INTEGER PRIMARY KEY, rack TEXT, fenced INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS topics (
    name TEXT PRIMARY KEY, collision_key TEXT NOT NULL, topic_id TEXT NOT NULL, partition_count INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX IF NOT EXISTS topics_by_id ON topics (topic_id);
  CREATE INDEX IF NOT EXISTS topics_by_collision_key ON topics (collision_key);
  CREATE TABLE IF NOT EXISTS partitions (
    topic_id TEXT, partition INTEGER, replicas TEXT NOT NULL, isr TEXT NOT NULL, leader INTEGER NOT NULL,
    leader_epoch INTEGER NOT NULL, partition_epoch INTEGER NOT NULL, PRIMARY KEY (topic_id, partition)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS topic_configs (
    topic_id TEXT, name TEXT, value TEXT NOT NULL, PRIMARY KEY (topic_id, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS activations (
    topic_id TEXT, partition INTEGER, node_id INTEGER, incarnation TEXT NOT NULL, erasing INTEGER NOT NULL,
    PRIMARY KEY (topic_id, partition, node_id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS erasing_activations ON activations (topic_id) WHERE erasing = 1;
  CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
`;

/** The key that comes before every replica's. */
const BEFORE_ALL: ReplicaKey = { topicId: "", partition: 0, nodeId: 0 };

export class ClusterImage {
  readonly groups: GroupRegistry;
  readonly staleReplicas: StaleReplicas;
  readonly dynamicConfigs: DynamicConfigs;
  readonly staleListeners: StaleListeners;
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.run(SCHEMA);
    this.groups = new GroupRegistry(sql);
    this.staleReplicas = new StaleReplicas(sql);
    this.dynamicConfigs = new DynamicConfigs(sql);
    this.staleListeners = new StaleListeners(sql);
  }

  brokers(): Broker[] {
    return this.#sql
      .all<{ node_id: number; rack: string | null; fenced: number }>(
        "SELECT * FROM brokers ORDER BY node_id",
      )
      .map((row) => ({ nodeId: row.node_id, rack: row.rack, fenced: row.fenced === 1 }));
  }

  topicByName(name: string): TopicImage | undefined {
    return topicOf(this.#sql.get<TopicRow>("SELECT * FROM topics WHERE name = ?", name));
  }

  topicById(topicId: Uuid): TopicImage | undefined {
    return topicOf(this.#sql.get<TopicRow>("SELECT * FROM topics WHERE topic_id = ?", topicId));
  }

  /** Another topic whose name differs from `name` only in `.` and `_`. */
  collidingTopic(name: string): string | undefined {
    const query = "SELECT * FROM topics WHERE collision_key = ? AND name <> ? LIMIT 1";
    return this.#sql.get<TopicRow>(query, collisionKey(name), name)?.name;
  }

  /** Up to `limit` topics in name order, beginning with `from`. */
  topics(from = "", limit = Number.MAX_SAFE_INTEGER): TopicImage[] {
    const query = "SELECT * FROM topics WHERE name >= ? ORDER BY name LIMIT ?";
    return this.#sql.all<TopicRow>(query, from, limit).map((row) => topicOf(row)!);
  }

  /** The partitions of a topic; index in the array = partition id. */
  partitions(topicId: Uuid): PartitionState[] {
    const query = "SELECT * FROM partitions WHERE topic_id = ? ORDER BY partition";
    return this.#sql.all<PartitionRow>(query, topicId).map(partitionOf);
  }

  partition(topicId: Uuid, partition: number): PartitionState | undefined {
    const query = "SELECT * FROM partitions WHERE topic_id = ? AND partition = ?";
    const row = this.#sql.get<PartitionRow>(query, topicId, partition);
    return row && partitionOf(row);
  }

  /** The configs that were set on the topic itself. */
  topicConfigs(topicId: Uuid): Record<string, string> {
    const query = "SELECT name, value FROM topic_configs WHERE topic_id = ? ORDER BY name";
    const rows = this.#sql.all<{ name: string; value: string }>(query, topicId);
    return Object.fromEntries(rows.map((row) => [row.name, row.value]));
  }

  activation({ topicId, partition, nodeId }: ReplicaKey): ReplicaActivation | undefined {
    const query =
      "SELECT incarnation, erasing FROM activations WHERE topic_id = ? AND partition = ? AND node_id = ?";
    const row = this.#sql.get<{ incarnation: string; erasing: number }>(
      query,
      topicId,
      partition,
      nodeId,
    );
    return row && { incarnation: row.incarnation, erasing: row.erasing === 1 };
  }

  /** Up to `limit` replicas of deleted topics that have not confirmed yet, behind `after`. */
  replicasToErase(limit: number, after: ReplicaKey = BEFORE_ALL): ReplicaKey[] {
    const query = `SELECT * FROM activations
      WHERE erasing = 1 AND (topic_id, partition, node_id) > (?, ?, ?)
      ORDER BY topic_id, partition, node_id LIMIT ?`;
    const { topicId, partition, nodeId } = after;
    return this.#sql.all<ActivationRow>(query, topicId, partition, nodeId, limit).map(replicaOf);
  }

  activatedReplicas(topicId: Uuid): ReplicaKey[] {
    return this.#sql
      .all<ActivationRow>("SELECT * FROM activations WHERE topic_id = ?", topicId)
      .map(replicaOf);
  }

  nextProducerId(): number {
    return this.#counter("next_producer_id");
  }

  /** How many partitions were ever placed: where the round robin goes on. */
  partitionsPlaced(): number {
    return this.#counter("partitions_placed");
  }

  replay(record: MetadataRecord): void {
    const sql = this.#sql;
    switch (record.type) {
      case "RegisterBroker":
        return sql.run(
          "INSERT OR REPLACE INTO brokers VALUES (?, ?, 0)",
          record.nodeId,
          record.rack,
        );
      case "Topic":
        return this.#storeTopic(record);
      case "Partition":
        return this.#storePartition(record.topicId, record.partition, record);
      case "PartitionChange":
        return this.#changePartition(record);
      case "Config":
        return this.#storeConfig(record);
      case "ConfigsChanged":
        return this.staleReplicas.add(record.topicId);
      case "DynamicConfig":
        return this.dynamicConfigs.store(record);
      case "DynamicConfigsChanged":
        if (record.actsByTheClock) this.staleReplicas.addAll(record.resource);
        return this.staleListeners.add(record, this.dynamicConfigs.version());
      case "ListenerUpdated":
        return this.staleListeners.confirm(record);
      case "ReplicaUpdated":
        return this.staleReplicas.confirm(record);
      case "RemoveTopic":
        return this.#removeTopic(record.topicId);
      case "ProducerIds":
        return this.#setCounter("next_producer_id", record.nextProducerId);
      case "ReplicaActivated": {
        const { topicId, partition, nodeId, incarnation } = record;
        const insert = "INSERT INTO activations VALUES (?, ?, ?, ?, 0)";
        return sql.run(insert, topicId, partition, nodeId, incarnation);
      }
      case "ReplicaErased": {
        const { topicId, partition, nodeId } = record;
        const remove =
          "DELETE FROM activations WHERE topic_id = ? AND partition = ? AND node_id = ?";
        return sql.run(remove, topicId, partition, nodeId);
      }
      case "Group":
        return this.groups.store(record);
      default:
        return unreachable(record);
    }
  }

  #storeTopic({ name, topicId, partitionCount }: TopicRecord): void {
    const before = this.topicById(topicId);
    const insert = "INSERT INTO topics VALUES (?, ?, ?, ?)";
    const update = "UPDATE topics SET partition_count = ? WHERE topic_id = ?";
    if (before) this.#sql.run(update, partitionCount, topicId);
    else this.#sql.run(insert, name, collisionKey(name), topicId, partitionCount);
    const placed = partitionCount - (before?.partitionCount ?? 0);
    this.#setCounter("partitions_placed", this.partitionsPlaced() + placed);
  }

  #changePartition(record: PartitionChangeRecord): void {
    const { topicId, partition } = record;
    const before = this.partition(topicId, partition);
    assert(before, "Only a partition that exists is changed.");
    const partitionEpoch = before.partitionEpoch + 1;
    this.#storePartition(topicId, partition, { ...before, ...record, partitionEpoch });
  }

  #storeConfig({ topicId, name, value }: ConfigRecord): void {
    const remove = "DELETE FROM topic_configs WHERE topic_id = ? AND name = ?";
    if (value === null) return this.#sql.run(remove, topicId, name);
    this.#sql.run("INSERT OR REPLACE INTO topic_configs VALUES (?, ?, ?)", topicId, name, value);
  }

  #removeTopic(topicId: Uuid): void {
    this.#sql.run("DELETE FROM topics WHERE topic_id = ?", topicId);
    this.#sql.run("DELETE FROM partitions WHERE topic_id = ?", topicId);
    this.#sql.run("DELETE FROM topic_configs WHERE topic_id = ?", topicId);
    this.staleReplicas.remove(topicId);
    this.#sql.run("UPDATE activations SET erasing = 1 WHERE topic_id = ?", topicId);
  }

  #storePartition(topicId: Uuid, partition: number, state: PartitionState): void {
    this.#sql.run(
      "INSERT OR REPLACE INTO partitions VALUES (?, ?, ?, ?, ?, ?, ?)",
      topicId,
      partition,
      JSON.stringify(state.replicas),
      JSON.stringify(state.isr),
      state.leader,
      state.leaderEpoch,
      state.partitionEpoch,
    );
  }

  #counter(name: string): number {
    return (
      this.#sql.get<{ value: number }>("SELECT value FROM counters WHERE name = ?", name)?.value ??
      0
    );
  }

  #setCounter(name: string, value: number): void {
    this.#sql.run("INSERT OR REPLACE INTO counters VALUES (?, ?)", name, value);
  }
}
