/** ShareGroupDescribe: the state and the members of share groups (KIP-932). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, string, struct, uuid } from "../schema.ts";

/** "Authorized operations" that were not asked for. */
const NOT_ASKED_FOR = -2147483648;

export const shareGroupDescribe = api({
  key: 77,
  name: "ShareGroupDescribe",
  versions: "1",
  flexible: "0+",
  request: {
    groupIds: array(string()),
    includeAuthorizedOperations: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    groups: array({
      errorCode: int16(),
      errorMessage: string({ nullable: "0+", default: null }),
      groupId: string(),
      groupState: string(),
      groupEpoch: int32(),
      assignmentEpoch: int32(),
      assignorName: string(),
      members: array({
        memberId: string(),
        rackId: string({ nullable: "0+", default: null }),
        memberEpoch: int32(),
        clientId: string(),
        clientHost: string(),
        subscribedTopicNames: array(string()),
        assignment: struct({
          topicPartitions: array({
            topicId: uuid(),
            topicName: string(),
            partitions: array(int32()),
          }),
        }),
      }),
      authorizedOperations: int32({ default: NOT_ASKED_FOR }),
    }),
  },
});

export type ShareGroupDescribeRequest = RequestOf<typeof shareGroupDescribe>;
export type ShareGroupDescribeResponse = ResponseOf<typeof shareGroupDescribe>;
export type ShareGroupDescribeResponseInput = ResponseInput<typeof shareGroupDescribe>;
