/** ElectLeaders: has the controller elect leaders for partitions (KIP-460). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, int8, string } from "../schema.ts";

export const electLeaders = api({
  key: 43,
  name: "ElectLeaders",
  versions: "0-2",
  flexible: "2+",
  request: {
    // 0 elects the preferred replica, 1 any live one where none that is in sync is left.
    electionType: int8({ versions: "1+" }),
    // Null is all of them.
    topicPartitions: array({ topic: string(), partitions: array(int32()) }, { nullable: "0+" }),
    timeoutMs: int32({ default: 60000 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ versions: "1+" }),
    replicaElectionResults: array({
      topic: string(),
      partitionResult: array({
        partitionId: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: "0+" }),
      }),
    }),
  },
});

export type ElectLeadersRequest = RequestOf<typeof electLeaders>;
export type ElectLeadersResponse = ResponseOf<typeof electLeaders>;
export type ElectLeadersResponseInput = ResponseInput<typeof electLeaders>;
