/** DescribeTopicPartitions: topics and their partitions, page by page (KIP-966). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, string, struct, uuid } from "../schema.ts";

/** "Authorized operations" that were not asked for. */
const NOT_ASKED_FOR = -2147483648;

/** Where a page begins. */
const cursor = { topicName: string(), partitionIndex: int32() };

export const describeTopicPartitions = api({
  key: 75,
  name: "DescribeTopicPartitions",
  versions: "0",
  flexible: "0+",
  request: {
    topics: array({ name: string() }),
    responsePartitionLimit: int32({ default: 2000 }),
    cursor: struct(cursor, { nullable: "0+", default: null }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: array({
      errorCode: int16(),
      name: string({ nullable: "0+" }),
      topicId: uuid(),
      isInternal: bool({ default: false }),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32({ default: -1 }),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        eligibleLeaderReplicas: array(int32(), { nullable: "0+", default: null }),
        lastKnownElr: array(int32(), { nullable: "0+", default: null }),
        offlineReplicas: array(int32()),
      }),
      topicAuthorizedOperations: int32({ default: NOT_ASKED_FOR }),
    }),
    nextCursor: struct(cursor, { nullable: "0+", default: null }),
  },
});

export type DescribeTopicPartitionsRequest = RequestOf<typeof describeTopicPartitions>;
export type DescribeTopicPartitionsResponse = ResponseOf<typeof describeTopicPartitions>;
export type DescribeTopicPartitionsResponseInput = ResponseInput<typeof describeTopicPartitions>;
