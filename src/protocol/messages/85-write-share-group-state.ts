/** WriteShareGroupState: stores what has changed in the state of share-partitions (KIP-932). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, int64, int8, string, uuid } from "../schema.ts";

export const writeShareGroupState = api({
  key: 85,
  name: "WriteShareGroupState",
  versions: "0-1",
  flexible: "0+",
  request: {
    groupId: string(),
    topics: array({
      topicId: uuid(),
      partitions: array({
        partition: int32(),
        stateEpoch: int32(),
        leaderEpoch: int32(),
        // -1 leaves it as it is.
        startOffset: int64(),
        deliveryCompleteCount: int32({ versions: "1+", default: -1, ignorable: true }),
        stateBatches: array({
          firstOffset: int64(),
          lastOffset: int64(),
          // 0 is available, 2 acknowledged, 4 archived.
          deliveryState: int8(),
          deliveryCount: int16(),
        }),
      }),
    }),
  },
  response: {
    results: array({
      topicId: uuid(),
      partitions: array({
        partition: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: "0+", default: null }),
      }),
    }),
  },
});

export type WriteShareGroupStateRequest = RequestOf<typeof writeShareGroupState>;
export type WriteShareGroupStateResponse = ResponseOf<typeof writeShareGroupState>;
export type WriteShareGroupStateResponseInput = ResponseInput<typeof writeShareGroupState>;
