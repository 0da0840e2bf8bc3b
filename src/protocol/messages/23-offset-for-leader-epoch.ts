/**
 * OffsetForLeaderEpoch: where a leader epoch ended, so that a log can be cut back to a common
 * history (KIP-101).
 */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, int64, string } from "../schema.ts";

export const offsetForLeaderEpoch = api({
  key: 23,
  name: "OffsetForLeaderEpoch",
  versions: "2-4",
  flexible: "4+",
  request: {
    replicaId: int32({ versions: "3+", default: -2, ignorable: true }),
    topics: array({
      topic: string(),
      partitions: array({
        partition: int32(),
        currentLeaderEpoch: int32({ default: -1 }),
        leaderEpoch: int32(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: array({
      topic: string(),
      partitions: array({
        errorCode: int16(),
        partition: int32(),
        leaderEpoch: int32({ default: -1 }),
        endOffset: int64({ default: -1 }),
      }),
    }),
  },
});

export type OffsetForLeaderEpochRequest = RequestOf<typeof offsetForLeaderEpoch>;
export type OffsetForLeaderEpochResponse = ResponseOf<typeof offsetForLeaderEpoch>;
export type OffsetForLeaderEpochResponseInput = ResponseInput<typeof offsetForLeaderEpoch>;
