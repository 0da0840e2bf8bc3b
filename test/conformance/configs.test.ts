/** DescribeConfigs, AlterConfigs, IncrementalAlterConfigs and ListConfigResources. */
import { expect } from "vitest";

import { topicConfigs } from "../../src/config/topic-configs.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { describeConfigs } from "../../src/protocol/messages/32-describe-configs.ts";
import { alterConfigs } from "../../src/protocol/messages/33-alter-configs.ts";
import { incrementalAlterConfigs } from "../../src/protocol/messages/44-incremental-alter-configs.ts";
import { listConfigResources } from "../../src/protocol/messages/74-list-config-resources.ts";
import { batchOfSize } from "./batches.ts";
import type { Cluster } from "./cluster.ts";
import {
  alter,
  APPEND,
  BROKER,
  BROKER_LOGGER,
  type Change,
  CLIENT_METRICS,
  DELETE,
  describe,
  GROUP,
  NOTHING,
  OK,
  resource,
  SET,
  SUBTRACT,
  TOPIC,
  until,
} from "./configs.ts";
import type { Partition } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";
import type { Wire } from "./wire.ts";

const [DYNAMIC_TOPIC_CONFIG, STATIC_BROKER_CONFIG, DEFAULT_CONFIG] = [1, 4, 5];

/** Waits until the topic has these values, null where it sets none. */
function untilSet(cluster: Cluster, { name }: Partition, values: Record<string, string | null>) {
  return until(async () => {
    const { byName } = await describe(await cluster.wire(), TOPIC, name);
    const set = Object.keys(values).map((key) => {
      const { configSource, value } = byName[key]!;
      return [key, configSource === DYNAMIC_TOPIC_CONFIG ? value : null];
    });
    return Object.fromEntries(set) as Record<string, string | null>;
  }, values);
}

conformance("configs", (test) => {
  test("[K19] all of a topic's are told in every version, with their sources", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition({
      "cleanup.policy": "compact, delete",
      "max.message.bytes": "2000",
      preallocate: "TRUE",
    });
    const wire = await cluster.wire();
    const listed = topicConfigs.filter(({ internal }) => !internal);
    for (const version of servedVersions(describeConfigs)) {
      const { error, names, byName } = await describe(wire, TOPIC, name, { version });
      expect(error).toBe("NONE");
      expect(names.toSorted()).toEqual(listed.map((config) => config.name));
      expect(byName["max.message.bytes"]).toEqual({
        value: "2000",
        readOnly: false,
        configSource: DYNAMIC_TOPIC_CONFIG,
        isSensitive: false,
        synonyms: [],
        configType: version < 3 ? 0 : 3,
        documentation: version < 3 ? "" : null,
      });
      expect(byName["cleanup.policy"]!.value).toBe("compact,delete");
      expect(byName["preallocate"]!.value).toBe("true");
      expect(byName["segment.ms"]).toMatchObject({
        value: "604800000",
        configSource: DEFAULT_CONFIG,
      });
    }
  });

  test("[K19] numbers are told as Java writes what it has read", async ({ cluster }) => {
    const wire = await cluster.wire();
    for (const [name, given, told] of [
      ["min.cleanable.dirty.ratio", "1", "1.0"],
      ["min.cleanable.dirty.ratio", " .50", "0.5"],
      ["min.cleanable.dirty.ratio", "0.00012", "1.2E-4"],
      ["min.cleanable.dirty.ratio", "0", "0.0"],
      ["max.message.bytes", "+0200", "200"],
      ["retention.ms", "-01", "-1"],
      ["flush.ms", "09223372036854775807", "9223372036854775807"],
    ] as const) {
      const partition = await cluster.newPartition({ [name]: given });
      const { byName } = await describe(wire, TOPIC, partition.name, { keys: [name] });
      expect([name, byName[name]!.value]).toEqual([name, told]);
    }
  });

  test("[K19] those that are named are told, and an empty list names all", async ({ cluster }) => {
    const { name } = await cluster.newPartition();
    const wire = await cluster.wire();
    const keys = ["retention.ms", "nothing", "flush.ms"];
    const { names } = await describe(wire, TOPIC, name, { keys });
    expect(names.toSorted()).toEqual(["flush.ms", "retention.ms"]);
    const all = await describe(wire, TOPIC, name);
    expect((await describe(wire, TOPIC, name, { keys: [] })).byName).toEqual(all.byName);
  });

  test("[K19] synonyms and documentation are told to those who ask, and types", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition({
      "retention.ms": "77",
      "segment.bytes": "1048576",
    });
    const details = { includeSynonyms: true, includeDocumentation: true };
    const { byName } = await describe(await cluster.wire(), TOPIC, name, details);
    const synonyms = (config: string) =>
      byName[config]!.synonyms.map(({ name: synonym, value, source }) => [synonym, value, source]);
    expect(synonyms("segment.bytes")).toEqual([
      ["segment.bytes", "1048576", DYNAMIC_TOPIC_CONFIG],
      ["log.segment.bytes", "1073741824", DEFAULT_CONFIG],
    ]);
    expect(synonyms("max.message.bytes")).toEqual([
      ["message.max.bytes", "1048588", DEFAULT_CONFIG],
    ]);
    // Kafka's default is in hours.
    expect(synonyms("retention.ms")).toEqual([["retention.ms", "77", DYNAMIC_TOPIC_CONFIG]]);
    expect(synonyms("flush.ms")).toEqual([]);
    const types = { boolean: 1, string: 2, int: 3, short: 4, long: 5, double: 6, list: 7 };
    for (const { name: config, type, internal } of topicConfigs) {
      if (internal) continue;
      expect(byName[config]!.configType).toBe(types[type]);
      expect(byName[config]!.documentation).not.toBe("");
    }
  });

  test("[K19] of a topic that there is not, or cannot be, nothing is told", async ({ cluster }) => {
    const wire = await cluster.wire();
    const nothing = { names: [], byName: {} };
    expect(await describe(wire, TOPIC, cluster.unusedName())).toEqual({
      error: "UNKNOWN_TOPIC_OR_PARTITION",
      errorMessage: "",
      ...nothing,
    });
    expect(await describe(wire, TOPIC, "")).toEqual({
      error: "INVALID_TOPIC_EXCEPTION",
      errorMessage: "Topic name is invalid: the empty string is not allowed",
      ...nothing,
    });
  });

  test("[K19] a resource of no known type is the end of the whole request", async ({ cluster }) => {
    const { name } = await cluster.newPartition();
    const resources = [TOPIC, NOTHING].map((resourceType) => {
      return { resourceType, resourceName: name, configurationKeys: null };
    });
    const { results } = await (await cluster.wire()).call(describeConfigs, 4, { resources });
    const errors = results.map(({ errorCode }) => errorName(errorCode));
    expect(errors).toEqual(["INVALID_REQUEST", "INVALID_REQUEST"]);
  });

  test("[K19] a broker tells its own, and no other's", async ({ cluster }) => {
    const brokers = await cluster.brokers();
    const [{ nodeId, wire }] = brokers as [(typeof brokers)[number]];
    const keys = ["group.initial.rebalance.delay.ms", "num.partitions", "log.retention.hours"];
    const details = { keys, includeSynonyms: true };
    const { error, names, byName } = await describe(wire, BROKER, `${nodeId}`, details);
    expect([error, names.toSorted()]).toEqual(["NONE", keys.toSorted()]);
    const plain = { readOnly: true, isSensitive: false, configType: 3 };
    const synonym = { name: "num.partitions", value: "1", source: DEFAULT_CONFIG };
    expect(byName["num.partitions"]).toMatchObject({
      ...plain,
      value: "1",
      configSource: DEFAULT_CONFIG,
      synonyms: [synonym],
    });
    expect(byName["log.retention.hours"]).toMatchObject({ ...plain, value: "168" });
    const delay = byName["group.initial.rebalance.delay.ms"]!;
    if (delay.configSource !== DEFAULT_CONFIG) {
      expect(delay).toMatchObject({ value: "0", configSource: STATIC_BROKER_CONFIG });
      expect(delay.synonyms.map(({ value }) => value)).toEqual(["0", "3000"]);
    }
    const other = `${nodeId + 1}`;
    expect(await describe(wire, BROKER, other)).toMatchObject({
      error: "INVALID_REQUEST",
      errorMessage: `Unexpected broker id, expected ${nodeId} or empty string, but received ${other}`,
    });
    expect(await describe(wire, BROKER, "one")).toMatchObject({
      error: "INVALID_REQUEST",
      errorMessage: "Broker id must be an integer, but it is: one",
    });
    expect((await describe(wire, BROKER, "")).error).toBe("NONE");
  });

  test("[K19] a group has what its broker gives all groups", async ({ cluster }) => {
    const wire = await cluster.wire();
    const keys = ["consumer.heartbeat.interval.ms", "consumer.session.timeout.ms"];
    const details = { keys, includeSynonyms: true };
    const { byName } = await describe(wire, GROUP, "whoever", details);
    expect(byName["consumer.session.timeout.ms"]).toMatchObject({
      value: "45000",
      configSource: DEFAULT_CONFIG,
      synonyms: [{ name: "group.consumer.session.timeout.ms", value: "45000", source: 5 }],
      configType: 3,
    });
    expect(byName["consumer.heartbeat.interval.ms"]!.value).toBe("5000");
    for (const type of [GROUP, CLIENT_METRICS, NOTHING]) {
      expect((await describe(wire, type, "")).error).toBe("INVALID_REQUEST");
    }
  });

  test("[K19] some are set, and others return to their defaults", async ({ cluster }) => {
    const partition = await cluster.newPartition({ "flush.ms": "5", "flush.messages": "6" });
    const { name } = partition;
    const wire = await cluster.wire();
    for (const version of servedVersions(incrementalAlterConfigs)) {
      const value = `${1000 + version}`;
      const asked = resource(TOPIC, name, ["retention.ms", SET, value], ["flush.ms", DELETE, null]);
      expect(await alter(wire, [asked], { version })).toEqual([OK]);
      const expected = { "retention.ms": value, "flush.ms": null, "flush.messages": "6" };
      await untilSet(cluster, partition, expected);
    }
    // What is not set returns to its default with success, whatever it is.
    const nothing = resource(TOPIC, name, ["nope", DELETE, null], ["flush.ms", DELETE, null]);
    expect(await alter(wire, [nothing])).toEqual([OK]);
    expect(await alter(wire, [resource(TOPIC, name)])).toEqual([OK]);
  });

  test("[K19] lists gain values and lose them", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const wire = await cluster.wire();
    const key = "cleanup.policy";
    const steps: [operation: number, value: string, result: string][] = [
      [APPEND, "compact", "delete,compact"],
      [APPEND, "delete,compact", "delete,compact"],
      [SUBTRACT, "delete", "compact"],
      [SUBTRACT, "delete", "compact"],
      [APPEND, "delete", "compact,delete"],
    ];
    for (const [operation, value, result] of steps) {
      const asked = resource(TOPIC, partition.name, [key, operation, value]);
      expect(await alter(wire, [asked])).toEqual([OK]);
      await untilSet(cluster, partition, { [key]: result });
    }
    const invalid = resource(TOPIC, partition.name, [key, APPEND, "foo"]);
    expect(await alter(wire, [invalid])).toEqual([
      [
        "INVALID_CONFIG",
        "Invalid value foo for configuration cleanup.policy: String must be one of: compact, delete",
      ],
    ]);
    for (const [operation, word] of [
      [APPEND, "APPEND"],
      [SUBTRACT, "SUBTRACT"],
    ] as const) {
      const asked = resource(TOPIC, partition.name, ["retention.ms", operation, "5"]);
      const why = `Can't ${word} to key retention.ms because its type is not LIST.`;
      expect(await alter(wire, [asked])).toEqual([["INVALID_CONFIG", why]]);
    }
  });

  test("[K19] each resource has its own result, and what is refused changes nothing", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const [good, bad] = [await cluster.newPartition(), await cluster.newPartition()];
    const unknown = cluster.unusedName();
    const asked = [
      resource(TOPIC, bad.name, ["flush.ms", SET, "5"], ["nope", SET, "1"]),
      resource(TOPIC, good.name, ["flush.ms", SET, "5"]),
      resource(TOPIC, unknown, ["flush.ms", SET, "5"]),
      resource(TOPIC, `${unknown}/`, ["flush.ms", SET, "5"]),
      resource(TOPIC, "", ["flush.ms", SET, "5"]),
      resource(NOTHING, "resource"),
    ];
    const name = `Topic name is invalid: '${unknown}/' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
    expect(await alter(wire, asked)).toEqual([
      ["INVALID_CONFIG", "Unknown topic config name: nope"],
      OK,
      ["UNKNOWN_TOPIC_OR_PARTITION", `The topic '${unknown}' does not exist.`],
      ["INVALID_TOPIC_EXCEPTION", name],
      ["INVALID_REQUEST", "Default topic resources are not allowed."],
      ["INVALID_REQUEST", "Unknown resource type 3"],
    ]);
    await untilSet(cluster, good, { "flush.ms": "5" });
    await untilSet(cluster, bad, { "flush.ms": null });
  });

  test("[K19] what makes no sense is refused", async ({ cluster }) => {
    const wire = await cluster.wire();
    const partition = await cluster.newPartition();
    const { name } = partition;
    const cases: [Change[], string, string][] = [
      [
        [["retention.ms", SET, "x"]],
        "INVALID_CONFIG",
        "Invalid value x for configuration retention.ms: Not a number of type LONG",
      ],
      [
        [
          ["min.compaction.lag.ms", SET, "10"],
          ["max.compaction.lag.ms", SET, "5"],
        ],
        "INVALID_CONFIG",
        "conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)",
      ],
      [
        [
          ["flush.ms", SET, "5"],
          ["flush.ms", DELETE, null],
        ],
        "INVALID_REQUEST",
        "Error due to duplicate config keys",
      ],
      [
        [
          ["flush.ms", SET, null],
          ["segment.ms", DELETE, null],
          ["cleanup.policy", APPEND, null],
        ],
        "INVALID_REQUEST",
        "Null value not supported for : flush.ms, cleanup.policy",
      ],
    ];
    for (const [changes, error, message] of cases) {
      expect(await alter(wire, [resource(TOPIC, name, ...changes)])).toEqual([[error, message]]);
    }
    const flush = (value: string) => resource(TOPIC, name, ["flush.ms", SET, value]);
    const twice = ["INVALID_REQUEST", "Each resource must appear at most once."];
    expect(await alter(wire, [flush("1"), flush("2")])).toEqual([twice, twice]);
    await untilSet(cluster, partition, { "flush.ms": null });
  });

  test("[K19] what is only validated has the same answer, and changes nothing", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const [partition, other] = [await cluster.newPartition(), await cluster.newPartition()];
    const asked = [
      resource(TOPIC, partition.name, ["flush.ms", SET, "5"]),
      resource(TOPIC, other.name, ["flush.ms", SET, "x"]),
    ];
    const why = "Invalid value x for configuration flush.ms: Not a number of type LONG";
    const answers = [OK, ["INVALID_CONFIG", why]];
    expect(await alter(wire, asked, { validateOnly: true })).toEqual(answers);
    // A change of its own, to see that nothing came before it.
    await alter(wire, [resource(TOPIC, partition.name, ["segment.ms", SET, "9"])]);
    await untilSet(cluster, partition, { "flush.ms": null, "segment.ms": "9" });
  });

  test("[K19] AlterConfigs replaces all in every version", async ({ cluster }) => {
    const wire = await cluster.wire();
    const partition = await cluster.newPartition({ "flush.ms": "5", "segment.ms": "6" });
    const topic = { resourceType: TOPIC, resourceName: partition.name };
    const call = async (version: number, configs: Record<string, string | null>) => {
      const entries = Object.entries(configs).map(([name, value]) => ({ name, value }));
      const request = { resources: [{ ...topic, configs: entries }], validateOnly: false };
      const { responses } = await wire.call(alterConfigs, version, request);
      expect(responses).toMatchObject([topic]);
      return [errorName(responses[0]!.errorCode), responses[0]!.errorMessage];
    };
    for (const version of servedVersions(alterConfigs)) {
      const values = { "flush.ms": `${10 + version}`, "flush.messages": "7" };
      expect(await call(version, values)).toEqual(OK);
      await untilSet(cluster, partition, { ...values, "segment.ms": null });
    }
    const why = "Null value not supported for : flush.ms";
    expect(await call(2, { "flush.ms": null })).toEqual(["INVALID_REQUEST", why]);
    const unknown = ["INVALID_CONFIG", "Unknown topic config name: nope"];
    expect(await call(2, { nope: "1" })).toEqual(unknown);
    await untilSet(cluster, partition, { "flush.ms": "12", "flush.messages": "7" });
    expect(await call(2, {})).toEqual(OK);
    await untilSet(cluster, partition, { "flush.ms": null, "flush.messages": null });
  });

  test("[K19, K22] a changed max.message.bytes is acted on, and its default again", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const partition = await cluster.newPartition();
    const { name } = partition;
    const answer = async () => (await partition.produce(batchOfSize(1001))).error;
    expect(await answer()).toBe("NONE");
    await alter(wire, [resource(TOPIC, name, ["max.message.bytes", SET, "1000"])]);
    await until(answer, "MESSAGE_TOO_LARGE");
    expect((await partition.produce(batchOfSize(1000))).error).toBe("NONE");
    await alter(wire, [resource(TOPIC, name, ["max.message.bytes", DELETE, null])]);
    await until(answer, "NONE");
  });

  test("[K19, K24] a changed message.timestamp.type is acted on", async ({ cluster }) => {
    const wire = await cluster.wire();
    const partition = await cluster.newPartition();
    const isBrokersTime = async () =>
      (await partition.produce(batchOfSize(100))).logAppendTimeMs !== -1;
    expect(await isBrokersTime()).toBe(false);
    const asked = ["message.timestamp.type", SET, "LogAppendTime"] satisfies Change;
    await alter(wire, [resource(TOPIC, partition.name, asked)]);
    await until(isBrokersTime, true);
  });

  test("[K19] topics and brokers are listed from version 1 on", async ({ cluster }) => {
    const { name } = await cluster.newPartition();
    const wire = await cluster.wire();
    const list = async (version: number, resourceTypes?: number[]) => {
      const request = resourceTypes === undefined ? {} : { resourceTypes };
      const answer = await wire.call(listConfigResources, version, request);
      const names = answer.configResources.map((each) => [each.resourceType, each.resourceName]);
      return { error: errorName(answer.errorCode), names };
    };
    expect(await list(0)).toEqual({ error: "NONE", names: [] });
    const brokers = (await cluster.brokers()).map(({ nodeId }) => [BROKER, `${nodeId}`]);
    const listed = (await list(1, [BROKER])).names;
    expect(listed).toEqual(expect.arrayContaining(brokers));
    expect(listed).toHaveLength(brokers.length);
    const topics = await list(1, [TOPIC]);
    expect(topics.names).toContainEqual([TOPIC, name]);
    expect(topics.names.every(([type]) => type === TOPIC)).toBe(true);
    const all = await list(1, []);
    expect(all.names).toEqual(expect.arrayContaining([[TOPIC, name], ...brokers]));
    expect(await list(1, [CLIENT_METRICS, GROUP])).toEqual({ error: "NONE", names: [] });
    expect(await list(1, [TOPIC, NOTHING])).toEqual({ error: "UNSUPPORTED_VERSION", names: [] });
  });

  test("[K19] a broker's own are not changed by way of another", async ({ cluster }) => {
    const [{ nodeId, wire }] = (await cluster.brokers()) as [{ nodeId: number; wire: Wire }];
    const why = `Unexpected broker id, expected ${nodeId}, but received ${nodeId + 1}`;
    const named = resource(BROKER, "one", ["num.partitions", SET, "3"]);
    const other = resource(BROKER, `${nodeId + 1}`, ["num.partitions", SET, "3"]);
    const own = resource(BROKER, `${nodeId}`, ["num.partitions", SET, "3"]);
    const answers = await alter(wire, [named, other, own]);
    expect(answers.slice(0, 2)).toEqual([
      ["INVALID_REQUEST", "Node id must be an integer, but it is: one"],
      ["INVALID_REQUEST", why],
    ]);
    // It cannot be changed while a broker runs, in Kafka neither.
    expect(answers[2]![0]).toBe("INVALID_REQUEST");
    const logger = resource(BROKER_LOGGER, `${nodeId + 1}`, ["root", SET, "no level"]);
    expect((await alter(wire, [logger]))[0]![0]).not.toBe("NONE");
  });
});
