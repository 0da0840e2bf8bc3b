/** Topics are described page by page where brokers can, and by Metadata where they cannot. */
import { expect, test } from "vitest";

import { describeTopics } from "../../src/client/admin/describe-topics.ts";
import { Cluster } from "../../src/client/cluster.ts";
import { ErrorCode } from "../../src/protocol/errors.ts";
import { describeTopicPartitions } from "../../src/protocol/messages/75-describe-topic-partitions.ts";
import { ScriptedNetwork } from "./scripted-network.ts";

const COUNTS: Record<string, number> = { a: 1, b: 3, c: 2 };

/** Brokers that describe so many partitions at a time, and go on behind a cursor. */
function paging(limit: number): ScriptedNetwork {
  return new ScriptedNetwork().serveMetadata([1]).serve(describeTopicPartitions, (request) => {
    const { topics, cursor } = request;
    const all = topics.flatMap(({ name }) =>
      Array.from({ length: COUNTS[name] ?? 0 }, (_, partition) => ({ name, partition })),
    );
    const first = all.findIndex(
      ({ name, partition }) =>
        cursor === null || (name === cursor.topicName && partition === cursor.partitionIndex),
    );
    const page = all.slice(first, first + limit);
    const next = all[first + limit];
    return {
      topics: [...Map.groupBy(page, ({ name }) => name)].map(([name, partitions]) => ({
        errorCode: 0,
        name,
        topicId: "NvoDtgQ5SHSc8e-KrQbM-w",
        partitions: partitions.map(({ partition }) => ({
          errorCode: 0,
          partitionIndex: partition,
          leaderId: 1,
          replicaNodes: [1],
          isrNodes: [1],
          offlineReplicas: [],
        })),
      })),
      nextCursor: next ? { topicName: next.name, partitionIndex: next.partition } : null,
    };
  });
}

test.each([1, 2, 3, 100])("in pages of %i", async (limit) => {
  const described = await describeTopics(new Cluster(paging(limit)), ["c", "b", "a"], limit);
  expect(described.map(({ name, partitions }) => [name, partitions.length])).toEqual([
    ["a", 1],
    ["b", 3],
    ["c", 2],
  ]);
  expect(described[1]!.partitions.map(({ partition }) => partition)).toEqual([0, 1, 2]);
});

test("by Metadata of an old broker, which does not know what may be elected", async () => {
  const network = new ScriptedNetwork().serveMetadata([1], () => ({ t: [1, -1] }));
  const [described] = await describeTopics(new Cluster(network), ["t"]);
  expect(described!.partitions).toMatchObject([
    { partition: 0, leader: 1, eligibleLeaderReplicas: null },
    { partition: 1, leader: null, lastKnownElr: null },
  ]);
});

test("a topic that does not exist is told at once", async () => {
  const network = new ScriptedNetwork().serveMetadata([1]);
  const unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  network.serve(describeTopicPartitions, ({ topics }) => ({
    topics: topics.map(({ name }) => ({
      errorCode: unknown,
      name,
      topicId: "AAAAAAAAAAAAAAAAAAAAAA",
      partitions: [],
    })),
  }));
  const describing = describeTopics(new Cluster(network), ["nope"]);
  await expect(describing).rejects.toMatchObject({ code: "UNKNOWN_TOPIC_OR_PARTITION" });
  expect(network.seen.filter(({ name }) => name === "DescribeTopicPartitions")).toHaveLength(1);
});
