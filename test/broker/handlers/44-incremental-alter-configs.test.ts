/** IncrementalAlterConfigs and AlterConfigs: what a broker refuses, and what comes of the rest. */
import { expect, test } from "vitest";

import { ResourceType } from "../../../src/broker/config-resources.ts";
import { alterConfigsHandler } from "../../../src/broker/handlers/33-alter-configs.ts";
import { incrementalAlterConfigsHandler } from "../../../src/broker/handlers/44-incremental-alter-configs.ts";
import { errorName } from "../../../src/protocol/errors.ts";
import { batch } from "../../log/batches.ts";
import { gatewayName, replicaName } from "../../simulation/cluster.ts";
import { callHandler } from "../call-handler.ts";
import { groupCluster, type GroupCluster } from "../group-cluster.ts";
import { smallCluster, type SmallCluster } from "../small-cluster.ts";

const { TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP } = ResourceType;
const [SET, DELETE, APPEND] = [0, 1, 2];

type Change = [name: string, configOperation: number, value: string | null];

function resource(resourceType: number, resourceName: string, ...changes: Change[]) {
  const configs = changes.map(([name, configOperation, value]) => ({
    name,
    configOperation,
    value,
  }));
  return { resourceType, resourceName, configs };
}

async function alter({ call }: GroupCluster, resources: ReturnType<typeof resource>[]) {
  const request = { resources, validateOnly: false };
  const { responses } = await call(incrementalAlterConfigsHandler, 1, request);
  expect(responses.map(({ resourceType, resourceName }) => [resourceType, resourceName])).toEqual(
    resources.map(({ resourceType, resourceName }) => [resourceType, resourceName]),
  );
  return responses.map(({ errorCode, errorMessage }) => [errorName(errorCode), errorMessage]);
}

const INVALID = "INVALID_REQUEST";

test.each([
  [
    resource(TOPIC, "topic", ["flush.ms", SET, "1"], ["flush.ms", DELETE, null]),
    "Error due to duplicate config keys",
  ],
  [
    resource(TOPIC, "topic", ["flush.ms", SET, null], ["a", DELETE, null], ["b", APPEND, null]),
    "Null value not supported for : flush.ms, b",
  ],
  [resource(TOPIC, "topic", ["flush.ms", 9, "1"]), "Unknown operations type 9"],
  [resource(BROKER, "x"), "Node id must be an integer, but it is: x"],
  [resource(BROKER, "2"), "Unexpected broker id, expected 1, but received 2"],
  [
    resource(BROKER, "1", ["num.partitions", SET, "3"]),
    "Cannot update these configs dynamically: [num.partitions]",
  ],
  [resource(GROUP, ""), "Default group resources are not allowed."],
  [resource(CLIENT_METRICS, "m"), "Client metrics are not supported by this version of Odradek."],
  [resource(BROKER_LOGGER, "1"), "The log levels of brokers cannot be described or changed."],
  [resource(3, "q"), "Unknown resource type 3"],
])("[BRK52] what makes no sense is refused, and nothing else: %j", async (refused, why) => {
  const cluster = groupCluster();
  const good = resource(TOPIC, refused.resourceType === TOPIC ? "nobody" : "topic");
  const expected = good.resourceName === "topic" ? "NONE" : "UNKNOWN_TOPIC_OR_PARTITION";
  const answers = await alter(cluster, [good, refused]);
  expect(answers[0]![0]).toBe(expected);
  expect(answers[1]).toEqual([INVALID, why]);
  expect(cluster.cluster.image.topicConfigs(cluster.topicId)).toEqual({});
});

test("[BRK52] a resource that is named twice is refused, and the others are not", async () => {
  const cluster = groupCluster();
  const twice = resource(BROKER, "topic");
  const topic = resource(TOPIC, "topic", ["flush.ms", SET, "5"]);
  const why = "Each resource must appear at most once.";
  const answers = await alter(cluster, [twice, topic, twice]);
  expect(answers).toEqual([
    [INVALID, why],
    ["NONE", null],
    [INVALID, why],
  ]);
  expect(cluster.cluster.image.topicConfigs(cluster.topicId)).toEqual({ "flush.ms": "5" });
});

test("[BRK52] AlterConfigs leaves nothing set that it does not name", async () => {
  const cluster = groupCluster();
  await alter(cluster, [resource(TOPIC, "topic", ["flush.ms", SET, "5"])]);
  const configs = [{ name: "retention.ms", value: "6" }];
  const resources = [{ resourceType: TOPIC, resourceName: "topic", configs }];
  for (const validateOnly of [true, false]) {
    const { responses } = await cluster.call(alterConfigsHandler, 2, { resources, validateOnly });
    expect(responses).toEqual([
      { resourceType: TOPIC, resourceName: "topic", errorCode: 0, errorMessage: null },
    ]);
    const expected = validateOnly ? { "flush.ms": "5" } : { "retention.ms": "6" };
    expect(cluster.cluster.image.topicConfigs(cluster.topicId)).toEqual(expected);
  }
});

/** Changes configs, by way of another broker than the one that writes to the topic. */
async function change(
  { cluster, settle }: SmallCluster,
  ...resources: ReturnType<typeof resource>[]
) {
  const { broker } = cluster.gateway(2);
  const request = { resources, validateOnly: false };
  const { responses } = await settle(
    callHandler(broker, incrementalAlterConfigsHandler, 1, request),
  );
  expect(responses).toMatchObject([{ errorCode: 0 }]);
}

/** Limits the topic's batches. */
const limit = (small: SmallCluster, bytes: string) =>
  change(small, resource(TOPIC, "topic", ["max.message.bytes", SET, bytes]));

/** Sets a config for all brokers. */
const setForAll = (small: SmallCluster, name: string, value: string) =>
  change(small, resource(BROKER, "", [name, SET, value]));

// Broker 1 leads partitions 0, 3 and 6.
const LED = [0, 3, 6];

test("[BRK54] replicas act on new configs, whether in memory, asleep or never touched", async () => {
  const small = await smallCluster(9);
  const { cluster, world, topicId } = small;
  await small.append(0, batch());
  await small.append(3, batch());
  cluster.crash(replicaName({ topicId, partition: 3, nodeId: 1 }));
  await limit(small, "50");
  await world.runFor(100);
  expect(cluster.network.sent.get("updateConfigs")).toBe(2);
  for (const partition of LED) {
    await expect(small.append(partition, batch())).rejects.toThrow("MESSAGE_TOO_LARGE");
  }
  await limit(small, "5000");
  await world.runFor(100);
  for (const partition of LED) await small.append(partition, batch());
  // Who has confirmed is left alone.
  const sent = cluster.network.sent.get("updateConfigs");
  await world.runFor(60_000);
  expect(cluster.network.sent.get("updateConfigs")).toBe(sent);
});

test("[BRK54, CTL55] a replica is told again when the controller or it ended meanwhile", async () => {
  const small = await smallCluster(9);
  const { cluster, world, topicId } = small;
  for (const partition of LED) await small.append(partition, batch());
  for (const ends of ["controller", replicaName({ topicId, partition: 3, nodeId: 1 })]) {
    await limit(small, "50");
    cluster.crash(ends);
    await world.runFor(5000);
    for (const partition of LED) {
      await expect(small.append(partition, batch())).rejects.toThrow("MESSAGE_TOO_LARGE");
    }
    await limit(small, "5000");
    await world.runFor(100);
    for (const partition of LED) await small.append(partition, batch());
  }
});

test("[BRK55] replicas act on what is set for all brokers, and none is woken for it", async () => {
  const small = await smallCluster(9);
  const { cluster, world, topicId } = small;
  const asleep = replicaName({ topicId, partition: 3, nodeId: 1 });
  await small.append(0, batch());
  await small.append(3, batch());
  cluster.crash(asleep);
  await setForAll(small, "message.max.bytes", "50");
  await world.runFor(100);
  // The three gateways are told.
  expect(cluster.network.sent.get("updateConfigs")).toBe(3);
  for (const partition of LED) {
    await expect(small.append(partition, batch())).rejects.toThrow("MESSAGE_TOO_LARGE");
  }
  // One that is activated afterwards knows already, and is told once more.
  expect(cluster.network.sent.get("updateConfigs")).toBe(6);
  cluster.crash(asleep);
  await expect(small.append(3, batch())).rejects.toThrow("MESSAGE_TOO_LARGE");
  expect(cluster.network.sent.get("updateConfigs")).toBe(6);
  await setForAll(small, "message.max.bytes", "5000");
  await world.runFor(100);
  for (const partition of LED) await small.append(partition, batch());
});

test("[BRK55] a gateway that has just begun tells replicas what it learns with their places", async () => {
  const small = await smallCluster(9);
  const { cluster, world } = small;
  await small.append(0, batch());
  cluster.crash(gatewayName(1));
  await setForAll(small, "message.max.bytes", "50");
  cluster.crash("controller");
  await world.runFor(5000);
  cluster.crash(gatewayName(1));
  const { broker } = cluster.gateway(1);
  await small.settle(broker.routes.load([{ name: "topic" }]));
  const located = broker.locateLed({ name: "topic" }, 0);
  if (typeof located === "string") throw new Error(located);
  const { error } = await small.settle(broker.append(located, batch(), 9));
  expect(error).toBe("MESSAGE_TOO_LARGE");
});

test("[BRK55] where logs act by the clock, replicas are woken that were ever activated", async () => {
  const small = await smallCluster(9);
  const { cluster, world, topicId } = small;
  await small.append(0, batch());
  await small.append(3, batch());
  cluster.crash(replicaName({ topicId, partition: 3, nodeId: 1 }));
  await setForAll(small, "log.retention.ms", "5000");
  await world.runFor(100);
  // Three gateways and two replicas.
  expect(cluster.network.sent.get("updateConfigs")).toBe(5);
  await world.runFor(60_000);
  expect(cluster.network.sent.get("updateConfigs")).toBe(5);
});
