/** DescribeProducers: whom a leader remembers, and what is wrong with what was asked. */
import { expect, test } from "vitest";

import { describeProducersHandler } from "../../../src/broker/handlers/61-describe-producers.ts";
import { errorName } from "../../../src/protocol/errors.ts";
import { idempotent, NOW } from "../../log/batches.ts";
import { callHandler } from "../call-handler.ts";
import { smallCluster } from "../small-cluster.ts";

test("[BRK45] tells of the producers of a partition, in the order asked for", async () => {
  const small = await smallCluster(4);
  await small.append(0, idempotent(0, { producerId: 12, producerEpoch: 3, count: 2 }));
  await small.append(0, idempotent(2, { producerId: 12, producerEpoch: 3 }));
  const topics = [
    { name: "topic", partitionIndexes: [3, 0, 1, 9, 0] },
    { name: "nobody", partitionIndexes: [0, 5] },
    { name: "a b", partitionIndexes: [0] },
    { name: "topic", partitionIndexes: [] },
  ];
  const call = callHandler(small.broker, describeProducersHandler, 0, { topics });
  const response = await small.settle(call);
  const producer = {
    producerId: 12,
    producerEpoch: 3,
    lastSequence: 2,
    lastTimestamp: NOW,
    coordinatorEpoch: -1,
    currentTxnStartOffset: -1,
  };
  const told = response.topics.map(({ name, partitions }) => [
    name,
    partitions.map(({ partitionIndex, errorCode, errorMessage, activeProducers }) => [
      partitionIndex,
      errorName(errorCode),
      errorMessage,
      activeProducers,
    ]),
  ]);
  const unknown = "This server does not host this topic-partition.";
  const invalid =
    "Topic name is invalid: 'a b' contains one or more characters other than " +
    "ASCII alphanumerics, '.', '_' and '-'";
  expect(told).toEqual([
    [
      "topic",
      [
        [3, "NONE", null, []],
        [0, "NONE", null, [producer]],
        [1, "NOT_LEADER_OR_FOLLOWER", null, []],
        [9, "UNKNOWN_TOPIC_OR_PARTITION", null, []],
        [0, "NONE", null, [producer]],
      ],
    ],
    [
      "nobody",
      [
        [0, "UNKNOWN_TOPIC_OR_PARTITION", unknown, []],
        [5, "UNKNOWN_TOPIC_OR_PARTITION", unknown, []],
      ],
    ],
    ["a b", [[0, "INVALID_TOPIC_EXCEPTION", invalid, []]]],
    ["topic", []],
  ]);
});
