/**
 * A partition replica as a Durable Object: what it has acknowledged outlives eviction and abort, it
 * knows whether it exists, and it is gone when its topic is.
 */
import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";

import { GatewayActor } from "../../src/actors/gateway-actor.ts";
import { controllerStub, replicaStub } from "../../src/actors/stubs.ts";
import type { ReplicaKey } from "../../src/controller/records.ts";
import { PartitionLog } from "../../src/log/partition-log.ts";
import { batchHeaders } from "../../src/protocol/records/batch-header.ts";
import { decodeRecords } from "../../src/protocol/records/decode.ts";
import { ReplicaStore } from "../../src/replication/replica-store.ts";
import {
  GATEWAY,
  append,
  appended,
  batch,
  bytesFrom,
  inStorage,
  newLeader,
  newTopic,
  read,
  replicaActor,
  rows,
  tables,
  unknownReplica,
} from "./replicas.ts";

afterEach(() => vi.restoreAllMocks());

/** The records' values by offset. */
async function stored(key: ReplicaKey): Promise<string[]> {
  const bytes = await bytesFrom(key, 0);
  const values: string[] = [];
  for (const header of batchHeaders(bytes)) {
    for (const { offset, value } of decodeRecords(bytes, header)) {
      values[offset] = new TextDecoder().decode(value!);
    }
  }
  return values;
}

const chunkCount = async (key: ReplicaKey) => {
  const [row] = await rows<{ chunks: number }>(key, "SELECT COUNT(*) AS chunks FROM chunks");
  return row!.chunks;
};

describe("a replica's log", () => {
  test("is read as it was written", async () => {
    const key = await newLeader();
    expect(await appended(key, "first")).toBe(0);
    expect(await appended(key, "second")).toBe(1);
    expect(await stored(key)).toEqual(["first", "second"]);
  });

  test("joins what arrives behind an append into one row, and sets no other alarm", async () => {
    const key = await newLeader();
    await appended(key, "0");
    const setAlarm = await inStorage(key, (_, storage) => vi.spyOn(storage, "setAlarm"));
    const values = Array.from({ length: 50 }, (_, index) => `${index + 1}`);
    const offsets = await Promise.all(values.map((value) => appended(key, value)));
    expect(offsets).toEqual(values.map(Number));
    expect(await chunkCount(key)).toBe(3);
    for (const value of ["51", "52", "53"]) await appended(key, value);
    expect(await chunkCount(key)).toBe(6);
    expect(setAlarm).not.toHaveBeenCalled();
    expect(await stored(key)).toEqual(Array.from({ length: 54 }, (_, index) => `${index}`));
  });

  test("sets its alarm with the first append and not again", async () => {
    const key = await newLeader();
    // A replica is touched before it is spied upon: its first touch writes as well.
    await read(key, 0);
    const setAlarm = await inStorage(key, (_, storage) => vi.spyOn(storage, "setAlarm"));
    await Promise.all([appended(key, "0"), appended(key, "1")]);
    for (const value of ["2", "3", "4", "5"]) await appended(key, value);
    expect(setAlarm).toHaveBeenCalledTimes(1);
    expect(await inStorage(key, (_, storage) => storage.getAlarm())).toBeGreaterThan(Date.now());
  });

  test("[P1, P2] outlives eviction, with the sequence numbers of its producers", async () => {
    const key = await newLeader();
    const producer = { producerId: 7, producerEpoch: 0 };
    await appended(key, "first", { ...producer, baseSequence: 0 });
    await evictDurableObject(replicaActor(key));
    expect(await appended(key, "second", { ...producer, baseSequence: 1 })).toBe(1);
    await evictDurableObject(replicaActor(key));
    expect(await appended(key, "first", { ...producer, baseSequence: 0 })).toBe(0);
    const gap = await append(key, batch("fourth", { ...producer, baseSequence: 3 }));
    expect(gap).toMatchObject([{ error: "OUT_OF_ORDER_SEQUENCE_NUMBER" }]);
    expect(await stored(key)).toEqual(["first", "second"]);
  });

  test("[P1, L8] has all that it acknowledged after aborts in the middle of appends", async () => {
    const key = await newLeader();
    const acknowledged = new Map<number, string>();
    let unknown = 0;
    for (let round = 0; round < 8; round++) {
      const appends = Array.from({ length: 20 }, async (_, index) => {
        const value = `${round}/${index}`;
        acknowledged.set(await appended(key, value), value);
      });
      // Some rounds are cut off before their commit, some behind it.
      if (round % 2 === 1) await scheduler.wait(round % 4);
      await abortAllDurableObjects();
      const outcomes = await Promise.allSettled(appends);
      unknown += outcomes.filter(({ status }) => status === "rejected").length;
    }
    await appended(key, "the last");
    expect([acknowledged.size > 0, unknown > 0]).toEqual([true, true]);
    const values = await stored(key);
    for (const [offset, value] of acknowledged) expect(values[offset]).toBe(value);
    expect(new Set(values).size).toBe(values.length);
    expect(values.at(-1)).toBe("the last");
  });
});

describe("records that are deleted", () => {
  test("[L5, REP9] stay deleted over crashes, and the alarm frees their rows", async () => {
    const key = await newLeader();
    for (const value of ["0", "1", "2", "3"]) await appended(key, value);
    expect(await replicaStub(env, key).deleteRecords(3)).toEqual({ error: null, lowWatermark: 3 });
    await abortAllDurableObjects();
    expect(await read(key, 2)).toMatchObject({ error: "OFFSET_OUT_OF_RANGE", logStartOffset: 3 });
    expect(await chunkCount(key)).toBe(4);
    expect(await runDurableObjectAlarm(replicaActor(key))).toBe(true);
    expect(await chunkCount(key)).toBe(1);
    expect(await replicaStub(env, key).deleteRecords(-1)).toEqual({ error: null, lowWatermark: 4 });
    await abortAllDurableObjects();
    expect(await replicaStub(env, key).logSize()).toEqual({ sizeInBytes: 0 });
    expect(await appended(key, "4")).toBe(4);
    const sizeInBytes = batch("4").length;
    expect(await replicaStub(env, key).logSize()).toEqual({ sizeInBytes });
  });

  test("[REP10] leave their producers behind", async () => {
    const key = await newLeader();
    await appended(key, "first", { producerId: 7, producerEpoch: 2, baseSequence: 0 });
    await replicaStub(env, key).deleteRecords(1);
    await evictDurableObject(replicaActor(key));
    expect(await replicaStub(env, key).describeProducers()).toEqual([
      { producerId: 7, producerEpoch: 2, lastSequence: 0, lastTimestamp: expect.any(Number) },
    ]);
  });
});

describe("maintenance", () => {
  test("that fails ends the replica, which begins again from what is stored", async () => {
    const key = await newLeader();
    await appended(key, "kept");
    const instance = () => runInDurableObject(replicaActor(key), (actor) => actor);
    const before = await instance();
    vi.spyOn(console, "error").mockImplementation(() => {});
    vi.spyOn(PartitionLog.prototype, "maintain").mockImplementationOnce(() => {
      throw new Error("The disk is full.");
    });
    await expect(runDurableObjectAlarm(replicaActor(key))).rejects.toThrow("maintenance failed");
    expect((await instance()) === before).toBe(false);
    expect(await stored(key)).toEqual(["kept"]);
  });
});

describe("a replica that is touched for the first time", () => {
  test("erases itself and leaves nothing when nobody knows its topic", async () => {
    const key = unknownReplica();
    expect(await append(key, batch("lost"))).toEqual({ refused: "UNKNOWN_TOPIC_OR_PARTITION" });
    expect(await read(key, 0)).toEqual({ refused: "UNKNOWN_TOPIC_OR_PARTITION" });
    expect(await tables(key)).toEqual([]);
  });

  test("erases itself when its broker has no replica of the partition", async () => {
    const { topicId, partition, nodeId } = await newLeader();
    const elsewhere = { topicId, partition, nodeId: (nodeId % 3) + 1 };
    expect(await read(elsewhere, 0)).toEqual({ refused: "UNKNOWN_TOPIC_OR_PARTITION" });
    expect(await tables(elsewhere)).toEqual([]);
  });

  test("is let in again when the answer to its activation was lost", async () => {
    const key = await newLeader();
    const incarnation = await inStorage(key, (sql) => new ReplicaStore(sql).incarnation("mine"));
    const activation = await controllerStub(env).activateReplica(key, incarnation);
    expect(activation).toMatchObject({ status: "role" });
    expect(await appended(key, "first")).toBe(0);
  });

  test("asks once, however many calls wait for the answer", async () => {
    const key = await newLeader();
    const offsets = await Promise.all(["a", "b", "c"].map((value) => appended(key, value)));
    expect(offsets).toEqual([0, 1, 2]);
    expect(await rows(key, "SELECT * FROM replica")).toHaveLength(1);
  });

  test("is refused when its data is gone, and the partition goes offline", async () => {
    const key = await newLeader();
    await appended(key, "gone");
    await inStorage(key, (_, storage) => storage.deleteAll());
    await abortAllDurableObjects();
    expect(await append(key, batch("another"))).toEqual({ refused: "NOT_LEADER_OR_FOLLOWER" });
    await abortAllDurableObjects();
    expect(await read(key, 0)).toEqual({ refused: "NOT_LEADER_OR_FOLLOWER" });
    const { topics } = await controllerStub(env).describeCluster({ topicIds: [key.topicId] });
    expect(topics[0]!.partitions).toEqual([
      { replicas: [key.nodeId], isr: [], leader: -1, leaderEpoch: 1, partitionEpoch: 1 },
    ]);
  });
});

describe("a replica that is erased", () => {
  test("frees its storage and refuses from then on", async () => {
    const key = await newLeader();
    await appended(key, "x".repeat(500_000));
    await replicaStub(env, key).erase();
    expect(await tables(key)).toEqual([]);
    expect(await inStorage(key, (sql, storage) => storage.sql.databaseSize)).toBeLessThan(20_000);
    expect(await inStorage(key, (_, storage) => storage.getAlarm())).toBeNull();
    expect(await append(key, batch("late"))).toEqual({ refused: "UNKNOWN_TOPIC_OR_PARTITION" });
    expect(await read(key, 0)).toEqual({ refused: "UNKNOWN_TOPIC_OR_PARTITION" });
    expect(await tables(key)).toEqual([]);
  });

  test("confirms as often as it is asked, in memory or not", async () => {
    const key = await newLeader();
    await appended(key, "one");
    await replicaStub(env, key).erase();
    await replicaStub(env, key).erase();
    await abortAllDurableObjects();
    await replicaStub(env, key).erase();
    expect(await tables(key)).toEqual([]);
  });

  test("answers every append that is under way, and keeps none", async () => {
    const key = await newLeader();
    await appended(key, "before");
    const appends = Array.from({ length: 20 }, (_, index) => append(key, batch(`${index}`)));
    const erased = replicaStub(env, key).erase();
    const later = append(key, batch("later"));
    await erased;
    for (const answer of await Promise.all([...appends, later])) {
      if (Array.isArray(answer)) expect(answer).toMatchObject([{ error: null }]);
      else expect(answer).toEqual({ refused: "UNKNOWN_TOPIC_OR_PARTITION" });
    }
    expect(await later).toEqual({ refused: "UNKNOWN_TOPIC_OR_PARTITION" });
    expect(await tables(key)).toEqual([]);
  });

  test("while its activation is under way stays empty", async () => {
    const key = await newLeader();
    const first = append(key, batch("first"));
    await replicaStub(env, key).erase();
    expect(await first).toEqual({ refused: "UNKNOWN_TOPIC_OR_PARTITION" });
    expect(await tables(key)).toEqual([]);
  });

  test("outlives the refusal of a push that was on its way", async () => {
    const key = await newLeader();
    await read(key, 0, GATEWAY);
    const refusal = Promise.withResolvers<boolean>();
    const push = vi.spyOn(GatewayActor.prototype, "push");
    push.mockReturnValue(refusal.promise as unknown as boolean);
    await appended(key, "pushed");
    await vi.waitFor(() => expect(push).toHaveBeenCalled());
    await replicaStub(env, key).erase();
    refusal.resolve(false);
    await scheduler.wait(20);
    expect(await read(key, 0)).toEqual({ refused: "UNKNOWN_TOPIC_OR_PARTITION" });
    expect(await tables(key)).toEqual([]);
  });
});

describe("topics", () => {
  test("of one name are different topics, whatever calls were under way", async () => {
    const { name, topicId, leaders } = await newTopic();
    await appended(leaders[0]!, "of the first");
    const late = append(leaders[0]!, batch("late"));
    await controllerStub(env).deleteTopics([{ name: null, topicId }]);
    const again = await newTopic(1, name);
    expect(again.topicId).not.toBe(topicId);
    await late;
    expect(await appended(again.leaders[0]!, "of the second")).toBe(0);
    expect(await stored(again.leaders[0]!)).toEqual(["of the second"]);
  });
});
