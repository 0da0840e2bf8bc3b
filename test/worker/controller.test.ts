/** The controller as a Durable Object: what it has decided is stored, and carried out at last. */
import {
  abortAllDurableObjects,
  listDurableObjectIds,
  runDurableObjectAlarm,
} from "cloudflare:test";
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";

import { controllerName } from "../../src/actors/names.ts";
import { PartitionReplicaActor } from "../../src/actors/partition-replica-actor.ts";
import { controllerStub } from "../../src/actors/stubs.ts";
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
});
