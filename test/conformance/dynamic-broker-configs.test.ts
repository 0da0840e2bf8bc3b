/** Configs of brokers that are changed while the cluster runs. */
import { expect } from "vitest";

import { errorName } from "../../src/protocol/errors.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { alterConfigs } from "../../src/protocol/messages/33-alter-configs.ts";
import { incrementalAlterConfigs } from "../../src/protocol/messages/44-incremental-alter-configs.ts";
import { batchOfSize } from "./batches.ts";
import {
  alter,
  APPEND,
  BROKER,
  type Change,
  DELETE,
  describe,
  OK,
  resource,
  SET,
  SUBTRACT,
  TOPIC,
  until,
} from "./configs.ts";
import {
  BROKER_CONFIG,
  change,
  CONFIG,
  DEFAULT,
  DEFAULT_BROKER,
  sourcesOf,
  STATIC_BROKER,
  TOPIC_CONFIG,
} from "./dynamic-configs.ts";
import { servedVersions } from "./served-apis.ts";
import { conformanceWith } from "./suite.ts";

/** The broker's id; there is one. */
const NODE = "1";

conformanceWith(CONFIG, "configs of brokers while they run", (test) => {
  test("[K69] what is set for a broker counts, then what is set for all, then what it was started with", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const key = "message.max.bytes";
    const started = [
      [key, "5000", STATIC_BROKER],
      [key, "1048588", DEFAULT],
    ];
    const sources = () => sourcesOf(wire, BROKER, NODE, key);
    expect(await sources()).toEqual({
      value: "5000",
      configSource: STATIC_BROKER,
      synonyms: started,
    });
    await change(cluster, BROKER, "", [key, SET, "6000"]);
    const forAll = [[key, "6000", DEFAULT_BROKER], ...started];
    await until(sources, { value: "6000", configSource: DEFAULT_BROKER, synonyms: forAll });
    await change(cluster, BROKER, NODE, [key, SET, "7000"]);
    const own = [[key, "7000", BROKER_CONFIG], ...forAll];
    await until(sources, { value: "7000", configSource: BROKER_CONFIG, synonyms: own });
    const defaults = await describe(wire, BROKER, "", { includeSynonyms: true });
    expect(defaults.byName[key]).toMatchObject({
      value: "6000",
      readOnly: false,
      isSensitive: false,
      configSource: DEFAULT_BROKER,
      synonyms: [{ name: key, value: "6000", source: DEFAULT_BROKER }],
      configType: 3,
    });
    expect(await alter(wire, [resource(BROKER, NODE, [key, DELETE, null])])).toEqual([OK]);
    await until(sources, { value: "6000", configSource: DEFAULT_BROKER, synonyms: forAll });
  });

  test("[K69] topics that set nothing have what is set for their broker, and say so", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const { name } = await cluster.newPartition({ "segment.bytes": "2000000" });
    await change(cluster, BROKER, "", ["log.retention.ms", SET, "600000"]);
    await change(cluster, BROKER, NODE, ["log.segment.bytes", SET, "3000000"]);
    await until(() => sourcesOf(wire, TOPIC, name, "retention.ms"), {
      value: "600000",
      configSource: DEFAULT_BROKER,
      synonyms: [
        ["log.retention.ms", "600000", DEFAULT_BROKER],
        ["log.retention.hours", "168", DEFAULT],
      ],
    });
    await until(() => sourcesOf(wire, TOPIC, name, "segment.bytes"), {
      value: "2000000",
      configSource: TOPIC_CONFIG,
      synonyms: [
        ["segment.bytes", "2000000", TOPIC_CONFIG],
        ["log.segment.bytes", "3000000", BROKER_CONFIG],
        ["log.segment.bytes", "1073741824", DEFAULT],
      ],
    });
    const topic = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
    const topics = [{ name: cluster.unusedName(), ...topic }];
    const created = await wire.call(createTopics, 7, { topics });
    const configs = new Map(created.topics[0]!.configs!.map((each) => [each.name, each]));
    expect(configs.get("retention.ms")).toMatchObject({
      value: "600000",
      configSource: DEFAULT_BROKER,
    });
    expect(configs.get("segment.bytes")).toMatchObject({
      value: "3000000",
      configSource: BROKER_CONFIG,
    });
  });

  test("[K22, K69] a bound that is set for all brokers, and one for a broker, is acted on soon", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const partition = await cluster.newPartition();
    const bounded = await cluster.newPartition({ "max.message.bytes": "10000" });
    const answer = async () => (await partition.produce(batchOfSize(4000))).error;
    expect(await answer()).toBe("NONE");
    await change(cluster, BROKER, "", ["message.max.bytes", SET, "3000"]);
    await until(answer, "MESSAGE_TOO_LARGE");
    expect((await partition.produce(batchOfSize(3000))).error).toBe("NONE");
    expect((await bounded.produce(batchOfSize(4000))).error).toBe("NONE");
    // A topic that is new begins with it.
    const fresh = await cluster.newPartition();
    expect((await fresh.produce(batchOfSize(4000))).error).toBe("MESSAGE_TOO_LARGE");
    await change(cluster, BROKER, NODE, ["message.max.bytes", SET, "4000"]);
    await until(answer, "NONE");
    const taken = ["message.max.bytes", DELETE, null] satisfies Change;
    await alter(wire, [resource(BROKER, NODE, taken), resource(BROKER, "", taken)]);
    await until(async () => (await fresh.produce(batchOfSize(5000))).error, "NONE");
  });

  test("[K24, K69] the time that records get is acted on soon", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const isBrokersTime = async () =>
      (await partition.produce(batchOfSize(100))).logAppendTimeMs !== -1;
    expect(await isBrokersTime()).toBe(false);
    await change(cluster, BROKER, "", ["log.message.timestamp.type", SET, "LogAppendTime"]);
    await until(isBrokersTime, true);
  });

  test("[K69] what is set for all is what topics are judged by", async ({ cluster }) => {
    const wire = await cluster.wire();
    const { name } = await cluster.newPartition();
    await change(cluster, BROKER, "", ["log.cleaner.max.compaction.lag.ms", SET, "100"]);
    const asked = resource(TOPIC, name, ["min.compaction.lag.ms", SET, "200"]);
    const why =
      "conflict topic config setting min.compaction.lag.ms (200) > max.compaction.lag.ms (100)";
    await until(() => alter(wire, [asked], { validateOnly: true }), [["INVALID_CONFIG", why]]);
  });

  test("[K69] lists gain values and lose them", async ({ cluster }) => {
    const wire = await cluster.wire();
    const key = "log.cleanup.policy";
    await change(cluster, BROKER, "", [key, APPEND, "compact"]);
    const value = async () => (await describe(wire, BROKER, "")).byName[key]?.value;
    await until(value, "delete,compact");
    expect(await alter(wire, [resource(BROKER, "", [key, SUBTRACT, "delete"])])).toEqual([OK]);
    await until(value, "compact");
    const no = (word: string) =>
      `Config value ${word} is not allowed for config key: message.max.bytes`;
    const append = resource(BROKER, "", ["message.max.bytes", APPEND, "5"]);
    expect(await alter(wire, [append])).toEqual([["INVALID_CONFIG", no("append")]]);
    const subtract = resource(BROKER, NODE, ["message.max.bytes", SUBTRACT, "5"]);
    expect(await alter(wire, [subtract])).toEqual([["INVALID_CONFIG", no("subtract")]]);
  });

  test("[K69] what cannot be changed while brokers run, or makes no sense, is refused in every version", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const cases: [Change[], string][] = [
      [
        [
          ["num.partitions", SET, "3"],
          ["message.max.bytes", SET, "x"],
        ],
        "Cannot update these configs dynamically: [num.partitions]",
      ],
      [
        [["message.max.bytes", SET, "x"]],
        "Invalid value x for configuration message.max.bytes: Not a number of type INT",
      ],
      [
        [["message.max.bytes", SET, "-1"]],
        "Invalid value -1 for configuration message.max.bytes: Value must be at least 0",
      ],
      [
        [["log.roll.ms", SET, "0"]],
        "requirement failed: log.roll.ms must be greater than or equal to 1",
      ],
      [
        [["log.retention.ms", SET, "0"]],
        "requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1",
      ],
      [
        [["log.cleanup.policy", SET, "nope"]],
        "Invalid value nope for configuration log.cleanup.policy: String must be one of: compact, delete",
      ],
      [[["message.max.bytes", SET, null]], "Null value not supported for : message.max.bytes"],
    ];
    for (const version of servedVersions(incrementalAlterConfigs)) {
      for (const name of ["", NODE]) {
        for (const [changes, why] of cases) {
          const refused = [["INVALID_REQUEST", why]];
          expect(await alter(wire, [resource(BROKER, name, ...changes)], { version })).toEqual(
            refused,
          );
        }
      }
    }
    // What is not set is taken back with success, whatever it is.
    const nothing = resource(BROKER, "", ["num.partitions", DELETE, null], ["no", DELETE, null]);
    expect(await alter(wire, [nothing])).toEqual([OK]);
    expect((await describe(wire, BROKER, "")).byName["message.max.bytes"]).toBeUndefined();
    const huge = resource(BROKER, "99999999999", ["message.max.bytes", SET, "5"]);
    const why = "Node id must be an integer, but it is: 99999999999";
    expect(await alter(wire, [huge])).toEqual([["INVALID_REQUEST", why]]);
  });

  test("[K69] AlterConfigs replaces what is set for a broker, and what is only validated changes nothing", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const configs = { "log.flush.interval.ms": "7", "message.max.bytes": "5500" };
    await change(cluster, BROKER, NODE, ["log.flush.interval.ms", SET, "5"]);
    await change(cluster, BROKER, NODE, ["message.max.bytes", SET, "5500"]);
    const replace = async (entries: Record<string, string>, validateOnly = false, version = 2) => {
      const set = Object.entries(entries).map(([name, value]) => ({ name, value }));
      const resources = [{ resourceType: BROKER, resourceName: NODE, configs: set }];
      const { responses } = await wire.call(alterConfigs, version, { resources, validateOnly });
      return responses.map((each) => [errorName(each.errorCode), each.errorMessage]);
    };
    const own = async () => {
      const { byName } = await describe(wire, BROKER, NODE);
      const set = Object.entries(byName).filter(
        ([, { configSource }]) => configSource === BROKER_CONFIG,
      );
      const inOrder = set.toSorted(([a], [b]) => (a < b ? -1 : 1));
      return Object.fromEntries(inOrder.map(([name, { value }]) => [name, value]));
    };
    await until(own, { ...configs, "log.flush.interval.ms": "5" });
    expect(await replace({}, true)).toEqual([OK]);
    for (const version of servedVersions(alterConfigs)) {
      expect(await replace(configs, false, version)).toEqual([OK]);
      await until(own, configs);
    }
    const why = "Cannot update these configs dynamically: [num.partitions]";
    expect(await replace({ "num.partitions": "1" })).toEqual([["INVALID_REQUEST", why]]);
    expect(await replace({})).toEqual([OK]);
    await until(own, {});
  });
});
