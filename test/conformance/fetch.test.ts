/** Fetch: which offsets may be asked for, what comes back, and when. */
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import { errorName } from "../../src/protocol/errors.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import type { FetchResponse } from "../../src/protocol/messages/01-fetch.ts";
import { batch, batchesIn, valuesIn } from "./batches.ts";
import type { Cluster } from "./cluster.ts";
import type { FetchOptions } from "./partition.ts";
import { Partition, READ_COMMITTED, UNKNOWN_TOPIC_ID, fetchRequest } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const NO_LEADER = { leaderId: -1, leaderEpoch: -1 };

conformance("Fetch", (test) => {
  test("[K27] reads in every version, and tells where the log begins and ends", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a", "b"));
    for (const version of servedVersions(fetch)) {
      const fetched = await partition.fetch({ version });
      expect(fetched).toMatchObject({
        error: "NONE",
        partitionIndex: 0,
        highWatermark: 2,
        lastStableOffset: 2,
        logStartOffset: version < 5 ? -1 : 0,
        preferredReadReplica: -1,
        currentLeader: NO_LEADER,
        divergingEpoch: { epoch: -1, endOffset: -1 },
      });
      expect(valuesIn(fetched.records)).toEqual(["a", "b"]);
    }
  });

  test("[K27] an offset may be any from the log's start to its end", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a"));
    await partition.produce(batch("b"));
    const values = async (fetchOffset: number) => {
      const { error, records } = await partition.fetch({ fetchOffset });
      return [error, ...valuesIn(records)];
    };
    expect(await values(0)).toEqual(["NONE", "a", "b"]);
    expect(await values(1)).toEqual(["NONE", "b"]);
    expect(await values(2)).toEqual(["NONE"]);
  });

  test("[K27] an empty log begins and ends at 0", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const fetched = await partition.fetch();
    const empty = { error: "NONE", highWatermark: 0, lastStableOffset: 0, logStartOffset: 0 };
    expect(fetched).toMatchObject(empty);
    expect((await partition.fetch({ fetchOffset: 1 })).error).toBe("OFFSET_OUT_OF_RANGE");
  });

  test("[K27] offsets before the start and after the end are out of range", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a", "b"));
    for (const fetchOffset of [-1, -2, 3, 1e9, Number.MAX_SAFE_INTEGER]) {
      const fetched = await partition.fetch({ fetchOffset });
      expect(fetched).toMatchObject({ error: "OFFSET_OUT_OF_RANGE", highWatermark: -1 });
    }
  });

  test("[K28] an offset inside a batch is answered with the whole batch", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a", "b", "c"));
    await partition.produce(batch("d", "e"));
    for (const [fetchOffset, values] of [
      [1, ["a", "b", "c", "d", "e"]],
      [2, ["a", "b", "c", "d", "e"]],
      [3, ["d", "e"]],
      [4, ["d", "e"]],
    ] as const) {
      expect(valuesIn((await partition.fetch({ fetchOffset })).records)).toEqual(values);
    }
  });

  test("[K29] the first batch is returned whole, however little was asked for", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("x".repeat(5000)));
    await partition.produce(batch("y".repeat(5000)));
    for (const version of servedVersions(fetch)) {
      for (const limits of [{ partitionMaxBytes: 1 }, { maxBytes: 1 }, { partitionMaxBytes: 0 }]) {
        const { records } = await partition.fetch({ version, ...limits });
        expect(batchesIn(records).map(({ baseOffset }) => baseOffset)).toEqual([0]);
      }
    }
  });

  test("[K29] batches after the first keep to the partition's limit", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    for (let count = 0; count < 10; count++) await partition.produce(batch("x".repeat(1000)));
    const { sizeInBytes } = batchesIn((await partition.fetch()).records)[0]!;
    for (const [partitionMaxBytes, count] of [
      [sizeInBytes - 1, 1],
      [3 * sizeInBytes - 1, 2],
      [3 * sizeInBytes, 3],
      [100 * sizeInBytes, 10],
    ] as const) {
      const { records } = await partition.fetch({ partitionMaxBytes });
      expect(batchesIn(records)).toHaveLength(count);
    }
  });

  test("[K29] the first partition with data ignores the response's limit, and only it does", async ({
    cluster,
  }) => {
    const [empty, first, second] = await ledAlike(cluster, 3);
    await first.produce(batch("x".repeat(3000)));
    await second.produce(batch("y".repeat(3000)));
    const inOrder = async (partitions: Partition[]) => {
      const request = fetchRequest(partitions, { maxBytes: 1000 });
      const answer = await first.leader.wire.call(fetch, 18, request);
      return Object.fromEntries(
        partitionsOf(answer).map(({ partitionIndex, records }) => {
          return [partitionIndex, batchesIn(records).length];
        }),
      );
    };
    const [e, f, s] = [empty.index, first.index, second.index];
    expect(await inOrder([empty, first, second])).toEqual({ [e]: 0, [f]: 1, [s]: 0 });
    expect(await inOrder([second, empty, first])).toEqual({ [e]: 0, [f]: 0, [s]: 1 });
  });

  test("[K30] an answer comes at once when nothing may or need be waited for", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a"));
    const { wire } = partition.leader;
    // Longer than the harness waits for any answer.
    const wait = { maxWaitMs: 60_000, minBytes: 1 };
    const unknown = new Partition(partition, 7, partition.leader);
    for (const request of [
      fetchRequest([partition], { ...wait, fetchOffset: 1, maxWaitMs: 0 }),
      fetchRequest([partition], { ...wait, fetchOffset: 1, minBytes: 0 }),
      fetchRequest([partition], wait),
      fetchRequest([partition], { ...wait, fetchOffset: 9 }),
      fetchRequest([], wait),
      fetchRequest([unknown], wait),
    ]) {
      for (const version of servedVersions(fetch)) {
        expect((await wire.call(fetch, version, request)).errorCode).toBe(0);
      }
    }
    const { leaderEpoch: lastFetchedEpoch } = partition.leader;
    const diverged = fetchRequest([partition], { ...wait, fetchOffset: 2, lastFetchedEpoch });
    for (const version of servedVersions(fetch).filter((served) => served >= 12)) {
      const answer = await wire.call(fetch, version, diverged);
      expect(partitionsOf(answer)).toMatchObject([{ divergingEpoch: { endOffset: 1 } }]);
    }
  });

  test("[K30] at the log's end the answer waits for maxWaitMs, and is empty", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const start = Date.now();
    const fetched = await partition.fetch({ maxWaitMs: 400 });
    const waitedMs = Date.now() - start;
    expect(fetched).toMatchObject({ error: "NONE", highWatermark: 0 });
    expect(valuesIn(fetched.records)).toEqual([]);
    expect(waitedMs).toBeGreaterThanOrEqual(390);
    expect(waitedMs).toBeLessThan(5_000);
  });

  test("[K30] a record that arrives ends the wait", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const reader = await cluster.openLeader(partition);
    for (const version of [4, 11, 12, 18]) {
      const fetchOffset = (await partition.fetch()).highWatermark;
      const request = fetchRequest([partition], { fetchOffset, maxWaitMs: 10_000 });
      const start = Date.now();
      const waiting = reader.call(fetch, version, request);
      await sleep(50);
      await partition.produce(batch(`v${version}`));
      const [fetched] = partitionsOf(await waiting);
      expect(valuesIn(fetched!.records)).toEqual([`v${version}`]);
      expect(fetched!.highWatermark).toBe(fetchOffset + 1);
      expect(Date.now() - start).toBeLessThan(5_000);
    }
  });

  test("[K30] a record in any of the partitions ends the wait", async ({ cluster }) => {
    const partitions = await ledAlike(cluster, 3);
    const reader = await cluster.openLeader(partitions[0]);
    const waiting = reader.call(fetch, 18, fetchRequest(partitions, { maxWaitMs: 10_000 }));
    await sleep(50);
    await partitions[2].produce(batch("the last one"));
    const fetched = partitionsOf(await waiting);
    const last = fetched.find(({ partitionIndex }) => partitionIndex === partitions[2].index);
    expect(valuesIn(last!.records)).toEqual(["the last one"]);
  });

  test("[K30] the answer waits until there are minBytes", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const reader = await cluster.openLeader(partition);
    const request = fetchRequest([partition], { maxWaitMs: 10_000, minBytes: 3000 });
    let isAnswered = false;
    const waiting = reader.call(fetch, 18, request).finally(() => (isAnswered = true));
    for (const value of ["1", "2"]) {
      await partition.produce(batch(value.repeat(1000)));
      await sleep(100);
      expect(isAnswered).toBe(false);
    }
    await partition.produce(batch("3".repeat(1000)));
    const [fetched] = partitionsOf(await waiting);
    expect(batchesIn(fetched!.records)).toHaveLength(3);
  });

  test("[K31] records are empty and never null, in errors too", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const unknown = new Partition(partition, 7, partition.leader);
    for (const version of servedVersions(fetch)) {
      for (const fetched of [
        await partition.fetch({ version }),
        await partition.fetch({ version, fetchOffset: 9 }),
        await unknown.fetch({ version }),
        await withoutTopic(partition, cluster.unusedName()).fetch({ version }),
      ]) {
        expect(fetched.records).toEqual(Buffer.alloc(0));
      }
    }
  });

  test("[K17] a topic or partition that is not there is unknown", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const topic = withoutTopic(partition, cluster.unusedName());
    for (const version of servedVersions(fetch)) {
      const unknown = version < 13 ? "UNKNOWN_TOPIC_OR_PARTITION" : "UNKNOWN_TOPIC_ID";
      expect((await topic.fetch({ version })).error).toBe(unknown);
      for (const index of [1, -1]) {
        const { error } = await new Partition(partition, index, partition.leader).fetch({
          version,
        });
        expect(error).toBe("UNKNOWN_TOPIC_OR_PARTITION");
      }
    }
  });

  test("[K26] a broker that does not lead the partition names the one that does", async ({
    cluster,
    skip,
  }) => {
    const partition = await cluster.newPartition();
    const { nodeId: leaderId, leaderEpoch } = partition.leader;
    const other = (await cluster.brokers()).find(({ nodeId }) => nodeId !== leaderId);
    if (!other) return skip("the cluster has one broker");
    const { brokers } = await cluster.metadata();
    const endpoint = brokers.find(({ nodeId }) => nodeId === leaderId);
    for (const version of servedVersions(fetch)) {
      const answer = await other.wire.call(fetch, version, fetchRequest([partition]));
      const { errorCode, currentLeader } = partitionsOf(answer)[0]!;
      expect(errorName(errorCode)).toBe("NOT_LEADER_OR_FOLLOWER");
      if (version < 16) continue;
      expect(currentLeader).toEqual({ leaderId, leaderEpoch });
      expect(answer.nodeEndpoints).toEqual([endpoint]);
    }
  });

  test("[K26] who calls itself a replica is none of the partition's, and a negative id is a client's", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a"));
    const { leader } = partition;
    for (const version of servedVersions(fetch)) {
      for (const replicaId of [-2, leader.nodeId, 99]) {
        const replica = version < 15 ? { replicaId } : { replicaState: { replicaId } };
        const request = fetchRequest([partition], { ...replica, maxWaitMs: 5000, minBytes: 1000 });
        const isClient = replicaId < 0;
        if (isClient) Object.assign(request, { minBytes: 1 });
        const answer = await leader.wire.call(fetch, version, request);
        const [fetched] = partitionsOf(answer);
        expect(errorName(fetched!.errorCode)).toBe(isClient ? "NONE" : "NOT_LEADER_OR_FOLLOWER");
        expect(valuesIn(fetched!.records)).toEqual(isClient ? ["a"] : []);
      }
    }
  });

  test("[K33] the leader's epoch is compared when the client knows one", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const { leaderEpoch } = partition.leader;
    const errorAt = async (currentLeaderEpoch: number, version: number) =>
      (await partition.fetch({ currentLeaderEpoch, version })).error;
    for (const version of servedVersions(fetch)) {
      // Any negative epoch is none, in a Fetch alone.
      for (const none of [-1, -2]) expect(await errorAt(none, version)).toBe("NONE");
      expect(await errorAt(leaderEpoch, version)).toBe("NONE");
      const isCompared = version >= 9;
      expect(await errorAt(leaderEpoch + 1, version)).toBe(
        isCompared ? "UNKNOWN_LEADER_EPOCH" : "NONE",
      );
    }
  });

  test("[K33] a reader that has read on where the leader has not learns where they part", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a", "b"));
    const { leaderEpoch } = partition.leader;
    const parted = await partition.fetch({ fetchOffset: 5, lastFetchedEpoch: leaderEpoch });
    expect(parted).toMatchObject({
      error: "NONE",
      divergingEpoch: { epoch: leaderEpoch, endOffset: 2 },
    });
    expect(valuesIn(parted.records)).toEqual([]);
    const together = await partition.fetch({ fetchOffset: 1, lastFetchedEpoch: leaderEpoch });
    expect(together.divergingEpoch).toEqual({ epoch: -1, endOffset: -1 });
    expect(valuesIn(together.records)).toEqual(["a", "b"]);
  });

  test("[K33] a reader that is ahead of all epochs is nowhere in the log", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a"));
    const { leaderEpoch } = partition.leader;
    for (const version of servedVersions(fetch).filter((served) => served >= 12)) {
      const ahead = await partition.fetch({ version, lastFetchedEpoch: leaderEpoch + 1 });
      expect(ahead.error).toBe("OFFSET_OUT_OF_RANGE");
      const without = await partition.fetch({ version, lastFetchedEpoch: -2 });
      expect(valuesIn(without.records)).toEqual(["a"]);
    }
  });

  test("[K35] what is unknown has no aborted transactions, a read that is refused has no list", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const unknown = withoutTopic(partition, cluster.unusedName());
    const { leaderEpoch: lastFetchedEpoch } = partition.leader;
    for (const isolationLevel of [0, READ_COMMITTED]) {
      const missing = await unknown.fetch({ isolationLevel });
      expect(missing).toMatchObject({ error: "UNKNOWN_TOPIC_ID", abortedTransactions: [] });
      for (const refused of [{ fetchOffset: 9 }, { fetchOffset: 9, lastFetchedEpoch }]) {
        const answer = await partition.fetch({ isolationLevel, ...refused });
        expect(answer.abortedTransactions).toBe(null);
      }
    }
  });

  test("[K35] without transactions read_committed reads the same", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a", "b"));
    for (const version of servedVersions(fetch)) {
      const committed = await partition.fetch({ version, isolationLevel: READ_COMMITTED });
      expect(committed).toMatchObject({ lastStableOffset: 2, abortedTransactions: [] });
      expect(valuesIn(committed.records)).toEqual(["a", "b"]);
      expect((await partition.fetch({ version })).abortedTransactions).toBe(null);
    }
  });

  test("[K28, K29] many batches are read in pieces, each where the last one ended", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const written = Array.from({ length: 60 }, (_, index) => `${index} `.padEnd(700, "z"));
    for (let index = 0; index < written.length; index += 3) {
      await partition.produce(batch(...written.slice(index, index + 3)));
    }
    const read: string[] = [];
    for (let fetchOffset = 0; fetchOffset < written.length; fetchOffset = read.length) {
      const limit: FetchOptions = { fetchOffset, partitionMaxBytes: 7000 };
      const values = valuesIn((await partition.fetch(limit)).records);
      expect(values).not.toEqual([]);
      read.push(...values);
    }
    expect(read).toEqual(written);
  });
});

type FetchedPartition = FetchResponse["responses"][number]["partitions"][number];

function partitionsOf(answer: FetchResponse): FetchedPartition[] {
  return answer.responses.flatMap(({ partitions }) => partitions);
}

function withoutTopic({ index, leader }: Partition, name: string): Partition {
  return new Partition({ name, topicId: UNKNOWN_TOPIC_ID }, index, leader);
}

/** Some partitions of a new topic that one broker leads. */
async function ledAlike(
  cluster: Cluster,
  count: number,
): Promise<[Partition, Partition, Partition]> {
  const brokers = await cluster.brokers();
  const partitions = await cluster.newTopic({ partitions: count * brokers.length });
  const { nodeId } = partitions[0]!.leader;
  const alike = partitions.filter(({ leader }) => leader.nodeId === nodeId);
  return alike.slice(0, count) as [Partition, Partition, Partition];
}
