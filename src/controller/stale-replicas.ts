/**
 * The replicas that do not act on their topic's newest configs yet, or on newest defaults of
 * topics that logs act on by the clock: all that were activated, from the change on until each has
 * confirmed. So a replica that could not be told is told later, whatever ends in between. Changes
 * are numbered: a replica passes over what is older than what it knows, and what it confirms
 * settles no newer change.
 */
import type { Sql, SqlRow } from "../base/sql.ts";
import type { Uuid } from "../base/uuid.ts";
import type { ReplicaKey, ReplicaUpdatedRecord } from "./records.ts";

export interface StaleReplica extends ReplicaKey {
  /** The change that it has to be told of. */
  readonly configVersion: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS stale_replicas (
    topic_id TEXT, partition INTEGER, node_id INTEGER, config_version INTEGER NOT NULL,
    PRIMARY KEY (topic_id, partition, node_id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS stale_replicas_by_version ON stale_replicas (config_version);
`;

/** What comes before all of them. */
const BEFORE_ALL: StaleReplica = { configVersion: 0, topicId: "", partition: 0, nodeId: 0 };

export class StaleReplicas {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.run(SCHEMA);
  }

  /** The number of the last change of any topic. */
  version(): number {
    const query = "SELECT value FROM counters WHERE name = 'config_version'";
    return this.#sql.get<{ value: number }>(query)?.value ?? 0;
  }

  /** Up to `limit` of them behind `after`; those of newer changes come last. */
  page(limit: number, after: StaleReplica = BEFORE_ALL): StaleReplica[] {
    const query = `SELECT * FROM stale_replicas
      WHERE (config_version, topic_id, partition, node_id) > (?, ?, ?, ?)
      ORDER BY config_version, topic_id, partition, node_id LIMIT ?`;
    const { configVersion, topicId, partition, nodeId } = after;
    return this.#sql
      .all<StaleRow>(query, configVersion, topicId, partition, nodeId, limit)
      .map((row) => ({
        topicId: row.topic_id,
        partition: row.partition,
        nodeId: row.node_id,
        configVersion: row.config_version,
      }));
  }

  /** The configs of a topic have changed. */
  add(topicId: Uuid): void {
    this.#sql.run(`${ADD} WHERE topic_id = ?`, this.#nextVersion(), topicId);
  }

  /** What gives all topics a default has changed, on one broker or, for an empty id, on all. */
  addAll(nodeId: string): void {
    const query = `${ADD} WHERE erasing = 0 AND (? = '' OR node_id = CAST(? AS INTEGER))`;
    this.#sql.run(query, this.#nextVersion(), nodeId, nodeId);
  }

  #nextVersion(): number {
    const version = this.version() + 1;
    this.#sql.run("INSERT OR REPLACE INTO counters VALUES ('config_version', ?)", version);
    return version;
  }

  confirm({ topicId, partition, nodeId, configVersion }: ReplicaUpdatedRecord): void {
    const remove = `DELETE FROM stale_replicas
      WHERE topic_id = ? AND partition = ? AND node_id = ? AND config_version <= ?`;
    this.#sql.run(remove, topicId, partition, nodeId, configVersion);
  }

  /** The topic is deleted: its replicas have nothing to act on. */
  remove(topicId: Uuid): void {
    this.#sql.run("DELETE FROM stale_replicas WHERE topic_id = ?", topicId);
  }
}

/** Its first binding is the version; which activations is yet to be said. */
const ADD = `INSERT OR REPLACE INTO stale_replicas
  SELECT topic_id, partition, node_id, ? FROM activations`;

interface StaleRow extends SqlRow {
  topic_id: string;
  partition: number;
  node_id: number;
  config_version: number;
}
