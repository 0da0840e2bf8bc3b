/** ShareGroupHeartbeat: all that a member of a share group says, and its assignment (KIP-932). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, string, struct, uuid } from "../schema.ts";

export const shareGroupHeartbeat = api({
  key: 76,
  name: "ShareGroupHeartbeat",
  versions: "1",
  flexible: "0+",
  request: {
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    // Null, here and below: as the last heartbeat said.
    rackId: string({ nullable: "0+", default: null }),
    subscribedTopicNames: array(string(), { nullable: "0+", default: null }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: "0+", default: null }),
    memberId: string({ nullable: "0+", default: null }),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    assignment: struct(
      { topicPartitions: array({ topicId: uuid(), partitions: array(int32()) }) },
      { nullable: "0+", default: null },
    ),
  },
});

export type ShareGroupHeartbeatRequest = RequestOf<typeof shareGroupHeartbeat>;
export type ShareGroupHeartbeatResponse = ResponseOf<typeof shareGroupHeartbeat>;
export type ShareGroupHeartbeatResponseInput = ResponseInput<typeof shareGroupHeartbeat>;
