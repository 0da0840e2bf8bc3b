/** A gateway's cache of routes, in front of a controller that a test can change. */
import { describe, expect, test } from "vitest";

import { TopicRoutes } from "../../src/broker/topic-routes.ts";
import type {
  ClusterDescription,
  TopicDescription,
  TopicsQuery,
} from "../../src/controller/describe.ts";
import { microtasks, Turns } from "./turns.ts";

function topic(name: string, topicId = `${name}-id`): TopicDescription {
  return { name, topicId, partitions: [] };
}

function newRoutes(...topics: TopicDescription[]) {
  const turns = new Turns();
  const queries: TopicsQuery[] = [];
  const cluster = { topics };
  const describeCluster = async (query: TopicsQuery): Promise<ClusterDescription> => {
    queries.push(query);
    const isAsked = ({ name, topicId }: TopicDescription) =>
      query.names?.includes(name) || query.topicIds?.includes(topicId);
    return { brokers: [], topics: cluster.topics.filter(isAsked), nextPage: null };
  };
  const routes = new TopicRoutes({ describeCluster }, turns);
  const load = async (...names: string[]) => {
    const loaded = routes.load(names.map((name) => ({ name })));
    turns.next();
    await loaded;
  };
  return { routes, turns, queries, cluster, load };
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

  test("[BRK4] may be asked for again after the controller could not be reached", async () => {
    const turns = new Turns();
    let isReachable = false;
    const routes = new TopicRoutes(
      {
        describeCluster: async () => {
          if (!isReachable) throw new Error("out of reach");
          return { brokers: [], topics: [topic("a")], nextPage: null };
        },
      },
      turns,
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
