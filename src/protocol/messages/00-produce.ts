/** Produce: appends record batches to partition leaders. */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, int64, records, string, struct, uuid } from "../schema.ts";

export const produce = api({
  key: 0,
  name: "Produce",
  versions: "3-13",
  // Old librdkafka takes a broker without Produce v0 for one without record batches (KAFKA-18659).
  advertisedFrom: 0,
  flexible: "9+",
  request: {
    transactionalId: string({ nullable: "3+", default: null }),
    acks: int16(),
    timeoutMs: int32(),
    topicData: array({
      name: string({ versions: "0-12", ignorable: true }),
      topicId: uuid({ versions: "13+", ignorable: true }),
      partitionData: array({
        index: int32(),
        records: records({ nullable: "0+" }),
      }),
    }),
  },
  response: {
    responses: array({
      name: string({ versions: "0-12" }),
      topicId: uuid({ versions: "13+" }),
      partitionResponses: array({
        index: int32(),
        errorCode: int16(),
        baseOffset: int64(),
        logAppendTimeMs: int64({ default: -1 }),
        logStartOffset: int64({ versions: "5+", default: -1 }),
        recordErrors: array(
          {
            batchIndex: int32(),
            batchIndexErrorMessage: string({ nullable: "8+", default: null }),
          },
          { versions: "8+" },
        ),
        errorMessage: string({ versions: "8+", nullable: "8+", default: null }),
        currentLeader: struct(
          { leaderId: int32({ default: -1 }), leaderEpoch: int32({ default: -1 }) },
          { versions: "10+", tag: 0 },
        ),
      }),
    }),
    throttleTimeMs: int32({ default: 0 }),
    nodeEndpoints: array(
      {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: "10+", default: null }),
      },
      { versions: "10+", tag: 0 },
    ),
  },
});

export type ProduceRequest = RequestOf<typeof produce>;
export type ProduceResponse = ResponseOf<typeof produce>;
export type ProduceResponseInput = ResponseInput<typeof produce>;
