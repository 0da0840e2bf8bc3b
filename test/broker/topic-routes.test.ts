/** A gateway's cache of routes, in front of a controller that a test can change. */
import { describe, expect, test } from "vitest";

import { type AskedPartitions, TopicRoutes } from "../../src/broker/topic-routes.ts";
import type {
  ClusterDescription,
  TopicDescription,
  TopicsQuery,
} from "../../src/controller/describe.ts";
import { microtasks, Turns } from "./turns.ts";

const MAX_AGE_MS = 300_000;

function topic(name: string, topicId = `${name}-id`, partitionCount = 0): TopicDescription {
  const state = { replicas: [1], isr: [1], leader: 1, leaderEpoch: 0, partitionEpoch: 0 };
  return { name, topicId, partitions: Array.from({ length: partitionCount }, () => state) };
}

const brokerConfigs = { version: 0, defaults: {}, byBroker: {} };

function newRoutes(...topics: TopicDescription[]) {
  const turns = new Turns();
  const queries: TopicsQuery[] = [];
  const cluster = { topics, now: 0 };
  const describeCluster = async (query: TopicsQuery): Promise<ClusterDescription> => {
    queries.push(query);
    const isAsked = ({ name, topicId }: TopicDescription) =>
      query.names?.includes(name) || query.topicIds?.includes(topicId);
    return { brokers: [], topics: cluster.topics.filter(isAsked), nextPage: null, brokerConfigs };
  };
  const routes = new TopicRoutes({ describeCluster }, turns, { now: () => cluster.now });
  const loadAll = async (asked: readonly AskedPartitions[]) => {
    const loaded = routes.load(asked);
    turns.next();
    await loaded;
  };
  const load = (...names: string[]) => loadAll(names.map((name) => ({ name })));
  return { routes, turns, queries, cluster, load, loadAll };
}

describe("routes", () => {
  test("[BRK4] of one turn are asked for in one call", async () => {
    const { routes, turns, queries } = newRoutes(topic("a"), topic("b"));
    const loads = [
      routes.load([{ name: "a" }, { name: "nowhere" }]),
      routes.load([{ name: "a" }, { topicId: "b-id" }]),
    ];
    turns.next();
    await Promise.all(loads);
    expect(queries).toEqual([{ names: ["a", "nowhere"], topicIds: ["b-id"] }]);
    expect(routes.cached({ topicId: "a-id" })?.name).toBe("a");
    expect(routes.cached({ name: "b" })?.topicId).toBe("b-id");
  });

  test("[BRK4] that are known are not asked for again, and those of no topic are each time", async () => {
    const { queries, load } = newRoutes(topic("a"));
    await load("a", "nowhere");
    await load("a", "nowhere");
    await load("a").catch(() => {});
    expect(queries.map(({ names }) => names)).toEqual([["a", "nowhere"], ["nowhere"]]);
  });

  test("[BRK4] are forgotten by name and by id", async () => {
    const { routes, load } = newRoutes(topic("a"), topic("b"));
    await load("a", "b");
    routes.forget("a-id");
    routes.forget("never known");
    expect([routes.cached({ name: "a" }), routes.cached({ topicId: "a-id" })]).toEqual([
      undefined,
      undefined,
    ]);
    expect(routes.cached({ name: "b" })).toBeDefined();
  });

  test("[BRK4] lead to the topic that has the name now", async () => {
    const { routes, cluster, load } = newRoutes(topic("a", "old"));
    await load("a");
    cluster.topics = [topic("a", "new")];
    routes.forget("old");
    await load("a");
    routes.forget("old");
    expect(routes.cached({ name: "a" })?.topicId).toBe("new");
    expect(routes.cached({ topicId: "old" })).toBeUndefined();
  });

  test("[BRK42] of a topic that lacks a partition are asked for each time, until it has grown", async () => {
    const { routes, cluster, queries, loadAll } = newRoutes(topic("a", "id", 2));
    const withPartition = (partition: number) => [{ name: "a", partitions: [0, partition] }];
    await loadAll(withPartition(1));
    await loadAll(withPartition(-1));
    expect([queries.length, routes.has(withPartition(1))]).toEqual([1, true]);
    for (let times = 0; times < 2; times++) await loadAll(withPartition(2));
    expect([queries.length, routes.has(withPartition(2))]).toEqual([3, false]);
    cluster.topics = [topic("a", "id", 3)];
    for (let times = 0; times < 2; times++) await loadAll([{ topicId: "id", partitions: [2] }]);
    expect([queries.length, routes.has(withPartition(2))]).toEqual([4, true]);
    expect(routes.cached({ name: "a" })?.partitions).toHaveLength(3);
  });

  test("[BRK42] are fresh for five minutes to those who choose among partitions", async () => {
    const { routes, cluster, load } = newRoutes(topic("a", "id", 2));
    await load("a");
    cluster.now = MAX_AGE_MS - 1;
    expect(routes.fresh({ name: "a" })?.topicId).toBe("id");
    expect(routes.fresh({ name: "a", partitions: [2] })).toBeUndefined();
    cluster.now = MAX_AGE_MS;
    expect(routes.fresh({ name: "a" })).toBeUndefined();
    expect(routes.cached({ name: "a" })).toBeDefined();
  });

  test("[BRK4] may be asked for again after the controller could not be reached", async () => {
    const turns = new Turns();
    let isReachable = false;
    const routes = new TopicRoutes(
      {
        describeCluster: async () => {
          if (!isReachable) throw new Error("out of reach");
          return { brokers: [], topics: [topic("a")], nextPage: null, brokerConfigs };
        },
      },
      turns,
      { now: () => 0 },
    );
    const failed = routes.load([{ name: "a" }]).catch((error: Error) => error.message);
    turns.next();
    expect(await failed).toBe("out of reach");
    isReachable = true;
    const loaded = routes.load([{ name: "a" }]);
    turns.next();
    await loaded;
    await microtasks();
    expect(routes.cached({ name: "a" })).toBeDefined();
  });
});
