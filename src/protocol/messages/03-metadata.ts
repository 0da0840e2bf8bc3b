/** Metadata: the cluster's brokers, and the leaders and replicas of topics. */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, string, uuid } from "../schema.ts";

/** "Authorized operations" that were not asked for. */
const NOT_ASKED_FOR = -2147483648;

export const metadata = api({
  key: 3,
  name: "Metadata",
  versions: "0-13",
  flexible: "9+",
  request: {
    // All topics: null, and in version 0 the empty list, which in every other version is none.
    topics: array(
      {
        topicId: uuid({ versions: "10+", ignorable: true }),
        name: string({ nullable: "10+" }),
      },
      { nullable: "1+" },
    ),
    allowAutoTopicCreation: bool({ versions: "4+", default: true }),
    includeClusterAuthorizedOperations: bool({ versions: "8-10" }),
    includeTopicAuthorizedOperations: bool({ versions: "8+" }),
  },
  response: {
    throttleTimeMs: int32({ versions: "3+" }),
    brokers: array({
      nodeId: int32(),
      host: string(),
      port: int32(),
      rack: string({ versions: "1+", nullable: "1+", default: null }),
    }),
    clusterId: string({ versions: "2+", nullable: "2+", default: null }),
    controllerId: int32({ versions: "1+", default: -1 }),
    topics: array({
      errorCode: int16(),
      name: string({ nullable: "12+" }),
      topicId: uuid({ versions: "10+" }),
      isInternal: bool({ versions: "1+", default: false }),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32({ versions: "7+", default: -1 }),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        offlineReplicas: array(int32(), { versions: "5+" }),
      }),
      topicAuthorizedOperations: int32({ versions: "8+", default: NOT_ASKED_FOR }),
    }),
    clusterAuthorizedOperations: int32({ versions: "8-10", default: NOT_ASKED_FOR }),
    errorCode: int16({ versions: "13+" }),
  },
});

export type MetadataRequest = RequestOf<typeof metadata>;
export type MetadataResponse = ResponseOf<typeof metadata>;
export type MetadataResponseInput = ResponseInput<typeof metadata>;
