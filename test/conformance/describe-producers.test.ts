/** DescribeProducers: whom a partition's leader remembers. */
import { expect } from "vitest";

import type { RequestInput } from "../../src/protocol/api.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { describeProducers } from "../../src/protocol/messages/61-describe-producers.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import { NOW, batch, record, sequenced } from "./batches.ts";
import { conformance } from "./suite.ts";
import type { Wire } from "./wire.ts";

type AskedTopic = RequestInput<typeof describeProducers>["topics"][number];

const NO_TRANSACTION = { coordinatorEpoch: -1, currentTxnStartOffset: -1 };

async function describe(wire: Wire, topics: AskedTopic[]) {
  const answer = await wire.call(describeProducers, 0, { topics });
  return answer.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((each) => ({ ...each, error: errorName(each.errorCode) })),
  }));
}

conformance("DescribeProducers", (test) => {
  test("[K59] tells what each producer wrote last, and of no others", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const { name, leader } = partition;
    const asked = [{ name, partitionIndexes: [0] }];
    await partition.produce(batch("of nobody"));
    expect(await describe(leader.wire, asked)).toMatchObject([
      { name, partitions: [{ partitionIndex: 0, error: "NONE", activeProducers: [] }] },
    ]);
    const later = [record("x", { timestamp: NOW + 7 }), record("y", { timestamp: NOW + 3 })];
    await partition.produce(sequenced([9001, 4], 0, 3));
    await partition.produce(sequenced([9002, 0], 0));
    await partition.produce(
      encodeBatch(later, { producerId: 9001, producerEpoch: 4, baseSequence: 3 }),
    );
    const [topic] = await describe(leader.wire, asked);
    const { activeProducers } = topic!.partitions[0]!;
    expect(activeProducers.toSorted((a, b) => a.producerId - b.producerId)).toEqual([
      {
        producerId: 9001,
        producerEpoch: 4,
        lastSequence: 4,
        lastTimestamp: NOW + 7,
        ...NO_TRANSACTION,
      },
      {
        producerId: 9002,
        producerEpoch: 0,
        lastSequence: 0,
        lastTimestamp: NOW,
        ...NO_TRANSACTION,
      },
    ]);
  });

  test("[K59] what is wrong is told of each partition asked for, in their order", async ({
    cluster,
  }) => {
    const { name, leader } = await cluster.newPartition();
    const nobody = cluster.unusedName();
    const answers = await describe(leader.wire, [
      { name, partitionIndexes: [9, 0, -1, 0] },
      { name: nobody, partitionIndexes: [1] },
      { name: "no such name!", partitionIndexes: [0] },
      { name, partitionIndexes: [] },
    ]);
    const errors = answers.map((topic) => [
      topic.name,
      topic.partitions.map(({ partitionIndex, error }) => [partitionIndex, error]),
    ]);
    expect(errors).toEqual([
      [
        name,
        [
          [9, "UNKNOWN_TOPIC_OR_PARTITION"],
          [0, "NONE"],
          [-1, "UNKNOWN_TOPIC_OR_PARTITION"],
          [0, "NONE"],
        ],
      ],
      [nobody, [[1, "UNKNOWN_TOPIC_OR_PARTITION"]]],
      ["no such name!", [[0, "INVALID_TOPIC_EXCEPTION"]]],
      [name, []],
    ]);
    const messages = answers.flatMap(({ partitions }) =>
      partitions.map(({ errorMessage }) => errorMessage),
    );
    expect(messages).toEqual([
      null,
      null,
      null,
      null,
      "This server does not host this topic-partition.",
      expect.stringContaining("Topic name is invalid"),
    ]);
  });

  test("[K59] a broker without the partition says so", async ({ cluster }) => {
    const { name, leader } = await cluster.newPartition();
    for (const { nodeId, wire } of await cluster.brokers()) {
      if (nodeId === leader.nodeId) continue;
      const [answer] = await describe(wire, [{ name, partitionIndexes: [0] }]);
      expect(answer!.partitions).toMatchObject([
        { error: "NOT_LEADER_OR_FOLLOWER", errorMessage: null, activeProducers: [] },
      ]);
    }
  });
});
