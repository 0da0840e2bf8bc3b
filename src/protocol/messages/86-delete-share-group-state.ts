/** DeleteShareGroupState: forgets the state of share-partitions (KIP-932). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, string, uuid } from "../schema.ts";

export const deleteShareGroupState = api({
  key: 86,
  name: "DeleteShareGroupState",
  versions: "0",
  flexible: "0+",
  request: {
    groupId: string(),
    topics: array({ topicId: uuid(), partitions: array({ partition: int32() }) }),
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

export type DeleteShareGroupStateRequest = RequestOf<typeof deleteShareGroupState>;
export type DeleteShareGroupStateResponse = ResponseOf<typeof deleteShareGroupState>;
export type DeleteShareGroupStateResponseInput = ResponseInput<typeof deleteShareGroupState>;
