/** Changes of the configs of brokers and groups: what is decided, and who has yet to hear of it. */
import { beforeEach, describe, expect, test } from "vitest";

import { activateReplica } from "../../src/controller/activation.ts";
import type { ConfigChange, ResourceToAlter } from "../../src/controller/config-changes.ts";
import { describeConfigs } from "../../src/controller/describe.ts";
import { dynamicConfigsOf } from "../../src/controller/dynamic-configs.ts";
import { registerGroup } from "../../src/controller/groups.ts";
import type { Listener } from "../../src/controller/records.ts";
import { TestCluster, topic } from "./test-cluster.ts";

let cluster: TestCluster;

beforeEach(() => {
  cluster = new TestCluster();
});

type Values = Readonly<Record<string, string | null>>;

function set(
  type: ResourceToAlter["type"],
  name: string,
  values: Values,
  replacesAll = false,
): ResourceToAlter {
  const changes = Object.entries(values).map(([key, value]): ConfigChange =>
    value === null ? { operation: "DELETE", name: key } : { operation: "SET", name: key, value },
  );
  return { type, name, changes, replacesAll };
}

const list = (operation: "APPEND" | "SUBTRACT", name: string, value: string): ResourceToAlter => ({
  type: "broker",
  name: "",
  changes: [{ operation, name, value }],
  replacesAll: false,
});

const DONE = { error: null, message: null };
const brokers = () => cluster.image.dynamicConfigs.brokers();

describe("configs of brokers", () => {
  test("[CTL54, CTL56] are set for one of them and for all, and taken back", () => {
    expect(brokers()).toEqual({ version: 0, defaults: {}, byBroker: {} });
    const asked = [
      set("broker", "", { "message.max.bytes": "5000", "log.retention.ms": "7" }),
      set("broker", "+2", { "message.max.bytes": "6000" }),
    ];
    expect(cluster.alter(asked).response).toEqual([DONE, DONE]);
    const { version } = brokers();
    expect(brokers()).toEqual({
      version,
      defaults: { "message.max.bytes": "5000", "log.retention.ms": "7" },
      byBroker: { 2: { "message.max.bytes": "6000" } },
    });
    expect(dynamicConfigsOf(brokers(), 1)["message.max.bytes"]).toBe("5000");
    expect(dynamicConfigsOf(brokers(), 2)).toEqual({
      "message.max.bytes": "6000",
      "log.retention.ms": "7",
    });
    cluster.alter([set("broker", "2", {}, true), set("broker", "", { "log.retention.ms": null })]);
    expect(brokers()).toMatchObject({ defaults: { "message.max.bytes": "5000" }, byBroker: {} });
    expect(brokers().version).toBeGreaterThan(version);
  });

  test("[CTL56] may be lists, which begin with Kafka's default", () => {
    expect(cluster.alter([list("APPEND", "log.cleanup.policy", "compact")]).response).toEqual([
      DONE,
    ]);
    expect(brokers().defaults).toEqual({ "log.cleanup.policy": "delete,compact" });
    cluster.alter([list("SUBTRACT", "log.cleanup.policy", "delete")]);
    expect(brokers().defaults).toEqual({ "log.cleanup.policy": "compact" });
  });

  const INTERVAL = "group.consumer.assignment.interval.ms";

  test.each<[ResourceToAlter, string, string]>([
    [
      set("broker", "1", {
        "num.partitions": "3",
        "message.max.bytes": "x",
        "num.io.threads": "9",
      }),
      "INVALID_REQUEST",
      "Cannot update these configs dynamically: [num.partitions, num.io.threads]",
    ],
    [
      set("broker", "", { "log.retention.hours": "3" }),
      "INVALID_REQUEST",
      "Cannot update these configs dynamically: [log.retention.hours]",
    ],
    [
      set("broker", "", { "message.max.bytes": "-1" }),
      "INVALID_REQUEST",
      "Invalid value -1 for configuration message.max.bytes: Value must be at least 0",
    ],
    [
      set("broker", "", { [INTERVAL]: "15001" }),
      "INVALID_REQUEST",
      `${INTERVAL} must be less than or equal to group.consumer.max.assignment.interval.ms`,
    ],
    [
      set("broker", "1", { [INTERVAL]: "5" }),
      "INVALID_REQUEST",
      `Cannot update these configs for one broker, since groups are on none: [${INTERVAL}]. Set them for all brokers.`,
    ],
    [
      list("APPEND", "message.max.bytes", "5"),
      "INVALID_CONFIG",
      "Config value append is not allowed for config key: message.max.bytes",
    ],
    [list("SUBTRACT", "nope", "5"), "INVALID_CONFIG", "Unknown config name: nope"],
  ])("[CTL56] are refused where they make no sense: %j", (asked, error, message) => {
    const good = set("broker", "2", { "log.segment.bytes": "2000000" });
    expect(cluster.alter([asked, good]).response).toEqual([{ error, message }, DONE]);
    expect(brokers().defaults).toEqual({});
    expect(brokers().byBroker).toEqual({ 2: { "log.segment.bytes": "2000000" } });
  });

  test("[CTL52, CTL56] stay as they are when nothing changes, or is only validated", () => {
    const asked = [set("broker", "", { "message.max.bytes": "5" })];
    expect(cluster.alter(asked, { validateOnly: true })).toEqual({ response: [DONE], effects: [] });
    expect(brokers().version).toBe(0);
    const nothing = [set("broker", "", { "num.partitions": null, nope: null })];
    expect(cluster.alter(nothing)).toEqual({ response: [DONE], effects: [] });
    expect(cluster.alter(asked).effects).toEqual([{ type: "updateListeners" }]);
    expect(cluster.alter(asked).effects).toEqual([]);
  });

  test("[CTL57] are what topics are judged by, if they are set for all", () => {
    cluster.created(topic("known"));
    const lag = { "log.cleaner.max.compaction.lag.ms": "9" };
    const asked = set("topic", "known", { "min.compaction.lag.ms": "10" });
    const configs = [{ name: "min.compaction.lag.ms", value: "10" }];
    cluster.alter([set("broker", "1", lag)]);
    expect(cluster.alter([asked], { validateOnly: true }).response).toEqual([DONE]);
    cluster.alter([set("broker", "", lag)]);
    expect(cluster.alter([asked]).response).toMatchObject([{ error: "INVALID_CONFIG" }]);
    expect(cluster.create([topic("new", { configs })])).toMatchObject([
      { error: "INVALID_CONFIG" },
    ]);
  });
});

describe("configs of a group", () => {
  const OWN = { "consumer.session.timeout.ms": "50000" };

  test("[CTL54, CTL58] are kept whether the group is there or not", () => {
    expect(cluster.alter([set("group", "g", OWN)]).response).toEqual([DONE]);
    const groups = ["g", "nobody"];
    expect(describeConfigs(cluster.image, { topics: [], groups }).groups).toEqual([OWN, {}]);
    expect(cluster.image.dynamicConfigs.groupIds()).toEqual(["g"]);
    cluster.alter([set("group", "g", { "consumer.session.timeout.ms": null })]);
    expect(cluster.image.dynamicConfigs.groupIds()).toEqual([]);
  });

  test.each<[ResourceToAlter, string, string]>([
    [set("group", "", OWN), "INVALID_REQUEST", "Default group resources are not allowed."],
    [set("group", "g", { foo: "1" }), "INVALID_CONFIG", "Unknown group config name: foo"],
    [
      set("group", "g", { "consumer.session.timeout.ms": "3" }),
      "INVALID_CONFIG",
      "consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms",
    ],
    [
      { ...list("APPEND", "consumer.session.timeout.ms", "3"), type: "group", name: "g" },
      "INVALID_CONFIG",
      "Can't APPEND to key consumer.session.timeout.ms because its type is not LIST.",
    ],
  ])("[CTL58] are refused where they make no sense: %j", (asked, error, message) => {
    expect(cluster.alter([asked])).toEqual({ response: [{ error, message }], effects: [] });
    expect(cluster.image.dynamicConfigs.groupIds()).toEqual([]);
  });

  test("[CTL57] are judged by what brokers were started with", () => {
    const configs = { "group.consumer.min.session.timeout.ms": "1000" };
    const asked = set("group", "g", { "consumer.session.timeout.ms": "6000" });
    expect(cluster.alter([asked], { configs }).response).toEqual([DONE]);
  });
});

describe("those who act on configs", () => {
  const stale = () =>
    cluster.image.staleListeners.page(100).map(({ type, id }): string => `${type} ${id}`);
  const staleReplicas = () =>
    cluster.image.staleReplicas.page(100).map(({ partition, nodeId }) => [partition, nodeId]);
  const GATEWAYS = ["broker 1", "broker 2", "broker 3"];

  function register(groupId: string, groupType: string, hasMembers: boolean) {
    const listing = { groupType, protocolType: "consumer", hasMembers };
    const registration = { groupId, version: 1, listing, topics: [] };
    return cluster.take(registerGroup(cluster.image, registration));
  }

  const confirm = (listener: Listener, version: number) =>
    cluster.take({
      records: [{ type: "ListenerUpdated", listener, version }],
      response: undefined,
      effects: [],
    });

  beforeEach(() => {
    const { topicId } = cluster.created(topic("known", { numPartitions: 3 }));
    for (const partition of [0, 1]) {
      const { leader: nodeId } = cluster.image.partition(topicId, partition)!;
      cluster.take(activateReplica(cluster.image, { topicId, partition, nodeId }, "incarnation"));
    }
    register("members", "consumer", true);
    register("empty", "consumer", false);
    register("classic", "classic", true);
  });

  test("[CTL59] are all gateways, until each has confirmed the newest change", () => {
    cluster.alter([set("broker", "2", { "message.max.bytes": "5" })]);
    expect(stale()).toEqual(GATEWAYS);
    expect(staleReplicas()).toEqual([]);
    const [first] = cluster.image.staleListeners.page(1);
    confirm({ type: "broker", id: "1" }, first!.version);
    expect(stale()).toEqual(["broker 2", "broker 3"]);
    cluster.alter([set("broker", "2", { "message.max.bytes": "6" })]);
    confirm({ type: "broker", id: "2" }, first!.version);
    expect(stale()).toEqual(GATEWAYS);
    expect(
      cluster.image.staleListeners.page(9, cluster.image.staleListeners.page(2)[1]),
    ).toHaveLength(1);
  });

  test("[CTL59] are the replicas on whose broker it was set, if logs act on it by the clock", () => {
    const { effects } = cluster.alter([set("broker", "2", { "log.retention.ms": "5" })]);
    expect(effects).toEqual([{ type: "updateReplicas" }, { type: "updateListeners" }]);
    expect(staleReplicas()).toEqual([[1, 2]]);
    cluster.alter([set("broker", "", { "log.cleanup.policy": "compact" })]);
    expect(staleReplicas()).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  test("[CTL59] are the groups that have members, of a change for all groups", () => {
    cluster.alter([set("broker", "", { "group.consumer.assignment.interval.ms": "5" })]);
    expect(stale()).toEqual([...GATEWAYS, "group members"]);
  });

  test("[CTL59] are the group that a change is for, if it has members", () => {
    const own = { "consumer.session.timeout.ms": "50000" };
    const asked = ["members", "empty", "classic", "nobody"].map((id) => set("group", id, own));
    expect(cluster.alter(asked).effects).toEqual([{ type: "updateListeners" }]);
    expect(stale()).toEqual(["group members"]);
    // The others are told when they register.
    expect(register("nobody", "consumer", true)).toMatchObject({ own, broker: {} });
  });
});
