/** DescribeQuorum: the one voter that there is. */
import { expect, test } from "vitest";

import { describeQuorumHandler } from "../../../src/broker/handlers/55-describe-quorum.ts";
import { errorName } from "../../../src/protocol/errors.ts";
import { NOW } from "../../log/batches.ts";
import { callHandler } from "../call-handler.ts";
import { groupCluster } from "../group-cluster.ts";

const METADATA = "__cluster_metadata";

test("[BRK46] every broker tells of the same leader, which is the one voter", async () => {
  const { brokerOf } = groupCluster();
  const topics = [{ topicName: METADATA, partitions: [{ partitionIndex: 0 }] }];
  for (const version of [0, 1, 2]) {
    for (const nodeId of [1, 2, 3]) {
      const request = { topics };
      const call = callHandler(brokerOf(nodeId), describeQuorumHandler, version, request);
      const { errorCode, topics: described } = await call;
      const [partition, ...others] = described[0]!.partitions;
      expect([errorCode, described.length, others.length]).toEqual([0, 1, 0]);
      expect(partition).toMatchObject({
        partitionIndex: 0,
        errorCode: 0,
        leaderId: 1,
        leaderEpoch: 1,
        highWatermark: -1,
        currentVoters: [
          {
            replicaId: 1,
            logEndOffset: -1,
            lastFetchTimestamp: version === 0 ? -1 : NOW,
            lastCaughtUpTimestamp: version === 0 ? -1 : NOW,
          },
        ],
        observers: [],
      });
    }
  }
});

test("[BRK46] everything else that is asked for is unknown", async () => {
  const { broker } = groupCluster();
  const cases: [string, ...number[]][][] = [
    [["topic", 0]],
    [[METADATA, 1]],
    [[METADATA, 0, 1]],
    [
      [METADATA, 0],
      ["topic", 0],
    ],
    [],
  ];
  for (const asked of cases) {
    const topics = asked.map(([topicName, ...indexes]) => ({
      topicName,
      partitions: indexes.map((partitionIndex) => ({ partitionIndex })),
    }));
    const response = await callHandler(broker, describeQuorumHandler, 2, { topics });
    const told = response.topics.map(({ topicName, partitions }) => [
      topicName,
      ...partitions.map(({ partitionIndex, errorCode }) => {
        expect(errorName(errorCode)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
        return partitionIndex;
      }),
    ]);
    expect(told).toEqual(asked);
  }
});
