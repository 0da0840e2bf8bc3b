/** Partitions are asked of their leaders, wherever these have gone. */
import { expect, test } from "vitest";

import { listOffsets, OffsetSpec } from "../../src/client/admin/list-offsets.ts";
import { Cluster } from "../../src/client/cluster.ts";
import { ErrorCode } from "../../src/protocol/errors.ts";
import { listOffsets as listOffsetsApi } from "../../src/protocol/messages/02-list-offsets.ts";
import { ScriptedNetwork } from "./scripted-network.ts";

const QUICK = { retryBackoffMs: 1, retryBackoffMaxMs: 5, apiTimeoutMs: 1_000 };

test("each leader is asked for its own partitions, and again after it has moved", async () => {
  const leaders = { t: [1, 2, 2] };
  const network = new ScriptedNetwork().serveMetadata([1, 2], () => leaders);
  network.serve(listOffsetsApi, ({ topics }, { address }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        // Partition 2 has moved from broker 2 to broker 1, and broker 2 was the first to know.
        const hasMoved = partitionIndex === 2 && address === "broker-2:9092";
        if (hasMoved) leaders.t[2] = 1;
        const errorCode = hasMoved ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.NONE;
        return { partitionIndex, errorCode, offset: 10 * partitionIndex };
      }),
    })),
  }));
  const partitions = [0, 1, 2].map((partition) => ({ topic: "t", partition }));
  const listed = await listOffsets(new Cluster(network, QUICK), partitions, OffsetSpec.LATEST);
  expect(listed.map(({ partition, value }) => [partition, value?.offset])).toEqual([
    [0, 0],
    [1, 10],
    [2, 20],
  ]);
});

test("what has no leader until the deadline, and what does not exist, is an error of its own", async () => {
  const network = new ScriptedNetwork().serveMetadata([1], () => ({ t: [1, -1] }));
  network.serve(listOffsetsApi, ({ topics }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })),
    })),
  }));
  const partitions = [
    { topic: "t", partition: 0 },
    { topic: "t", partition: 1 },
    { topic: "nope", partition: 0 },
  ];
  const options = { timeoutMs: 50 };
  const cluster = new Cluster(network, QUICK);
  const listed = await listOffsets(cluster, partitions, OffsetSpec.LATEST, options);
  expect(listed.map(({ error }) => error?.code)).toEqual([
    undefined,
    "LEADER_NOT_AVAILABLE",
    "UNKNOWN_TOPIC_OR_PARTITION",
  ]);
});
