import { describe, expect, test } from "vitest";

import { parseBrokerConfig } from "../../src/controller/broker-config.ts";
import { createTopics } from "../../src/controller/create-topics.ts";
import type { GroupRegistration } from "../../src/controller/group-registry.ts";
import { listGroups, registerGroup } from "../../src/controller/groups.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";
import { TestCluster, topic } from "./test-cluster.ts";

const LISTING = { groupType: "classic", protocolType: "consumer", hasMembers: true };

function register(cluster: TestCluster, said: Partial<GroupRegistration>): void {
  const registration = { groupId: "group", version: 1, listing: LISTING, topics: [], ...said };
  cluster.take(registerGroup(cluster.image, registration));
}

/** The groups in the list, by id. */
function listed(cluster: TestCluster, from = "", limit = 10): string[] {
  return listGroups(cluster.image, { from, limit }).map(({ groupId }) => groupId);
}

/** Whom the controller tells of the creation of a topic. */
function toldOf(cluster: TestCluster, name: string, validateOnly = false): string[] {
  const config = parseBrokerConfig({});
  const surroundings = { random: new SeededRandom(1), config, validateOnly };
  const { effects } = createTopics(cluster.image, [topic(name)], surroundings);
  return effects.flatMap((effect) => (effect.type === "tellGroup" ? [effect.groupId] : [])).sort();
}

describe("a group's registration", () => {
  test("[CTL31] replaces the one before", () => {
    const cluster = new TestCluster();
    register(cluster, { topics: ["orders"] });
    register(cluster, { version: 2, listing: { ...LISTING, hasMembers: false }, topics: ["tea"] });
    expect(listGroups(cluster.image, { from: "", limit: 10 })).toEqual([
      { groupId: "group", ...LISTING, hasMembers: false },
    ]);
    expect(toldOf(cluster, "orders")).toEqual([]);
    expect(toldOf(cluster, "tea")).toEqual(["group"]);
  });

  test("[CTL31] counts for nothing when it was overtaken", () => {
    const cluster = new TestCluster();
    register(cluster, { version: 5, topics: ["tea"] });
    register(cluster, { version: 4, listing: null });
    register(cluster, { version: 5, listing: null });
    expect(listed(cluster)).toEqual(["group"]);
    expect(toldOf(cluster, "tea")).toEqual(["group"]);
  });

  test("[CTL31] may be the last one, and a group of that id begins anew", () => {
    const cluster = new TestCluster();
    register(cluster, { version: 5, topics: ["tea"] });
    register(cluster, { version: 6, listing: null });
    expect(listed(cluster)).toEqual([]);
    expect(toldOf(cluster, "tea")).toEqual([]);
    register(cluster, { version: 1 });
    expect(listed(cluster)).toEqual(["group"]);
  });
});

test("[CTL32] groups are listed page by page, the nameless one as well", () => {
  const cluster = new TestCluster();
  for (const groupId of ["b", "", "c", "a"]) register(cluster, { groupId });
  expect(listed(cluster, "", 3)).toEqual(["", "a", "b"]);
  expect(listed(cluster, "b\0", 3)).toEqual(["c"]);
});

describe("groups are told of topics", () => {
  const cluster = new TestCluster();
  register(cluster, { groupId: "of orders", topics: ["orders", "tea"] });
  register(cluster, { groupId: "of all", topics: null });
  register(cluster, { groupId: "of nothing", topics: [] });

  test("[CTL33] that they want to know of, and those that want to know of all", () => {
    expect(toldOf(cluster, "orders")).toEqual(["of all", "of orders"]);
    expect(toldOf(cluster, "coffee")).toEqual(["of all"]);
  });

  test("[CTL33] not of those that are only validated", () => {
    expect(toldOf(cluster, "orders", true)).toEqual([]);
  });

  test("[CTL33] that are deleted, once though several are", () => {
    const created = cluster.create([topic("orders"), topic("tea")]);
    const topics = created.map(({ name }) => ({ name, topicId: "AAAAAAAAAAAAAAAAAAAAAA" }));
    const { effects } = cluster.delete(topics);
    expect(effects).toEqual([
      { type: "tellGroup", groupId: "of all" },
      { type: "tellGroup", groupId: "of orders" },
    ]);
  });
});
