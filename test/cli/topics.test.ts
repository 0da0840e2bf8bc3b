/** `odradek topics`: its flags and its lines, as kafka-topics has them. */
import { describe, expect, test } from "vitest";

import { subscriptionFilter, topicFilter } from "../../src/cli/topic-filter.ts";
import type { DescribedTopic } from "../../src/cli/topics/describe.ts";
import { topicLines } from "../../src/cli/topics/describe.ts";
import type { TopicsFlags } from "../../src/cli/topics/options.ts";
import {
  invalidTopicsFlags,
  parseReplicaAssignment,
  parseTopicConfigs,
} from "../../src/cli/topics/options.ts";
import type { ConfigEntry } from "../../src/client/admin/configs.ts";
import { ConfigSource } from "../../src/client/admin/configs.ts";

describe("flags", () => {
  test.each<[TopicsFlags, string]>([
    [{}, "Command must include exactly one action: --list"],
    [{ list: true, describe: true }, "Command must include exactly one action"],
    [{ create: true }, 'Missing required argument "[topic]"'],
    [{ alter: true, topic: "t" }, 'Missing required argument "[partitions]"'],
    [{ describe: true, ifExists: true }, "--topic or --topic-id is required"],
    [{ list: true, partitions: 3 }, 'Option "[partitions]" can\'t be used with option "[list]"'],
    [
      { create: true, topic: "t", partitions: 1, replicaAssignment: "1:2" },
      'Option "[replica-assignment]" can\'t be used with option "[partitions]"',
    ],
    [
      { describe: true, topicsWithOverrides: true, unavailablePartitions: true },
      'Option "[unavailable-partitions]" can\'t be used with option "[topics-with-overrides]"',
    ],
    [
      { alter: true, topic: "t", partitions: 2, config: ["a=b"] },
      '[config]]" can\'t be used with option "[alter]" (To alter topic configurations, the',
    ],
    [{ delete: true, topic: "t", ifNotExists: true }, 'Option "[if-not-exists]" can\'t be used'],
  ])("%j are refused", (flags, message) => {
    expect(invalidTopicsFlags(flags)).toContain(message);
  });

  test.each<TopicsFlags>([
    { list: true, excludeInternal: true },
    { create: true, topic: "t", replicaAssignment: "1,2", config: ["a=b"], ifNotExists: true },
    { describe: true, underReplicatedPartitions: true, unavailablePartitions: true },
    { alter: true, topic: "t", partitions: 2, replicaAssignment: "1,2", ifExists: true },
    { delete: true, topic: "t", ifExists: true },
  ])("%j are accepted", (flags) => {
    expect(invalidTopicsFlags(flags)).toBeNull();
  });

  test("a replica assignment lists the brokers of each partition", () => {
    expect(parseReplicaAssignment({})).toEqual([]);
    expect(parseReplicaAssignment({ replicaAssignment: "1:2,2 : 3" })).toEqual([
      [1, 2],
      [2, 3],
    ]);
    const parsing = (replicaAssignment: string) => () =>
      parseReplicaAssignment({ replicaAssignment });
    expect(parsing("1:1")).toThrow("may not contain duplicate entries: 1");
    expect(parsing("1:2,3")).toThrow("Partition 1 has different replication factor: [3]");
    expect(parsing("1:x")).toThrow('For input string: "x"');
  });

  test("configs are key=val and nothing else", () => {
    expect(parseTopicConfigs(["a = 1", "b=2"])).toEqual({ a: "1", b: "2" });
    for (const wrong of ["a", "a=", "a=b=c"]) {
      expect(() => parseTopicConfigs([wrong])).toThrow('must be in the format "key=val"');
    }
  });
});

describe("a topic's pattern", () => {
  test.each([
    ["orders", "orders", true],
    ["orders", "orders2", false],
    ["orders|payments", "payments", true],
    ["orders, payments", "payments", true],
    ["'o.*'", "orders", true],
  ])("%s and %s: %s", (pattern, name, expected) => {
    expect(topicFilter(pattern)(name)).toBe(expected);
  });

  test("is refused when it is none", () => {
    expect(() => topicFilter("(")).toThrow("( is an invalid regex.");
  });

  test("of a subscription takes commas as they are, and leaves Kafka's own topics out", () => {
    expect(subscriptionFilter("a{1,2}")("aa")).toBe(true);
    expect(subscriptionFilter(".*")("__consumer_offsets")).toBe(false);
  });
});

describe("describing", () => {
  const config = (name: string, value: string, configSource: number): ConfigEntry => ({
    name,
    value,
    configSource,
    readOnly: false,
    isSensitive: false,
    synonyms: [],
    configType: 0,
    documentation: null,
  });
  const partition = (index: number, leader: number | null, isr: number[]) => ({
    partition: index,
    leader,
    replicas: [1, 2],
    isr,
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
  });
  const described = (changes: Partial<DescribedTopic> = {}): DescribedTopic => ({
    topic: {
      name: "t",
      topicId: "NvoDtgQ5SHSc8e-KrQbM-w",
      isInternal: false,
      partitions: [partition(0, 1, [1, 2]), partition(1, 2, [2]), partition(2, null, [])],
    },
    configs: [
      config("min.insync.replicas", "1", ConfigSource.STATIC_BROKER_CONFIG),
      config("retention.ms", "5", ConfigSource.DYNAMIC_TOPIC_CONFIG),
      config("segment.ms", "7", ConfigSource.DEFAULT_CONFIG),
    ],
    reassignments: new Map(),
    liveBrokers: new Set([1]),
    ...changes,
  });
  const partitionsOf = (flags: TopicsFlags, topic = described()) =>
    topicLines(topic, flags).map((line) => /^\t.*Partition: (\d+)/.exec(line)?.[1] ?? "topic");

  test("is a line for the topic and one for each partition", () => {
    const elr = "Elr: \tLastKnownElr: ";
    expect(topicLines(described(), {})).toEqual([
      "Topic: t\tTopicId: NvoDtgQ5SHSc8e-KrQbM-w\tPartitionCount: 3\tReplicationFactor: 2\t\
Configs: min.insync.replicas=1,retention.ms=5",
      `\tTopic: t\tPartition: 0\tLeader: 1\tReplicas: 1,2\tIsr: 1,2\t${elr}`,
      `\tTopic: t\tPartition: 1\tLeader: 2\tReplicas: 1,2\tIsr: 2\t${elr}`,
      `\tTopic: t\tPartition: 2\tLeader: none\tReplicas: 1,2\tIsr: \t${elr}`,
    ]);
  });

  test.each<[TopicsFlags, string[]]>([
    [{ underReplicatedPartitions: true }, ["1", "2"]],
    [{ unavailablePartitions: true }, ["1", "2"]],
    [{ underMinIsrPartitions: true }, ["2"]],
    [{ atMinIsrPartitions: true }, ["1"]],
    [{ topicsWithOverrides: true }, ["topic"]],
  ])("with %j is the lines that are asked for", (flags, expected) => {
    expect(partitionsOf(flags)).toEqual(expected);
  });

  test("has the configs in the order of a Java hash map, as Kafka's tools do", () => {
    const own = ["cleanup.policy", "compression.type", "segment.bytes"];
    // As kafka-topics shows __consumer_offsets, of a broker that tells the configs by name.
    const others = Array.from({ length: 30 }, (_, index) => `other.config.${index}`);
    const { DYNAMIC_TOPIC_CONFIG, DEFAULT_CONFIG } = ConfigSource;
    const configs = [
      ...own.map((name) => config(name, "1", DYNAMIC_TOPIC_CONFIG)),
      ...others.map((name) => config(name, "1", DEFAULT_CONFIG)),
    ];
    const [topic] = topicLines(described({ configs }), {});
    expect(topic).toMatch(/Configs: compression.type=1,cleanup.policy=1,segment.bytes=1$/);
  });

  test("with --topics-with-overrides leaves topics without configs of their own out", () => {
    expect(partitionsOf({ topicsWithOverrides: true }, described({ configs: [] }))).toEqual([]);
  });

  test("tells of replicas on their way, and does not count them", () => {
    const moving = { replicas: [1, 2, 3], addingReplicas: [3, 2], removingReplicas: [1] };
    const [topic, first] = topicLines(described({ reassignments: new Map([[0, moving]]) }), {});
    expect(topic).toContain("ReplicationFactor: 1\t");
    expect(first).toContain("\tAdding Replicas: 3,2\tRemoving Replicas: 1\tElr: ");
  });

  test("of an old broker says so", () => {
    const { topic } = described();
    const [first] = topic.partitions;
    const old = { ...first!, eligibleLeaderReplicas: null, lastKnownElr: null };
    const lines = topicLines(described({ topic: { ...topic, partitions: [old] } }), {});
    expect(lines[1]).toMatch(/\tElr: N\/A\tLastKnownElr: N\/A$/);
  });
});
