/**
 * Watches: who waits at the end of a log is told of what comes, by one stored row and by pushes,
 * and nobody who waits is ever forgotten.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";

import { GatewayActor } from "../../src/actors/gateway-actor.ts";
import { controllerStub } from "../../src/actors/stubs.ts";
import type { ReplicaKey } from "../../src/controller/records.ts";
import { ErrorCode } from "../../src/protocol/errors.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import type { TailPush } from "../../src/replication/replica-calls.ts";
import { KafkaSocket } from "./kafka-socket.ts";
import { GATEWAY, appended, batch, newLeader, read, replicaActor, rows } from "./replicas.ts";

afterEach(() => vi.restoreAllMocks());

/** Far above what any answer here takes, far below the time limit of a test. */
const LONG_MS = 4_000;
const SOON_MS = 1_500;

const watches = (key: ReplicaKey) => rows<{ gateway: string }>(key, "SELECT * FROM watches");

/** A Fetch of one partition at `fetchOffset`, which waits for a byte as long as it may. */
function fetchRequest({ topicId, partition }: ReplicaKey, fetchOffset: number, maxWaitMs: number) {
  const partitions = [{ partition, fetchOffset, partitionMaxBytes: 1 << 20 }];
  return { maxWaitMs, minBytes: 1, topics: [{ topicId, partitions }] };
}

/** What a Fetch at `fetchOffset` by way of the leader's gateway comes to, and how long it took. */
async function timedFetch(key: ReplicaKey, fetchOffset: number, maxWaitMs = LONG_MS) {
  const socket = await KafkaSocket.open(key.nodeId);
  const start = Date.now();
  const { responses } = await socket.call(fetch, 17, fetchRequest(key, fetchOffset, maxWaitMs));
  socket.close();
  const { errorCode, records } = responses[0]!.partitions[0]!;
  return { errorCode, size: records?.length ?? 0, tookMs: Date.now() - start };
}

/** Resets one replica, as a crash does. */
async function abortReplica(key: ReplicaKey): Promise<void> {
  const aborted = runInDurableObject(replicaActor(key), (_, state) => state.abort("a crash"));
  await expect(aborted).rejects.toThrow("a crash");
}

describe("a watch", () => {
  test("is one row, written by the first read that comes to the end", async () => {
    const key = await newLeader();
    await appended(key, "first");
    expect(await read(key, 0)).toMatchObject({ watching: false });
    expect(await watches(key)).toEqual([]);
    expect(await read(key, 1, GATEWAY)).toMatchObject({ watching: true });
    expect(await read(key, 0, GATEWAY)).toMatchObject({ watching: true });
    expect(await watches(key)).toEqual([{ gateway: GATEWAY }]);
  });

  test("is not written by a read that is out of range", async () => {
    const key = await newLeader();
    const answer = await read(key, 5, GATEWAY);
    expect(answer).toMatchObject({ error: "OFFSET_OUT_OF_RANGE", watching: false });
    expect(await watches(key)).toEqual([]);
  });

  test("ends when the gateway refuses a push, because nobody waits there", async () => {
    const key = await newLeader();
    await read(key, 0, GATEWAY);
    await appended(key, "for nobody");
    await vi.waitFor(async () => expect(await watches(key)).toEqual([]));
  });

  test("stays when a reader has come while the refusal was on its way", async () => {
    const key = await newLeader();
    await read(key, 0, GATEWAY);
    const pushes = vi.spyOn(GatewayActor.prototype, "push");
    pushes.mockImplementationOnce((async () => {
      await read(key, 1, GATEWAY);
      return false;
    }) as () => unknown as () => boolean);
    pushes.mockReturnValue(true);
    await appended(key, "refused");
    await vi.waitFor(() => expect(pushes).toHaveBeenCalledTimes(1));
    await appended(key, "awaited");
    await vi.waitFor(() => expect(pushes).toHaveBeenCalledTimes(2));
    expect(await watches(key)).toEqual([{ gateway: GATEWAY }]);
  });

  test("stays when the call of a push broke, which is made again", async () => {
    const key = await newLeader();
    await read(key, 0, GATEWAY);
    const pushes = vi.spyOn(GatewayActor.prototype, "push").mockReturnValue(true);
    pushes.mockRejectedValueOnce(new Error("The call broke.") as never);
    await appended(key, "awaited");
    await vi.waitFor(() => expect(pushes).toHaveBeenCalledTimes(2));
    expect(pushes.mock.calls[0]).toEqual(pushes.mock.calls[1]);
    expect(await watches(key)).toEqual([{ gateway: GATEWAY }]);
  });

  test("gathers what comes while a push is under way into the next, and misses nothing", async () => {
    const key = await newLeader();
    await read(key, 0, GATEWAY);
    const heard: Pick<TailPush, "baseOffset" | "nextOffset">[] = [];
    const first = Promise.withResolvers<void>();
    vi.spyOn(GatewayActor.prototype, "push").mockImplementation((async (push: TailPush) => {
      heard.push({ baseOffset: push.baseOffset, nextOffset: push.nextOffset });
      if (heard.length === 1) await first.promise;
      return true;
    }) as unknown as (push: TailPush) => boolean);
    for (let index = 0; index < 5; index++) await appended(key, `${index}`);
    first.resolve();
    await vi.waitFor(() => expect(heard.at(-1)?.nextOffset).toBe(5));
    expect(heard[0]).toEqual({ baseOffset: 0, nextOffset: 1 });
    expect(heard[1]).toEqual({ baseOffset: 1, nextOffset: 5 });
  });
});

describe("a Fetch that waits", () => {
  test("is answered by the append, long before its time is over", async () => {
    const key = await newLeader();
    const waiting = timedFetch(key, 0);
    await vi.waitFor(async () => expect(await watches(key)).toHaveLength(1));
    await appended(key, "news");
    const { errorCode, size, tookMs } = await waiting;
    expect([errorCode, size]).toEqual([ErrorCode.NONE, batch("news").length]);
    expect(tookMs).toBeLessThan(SOON_MS);
  });

  test("is answered by an append that wakes the replica from eviction", async () => {
    const key = await newLeader();
    const waiting = timedFetch(key, 0);
    await vi.waitFor(async () => expect(await watches(key)).toHaveLength(1));
    await evictDurableObject(replicaActor(key));
    await appended(key, "news");
    expect((await waiting).tookMs).toBeLessThan(SOON_MS);
  });

  test("writes one row, and none when it is repeated", async () => {
    const key = await newLeader();
    for (let times = 0; times < 3; times++) await timedFetch(key, 0, 20);
    expect(await watches(key)).toHaveLength(1);
  });

  test("is told when the topic is deleted", async () => {
    const key = await newLeader();
    await appended(key, "first");
    const waiting = timedFetch(key, 1);
    await vi.waitFor(async () => expect(await watches(key)).toHaveLength(1));
    await controllerStub(env).deleteTopics([{ name: null, topicId: key.topicId }]);
    const { errorCode, tookMs } = await waiting;
    expect(errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(tookMs).toBeLessThan(SOON_MS);
  });

  test("hears of a record whose push was lost in a crash when its producer tries again", async () => {
    const key = await newLeader();
    const producer = { producerId: 7, producerEpoch: 0, baseSequence: 0 };
    const waiting = timedFetch(key, 0);
    await vi.waitFor(async () => expect(await watches(key)).toHaveLength(1));
    const lost = Promise.withResolvers<boolean>();
    const pushes = vi.spyOn(GatewayActor.prototype, "push");
    pushes.mockReturnValueOnce(lost.promise as unknown as boolean);
    await appended(key, "news", producer);
    await vi.waitFor(() => expect(pushes).toHaveBeenCalledTimes(1));
    await abortReplica(key);
    expect(await appended(key, "news", producer)).toBe(0);
    expect(await waiting).toMatchObject({ size: batch("news").length });
    expect((await waiting).tookMs).toBeLessThan(SOON_MS);
    lost.resolve(true);
  });

  test("is not told that its topic is unknown when only the route to it was lost", async () => {
    const key = await newLeader();
    const waiting = timedFetch(key, 0, 1_000);
    await vi.waitFor(async () => expect(await watches(key)).toHaveLength(1));
    const gateway = env.GATEWAY.getByName(GATEWAY.replace(/\d+$/, `${key.nodeId}`));
    await gateway.lost(key.topicId, key.partition);
    expect(await waiting).toMatchObject({ errorCode: ErrorCode.NONE, size: 0 });
  });

  test("beyond the end is out of range, even where the gateway follows the partition", async () => {
    const key = await newLeader();
    const waiting = timedFetch(key, 0);
    await vi.waitFor(async () => expect(await watches(key)).toHaveLength(1));
    await appended(key, "in the tail");
    await waiting;
    const { errorCode } = await timedFetch(key, 100);
    expect(errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
  });

  test("survives the replica's abort: what is appended afterwards reaches it", async () => {
    const key = await newLeader();
    const waiting = timedFetch(key, 0);
    await vi.waitFor(async () => expect(await watches(key)).toHaveLength(1));
    await abortReplica(key);
    await appended(key, "news");
    expect((await waiting).tookMs).toBeLessThan(SOON_MS);
  });
});
