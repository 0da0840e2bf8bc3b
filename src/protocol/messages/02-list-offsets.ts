/**
 * ListOffsets: finds the offset that belongs to a timestamp, or the earliest, the latest and their
 * like.
 */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, int64, int8, string } from "../schema.ts";

export const listOffsets = api({
  key: 2,
  name: "ListOffsets",
  versions: "1-11",
  flexible: "6+",
  request: {
    replicaId: int32(),
    isolationLevel: int8({ versions: "2+" }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        currentLeaderEpoch: int32({ versions: "4+", default: -1, ignorable: true }),
        timestamp: int64(),
      }),
    }),
    timeoutMs: int32({ versions: "10+", ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ versions: "2+" }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        timestamp: int64({ default: -1 }),
        offset: int64({ default: -1 }),
        leaderEpoch: int32({ versions: "4+", default: -1 }),
      }),
    }),
  },
});

export type ListOffsetsRequest = RequestOf<typeof listOffsets>;
export type ListOffsetsResponse = ResponseOf<typeof listOffsets>;
export type ListOffsetsResponseInput = ResponseInput<typeof listOffsets>;
