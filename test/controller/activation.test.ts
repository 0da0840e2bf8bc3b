/** Activation: how a replica learns what it is, and what becomes of one that has lost its data. */
import { beforeEach, describe, expect, test } from "vitest";

import { ZERO_UUID } from "../../src/base/uuid.ts";
import { activateReplica } from "../../src/controller/activation.ts";
import { NO_LEADER, type ReplicaKey } from "../../src/controller/records.ts";
import { TestCluster, topic } from "./test-cluster.ts";

let cluster: TestCluster;
let key: ReplicaKey;

const activate = (incarnation: string, of = key) => {
  const step = activateReplica(cluster.image, of, incarnation);
  return { response: cluster.take(step), stored: step.records.length };
};

beforeEach(() => {
  cluster = new TestCluster();
  const configs = [{ name: "retention.ms", value: "5000" }];
  const { topicId } = cluster.created(topic("used", { numPartitions: 2, configs }));
  key = { topicId, partition: 1, nodeId: cluster.image.partition(topicId, 1)!.leader };
});

describe("a replica", () => {
  test("[CTL13] is given its role, and the same again when the answer was lost", () => {
    const topicConfigs = { "retention.ms": "5000" };
    const place = { topicName: "used", leader: key.nodeId, leaderEpoch: 0 };
    const broker = { brokerConfigs: {}, brokerConfigVersion: 0 };
    const role = { ...place, topicConfigs, configVersion: 0, ...broker };
    const response = { status: "role", role };
    expect(activate("first")).toEqual({ response, stored: 1 });
    expect(activate("first")).toEqual({ response, stored: 0 });
  });

  test("[CTL14] of another incarnation is refused, and its partition has no leader", () => {
    activate("first");
    expect(activate("second").response).toEqual({ status: "lost" });
    expect(cluster.image.partition(key.topicId, 1)).toEqual({
      replicas: [key.nodeId],
      isr: [],
      leader: NO_LEADER,
      leaderEpoch: 1,
      partitionEpoch: 1,
    });
    expect(cluster.image.partition(key.topicId, 0)).toMatchObject({ leaderEpoch: 0 });
  });

  test("[CTL14] that is refused changes nothing more, however often it asks", () => {
    activate("first");
    activate("second");
    expect(activate("second")).toEqual({ response: { status: "lost" }, stored: 0 });
    expect(activate("third")).toEqual({ response: { status: "lost" }, stored: 0 });
  });

  test("[CTL15] is unknown without its topic, its partition or its place on the broker", () => {
    const response = { status: "unknown" };
    const elsewhere = (key.nodeId % 3) + 1;
    expect(activate("x", { ...key, topicId: "AAAAAAAAAAAAAAAAAAAAAQ" }).response).toEqual(response);
    expect(activate("x", { ...key, partition: 2 }).response).toEqual(response);
    expect(activate("x", { ...key, nodeId: elsewhere }).response).toEqual(response);
  });

  test("[CTL15] of a deleted topic is unknown, even if it was activated before", () => {
    activate("first");
    cluster.delete([{ name: "used", topicId: ZERO_UUID }]);
    expect(activate("first")).toEqual({ response: { status: "unknown" }, stored: 0 });
  });
});
