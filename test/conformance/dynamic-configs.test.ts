/** Configs of brokers and groups that are changed while the cluster runs. */
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import { errorName } from "../../src/protocol/errors.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { alterConfigs } from "../../src/protocol/messages/33-alter-configs.ts";
import { incrementalAlterConfigs } from "../../src/protocol/messages/44-incremental-alter-configs.ts";
import { listConfigResources } from "../../src/protocol/messages/74-list-config-resources.ts";
import { batchOfSize } from "./batches.ts";
import type { Cluster } from "./cluster.ts";
import {
  alter,
  APPEND,
  BROKER,
  type Change,
  DELETE,
  describe,
  GROUP,
  OK,
  resource,
  SET,
  SUBTRACT,
  TOPIC,
  until,
} from "./configs.ts";
import { ConsumerMember } from "./consumer-member.ts";
import { Group } from "./group.ts";
import { servedVersions } from "./served-apis.ts";
import { conformanceWith } from "./suite.ts";
import type { Wire } from "./wire.ts";

const [TOPIC_CONFIG, BROKER_CONFIG, DEFAULT_BROKER, STATIC_BROKER, DEFAULT, GROUP_CONFIG] = [
  1, 2, 3, 4, 5, 8,
];

const CONFIG = {
  "group.initial.rebalance.delay.ms": "0",
  "message.max.bytes": "5000",
  "group.consumer.min.session.timeout.ms": "2000",
  "group.consumer.session.timeout.ms": "20000",
  "group.consumer.min.heartbeat.interval.ms": "500",
};

/** The broker's id; there is one. */
const NODE = "1";

/** Where the values of a config come from, the one that counts first. */
async function sourcesOf(wire: Wire, type: number, name: string, key: string) {
  const { byName } = await describe(wire, type, name, { keys: [key], includeSynonyms: true });
  const { value, synonyms = [], configSource } = byName[key] ?? {};
  const told = synonyms.map((each) => [each.name, each.value, each.source]);
  return { value, configSource, synonyms: told };
}

/** Changes a resource's configs, and takes back what was set when the case is over. */
async function change(cluster: Cluster, type: number, name: string, ...changes: Change[]) {
  const wire = await cluster.wire();
  cluster.beforeClose(async () => {
    const undone = changes.map(([key]): Change => [key, DELETE, null]);
    await alter(wire, [resource(type, name, ...undone)]);
  });
  expect(await alter(wire, [resource(type, name, ...changes)])).toEqual([OK]);
}

conformanceWith(CONFIG, "configs while the cluster runs", (test) => {
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

  test("[K50, K70] a group's heartbeat interval is told by the next heartbeat, and a new member's first", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition();
    const { id: groupId } = await Group.unused(cluster);
    const key = "consumer.heartbeat.interval.ms";
    await change(cluster, GROUP, groupId, [key, SET, "700"]);
    const member = new ConsumerMember(groupId, await cluster.wire());
    await until(async () => (await sourcesOf(member.wire, GROUP, groupId, key)).value, "700");
    expect(await member.join([name])).toMatchObject({ error: "NONE", heartbeatIntervalMs: 700 });
    await change(cluster, GROUP, groupId, [key, SET, "900"]);
    const interval = async () => (await member.beat()).heartbeatIntervalMs;
    await until(interval, 900);
    await alter(member.wire, [resource(GROUP, groupId, [key, DELETE, null])]);
    await until(interval, 5000);
    await member.leave();
  });

  test("[K50, K70] a member that is silent for its group's session timeout is out", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition();
    const { id: groupId } = await Group.unused(cluster);
    await change(
      cluster,
      GROUP,
      groupId,
      ["consumer.session.timeout.ms", SET, "2000"],
      ["consumer.heartbeat.interval.ms", SET, "500"],
    );
    const wire = await cluster.wire();
    const key = "consumer.session.timeout.ms";
    await until(async () => (await sourcesOf(wire, GROUP, groupId, key)).value, "2000");
    const [silent, living] = [new ConsumerMember(groupId, wire), new ConsumerMember(groupId, wire)];
    expect((await silent.join([name])).error).toBe("NONE");
    await living.join([name]);
    // Long before the twenty seconds of other groups it has everything to itself.
    const isAlone = (member: ConsumerMember) => member.partitions.length === 1;
    await sleep(500);
    await living.beatsUntil(isAlone);
    expect((await silent.beat()).error).toBe("UNKNOWN_MEMBER_ID");
    await living.leave();
  });

  test("[K70] a group tells its own configs over those of all groups, and is listed while it has some", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const { id: groupId } = await Group.unused(cluster);
    const interval = "consumer.assignment.interval.ms";
    const inherited = `group.${interval}`;
    await change(cluster, BROKER, "", [inherited, SET, "2000"]);
    const forAll = [
      [inherited, "2000", DEFAULT_BROKER],
      [inherited, "1000", DEFAULT],
    ];
    const sources = () => sourcesOf(wire, GROUP, groupId, interval);
    await until(sources, { value: "2000", configSource: DEFAULT_BROKER, synonyms: forAll });
    await change(cluster, GROUP, groupId, [interval, SET, "3000"]);
    const own = [[interval, "3000", GROUP_CONFIG], ...forAll];
    await until(sources, { value: "3000", configSource: GROUP_CONFIG, synonyms: own });
    const session = await sourcesOf(wire, GROUP, groupId, "consumer.session.timeout.ms");
    expect(session).toMatchObject({ value: "20000", configSource: STATIC_BROKER });
    const listed = async () => {
      const asked = { resourceTypes: [GROUP] };
      const { configResources } = await wire.call(listConfigResources, 1, asked);
      return configResources.map(({ resourceName }) => resourceName);
    };
    await until(listed, [groupId]);
    expect(await alter(wire, [resource(GROUP, groupId, [interval, DELETE, null])])).toEqual([OK]);
    await until(listed, []);
  });

  test("[K70] what makes no sense for a group is refused", async ({ cluster }) => {
    const wire = await cluster.wire();
    const { id: groupId } = await Group.unused(cluster);
    const [session, heartbeat, assignment] = [
      "session.timeout",
      "heartbeat.interval",
      "assignment.interval",
    ].map((name) => `consumer.${name}.ms`) as [string, string, string];
    const cases: [Change[], string][] = [
      [
        [[session, SET, "1999"]],
        `${session} must be greater than or equal to group.consumer.min.session.timeout.ms`,
      ],
      [
        [[session, SET, "60001"]],
        `${session} must be less than or equal to group.consumer.max.session.timeout.ms`,
      ],
      [
        [[heartbeat, SET, "499"]],
        `${heartbeat} must be greater than or equal to group.consumer.min.heartbeat.interval.ms`,
      ],
      [
        [[heartbeat, SET, "15001"]],
        `${heartbeat} must be less than or equal to group.consumer.max.heartbeat.interval.ms`,
      ],
      [
        [[assignment, SET, "15001"]],
        `${assignment} must be less than or equal to group.consumer.max.assignment.interval.ms`,
      ],
      [[[session, SET, "5000"]], `${session} must be greater than ${heartbeat}`],
      [
        [[assignment, SET, "-1"]],
        `Invalid value -1 for configuration ${assignment}: Value must be at least 0`,
      ],
      [
        [[session, SET, "x"]],
        `Invalid value x for configuration ${session}: Not a number of type INT`,
      ],
      [
        [
          [session, SET, "x"],
          ["foo", SET, "1"],
        ],
        "Unknown group config name: foo",
      ],
      [[[session, APPEND, "5"]], `Can't APPEND to key ${session} because its type is not LIST.`],
    ];
    for (const [changes, why] of cases) {
      const asked = resource(GROUP, groupId, ...changes);
      expect(await alter(wire, [asked])).toEqual([["INVALID_CONFIG", why]]);
    }
    const nobody = resource(GROUP, "", [session, SET, "30000"]);
    const why = "Default group resources are not allowed.";
    expect(await alter(wire, [nobody])).toEqual([["INVALID_REQUEST", why]]);
    const nothing = resource(GROUP, groupId, ["foo", DELETE, null]);
    expect(await alter(wire, [nothing])).toEqual([OK]);
    const validated = resource(GROUP, groupId, [session, SET, "30000"]);
    expect(await alter(wire, [validated], { validateOnly: true })).toEqual([OK]);
    expect((await sourcesOf(wire, GROUP, groupId, session)).configSource).toBe(STATIC_BROKER);
  });
});
