/** RemoveRaftVoter: makes a controller no longer a voter of the metadata log (KIP-853). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { int16, int32, string, uuid } from "../schema.ts";

export const removeRaftVoter = api({
  key: 81,
  name: "RemoveRaftVoter",
  versions: "0",
  flexible: "0+",
  request: {
    clusterId: string({ nullable: "0+" }),
    voterId: int32(),
    voterDirectoryId: uuid(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: "0+" }),
  },
});

export type RemoveRaftVoterRequest = RequestOf<typeof removeRaftVoter>;
export type RemoveRaftVoterResponse = ResponseOf<typeof removeRaftVoter>;
export type RemoveRaftVoterResponseInput = ResponseInput<typeof removeRaftVoter>;
