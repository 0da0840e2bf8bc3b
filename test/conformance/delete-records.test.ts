/** DeleteRecords, and where readers find the log's start after it. */
import { expect } from "vitest";

import type { RequestInput } from "../../src/protocol/api.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import { deleteRecords } from "../../src/protocol/messages/21-delete-records.ts";
import { batch, valuesIn } from "./batches.ts";
import type { Cluster } from "./cluster.ts";
import { EARLIEST, LATEST, type Partition, fetchRequest } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";
import type { Wire } from "./wire.ts";

type AskedTopic = RequestInput<typeof deleteRecords>["topics"][number];

const HIGH_WATERMARK = -1;

/** Deletes what is below `offset`. */
async function deleteBelow(
  { name, index, leader }: Partition,
  offset: number,
  version = 2,
): Promise<{ error: ErrorName; lowWatermark: number }> {
  const topics = [{ name, partitions: [{ partitionIndex: index, offset }] }];
  const answers = await ask(leader.wire, topics, version);
  expect(answers.map(([topic, partition]) => [topic, partition])).toEqual([[name, index]]);
  const [, , error, lowWatermark] = answers[0]!;
  return { error, lowWatermark };
}

/** What becomes of each partition. */
async function ask(wire: Wire, topics: AskedTopic[], version = 2) {
  const answer = await wire.call(deleteRecords, version, { topics, timeoutMs: 10_000 });
  return answer.topics.flatMap(({ name, partitions }) =>
    partitions.map(
      ({ partitionIndex, errorCode, lowWatermark }) =>
        [name, partitionIndex, errorName(errorCode), lowWatermark] as const,
    ),
  );
}

/** A partition with the records "0" to "9", of which each two are a batch. */
async function tenRecords(cluster: Cluster): Promise<Partition> {
  const partition = await cluster.newPartition();
  for (let first = 0; first < 10; first += 2) {
    await partition.produce(batch(`${first}`, `${first + 1}`));
  }
  return partition;
}

conformance("DeleteRecords", (test) => {
  test("[K39] moves the log's start in every version, and readers with it", async ({ cluster }) => {
    const partition = await tenRecords(cluster);
    for (const version of servedVersions(deleteRecords)) {
      const offset = 2 * (version + 1);
      expect(await deleteBelow(partition, offset, version)).toEqual({
        error: "NONE",
        lowWatermark: offset,
      });
      expect(await partition.listOffset(EARLIEST)).toMatchObject({ error: "NONE", offset });
      expect(await partition.listOffset(LATEST)).toMatchObject({ error: "NONE", offset: 10 });
      expect(await partition.fetch({ fetchOffset: offset - 1 })).toMatchObject({
        error: "OFFSET_OUT_OF_RANGE",
      });
      const fetched = await partition.fetch({ fetchOffset: offset });
      expect(fetched).toMatchObject({ error: "NONE", logStartOffset: offset, highWatermark: 10 });
      expect(valuesIn(fetched.records)[0]).toBe(`${offset}`);
    }
  });

  test("[K39] an offset inside a batch is where the log starts, and the batch comes whole", async ({
    cluster,
  }) => {
    const partition = await tenRecords(cluster);
    expect(await deleteBelow(partition, 5)).toEqual({ error: "NONE", lowWatermark: 5 });
    expect(await partition.listOffset(EARLIEST)).toMatchObject({ offset: 5 });
    expect(await partition.fetch({ fetchOffset: 4 })).toMatchObject({
      error: "OFFSET_OUT_OF_RANGE",
    });
    const { records } = await partition.fetch({ fetchOffset: 5 });
    expect(valuesIn(records)).toEqual(["4", "5", "6", "7", "8", "9"]);
  });

  test("[K39] -1 is the high watermark, and the log goes on behind it", async ({ cluster }) => {
    const partition = await tenRecords(cluster);
    const all = { error: "NONE", lowWatermark: 10 };
    expect(await deleteBelow(partition, HIGH_WATERMARK)).toEqual(all);
    expect(await deleteBelow(partition, HIGH_WATERMARK)).toEqual(all);
    expect(await partition.listOffset(EARLIEST)).toMatchObject({ offset: 10 });
    expect(await partition.fetch({ fetchOffset: 10 })).toMatchObject({ error: "NONE" });
    expect(await partition.produce(batch("10"))).toMatchObject({
      error: "NONE",
      baseOffset: 10,
      logStartOffset: 10,
    });
    expect(valuesIn((await partition.fetch({ fetchOffset: 10 })).records)).toEqual(["10"]);
  });

  test("[K39] what is gone already is deleted with success", async ({ cluster }) => {
    const partition = await tenRecords(cluster);
    await deleteBelow(partition, 6);
    for (const offset of [6, 5, 1, 0]) {
      expect(await deleteBelow(partition, offset)).toEqual({ error: "NONE", lowWatermark: 6 });
    }
  });

  test.for([-2, 11, Number.MAX_SAFE_INTEGER])(
    "[K39] %i is out of range, and nothing is deleted",
    async (offset, { cluster }) => {
      const partition = await tenRecords(cluster);
      const refusal = { error: "OFFSET_OUT_OF_RANGE", lowWatermark: -1 };
      expect(await deleteBelow(partition, offset)).toEqual(refusal);
      expect(await partition.listOffset(EARLIEST)).toMatchObject({ offset: 0 });
    },
  );

  test("[K39] records of a topic that is only compacted stay, whatever is asked for", async ({
    cluster,
  }) => {
    const compacted = await cluster.newPartition({ "cleanup.policy": "compact" });
    const refusal = { error: "POLICY_VIOLATION", lowWatermark: -1 };
    for (const offset of [HIGH_WATERMARK, 0, -2, 99]) {
      expect(await deleteBelow(compacted, offset)).toEqual(refusal);
    }
    const both = await cluster.newPartition({ "cleanup.policy": "compact,delete" });
    expect(await deleteBelow(both, HIGH_WATERMARK)).toEqual({ error: "NONE", lowWatermark: 0 });
  });

  test("[K39] nobody deletes what Kafka keeps for itself", async ({ cluster }) => {
    const wire = await cluster.wire();
    await wire.call(findCoordinator, 4, { coordinatorKeys: ["conformance"] });
    const [first] = await cluster.settled("__consumer_offsets");
    const refusal = { error: "INVALID_TOPIC_EXCEPTION", lowWatermark: -1 };
    expect(await deleteBelow(first!, HIGH_WATERMARK)).toEqual(refusal);
  });

  test("[K39] each partition has an answer of its own", async ({ cluster }) => {
    const [good, bad] = await cluster.newTopic({ partitions: 2 });
    const { name, leader } = good!;
    const elsewhere = (await cluster.brokers()).find(({ nodeId }) => nodeId !== leader.nodeId);
    const nobody = cluster.unusedName();
    const at = (partitionIndex: number, offset: number) => ({ partitionIndex, offset });
    await good!.produce(batch("a", "b"));
    const answers = await ask(leader.wire, [
      { name, partitions: [at(0, 1), at(7, 0), at(-1, 0)] },
      { name: nobody, partitions: [at(0, 0)] },
    ]);
    const byPartition = new Map(
      answers.map(([topic, index, ...answer]) => [`${topic}/${index}`, answer]),
    );
    const unknown = ["UNKNOWN_TOPIC_OR_PARTITION", -1];
    expect(byPartition).toEqual(
      new Map<string, unknown>([
        [`${name}/0`, ["NONE", 1]],
        [`${name}/7`, unknown],
        [`${name}/-1`, unknown],
        [`${nobody}/0`, unknown],
      ]),
    );
    if (!elsewhere) return;
    expect(await ask(elsewhere.wire, [{ name, partitions: [at(0, 1)] }])).toEqual([
      [name, 0, "NOT_LEADER_OR_FOLLOWER", -1],
    ]);
    expect(await bad!.listOffset(EARLIEST)).toMatchObject({ error: "NONE", offset: 0 });
  });

  test("[K39] a partition that is named twice is answered once, by its last offset", async ({
    cluster,
  }) => {
    const partition = await tenRecords(cluster);
    const { name, leader } = partition;
    const at = (offset: number) => ({ partitionIndex: 0, offset });
    expect(await ask(leader.wire, [{ name, partitions: [at(99), at(3)] }])).toEqual([
      [name, 0, "NONE", 3],
    ]);
    expect(await ask(leader.wire, [{ name, partitions: [at(5), at(99)] }])).toEqual([
      [name, 0, "OFFSET_OUT_OF_RANGE", -1],
    ]);
    expect(await ask(leader.wire, [{ name, partitions: [] }])).toEqual([]);
  });

  test("[K39] who waits at the end goes on waiting, and gets what comes next", async ({
    cluster,
  }) => {
    const partition = await tenRecords(cluster);
    const waiting = await cluster.openLeader(partition);
    const request = fetchRequest([partition], { fetchOffset: 10, maxWaitMs: 10_000 });
    const answer = waiting.call(fetch, 18, request);
    expect(await deleteBelow(partition, 8)).toEqual({ error: "NONE", lowWatermark: 8 });
    // From here on what is below is gone for readers at the end of the log as well.
    expect(await partition.fetch({ fetchOffset: 7 })).toMatchObject({
      error: "OFFSET_OUT_OF_RANGE",
    });
    await partition.produce(batch("10"));
    const { responses } = await answer;
    const [fetched] = responses[0]!.partitions;
    expect(valuesIn(fetched!.records)).toEqual(["10"]);
    expect(fetched).toMatchObject({ logStartOffset: 8, highWatermark: 11 });
  });
});
