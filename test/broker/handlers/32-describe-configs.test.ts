/** DescribeConfigs, of what can be described. */
import { expect, test } from "vitest";

import { ResourceType } from "../../../src/broker/config-resources.ts";
import { describeConfigsHandler } from "../../../src/broker/handlers/32-describe-configs.ts";
import { topicConfigs } from "../../../src/config/topic-configs.ts";
import { errorName } from "../../../src/protocol/errors.ts";
import { topic } from "../../controller/test-cluster.ts";
import { groupCluster, type GroupCluster } from "../group-cluster.ts";

const { TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP } = ResourceType;

interface Asked {
  readonly keys?: string[] | null;
  readonly version?: number;
  readonly includeSynonyms?: boolean;
  readonly includeDocumentation?: boolean;
}

/** What one resource's description says, with its configs by name. */
async function describe(
  { call }: GroupCluster,
  resourceType: number,
  resourceName: string,
  { keys = null, version = 4, ...details }: Asked = {},
) {
  const resources = [{ resourceType, resourceName, configurationKeys: keys }];
  const { results } = await call(describeConfigsHandler, version, { resources, ...details });
  const { errorCode, errorMessage, configs } = results[0]!;
  expect(results[0]).toMatchObject({ resourceType, resourceName });
  const byName = Object.fromEntries(configs.map(({ name, ...config }) => [name, config]));
  return { error: errorName(errorCode), errorMessage, names: Object.keys(byName), byName };
}

/** A cluster with a topic that has configs of its own. */
function withTopic(configs: Readonly<Record<string, string>> = {}) {
  const group = groupCluster(configs);
  const set = [
    { name: "cleanup.policy", value: "compact, delete" },
    { name: "max.message.bytes", value: " 2000 " },
    { name: "preallocate", value: "TRUE" },
  ];
  group.cluster.created(topic("set", { configs: set }));
  return group;
}

test("[BRK50] a topic has all configs but internal ones, with values and sources", async () => {
  const cluster = withTopic({ "log.retention.ms": "7", "message.max.bytes": "3000" });
  const { error, errorMessage, names, byName } = await describe(cluster, TOPIC, "set");
  expect([error, errorMessage]).toEqual(["NONE", ""]);
  const listed = topicConfigs.filter(({ internal }) => !internal).map(({ name }) => name);
  expect(names).toEqual(listed);
  const shown = (name: string) => [byName[name]!.value, byName[name]!.configSource];
  expect(shown("max.message.bytes")).toEqual(["2000", 1]);
  expect(shown("cleanup.policy")).toEqual(["compact,delete", 1]);
  expect(shown("preallocate")).toEqual(["true", 1]);
  expect(shown("retention.ms")).toEqual(["7", 4]);
  expect(shown("segment.bytes")).toEqual(["1073741824", 5]);
  for (const config of Object.values(byName)) {
    const plain = { readOnly: false, isSensitive: false, synonyms: [], documentation: null };
    expect(config).toMatchObject(plain);
  }
});

test("[BRK50] synonyms, types and documentation are told to those who ask", async () => {
  const cluster = withTopic({ "log.retention.hours": "2", "message.max.bytes": "3000" });
  const details = { includeSynonyms: true, includeDocumentation: true };
  const { byName } = await describe(cluster, TOPIC, "set", details);
  expect(byName["max.message.bytes"]).toMatchObject({
    synonyms: [
      { name: "max.message.bytes", value: "2000", source: 1 },
      { name: "message.max.bytes", value: "3000", source: 4 },
      { name: "message.max.bytes", value: "1048588", source: 5 },
    ],
    configType: 3,
  });
  // What is set in hours is no synonym of what is told in ms.
  expect(byName["retention.ms"]).toMatchObject({ value: "7200000", synonyms: [], configType: 5 });
  const types = ["preallocate", "compression.type", "min.cleanable.dirty.ratio", "cleanup.policy"];
  expect(types.map((name) => byName[name]!.configType)).toEqual([1, 2, 6, 7]);
  for (const { documentation } of Object.values(byName)) expect(documentation).toMatch(/\.$/);
});

test("[BRK50] only the configs that are named are told, an empty list names all", async () => {
  const cluster = withTopic();
  const keys = ["flush.ms", "nope", "retention.ms"];
  for (const version of [1, 4]) {
    const { names } = await describe(cluster, TOPIC, "set", { keys, version });
    expect(names).toEqual(["flush.ms", "retention.ms"]);
  }
  expect((await describe(cluster, TOPIC, "set", { keys: [] })).names).toHaveLength(33);
});

test.each([
  [TOPIC, "nobody", "UNKNOWN_TOPIC_OR_PARTITION", ""],
  [TOPIC, "", "INVALID_TOPIC_EXCEPTION", "Topic name is invalid: the empty string is not allowed"],
  [
    BROKER,
    "2",
    "INVALID_REQUEST",
    "Unexpected broker id, expected 1 or empty string, but received 2",
  ],
  [BROKER, "x", "INVALID_REQUEST", "Broker id must be an integer, but it is: x"],
  [GROUP, "", "INVALID_REQUEST", "Group name must not be empty"],
  [
    CLIENT_METRICS,
    "m",
    "INVALID_REQUEST",
    "Client metrics are not supported by this version of Odradek.",
  ],
  [
    BROKER_LOGGER,
    "1",
    "INVALID_REQUEST",
    "The log levels of brokers cannot be described or changed.",
  ],
])("[BRK50, BRK51] of type %i, %j is %s", async (type, name, error, errorMessage) => {
  const refused = await describe(withTopic(), type, name);
  expect(refused).toEqual({ error, errorMessage, names: [], byName: {} });
});

test("[BRK50] a resource of no known type is the end of the whole request", async () => {
  const resources = [TOPIC, 3].map((resourceType) => {
    return { resourceType, resourceName: "set", configurationKeys: null };
  });
  const { results } = await withTopic().call(describeConfigsHandler, 4, { resources });
  expect(results.map(({ errorCode }) => errorName(errorCode))).toEqual([
    "INVALID_REQUEST",
    "INVALID_REQUEST",
  ]);
});

test("[BRK51] a broker tells what it acts on, and what of it can be changed", async () => {
  const cluster = withTopic({ "num.partitions": "7", "log.retention.minutes": "3" });
  const details = { includeSynonyms: true, includeDocumentation: true };
  const { names, byName } = await describe(cluster, BROKER, "1", details);
  expect(names).toEqual(names.toSorted());
  const synonyms = topicConfigs.flatMap((config) => config.synonyms.map(({ name }) => name));
  expect(names).toEqual(expect.arrayContaining(synonyms));
  expect(byName["num.partitions"]).toMatchObject({
    value: "7",
    configSource: 4,
    readOnly: true,
    synonyms: [
      { name: "num.partitions", value: "7", source: 4 },
      { name: "num.partitions", value: "1", source: 5 },
    ],
    configType: 3,
  });
  const shown = (name: string) => {
    const { value, configSource, configType } = byName[name]!;
    return [value, configSource, configType];
  };
  expect(shown("log.retention.ms")).toEqual([null, 5, 5]);
  expect(shown("log.retention.minutes")).toEqual(["3", 4, 3]);
  expect(shown("log.retention.hours")).toEqual(["168", 5, 3]);
  expect(shown("delete.topic.enable")).toEqual(["true", 5, 1]);
  expect(shown("offsets.topic.replication.factor")).toEqual(["1", 5, 4]);
  expect(shown("log.retention.check.interval.ms")).toEqual(["300000", 5, 5]);
  expect(shown("group.consumer.assignors")).toEqual(["uniform,range", 5, 7]);
  expect(shown("group.consumer.migration.policy")).toEqual(["bidirectional", 5, 2]);
  expect(shown("node.id")).toEqual(["1", 4, 3]);
  for (const { documentation } of Object.values(byName)) expect(documentation).toMatch(/\.$/);
  const changeable = names.filter((name) => !byName[name]!.readOnly);
  expect(changeable).toEqual(expect.arrayContaining(["log.retention.ms", "message.max.bytes"]));
  expect(changeable).not.toContain("log.retention.hours");
  expect((await describe(cluster, BROKER, "")).names).toEqual([]);
});

test("[BRK50, BRK51] what is set while brokers run is told with where it was set", async () => {
  const cluster = withTopic({ "message.max.bytes": "3000" });
  const name = "message.max.bytes";
  const set = (resource: string, value: string) =>
    ({ type: "DynamicConfig", resourceType: "broker", resource, name, value }) as const;
  const records = [set("", "4000"), set("1", " 5000 "), set("2", "6000")];
  cluster.cluster.take({ records, response: undefined, effects: [] });
  const synonyms = [
    { name, value: " 5000 ", source: 2 },
    { name, value: "4000", source: 3 },
    { name, value: "3000", source: 4 },
    { name, value: "1048588", source: 5 },
  ];
  const details = { keys: [name, "max.message.bytes"], includeSynonyms: true };
  const own = { value: "5000", configSource: 2, readOnly: false, synonyms };
  expect((await describe(cluster, BROKER, "1", details)).byName[name]).toMatchObject(own);
  cluster.cluster.created(topic("plain"));
  const { byName } = await describe(cluster, TOPIC, "plain", details);
  expect(byName["max.message.bytes"]).toMatchObject(own);
  const defaults = await describe(cluster, BROKER, "", details);
  expect(defaults.byName).toMatchObject({
    [name]: { value: "4000", configSource: 3, synonyms: synonyms.slice(1, 2) },
  });
});

test("[BRK51] a group has its own, and else what its broker gives all groups", async () => {
  const cluster = withTopic({ "group.consumer.session.timeout.ms": "50000" });
  const interval = "consumer.heartbeat.interval.ms";
  const own = { type: "DynamicConfig", resourceType: "group", resource: "owner" } as const;
  const records = [{ ...own, name: interval, value: "7000" }];
  cluster.cluster.take({ records, response: undefined, effects: [] });
  const owner = await describe(cluster, GROUP, "owner", { includeSynonyms: true });
  expect(owner.byName[interval]).toMatchObject({
    value: "7000",
    configSource: 8,
    synonyms: [
      { name: interval, value: "7000", source: 8 },
      { name: `group.${interval}`, value: "5000", source: 5 },
    ],
  });
  const { byName } = await describe(cluster, GROUP, "whoever", { includeSynonyms: true });
  expect(byName).toMatchObject({
    "consumer.assignment.interval.ms": { value: "1000", configSource: 5 },
    "consumer.heartbeat.interval.ms": { value: "5000", configSource: 5 },
    "consumer.session.timeout.ms": {
      value: "50000",
      configSource: 4,
      synonyms: [
        { name: "group.consumer.session.timeout.ms", value: "50000", source: 4 },
        { name: "group.consumer.session.timeout.ms", value: "45000", source: 5 },
      ],
    },
  });
});

test("[BRK50] of more than 10,000 resources those beyond are refused", async () => {
  const { call } = withTopic();
  const asked = { resourceType: TOPIC, resourceName: "set", configurationKeys: ["retention.ms"] };
  const resources = Array.from({ length: 10_002 }, () => asked);
  const { results } = await call(describeConfigsHandler, 4, { resources });
  expect(results.map(({ errorCode }) => errorName(errorCode)).slice(9_999)).toEqual([
    "NONE",
    "INVALID_REQUEST",
    "INVALID_REQUEST",
  ]);
});
