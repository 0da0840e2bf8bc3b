/**
 * FindCoordinator: the broker that coordinates a group, a transactional id or a share partition.
 */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, int8, string } from "../schema.ts";

export const findCoordinator = api({
  key: 10,
  name: "FindCoordinator",
  versions: "0-6",
  flexible: "3+",
  request: {
    key: string({ versions: "0-3" }),
    keyType: int8({ versions: "1+", default: 0 }),
    coordinatorKeys: array(string(), { versions: "4+" }),
  },
  response: {
    throttleTimeMs: int32({ versions: "1+" }),
    errorCode: int16({ versions: "0-3" }),
    errorMessage: string({ versions: "1-3", nullable: "1-3" }),
    nodeId: int32({ versions: "0-3" }),
    host: string({ versions: "0-3" }),
    port: int32({ versions: "0-3" }),
    coordinators: array(
      {
        key: string(),
        nodeId: int32(),
        host: string(),
        port: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: "4+" }),
      },
      { versions: "4+" },
    ),
  },
});

export type FindCoordinatorRequest = RequestOf<typeof findCoordinator>;
export type FindCoordinatorResponse = ResponseOf<typeof findCoordinator>;
export type FindCoordinatorResponseInput = ResponseInput<typeof findCoordinator>;
