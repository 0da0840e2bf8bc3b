/** DeleteRecords, by way of a broker that leads some partitions and has read others' ends. */
import { expect, test } from "vitest";

import { createTopicsHandler } from "../../../src/broker/handlers/19-create-topics.ts";
import { deleteRecordsHandler } from "../../../src/broker/handlers/21-delete-records.ts";
import { OFFSETS_TOPIC } from "../../../src/broker/offsets-topic.ts";
import { ErrorCode, type ErrorName, errorName } from "../../../src/protocol/errors.ts";
import { batch } from "../../log/batches.ts";
import { callHandler } from "../call-handler.ts";
import { fetchFrom, smallCluster, type SmallCluster } from "../small-cluster.ts";

interface Asked {
  readonly name: string;
  readonly partition: number;
  readonly offset: number;
}

/** What becomes of each, in the order of the answer. */
async function deleteRecords({ broker, settle }: SmallCluster, ...asked: Asked[]) {
  const topics = asked.map(({ name, partition, offset }) => ({
    name,
    partitions: [{ partitionIndex: partition, offset }],
  }));
  const request = { topics, timeoutMs: 1000 };
  const response = await settle(callHandler(broker, deleteRecordsHandler, 2, request));
  return response.topics.flatMap(({ name, partitions }) =>
    partitions.map(
      ({ partitionIndex, errorCode, lowWatermark }): [string, number, ErrorName, number] => [
        name,
        partitionIndex,
        errorName(errorCode),
        lowWatermark,
      ],
    ),
  );
}

const of = (partition: number, offset: number, name = "topic") => ({ name, partition, offset });

test("[BRK43] each partition has its own answer, where it is led", async () => {
  const small = await smallCluster(4);
  const internal = { numPartitions: 3, replicationFactor: 1, assignments: [], configs: [] };
  const topics = [{ name: OFFSETS_TOPIC, ...internal }];
  await small.settle(callHandler(small.broker, createTopicsHandler, 7, { topics }));
  await small.append(0, batch({ count: 6 }));
  expect(
    await deleteRecords(
      small,
      of(0, 9),
      of(1, 0),
      of(7, 0),
      of(-1, 0),
      of(3, -1),
      of(0, -1, "nobody"),
      of(0, -1, OFFSETS_TOPIC),
      of(1, -1, OFFSETS_TOPIC),
      of(9, -1, OFFSETS_TOPIC),
    ),
  ).toEqual([
    ["topic", 0, "OFFSET_OUT_OF_RANGE", -1],
    ["topic", 1, "NOT_LEADER_OR_FOLLOWER", -1],
    ["topic", 7, "UNKNOWN_TOPIC_OR_PARTITION", -1],
    ["topic", -1, "UNKNOWN_TOPIC_OR_PARTITION", -1],
    ["topic", 3, "NONE", 0],
    ["nobody", 0, "UNKNOWN_TOPIC_OR_PARTITION", -1],
    [OFFSETS_TOPIC, 0, "INVALID_TOPIC_EXCEPTION", -1],
    [OFFSETS_TOPIC, 1, "INVALID_TOPIC_EXCEPTION", -1],
    [OFFSETS_TOPIC, 9, "UNKNOWN_TOPIC_OR_PARTITION", -1],
  ]);
});

test("[BRK43] what is said last of a partition counts", async () => {
  const small = await smallCluster(1);
  await small.append(0, batch({ count: 6 }));
  expect(await deleteRecords(small, of(0, 99), of(0, 4))).toEqual([["topic", 0, "NONE", 4]]);
  expect(await deleteRecords(small, of(0, 5), of(0, 99))).toEqual([
    ["topic", 0, "OFFSET_OUT_OF_RANGE", -1],
  ]);
  expect(await deleteRecords(small, of(0, 2))).toEqual([["topic", 0, "NONE", 4]]);
});

test("[BRK43] nobody reads from memory what is gone", async () => {
  const small = await smallCluster(1);
  const from = (fetchOffset: number) =>
    small.settle(fetchFrom(small, [{ partition: 0, fetchOffset }], { maxWaitMs: 1 }));
  await from(0);
  for (let times = 0; times < 4; times++) await small.append(0, batch());
  const { broker, topicId, world } = small;
  await world.runFor(50);
  // The end is in memory by now, and would be read from there.
  expect(broker.tails.get(topicId, 0)?.position?.highWatermark).toBe(4);
  expect(await from(1)).toMatchObject([{ errorCode: ErrorCode.NONE, size: 3 * batch().length }]);
  expect(await deleteRecords(small, of(0, 3))).toEqual([["topic", 0, "NONE", 3]]);
  expect(await from(1)).toMatchObject([{ errorCode: ErrorCode.OFFSET_OUT_OF_RANGE }]);
  expect(await from(3)).toMatchObject([{ errorCode: ErrorCode.NONE, size: batch().length }]);
});

test("[BRK43] a watching broker hears of it from the leader", async () => {
  const small = await smallCluster(1);
  const { cluster, topicId, settle, world } = small;
  const other = cluster.gateway(2).broker;
  await settle(other.routes.load([{ name: "topic" }]));
  const tail = other.tails.open(topicId, 0, world.clock());
  const located = other.locate({ name: "topic" }, 0);
  if (typeof located === "string") throw new Error(located);
  const read = { offset: 0, maxBytes: 1, minOneBatch: true, readCommitted: false };
  const epochs = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
  const call = { ...read, ...epochs, watcher: other.ports.gatewayName };
  const position = await settle(other.leader(located).read(call));
  if ("refused" in position) throw new Error(position.refused);
  other.tails.opened(topicId, 0, tail, position, world.clock());
  await small.append(0, batch({ count: 6 }));
  await deleteRecords(small, of(0, 5));
  await world.runFor(50);
  expect(tail.position).toMatchObject({ logStartOffset: 5, highWatermark: 6 });
});
