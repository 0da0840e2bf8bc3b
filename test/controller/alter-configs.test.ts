/** Changes of topics' configs: what is decided, and who has yet to hear of it. */
import { beforeEach, describe, expect, test } from "vitest";

import { ZERO_UUID } from "../../src/base/uuid.ts";
import { activateReplica } from "../../src/controller/activation.ts";
import type { ConfigChange, ResourceToAlter } from "../../src/controller/config-changes.ts";
import { describeConfigs } from "../../src/controller/describe.ts";
import type { ReplicaKey } from "../../src/controller/records.ts";
import type { StaleReplica } from "../../src/controller/stale-replicas.ts";
import { TestCluster, topic } from "./test-cluster.ts";

let cluster: TestCluster;
let topicId: string;

beforeEach(() => {
  cluster = new TestCluster();
  const configs = [
    { name: "retention.ms", value: "5000" },
    { name: "cleanup.policy", value: "compact" },
  ];
  ({ topicId } = cluster.created(topic("known", { numPartitions: 3, configs })));
});

type Value = string | null;

/** A topic whose configs are set, or return to their defaults where the value is null. */
function set(name: string, configs: Record<string, Value>, replacesAll = false): ResourceToAlter {
  const changes = Object.entries(configs).map(([key, value]): ConfigChange =>
    value === null ? { operation: "DELETE", name: key } : { operation: "SET", name: key, value },
  );
  return { type: "topic", name, changes, replacesAll };
}

function list(operation: "APPEND" | "SUBTRACT", name: string, value: string): ResourceToAlter {
  return {
    type: "topic",
    name: "known",
    changes: [{ operation, name, value }],
    replacesAll: false,
  };
}

const DONE = { error: null, message: null };
const configs = () => cluster.image.topicConfigs(topicId);

describe("a change of a topic's configs", () => {
  test("[CTL51] sets what it names and leaves the rest", () => {
    const asked = set("known", { "retention.ms": "1", "segment.bytes": "1048576" });
    expect(cluster.alter([asked]).response).toEqual([DONE]);
    expect(configs()).toEqual({
      "cleanup.policy": "compact",
      "retention.ms": "1",
      "segment.bytes": "1048576",
    });
    cluster.alter([set("known", { "retention.ms": null, "flush.ms": null })]);
    expect(configs()).toEqual({ "cleanup.policy": "compact", "segment.bytes": "1048576" });
  });

  test("[CTL51] leaves nothing that it does not name, if it replaces all", () => {
    const asked = set("known", { "flush.ms": "9", "retention.ms": "5000" }, true);
    expect(cluster.alter([asked]).response).toEqual([DONE]);
    expect(configs()).toEqual({ "flush.ms": "9", "retention.ms": "5000" });
    cluster.alter([set("known", {}, true)]);
    expect(configs()).toEqual({});
  });

  test.each([
    ["APPEND", "delete", "compact,delete"],
    ["APPEND", "compact,delete,delete", "compact,delete"],
    ["SUBTRACT", "delete", "compact"],
    ["SUBTRACT", "compact", ""],
  ] as const)("[CTL51] %s %s makes it %j of compact", (operation, value, expected) => {
    expect(cluster.alter([list(operation, "cleanup.policy", value)]).response).toEqual([DONE]);
    expect(configs()["cleanup.policy"]).toBe(expected);
  });

  test("[CTL51] begins a list that was never set with Kafka's default", () => {
    cluster.alter([set("known", { "cleanup.policy": null })]);
    const broker = { "log.cleanup.policy": "compact" };
    cluster.alter([list("APPEND", "cleanup.policy", "compact")], { configs: broker });
    expect(configs()["cleanup.policy"]).toBe("delete,compact");
    cluster.alter([list("APPEND", "leader.replication.throttled.replicas", "0:1,1:2")]);
    expect(configs()["leader.replication.throttled.replicas"]).toBe("0:1,1:2");
  });

  test.each<[string, ResourceToAlter, string, string]>([
    [
      "is for lists",
      list("APPEND", "retention.ms", "5"),
      "INVALID_CONFIG",
      "Can't APPEND to key retention.ms because its type is not LIST.",
    ],
    [
      "is for lists, of what Kafka does not know",
      list("SUBTRACT", "nope", "5"),
      "INVALID_CONFIG",
      "Can't SUBTRACT to key nope because its type is not LIST.",
    ],
    [
      "is too long",
      set("", { "leader.replication.throttled.replicas": "x".repeat(32_768) }),
      "INVALID_CONFIG",
      "The configuration value cannot be added because it exceeds the maximum value size of 32767 bytes.",
    ],
    [
      "has no topic",
      set("", { nope: "5" }),
      "INVALID_REQUEST",
      "Default topic resources are not allowed.",
    ],
    [
      "has a name that no topic can have",
      set("a/b", { nope: "5" }),
      "INVALID_TOPIC_EXCEPTION",
      "Topic name is invalid: 'a/b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
    ],
    [
      "sets what there is not",
      set("nobody", { nope: "5" }),
      "INVALID_CONFIG",
      "Unknown topic config name: nope",
    ],
    [
      "sets an invalid value",
      set("nobody", { "retention.ms": "x" }),
      "INVALID_CONFIG",
      "Invalid value x for configuration retention.ms: Not a number of type LONG",
    ],
    [
      "appends an invalid value",
      list("APPEND", "cleanup.policy", "foo"),
      "INVALID_CONFIG",
      "Invalid value foo for configuration cleanup.policy: String must be one of: compact, delete",
    ],
    [
      "contradicts the broker",
      set("nobody", { "min.compaction.lag.ms": "10" }),
      "INVALID_CONFIG",
      "conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (9)",
    ],
    [
      "has an unknown topic",
      set("nobody", { "retention.ms": "5" }),
      "UNKNOWN_TOPIC_OR_PARTITION",
      "The topic 'nobody' does not exist.",
    ],
  ])("[CTL50] that %s is refused", (_, asked, error, message) => {
    const before = configs();
    const broker = { "log.cleaner.max.compaction.lag.ms": "9" };
    const others = set("known", { "flush.ms": "7" });
    const topics = asked.name === "known" ? [asked] : [asked, others];
    const { response } = cluster.alter(topics, { configs: broker });
    expect(response[0]).toEqual({ error, message });
    // The others are decided alone.
    expect(response.slice(1)).toEqual(topics.length === 1 ? [] : [DONE]);
    expect(configs()).toEqual(topics.length === 1 ? before : { ...before, "flush.ms": "7" });
  });

  test("[CTL50] is judged by all that the topic would have", () => {
    cluster.alter([set("known", { "max.compaction.lag.ms": "20" })]);
    const [refused] = cluster.alter([set("known", { "min.compaction.lag.ms": "21" })]).response;
    expect(refused?.error).toBe("INVALID_CONFIG");
    const both = { "min.compaction.lag.ms": "21", "max.compaction.lag.ms": null };
    expect(cluster.alter([set("known", both)]).response).toEqual([DONE]);
  });

  test("[CTL52] stores nothing and tells nobody if it is only validated, or changes nothing", () => {
    const stored = cluster.records.length;
    const asked = [set("known", { "retention.ms": "9" }), set("nobody", {})];
    const validated = cluster.alter(asked, { validateOnly: true });
    expect(validated.effects).toEqual([]);
    const same = { "retention.ms": "5000", "flush.ms": null, nope: null };
    expect(cluster.alter([set("known", same)])).toEqual({ response: [DONE], effects: [] });
    expect(cluster.records).toHaveLength(stored);
    const { response, effects } = cluster.alter(asked);
    expect(response).toEqual(validated.response);
    expect(effects).toEqual([{ type: "updateReplicas" }]);
  });

  test("[CTL54] is told of topics by name, and null of those that there are not", () => {
    cluster.created(topic("plain"));
    const topics = ["nobody", "known", "plain"];
    expect(describeConfigs(cluster.image, { topics, groups: [] }).topics).toEqual([
      null,
      { "cleanup.policy": "compact", "retention.ms": "5000" },
      {},
    ]);
  });
});

describe("replicas", () => {
  const stale = (limit = 100, after?: StaleReplica) =>
    cluster.image.staleReplicas.page(limit, after);

  function activate(id: string, partition: number) {
    const { leader } = cluster.image.partition(id, partition)!;
    const key: ReplicaKey = { topicId: id, partition, nodeId: leader };
    const activation = cluster.take(activateReplica(cluster.image, key, "incarnation"));
    return { key, activation };
  }

  const confirm = (key: ReplicaKey, configVersion: number) => {
    const records = [{ type: "ReplicaUpdated", ...key, configVersion } as const];
    cluster.take({ records, response: undefined, effects: [] });
  };

  test("[CTL53] that were activated are stale until they confirm the newest change", () => {
    const other = cluster.created(topic("other"));
    activate(other.topicId, 0);
    const [first, second] = [activate(topicId, 0).key, activate(topicId, 2).key];
    cluster.alter([set("known", { "flush.ms": "1" })]);
    expect(stale()).toEqual([
      { ...first, configVersion: 1 },
      { ...second, configVersion: 1 },
    ]);
    confirm(first, 1);
    expect(stale()).toEqual([{ ...second, configVersion: 1 }]);
    cluster.alter([set("known", { "flush.ms": "2" })]);
    confirm(second, 1);
    expect(stale().map(({ partition }) => partition)).toEqual([0, 2]);
    confirm(second, 2);
    confirm(first, 2);
    expect(stale()).toEqual([]);
  });

  test("[CTL53] are told page by page, those of the newest change last", () => {
    const other = cluster.created(topic("other"));
    for (const partition of [0, 1, 2]) activate(topicId, partition);
    activate(other.topicId, 0);
    cluster.alter([set("other", { "flush.ms": "1" }), set("known", { "flush.ms": "1" })]);
    const page = stale(2);
    expect(page.map((each) => each.topicId)).toEqual([other.topicId, topicId]);
    cluster.alter([set("other", { "flush.ms": "2" })]);
    const rest = stale(9, page.at(-1));
    expect(rest.map((each) => each.partition)).toEqual([1, 2, 0]);
    expect(rest.at(-1)).toMatchObject({ topicId: other.topicId, configVersion: 3 });
  });

  test("[CTL53] of a deleted topic are not", () => {
    activate(topicId, 0);
    cluster.alter([set("known", { "flush.ms": "1" })]);
    cluster.delete([{ name: "known", topicId: ZERO_UUID }]);
    expect(stale()).toEqual([]);
  });

  test("[CTL53] that are activated later have the newest configs, and their number", () => {
    cluster.alter([set("known", { "flush.ms": "1" }), set("known", { "flush.ms": "2" })]);
    const topicConfigs = { "cleanup.policy": "compact", "flush.ms": "2", "retention.ms": "5000" };
    expect(activate(topicId, 1).activation).toMatchObject({
      status: "role",
      role: { topicConfigs, configVersion: 2 },
    });
    expect(stale()).toEqual([]);
  });
});
