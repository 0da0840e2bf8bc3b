/** ReadShareGroupStateSummary: the state of share-partitions without their batches (KIP-932). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, int64, string, uuid } from "../schema.ts";

export const readShareGroupStateSummary = api({
  key: 87,
  name: "ReadShareGroupStateSummary",
  versions: "0-1",
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
        leaderEpoch: int32(),
        startOffset: int64(),
        deliveryCompleteCount: int32({ versions: "1+", default: -1 }),
      }),
    }),
  },
});

export type ReadShareGroupStateSummaryRequest = RequestOf<typeof readShareGroupStateSummary>;
export type ReadShareGroupStateSummaryResponse = ResponseOf<typeof readShareGroupStateSummary>;
export type ReadShareGroupStateSummaryResponseInput = ResponseInput<
  typeof readShareGroupStateSummary
>;
