/** A controller's image over SQLite in memory, and the decisions that are taken upon it. */
import type { Sql, SqlRow, SqlValue } from "../../src/base/sql.ts";
import { alterConfigs } from "../../src/controller/alter-configs.ts";
import { parseBrokerConfig } from "../../src/controller/broker-config.ts";
import type { ResourceToAlter } from "../../src/controller/config-changes.ts";
import { createPartitions, type TopicToGrow } from "../../src/controller/create-partitions.ts";
import {
  type CreateTopicResult,
  type NewTopic,
  createTopics,
} from "../../src/controller/create-topics.ts";
import { deleteTopics, type TopicToDelete } from "../../src/controller/delete-topics.ts";
import { ClusterImage, type TopicImage } from "../../src/controller/image.ts";
import type { MetadataRecord } from "../../src/controller/records.ts";
import { registerBrokers } from "../../src/controller/register-brokers.ts";
import type { Step } from "../../src/controller/step.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";
import { NodeSql } from "../support/node-sql.ts";

/** An `Sql` that keeps every query that is run through it. */
export class RecordingSql implements Sql {
  readonly queries: string[] = [];
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  all<Row extends SqlRow>(query: string, ...bindings: SqlValue[]): Row[] {
    this.queries.push(query);
    return this.#sql.all<Row>(query, ...bindings);
  }

  get<Row extends SqlRow>(query: string, ...bindings: SqlValue[]): Row | undefined {
    this.queries.push(query);
    return this.#sql.get<Row>(query, ...bindings);
  }

  run(query: string, ...bindings: SqlValue[]): void {
    this.queries.push(query);
    this.#sql.run(query, ...bindings);
  }

  transaction: Sql["transaction"] = (change) => this.#sql.transaction(change);
}

/** A cluster with three brokers unless a test says otherwise. */
export class TestCluster {
  readonly sql = new RecordingSql(new NodeSql());
  readonly image = new ClusterImage(this.sql);
  /** All that was ever stored, in its order. */
  readonly records: MetadataRecord[] = [];
  readonly #random = new SeededRandom(1);

  constructor(brokers = 3) {
    this.take(registerBrokers(this.image, brokers));
  }

  /** Stores what a decision says, as the host does, and returns its answer. */
  take<Response>({ records, response }: Step<Response>): Response {
    this.sql.transaction(() => {
      for (const record of records) this.image.replay(record);
    });
    this.records.push(...records);
    return response;
  }

  create(
    topics: readonly NewTopic[],
    { validateOnly = false, configs = {} as Record<string, string> } = {},
  ): CreateTopicResult[] {
    const config = parseBrokerConfig(configs);
    const surroundings = { random: this.#random, config, validateOnly };
    return this.take(createTopics(this.image, topics, surroundings));
  }

  /** Creates one topic that is valid and returns it. */
  created(topic: NewTopic): TopicImage {
    const [result] = this.create([topic]);
    if (result?.error !== null) throw new Error(`${topic.name}: ${result?.message}`);
    return this.image.topicById(result.topicId)!;
  }

  /** Adds partitions, and says whom that would be told. */
  grow(topics: readonly TopicToGrow[], { validateOnly = false } = {}) {
    const step = createPartitions(this.image, topics, validateOnly);
    return { response: this.take(step), effects: step.effects };
  }

  /** Changes configs, and says whom that would be told. */
  alter(
    resources: readonly ResourceToAlter[],
    { validateOnly = false, configs = {} as Record<string, string> } = {},
  ) {
    const config = parseBrokerConfig(configs);
    const step = alterConfigs(this.image, resources, { config, validateOnly });
    return { response: this.take(step), effects: step.effects };
  }

  delete(topics: readonly TopicToDelete[], configs: Record<string, string> = {}) {
    const step = deleteTopics(this.image, topics, { config: parseBrokerConfig(configs) });
    return { response: this.take(step), effects: step.effects };
  }
}

/** A topic that asks for the broker's defaults unless a test says otherwise. */
export function topic(name: string, asked: Partial<NewTopic> = {}): NewTopic {
  const defaults = { numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] };
  return { name, ...defaults, ...asked };
}
