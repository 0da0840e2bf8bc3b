/** SyncGroup: the leader of a classic group brings all assignments, every member gets its own. */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bytes, int16, int32, string } from "../schema.ts";

export const syncGroup = api({
  key: 14,
  name: "SyncGroup",
  versions: "0-5",
  flexible: "4+",
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ versions: "3+", nullable: "3+", default: null }),
    protocolType: string({ versions: "5+", nullable: "5+", default: null, ignorable: true }),
    protocolName: string({ versions: "5+", nullable: "5+", default: null, ignorable: true }),
    assignments: array({ memberId: string(), assignment: bytes() }),
  },
  response: {
    throttleTimeMs: int32({ versions: "1+" }),
    errorCode: int16(),
    protocolType: string({ versions: "5+", nullable: "5+", default: null }),
    protocolName: string({ versions: "5+", nullable: "5+", default: null }),
    assignment: bytes(),
  },
});

export type SyncGroupRequest = RequestOf<typeof syncGroup>;
export type SyncGroupResponse = ResponseOf<typeof syncGroup>;
export type SyncGroupResponseInput = ResponseInput<typeof syncGroup>;
