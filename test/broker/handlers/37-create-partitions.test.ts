/** CreatePartitions, and requests for partitions that a broker has not heard of. */
import { expect, test } from "vitest";

import { produceHandler } from "../../../src/broker/handlers/00-produce.ts";
import { listOffsetsHandler } from "../../../src/broker/handlers/02-list-offsets.ts";
import { offsetForLeaderEpochHandler } from "../../../src/broker/handlers/23-offset-for-leader-epoch.ts";
import { createPartitionsHandler } from "../../../src/broker/handlers/37-create-partitions.ts";
import { findTopic } from "../../../src/gateway/topic-lookup.ts";
import { errorName } from "../../../src/protocol/errors.ts";
import { batch } from "../../log/batches.ts";
import { callHandler } from "../call-handler.ts";
import { fetchFrom, smallCluster, type SmallCluster } from "../small-cluster.ts";

/** Has topic "topic" grow, by way of another broker than the one that is asked later. */
async function grow({ cluster, settle }: SmallCluster, count: number, validateOnly = false) {
  const topics = [{ name: "topic", count, assignments: null }];
  const { broker } = cluster.gateway(2);
  const request = { topics, timeoutMs: 1000, validateOnly };
  const { results } = await settle(callHandler(broker, createPartitionsHandler, 3, request));
  return results.map(({ errorCode, errorMessage }) => [errorName(errorCode), errorMessage]);
}

test("[CTL21] CreatePartitions answers with what the controller says", async () => {
  const small = await smallCluster(2);
  const why = "Topic already has 2 partition(s).";
  expect(await grow(small, 2)).toEqual([["INVALID_PARTITIONS", why]]);
  expect(await grow(small, 3, true)).toEqual([["NONE", null]]);
  expect(await grow(small, 3)).toEqual([["NONE", null]]);
  expect(await grow(small, 3, true)).toEqual([
    ["INVALID_PARTITIONS", "Topic already has 3 partition(s)."],
  ]);
});

// Broker 1 leads partitions 0, 3, 6 and so on, and knows the topic with one partition.
const NEW = 3;

const asks: [string, (small: SmallCluster) => Promise<number>][] = [
  [
    "Produce",
    async ({ broker, settle }) => {
      const partitionData = [{ index: NEW, records: batch() }];
      const topicData = [{ name: "topic", partitionData }];
      const request = { acks: -1, timeoutMs: 1000, topicData };
      const { responses } = await settle(callHandler(broker, produceHandler, 9, request));
      return responses[0]!.partitionResponses[0]!.errorCode;
    },
  ],
  [
    "Fetch",
    async (small) => {
      const [fetched] = await small.settle(fetchFrom(small, [{ partition: NEW }]));
      return fetched!.errorCode;
    },
  ],
  [
    "ListOffsets",
    async ({ broker, settle }) => {
      const partitions = [{ partitionIndex: NEW, timestamp: -1 }];
      const request = { replicaId: -1, topics: [{ name: "topic", partitions }] };
      const { topics } = await settle(callHandler(broker, listOffsetsHandler, 5, request));
      return topics[0]!.partitions[0]!.errorCode;
    },
  ],
  [
    "OffsetForLeaderEpoch",
    async ({ broker, settle }) => {
      const partitions = [{ partition: NEW, leaderEpoch: 0 }];
      const request = { topics: [{ topic: "topic", partitions }] };
      const { topics } = await settle(callHandler(broker, offsetForLeaderEpochHandler, 4, request));
      return topics[0]!.partitions[0]!.errorCode;
    },
  ],
];

test.each(asks)("[BRK42] %s finds a partition that came after its topic", async (_, ask) => {
  const small = await smallCluster(1);
  expect(errorName(await ask(small))).toBe("UNKNOWN_TOPIC_OR_PARTITION");
  await grow(small, NEW + 1);
  expect(errorName(await ask(small))).toBe("NONE");
});

test("[BRK42] a request looks once for what is not there", async () => {
  const small = await smallCluster(1);
  const [, produce] = asks[0]!;
  const looks = () => small.cluster.network.sent.get("describeCluster") ?? 0;
  const before = looks();
  await produce(small);
  await produce(small);
  expect(looks()).toBe(before + 2);
});

test("[BRK42] a request over HTTP finds a partition that came after its topic", async () => {
  const small = await smallCluster(1);
  await grow(small, NEW + 1);
  const { broker, settle } = small;
  expect((await settle(findTopic(broker, "topic"))).partitions).toHaveLength(1);
  expect((await settle(findTopic(broker, "topic", NEW))).partitions).toHaveLength(NEW + 1);
  expect((await settle(findTopic(broker, "topic"))).partitions).toHaveLength(NEW + 1);
});
