/** ReadShareGroupState: the state of share-partitions, for their leader (KIP-932). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, int64, int8, string, uuid } from "../schema.ts";

export const readShareGroupState = api({
  key: 84,
  name: "ReadShareGroupState",
  versions: "0",
  flexible: "0+",
  request: {
    groupId: string(),
    topics: array({
      topicId: uuid(),
      partitions: array({ partition: int32(), leaderEpoch: int32() }),
    }),
  },
  response: {
    results: array({
      topicId: uuid(),
      partitions: array({
        partition: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: "0+", default: null }),
        stateEpoch: int32(),
        // -1 where it is still open.
        startOffset: int64(),
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
});

export type ReadShareGroupStateRequest = RequestOf<typeof readShareGroupState>;
export type ReadShareGroupStateResponse = ResponseOf<typeof readShareGroupState>;
export type ReadShareGroupStateResponseInput = ResponseInput<typeof readShareGroupState>;
