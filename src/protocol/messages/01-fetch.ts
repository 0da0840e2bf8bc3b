/** Fetch: reads record batches, for consumers and followers. */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, int64, int8, records, string, struct, uuid } from "../schema.ts";

export const fetch = api({
  key: 1,
  name: "Fetch",
  versions: "4-18",
  flexible: "12+",
  request: {
    clusterId: string({ versions: "12+", nullable: "12+", default: null, tag: 0, ignorable: true }),
    replicaId: int32({ versions: "0-14", default: -1 }),
    replicaState: struct(
      { replicaId: int32({ default: -1 }), replicaEpoch: int64({ default: -1 }) },
      { versions: "15+", tag: 1 },
    ),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ default: 0x7fffffff }),
    isolationLevel: int8({ default: 0 }),
    sessionId: int32({ versions: "7+", default: 0, ignorable: true }),
    sessionEpoch: int32({ versions: "7+", default: -1, ignorable: true }),
    topics: array({
      topic: string({ versions: "0-12", ignorable: true }),
      topicId: uuid({ versions: "13+", ignorable: true }),
      partitions: array({
        partition: int32(),
        currentLeaderEpoch: int32({ versions: "9+", default: -1, ignorable: true }),
        fetchOffset: int64(),
        lastFetchedEpoch: int32({ versions: "12+", default: -1 }),
        logStartOffset: int64({ versions: "5+", default: -1, ignorable: true }),
        partitionMaxBytes: int32(),
        replicaDirectoryId: uuid({ versions: "17+", tag: 0, ignorable: true }),
        // The largest int64 in Kafka: the follower does not say.
        highWatermark: int64({
          versions: "18+",
          default: Number.MAX_SAFE_INTEGER,
          tag: 1,
          ignorable: true,
        }),
      }),
    }),
    forgottenTopicsData: array(
      {
        topic: string({ versions: "7-12", ignorable: true }),
        topicId: uuid({ versions: "13+", ignorable: true }),
        partitions: array(int32()),
      },
      { versions: "7+" },
    ),
    rackId: string({ versions: "11+", default: "", ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ versions: "7+" }),
    sessionId: int32({ versions: "7+", default: 0 }),
    responses: array({
      topic: string({ versions: "0-12" }),
      topicId: uuid({ versions: "13+" }),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        highWatermark: int64(),
        lastStableOffset: int64({ default: -1 }),
        logStartOffset: int64({ versions: "5+", default: -1 }),
        divergingEpoch: struct(
          { epoch: int32({ default: -1 }), endOffset: int64({ default: -1 }) },
          { versions: "12+", tag: 0 },
        ),
        currentLeader: struct(
          { leaderId: int32({ default: -1 }), leaderEpoch: int32({ default: -1 }) },
          { versions: "12+", tag: 1 },
        ),
        snapshotId: struct(
          { endOffset: int64({ default: -1 }), epoch: int32({ default: -1 }) },
          { versions: "12+", tag: 2 },
        ),
        abortedTransactions: array(
          { producerId: int64(), firstOffset: int64() },
          { nullable: "4+" },
        ),
        preferredReadReplica: int32({ versions: "11+", default: -1 }),
        records: records({ nullable: "0+" }),
      }),
    }),
    nodeEndpoints: array(
      {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: "16+", default: null }),
      },
      { versions: "16+", tag: 0 },
    ),
  },
});

export type FetchRequest = RequestOf<typeof fetch>;
export type FetchResponse = ResponseOf<typeof fetch>;
export type FetchResponseInput = ResponseInput<typeof fetch>;
