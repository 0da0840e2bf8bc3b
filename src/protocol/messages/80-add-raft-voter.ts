/** AddRaftVoter: makes a controller a voter of the metadata log (KIP-853). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, string, uint16, uuid } from "../schema.ts";

export const addRaftVoter = api({
  key: 80,
  name: "AddRaftVoter",
  versions: "0-1",
  flexible: "0+",
  request: {
    clusterId: string({ nullable: "0+" }),
    timeoutMs: int32(),
    voterId: int32(),
    voterDirectoryId: uuid(),
    listeners: array({ name: string(), host: string(), port: uint16() }),
    ackWhenCommitted: bool({ versions: "1+", default: true }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: "0+" }),
  },
});

export type AddRaftVoterRequest = RequestOf<typeof addRaftVoter>;
export type AddRaftVoterResponse = ResponseOf<typeof addRaftVoter>;
export type AddRaftVoterResponseInput = ResponseInput<typeof addRaftVoter>;
