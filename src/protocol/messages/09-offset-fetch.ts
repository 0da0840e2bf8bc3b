/** OffsetFetch: how far groups have consumed. From version 8 on, for many groups at once. */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, int64, string, uuid } from "../schema.ts";

export const offsetFetch = api({
  key: 9,
  name: "OffsetFetch",
  versions: "1-10",
  flexible: "6+",
  request: {
    groupId: string({ versions: "0-7" }),
    topics: array(
      { name: string(), partitionIndexes: array(int32()) },
      { versions: "0-7", nullable: "2-7" },
    ),
    groups: array(
      {
        groupId: string(),
        memberId: string({ versions: "9+", nullable: "9+", default: null, ignorable: true }),
        memberEpoch: int32({ versions: "9+", default: -1, ignorable: true }),
        // Null asks for all partitions that the group has committed, here and above.
        topics: array(
          {
            name: string({ versions: "8-9", ignorable: true }),
            topicId: uuid({ versions: "10+", ignorable: true }),
            partitionIndexes: array(int32()),
          },
          { nullable: "8+" },
        ),
      },
      { versions: "8+" },
    ),
    requireStable: bool({ versions: "7+", default: false }),
  },
  response: {
    throttleTimeMs: int32({ versions: "3+" }),
    topics: array(
      {
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          committedOffset: int64(),
          committedLeaderEpoch: int32({ versions: "5-7", default: -1 }),
          metadata: string({ nullable: "0-7" }),
          errorCode: int16(),
        }),
      },
      { versions: "0-7" },
    ),
    errorCode: int16({ versions: "2-7", default: 0 }),
    groups: array(
      {
        groupId: string(),
        topics: array({
          name: string({ versions: "8-9" }),
          topicId: uuid({ versions: "10+" }),
          partitions: array({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ default: -1 }),
            metadata: string({ nullable: "8+" }),
            errorCode: int16(),
          }),
        }),
        errorCode: int16({ default: 0 }),
      },
      { versions: "8+" },
    ),
  },
});

export type OffsetFetchRequest = RequestOf<typeof offsetFetch>;
export type OffsetFetchResponse = ResponseOf<typeof offsetFetch>;
export type OffsetFetchResponseInput = ResponseInput<typeof offsetFetch>;
