/** ShareAcknowledge: acknowledges records without fetching more (KIP-932). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, int64, int8, string, struct, uuid } from "../schema.ts";

export const shareAcknowledge = api({
  key: 79,
  name: "ShareAcknowledge",
  versions: "1-2",
  flexible: "0+",
  request: {
    groupId: string({ nullable: "0+", default: null }),
    memberId: string({ nullable: "0+" }),
    // -1 closes the share session.
    shareSessionEpoch: int32(),
    isRenewAck: bool({ versions: "2+", default: false }),
    topics: array({
      topicId: uuid(),
      partitions: array({
        partitionIndex: int32(),
        acknowledgementBatches: array({
          firstOffset: int64(),
          lastOffset: int64(),
          // One for each offset, or one for all: 0 gap, 1 accept, 2 release, 3 reject, 4 renew.
          acknowledgeTypes: array(int8()),
        }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: "0+", default: null }),
    acquisitionLockTimeoutMs: int32({ versions: "2+" }),
    responses: array({
      topicId: uuid(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: "0+", default: null }),
        currentLeader: struct({ leaderId: int32(), leaderEpoch: int32() }),
      }),
    }),
    nodeEndpoints: array({
      nodeId: int32(),
      host: string(),
      port: int32(),
      rack: string({ nullable: "0+", default: null }),
    }),
  },
});

export type ShareAcknowledgeRequest = RequestOf<typeof shareAcknowledge>;
export type ShareAcknowledgeResponse = ResponseOf<typeof shareAcknowledge>;
export type ShareAcknowledgeResponseInput = ResponseInput<typeof shareAcknowledge>;
