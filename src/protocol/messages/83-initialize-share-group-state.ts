/**
 * InitializeShareGroupState: a group coordinator has a share coordinator begin the state of
 * share-partitions (KIP-932).
 */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, int64, string, uuid } from "../schema.ts";

export const initializeShareGroupState = api({
  key: 83,
  name: "InitializeShareGroupState",
  versions: "0",
  flexible: "0+",
  request: {
    groupId: string(),
    topics: array({
      topicId: uuid(),
      partitions: array({
        partition: int32(),
        stateEpoch: int32(),
        // -1 leaves it open.
        startOffset: int64(),
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

export type InitializeShareGroupStateRequest = RequestOf<typeof initializeShareGroupState>;
export type InitializeShareGroupStateResponse = ResponseOf<typeof initializeShareGroupState>;
export type InitializeShareGroupStateResponseInput = ResponseInput<
  typeof initializeShareGroupState
>;
