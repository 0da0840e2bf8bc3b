/** CreatePartitions: who is refused and why, and how topics grow. */
import { describe, expect, test } from "vitest";

import {
  MAX_PARTITIONS_PER_TOPIC,
  type TopicToGrow,
} from "../../src/controller/create-partitions.ts";
import { MAX_PARTITIONS_PER_REQUEST } from "../../src/controller/create-topics.ts";
import { registerGroup } from "../../src/controller/groups.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { TestCluster, topic } from "./test-cluster.ts";

const grow = (name: string, count: number, assignments: number[][] | null = null): TopicToGrow => ({
  name,
  count,
  assignments: assignments && assignments.map((brokerIds) => ({ brokerIds })),
});

/** A cluster with topic `two`, which has two partitions, and topic `one` with one. */
function newCluster(): TestCluster {
  const cluster = new TestCluster();
  cluster.created(topic("two", { numPartitions: 2 }));
  cluster.created(topic("one", { numPartitions: 1 }));
  return cluster;
}

const leaders = ({ image }: TestCluster, name: string) =>
  image.partitions(image.topicByName(name)!.topicId).map(({ leader }) => leader);

describe("a topic does not grow", () => {
  const assignment = "INVALID_REPLICA_ASSIGNMENT";
  const the = "The manual partition assignment includes";
  const cases: [string, TopicToGrow, ErrorName, string | null][] = [
    ["that is not there", grow("nobody", 3), "UNKNOWN_TOPIC_OR_PARTITION", null],
    ["to what it is", grow("two", 2), "INVALID_PARTITIONS", "Topic already has 2 partition(s)."],
    [
      "to less",
      grow("two", -1),
      "INVALID_PARTITIONS",
      "The topic two currently has 2 partition(s); -1 would not be an increase.",
    ],
    [
      "by less than is assigned",
      grow("two", 3, [[1], [2]]),
      assignment,
      "Attempted to add 1 additional partition(s), but only 2 assignment(s) were specified.",
    ],
    ["to nobody", grow("two", 3, [[]]), assignment, `${the} an empty replica list.`],
    [
      "to strangers",
      grow("two", 4, [[1], [9]]),
      assignment,
      `${the} broker 9, but no such broker is registered.`,
    ],
    [
      "to one broker twice",
      grow("two", 3, [[9, 1, 1]]),
      assignment,
      `${the} the broker 1 more than once.`,
    ],
    [
      "to more than the others have",
      grow("two", 3, [[1, 2]]),
      assignment,
      `${the} a partition with 2 replica(s), but this is not consistent with previous ` +
        "partitions, which have 1 replica(s).",
    ],
  ];
  test.each(cases)("[CTL21] %s", (_, asked, error, message) => {
    const cluster = newCluster();
    const stored = cluster.records.length;
    expect(cluster.grow([asked]).response).toEqual([{ name: asked.name, error, message }]);
    expect(cluster.records).toHaveLength(stored);
  });

  test("[CTL21] when it is named twice, and the others do", () => {
    const cluster = newCluster();
    const { response } = cluster.grow([grow("two", 3), grow("one", 2), grow("two", 1)]);
    expect(response).toEqual([
      { name: "two", error: "INVALID_REQUEST", message: "Duplicate topic name." },
      { name: "one", error: null, message: null },
    ]);
    expect([leaders(cluster, "two").length, leaders(cluster, "one").length]).toEqual([2, 2]);
  });

  test("[CTL21] beyond what a topic may have", () => {
    const answerTo = (count: number) => newCluster().grow([grow("two", count)]).response[0]!.error;
    expect(answerTo(MAX_PARTITIONS_PER_TOPIC)).toBeNull();
    expect(answerTo(MAX_PARTITIONS_PER_TOPIC + 1)).toBe("INVALID_PARTITIONS");
    expect(answerTo(2_147_483_647)).toBe("INVALID_PARTITIONS");
  });

  test("[CTL21] beyond what a request may add", () => {
    const { response } = newCluster().grow([
      grow("two", MAX_PARTITIONS_PER_REQUEST),
      grow("one", 4),
      grow("nobody", 1),
    ]);
    expect(response.map(({ error }) => error)).toEqual([
      null,
      "INVALID_PARTITIONS",
      "UNKNOWN_TOPIC_OR_PARTITION",
    ]);
  });
});

describe("a topic that grows", () => {
  test("[CTL22] keeps its partitions, and has new ones in their first epochs", () => {
    const cluster = newCluster();
    const { topicId } = cluster.image.topicByName("two")!;
    const change = { topicId, partition: 0, leader: -1, isr: [], leaderEpoch: 5 };
    const records = [{ type: "PartitionChange", ...change } as const];
    cluster.take({ records, response: null, effects: [] });
    const before = cluster.image.partitions(topicId);
    cluster.grow([grow("two", 5)]);
    const after = cluster.image.partitions(topicId);
    expect(after.slice(0, 2)).toEqual(before);
    expect(cluster.image.topicByName("two")!.partitionCount).toBe(5);
    for (const { replicas, ...partition } of after.slice(2)) {
      const leader = replicas[0];
      expect(replicas).toHaveLength(1);
      expect(partition).toEqual({ isr: replicas, leader, leaderEpoch: 0, partitionEpoch: 0 });
    }
  });

  test("[CTL23] one by one is led by all brokers in turn, beside others that do", () => {
    const cluster = newCluster();
    for (let count = 3; count < 9; count++) {
      cluster.grow([grow("two", count), grow("one", count - 1)]);
    }
    const led = [...leaders(cluster, "two"), ...leaders(cluster, "one")];
    const perBroker = Map.groupBy(led, (leader) => leader).values();
    expect([...perBroker].map(({ length }) => length)).toEqual([5, 5, 5]);
    expect(leaders(cluster, "two").slice(2)).toEqual([1, 3, 2, 1, 3, 2]);
  });

  test("[CTL23] may say where", () => {
    const cluster = newCluster();
    cluster.grow([grow("two", 5, [[3], [3], [1]])]);
    expect(leaders(cluster, "two")).toEqual([1, 2, 3, 3, 1]);
  });

  test("[CTL24] does not, if it is only validated", () => {
    const cluster = newCluster();
    const registration = { groupId: "g", version: 1, topics: ["two"], listing: LISTING };
    cluster.take(registerGroup(cluster.image, registration));
    const stored = cluster.records.length;
    const asked = [grow("two", 9), grow("one", 1)];
    const validated = cluster.grow(asked, { validateOnly: true });
    expect(validated.response.map(({ error }) => error)).toEqual([null, "INVALID_PARTITIONS"]);
    expect(validated.effects).toEqual([]);
    expect(cluster.records).toHaveLength(stored);
    expect(cluster.grow(asked).response).toEqual(validated.response);
  });

  test("[CTL25] is told to the groups that want to know of it", () => {
    const cluster = newCluster();
    for (const [groupId, topics] of [
      ["of-two", ["two"]],
      ["of-one", ["one"]],
      ["of-all", null],
    ] as const) {
      const registration = { groupId, version: 1, topics, listing: LISTING };
      cluster.take(registerGroup(cluster.image, registration));
    }
    const { effects } = cluster.grow([grow("two", 3), grow("one", 1), grow("nobody", 2)]);
    expect(effects.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))).toEqual([
      { type: "tellGroup", groupId: "of-all" },
      { type: "tellGroup", groupId: "of-two" },
    ]);
  });
});

const LISTING = { groupType: "consumer", protocolType: "consumer", hasMembers: true };
