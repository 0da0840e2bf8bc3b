/** DescribeCluster: the cluster's id, its controller and its brokers. */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, int8, string } from "../schema.ts";

/** "Authorized operations" that were not asked for. */
const NOT_ASKED_FOR = -2147483648;

export const describeCluster = api({
  key: 60,
  name: "DescribeCluster",
  versions: "0-2",
  flexible: "0+",
  request: {
    includeClusterAuthorizedOperations: bool(),
    endpointType: int8({ versions: "1+", default: 1 }),
    includeFencedBrokers: bool({ versions: "2+" }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: "0+", default: null }),
    endpointType: int8({ versions: "1+", default: 1 }),
    clusterId: string(),
    controllerId: int32({ default: -1 }),
    brokers: array({
      brokerId: int32(),
      host: string(),
      port: int32(),
      rack: string({ nullable: "0+", default: null }),
      isFenced: bool({ versions: "2+" }),
    }),
    clusterAuthorizedOperations: int32({ default: NOT_ASKED_FOR }),
  },
});

export type DescribeClusterRequest = RequestOf<typeof describeCluster>;
export type DescribeClusterResponse = ResponseOf<typeof describeCluster>;
export type DescribeClusterResponseInput = ResponseInput<typeof describeCluster>;
