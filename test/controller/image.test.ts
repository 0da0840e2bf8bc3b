/** The image: what it keeps true whatever is decided, what it tells, and what it costs. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { ZERO_UUID } from "../../src/base/uuid.ts";
import { activateReplica } from "../../src/controller/activation.ts";
import { describeCluster } from "../../src/controller/describe.ts";
import { ClusterImage } from "../../src/controller/image.ts";
import { PRODUCER_ID_BLOCK_SIZE, allocateProducerIds } from "../../src/controller/producer-ids.ts";
import { NO_LEADER, type ReplicaKey } from "../../src/controller/records.ts";
import { registerBrokers } from "../../src/controller/register-brokers.ts";
import { collisionKey } from "../../src/controller/topic-names.ts";
import { NodeSql } from "../support/node-sql.ts";
import { type RecordingSql, TestCluster, topic } from "./test-cluster.ts";

const TABLES = [
  "brokers",
  "topics",
  "partitions",
  "topic_configs",
  "activations",
  "stale_replicas",
  "counters",
];

const contents = (sql: Pick<RecordingSql, "all">) =>
  Object.fromEntries(TABLES.map((table) => [table, sql.all(`SELECT * FROM ${table}`)]));

/** CTL17. */
function checkImage({ image, sql }: TestCluster): void {
  const topics = image.topics();
  const nodeIds = new Set(image.brokers().map(({ nodeId }) => nodeId));
  expect(new Set(topics.map(({ topicId }) => topicId)).size).toBe(topics.length);
  expect(new Set(topics.map(({ name }) => collisionKey(name))).size).toBe(topics.length);
  let partitionCount = 0;
  for (const topic of topics) {
    const partitions = image.partitions(topic.topicId);
    expect(partitions).toHaveLength(topic.partitionCount);
    expect(partitions.length).toBeGreaterThan(0);
    partitionCount += partitions.length;
    for (const { replicas, isr, leader } of partitions) {
      expect(leader === NO_LEADER || isr.includes(leader)).toBe(true);
      expect(isr.every((nodeId) => replicas.includes(nodeId))).toBe(true);
      expect(new Set(replicas).size).toBe(replicas.length);
      expect(replicas.every((nodeId) => nodeIds.has(nodeId))).toBe(true);
    }
  }
  expect(sql.all("SELECT * FROM partitions")).toHaveLength(partitionCount);
  const activations = sql.all<{ topic_id: string; erasing: number }>("SELECT * FROM activations");
  const known = new Set(topics.map(({ topicId }) => topicId));
  for (const { topic_id, erasing } of activations) expect(erasing === 0).toBe(known.has(topic_id));
  const isActivated = (key: ReplicaKey) => image.activation(key)?.erasing === false;
  expect(image.staleReplicas.page(1000).every(isActivated)).toBe(true);
}

const NAMES = ["a.b", "a_b", "a-b", "c", "d", "__consumer_offsets"];
const aName = fc.constantFrom(...NAMES);
const aDecision = fc.oneof(
  fc.record({
    kind: fc.constant("create" as const),
    names: fc.array(aName, { minLength: 1, maxLength: 3 }),
    numPartitions: fc.integer({ min: -1, max: 4 }),
    validateOnly: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("grow" as const),
    names: fc.array(aName, { minLength: 1, maxLength: 3 }),
    count: fc.integer({ min: 0, max: 6 }),
    validateOnly: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("delete" as const), name: aName, byId: fc.boolean() }),
  fc.record({
    kind: fc.constant("activate" as const),
    name: aName,
    partition: fc.nat(3),
    incarnation: fc.constantFrom("first", "second"),
  }),
  fc.record({ kind: fc.constant("erased" as const) }),
  fc.record({
    kind: fc.constant("alter" as const),
    name: aName,
    value: fc.constantFrom("1", "2", "invalid"),
    replacesAll: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("updated" as const), isLate: fc.boolean() }),
  fc.record({ kind: fc.constant("producer ids" as const) }),
);
type Decision = typeof aDecision extends fc.Arbitrary<infer Value> ? Value : never;

function decide(cluster: TestCluster, decision: Decision): void {
  const { image } = cluster;
  switch (decision.kind) {
    case "create": {
      const { names, numPartitions, validateOnly } = decision;
      const topics = names.map((name) => topic(name, { numPartitions }));
      cluster.create(topics, { validateOnly });
      return;
    }
    case "grow": {
      const { names, count, validateOnly } = decision;
      const topics = names.map((name) => ({ name, count, assignments: null }));
      cluster.grow(topics, { validateOnly });
      return;
    }
    case "delete": {
      const topicId = image.topicByName(decision.name)?.topicId ?? ZERO_UUID;
      const asked = decision.byId
        ? { name: null, topicId }
        : { name: decision.name, topicId: ZERO_UUID };
      cluster.delete([asked]);
      return;
    }
    case "activate": {
      const topicId = image.topicByName(decision.name)?.topicId ?? "AAAAAAAAAAAAAAAAAAAAAQ";
      const nodeId = image.partition(topicId, decision.partition)?.replicas[0] ?? 1;
      const key = { topicId, partition: decision.partition, nodeId };
      cluster.take(activateReplica(image, key, decision.incarnation));
      return;
    }
    case "erased": {
      const [key] = image.replicasToErase(1);
      const records = key ? [{ type: "ReplicaErased" as const, ...key }] : [];
      cluster.take({ records, response: null, effects: [] });
      return;
    }
    case "alter": {
      const { name, value, replacesAll } = decision;
      const change = { operation: "SET", name: "retention.ms", value } as const;
      cluster.alter([{ type: "topic", name, changes: [change], replacesAll }]);
      return;
    }
    case "updated": {
      const [replica] = image.staleReplicas.page(1);
      if (!replica) return;
      const configVersion = replica.configVersion - (decision.isLate ? 1 : 0);
      const records = [{ type: "ReplicaUpdated" as const, ...replica, configVersion }];
      cluster.take({ records, response: null, effects: [] });
      return;
    }
    case "producer ids":
      cluster.take(allocateProducerIds(image));
  }
}

describe("the image", () => {
  test("[CTL17, CTL18] is sound after any decisions, and their records make it again", () => {
    fc.assert(
      fc.property(fc.array(aDecision, { maxLength: 60 }), (decisions) => {
        const cluster = new TestCluster();
        for (const decision of decisions) {
          decide(cluster, decision);
          checkImage(cluster);
        }
        const sql = new NodeSql();
        const replayed = new ClusterImage(sql);
        for (const record of cluster.records) replayed.replay(record);
        expect(contents(sql)).toEqual(contents(cluster.sql));
        sql.close();
      }),
    );
  });

  test("[CTL18] is the stored one when it is opened again", () => {
    const cluster = new TestCluster();
    const { topicId } = cluster.created(topic("kept", { numPartitions: 3 }));
    const again = new ClusterImage(cluster.sql);
    expect(again.partitions(topicId)).toEqual(cluster.image.partitions(topicId));
    expect(registerBrokers(again, 3).records).toEqual([]);
  });

  test("gets the brokers that a larger number adds, and keeps those it has", () => {
    const cluster = new TestCluster(2);
    cluster.take(registerBrokers(cluster.image, 4));
    expect(cluster.image.brokers().map(({ nodeId }) => nodeId)).toEqual([1, 2, 3, 4]);
    expect(registerBrokers(cluster.image, 1).records).toEqual([]);
  });

  test("[CTL16] gives out each producer id once", () => {
    const cluster = new TestCluster();
    const blocks = Array.from({ length: 5 }, () =>
      cluster.take(allocateProducerIds(cluster.image)),
    );
    const firsts = blocks.map(({ firstProducerId }) => firstProducerId);
    expect(firsts).toEqual([0, 1, 2, 3, 4].map((block) => block * PRODUCER_ID_BLOCK_SIZE));
    expect(blocks.every(({ count }) => count === PRODUCER_ID_BLOCK_SIZE)).toBe(true);
  });
});

describe("a description", () => {
  test("[CTL20] has the topics by name and by id, and leaves out what is not there", () => {
    const cluster = new TestCluster();
    const { topicId } = cluster.created(topic("by-id"));
    cluster.created(topic("by-name", { numPartitions: 2 }));
    const names = ["by-name", "nobody"];
    const topicIds = [topicId, "AAAAAAAAAAAAAAAAAAAAAQ"];
    const { brokers, topics } = describeCluster(cluster.image, { names, topicIds });
    expect(brokers.map(({ nodeId }) => nodeId)).toEqual([1, 2, 3]);
    expect(topics.map(({ name, partitions }) => [name, partitions.length])).toEqual([
      ["by-name", 2],
      ["by-id", 1],
    ]);
  });

  test("[CTL20] has all topics once, page by page in the order of their names", () => {
    const cluster = new TestCluster();
    const names = Array.from({ length: 25 }, (_, index) => `t${index}`);
    cluster.create(names.map((name, index) => topic(name, { numPartitions: 1 + (index % 12) })));
    const seen: string[] = [];
    for (let from: string | null = ""; from !== null;) {
      const page = describeCluster(cluster.image, { page: { from, maxPartitions: 10 } });
      const partitions = page.topics.reduce((sum, topic) => sum + topic.partitions.length, 0);
      // A topic that has more than a page holds is a page of its own.
      expect(partitions <= 10 || page.topics.length === 1).toBe(true);
      seen.push(...page.topics.map(({ name }) => name));
      from = page.nextPage;
    }
    expect(seen).toEqual(names.toSorted());
  });
});

describe("topic number 20,000", () => {
  /** The queries of a topic's whole life: created, found, activated, grown, deleted, erased. */
  function queriesOf(cluster: TestCluster, name: string): string[] {
    const { image, sql } = cluster;
    sql.queries.length = 0;
    const { topicId } = cluster.created(topic(name));
    describeCluster(image, { names: [name], topicIds: [topicId] });
    const key = { topicId, partition: 0, nodeId: image.partition(topicId, 0)!.leader };
    cluster.take(activateReplica(image, key, "incarnation"));
    cluster.grow([{ name, count: 2, assignments: null }]);
    cluster.delete([{ name, topicId: ZERO_UUID }]);
    const [toErase] = image.replicasToErase(16);
    cluster.take({
      records: [{ type: "ReplicaErased", ...toErase! }],
      response: null,
      effects: [],
    });
    return [...sql.queries];
  }

  test("[CTL19, B7] costs what number 10 costs", { timeout: 30_000 }, () => {
    const cluster = new TestCluster();
    const fill = (from: number, to: number) => {
      for (let index = from; index < to; index++) cluster.created(topic(`filling-${index}`));
    };
    fill(1, 10);
    const early = queriesOf(cluster, "number.10");
    fill(10, 20_000);
    const late = queriesOf(cluster, "number.20000");
    expect(late).toEqual(early);
    expect(early.length).toBeLessThan(50);
    const plans = new Set(late).values().flatMap((query) => {
      return cluster.sql.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`);
    });
    const steps = [...plans].map(({ detail }) => detail);
    expect(steps.length).toBeGreaterThan(5);
    expect(steps.filter((step) => step.startsWith("SCAN ") && step !== "SCAN brokers")).toEqual([]);
  });
});
