/** The controller as a Durable Object: what it has decided is stored, and carried out at last. */
import {
  abortAllDurableObjects,
  listDurableObjectIds,
  runDurableObjectAlarm,
} from "cloudflare:test";
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";

import { GatewayActor } from "../../src/actors/gateway-actor.ts";
import { controllerName } from "../../src/actors/names.ts";
import { PartitionReplicaActor } from "../../src/actors/partition-replica-actor.ts";
import { controllerStub } from "../../src/actors/stubs.ts";
import type { ConfigChange } from "../../src/controller/config-changes.ts";
import type { ReplicaKey } from "../../src/controller/records.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import { KafkaSocket } from "./kafka-socket.ts";
import { append, appended, batch, newTopic, tables } from "./replicas.ts";

afterEach(() => vi.restoreAllMocks());

const actor = () => env.CONTROLLER.getByName(controllerName(env.CLUSTER_ID));

/** How many replicas have to confirm that they are gone. */
function unconfirmed(): Promise<number> {
  return runInDurableObject(actor(), (_, { storage }) => {
    const query = "SELECT COUNT(*) AS replicas FROM activations WHERE erasing = 1";
    return storage.sql.exec<{ replicas: number }>(query).one().replicas;
  });
}

/** How many replicas have to confirm that they act on new configs. */
function stale(): Promise<number> {
  return runInDurableObject(actor(), (_, { storage }) => {
    const query = "SELECT COUNT(*) AS replicas FROM stale_replicas";
    return storage.sql.exec<{ replicas: number }>(query).one().replicas;
  });
}

const TOO_LARGE = [{ error: "MESSAGE_TOO_LARGE" }];

/** Has a topic refuse every batch. */
async function limitBatches(name: string): Promise<void> {
  const change = { operation: "SET", name: "max.message.bytes", value: "20" } as const;
  const asked = { type: "topic", name, changes: [change], replacesAll: false } as const;
  const answer = await controllerStub(env).alterConfigs([asked], false);
  expect(answer).toEqual([{ error: null, message: null }]);
}

/** How many gateways and groups have to confirm that they have heard of new configs. */
function unheard(): Promise<number> {
  return runInDurableObject(actor(), (_, { storage }) => {
    const query = "SELECT COUNT(*) AS listeners FROM stale_listeners";
    return storage.sql.exec<{ listeners: number }>(query).one().listeners;
  });
}

/** Sets a config for all brokers, or takes it back. */
async function setForAll(name: string, value: string | null): Promise<void> {
  const change: ConfigChange =
    value === null ? { operation: "DELETE", name } : { operation: "SET", name, value };
  const asked = { type: "broker", name: "", changes: [change], replacesAll: false } as const;
  const answer = await controllerStub(env).alterConfigs([asked], false);
  expect(answer).toEqual([{ error: null, message: null }]);
}

/** What a client is told that produces one record. */
async function produced(name: string, { partition: index, nodeId }: ReplicaKey): Promise<string> {
  const socket = await KafkaSocket.open(nodeId);
  const partitionData = [{ index, records: batch("from a client") }];
  const topicData = [{ name, partitionData }];
  const request = { transactionalId: null, acks: -1, timeoutMs: 10_000, topicData };
  const { responses } = await socket.call(produce, 9, request);
  socket.close();
  return errorName(responses[0]!.partitionResponses[0]!.errorCode);
}

const alarmOf = () => runInDurableObject(actor(), (_, { storage }) => storage.getAlarm());

describe("the controller", () => {
  test("[CTL22, CTL26] wakes no replica when topics grow, and knows whom it has woken", async () => {
    const { name, topicId, leaders } = await newTopic(2);
    await appended(leaders[1]!, "written");
    const before = await listDurableObjectIds(env.PARTITION_REPLICA);
    const controller = controllerStub(env);
    const topics = [{ name, count: 4, assignments: null }];
    const created = { name, error: null, message: null };
    expect(await controller.createPartitions(topics, false)).toEqual([created]);
    await abortAllDurableObjects();
    expect(await listDurableObjectIds(env.PARTITION_REPLICA)).toHaveLength(before.length);
    const hosted = await Promise.all(
      [1, 2, 3].map((nodeId) => controller.hostedReplicas(nodeId, { names: [name] })),
    );
    const replicas = hosted.flatMap((each) => each.topics.flatMap((topic) => topic.replicas));
    const inOrder = replicas.toSorted((a, b) => a.partition - b.partition);
    expect(inOrder.map(({ isActivated }) => isActivated)).toEqual([false, true, false, false]);
    const described = await controller.describeCluster({ topicIds: [topicId] });
    const partition = { topicId, partition: 3, nodeId: described.topics[0]!.partitions[3]!.leader };
    expect(await appended(partition, "in the last")).toBe(0);
  });

  test("wakes no replica when it creates topics", async () => {
    const before = await listDurableObjectIds(env.PARTITION_REPLICA);
    await newTopic(50);
    expect(await listDurableObjectIds(env.PARTITION_REPLICA)).toHaveLength(before.length);
  });

  test("remembers topics, placement and producer ids over an abort", async () => {
    const { topicId } = await newTopic(3);
    const describe = () => controllerStub(env).describeCluster({ topicIds: [topicId] });
    const before = await describe();
    const block = await controllerStub(env).allocateProducerIds();
    await abortAllDurableObjects();
    expect(await describe()).toEqual(before);
    const next = await controllerStub(env).allocateProducerIds();
    expect(next.firstProducerId).toBe(block.firstProducerId + block.count);
  });

  test("has the replicas of a deleted topic erased, and forgets them when they confirm", async () => {
    const { topicId, leaders } = await newTopic(20);
    for (const key of leaders) await appended(key, "kept until now");
    await controllerStub(env).deleteTopics([{ name: null, topicId }]);
    await vi.waitFor(async () => expect(await unconfirmed()).toBe(0));
    for (const key of leaders) expect(await tables(key)).toEqual([]);
    await vi.waitFor(async () => expect(await alarmOf()).toBeNull());
  });

  test("repeats an erasure by its alarm until the replica confirms", async () => {
    const { topicId, leaders } = await newTopic(3);
    for (const key of leaders) await appended(key, "kept until now");
    const erase = vi.spyOn(PartitionReplicaActor.prototype, "erase");
    erase.mockRejectedValueOnce(new Error("The replica cannot be reached."));
    await controllerStub(env).deleteTopics([{ name: null, topicId }]);
    await vi.waitFor(async () => expect(await unconfirmed()).toBe(1));
    await vi.waitFor(async () => expect(await alarmOf()).toBeGreaterThan(Date.now()));
    await abortAllDurableObjects();
    expect(await unconfirmed()).toBe(1);
    expect(await runDurableObjectAlarm(actor())).toBe(true);
    expect(await unconfirmed()).toBe(0);
    expect(await alarmOf()).toBeNull();
    for (const key of leaders) expect(await tables(key)).toEqual([]);
  });

  test("erases the others when many replicas cannot be reached", async () => {
    const { topicId, leaders } = await newTopic(40);
    for (const key of leaders) await appended(key, "kept until now");
    const erase = vi.spyOn(PartitionReplicaActor.prototype, "erase");
    for (let times = 0; times < 16; times++) erase.mockRejectedValueOnce(new Error("Not reached."));
    await controllerStub(env).deleteTopics([{ name: null, topicId }]);
    await vi.waitFor(async () => expect(await unconfirmed()).toBe(16));
    expect(await runDurableObjectAlarm(actor())).toBe(true);
    expect(await unconfirmed()).toBe(0);
  });

  test("[CTL55, REP20] has activated replicas act on changed configs, and no others wake", async () => {
    const { name, leaders } = await newTopic(20);
    const touched = leaders.slice(0, 18);
    for (const key of touched) await appended(key, "before");
    await abortAllDurableObjects();
    const replicas = await listDurableObjectIds(env.PARTITION_REPLICA);
    await limitBatches(name);
    await vi.waitFor(async () => expect(await stale()).toBe(0));
    expect(await listDurableObjectIds(env.PARTITION_REPLICA)).toHaveLength(replicas.length);
    for (const key of leaders) expect(await append(key, batch("after"))).toMatchObject(TOO_LARGE);
    await vi.waitFor(async () => expect(await alarmOf()).toBeNull());
  });

  test("[CTL55] repeats a change by its alarm until the replica confirms", async () => {
    const { name, leaders } = await newTopic(3);
    for (const key of leaders) await appended(key, "before");
    const update = vi.spyOn(PartitionReplicaActor.prototype, "updateConfigs");
    update.mockRejectedValueOnce(new Error("The replica cannot be reached."));
    await limitBatches(name);
    await vi.waitFor(async () => expect(await stale()).toBe(1));
    await vi.waitFor(async () => expect(await alarmOf()).toBeGreaterThan(Date.now()));
    await abortAllDurableObjects();
    expect(await stale()).toBe(1);
    expect(await runDurableObjectAlarm(actor())).toBe(true);
    expect([await stale(), await alarmOf()]).toEqual([0, null]);
    for (const key of leaders) expect(await append(key, batch("after"))).toMatchObject(TOO_LARGE);
  });

  test("[BRK55] tells gateways what is set for all brokers, and they tell replicas they call", async () => {
    const { name, leaders } = await newTopic(3);
    for (const key of leaders) await appended(key, "before");
    await abortAllDurableObjects();
    const update = vi.spyOn(PartitionReplicaActor.prototype, "updateConfigs");
    await setForAll("message.max.bytes", "20");
    await vi.waitFor(async () => expect(await unheard()).toBe(0));
    expect(update).not.toHaveBeenCalled();
    for (const key of leaders) expect(await produced(name, key)).toBe("MESSAGE_TOO_LARGE");
    expect(update).toHaveBeenCalledTimes(3);
    // Replicas remember it, and gateways that begin again learn it.
    await abortAllDurableObjects();
    for (const key of leaders) expect(await append(key, batch("after"))).toMatchObject(TOO_LARGE);
    await setForAll("message.max.bytes", null);
    await vi.waitFor(async () => expect(await unheard()).toBe(0));
    for (const key of leaders) expect(await produced(name, key)).toBe("NONE");
  });

  test("[CTL59] repeats a change of brokers by its alarm until the gateway confirms", async () => {
    const update = vi.spyOn(GatewayActor.prototype, "updateConfigs");
    update.mockImplementationOnce(() => {
      throw new Error("The gateway cannot be reached.");
    });
    await setForAll("log.segment.bytes", "2000000");
    await vi.waitFor(async () => expect(await unheard()).toBe(1));
    await vi.waitFor(async () => expect(await alarmOf()).toBeGreaterThan(Date.now()));
    await abortAllDurableObjects();
    expect(await runDurableObjectAlarm(actor())).toBe(true);
    expect([await unheard(), await alarmOf()]).toEqual([0, null]);
    await setForAll("log.segment.bytes", null);
    await vi.waitFor(async () => expect(await unheard()).toBe(0));
  });
});
