/** DescribeShareGroupOffsets: where the share-partitions of share groups start (KIP-932). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, int64, string, uuid } from "../schema.ts";

export const describeShareGroupOffsets = api({
  key: 90,
  name: "DescribeShareGroupOffsets",
  versions: "0-1",
  flexible: "0+",
  request: {
    groups: array({
      groupId: string(),
      // Null asks for all that the group has.
      topics: array({ topicName: string(), partitions: array(int32()) }, { nullable: "0+" }),
    }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    groups: array({
      groupId: string(),
      topics: array({
        topicName: string(),
        topicId: uuid(),
        partitions: array({
          partitionIndex: int32(),
          startOffset: int64(),
          leaderEpoch: int32(),
          lag: int64({ versions: "1+", default: -1 }),
          errorCode: int16(),
          errorMessage: string({ nullable: "0+", default: null }),
        }),
      }),
      errorCode: int16(),
      errorMessage: string({ nullable: "0+", default: null }),
    }),
  },
});

export type DescribeShareGroupOffsetsRequest = RequestOf<typeof describeShareGroupOffsets>;
export type DescribeShareGroupOffsetsResponse = ResponseOf<typeof describeShareGroupOffsets>;
export type DescribeShareGroupOffsetsResponseInput = ResponseInput<
  typeof describeShareGroupOffsets
>;
