/**
 * AddPartitionsToTxn: adds partitions to a transaction. From version 4 on it is for brokers, which
 * ask about many transactions at once, and also only whether a partition is in one (KIP-890).
 */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, int64, string } from "../schema.ts";

/** Partitions of one topic. */
const topic = { name: string(), partitions: array(int32()) };

/** What became of the partitions of one topic. */
const topicResult = {
  name: string(),
  resultsByPartition: array({ partitionIndex: int32(), partitionErrorCode: int16() }),
};

export const addPartitionsToTxn = api({
  key: 24,
  name: "AddPartitionsToTxn",
  versions: "0-5",
  flexible: "3+",
  request: {
    transactions: array(
      {
        transactionalId: string(),
        producerId: int64(),
        producerEpoch: int16(),
        verifyOnly: bool({ default: false }),
        topics: array(topic),
      },
      { versions: "4+" },
    ),
    v3AndBelowTransactionalId: string({ versions: "0-3" }),
    v3AndBelowProducerId: int64({ versions: "0-3" }),
    v3AndBelowProducerEpoch: int16({ versions: "0-3" }),
    v3AndBelowTopics: array(topic, { versions: "0-3" }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ versions: "4+" }),
    resultsByTransaction: array(
      { transactionalId: string(), topicResults: array(topicResult) },
      { versions: "4+" },
    ),
    resultsByTopicV3AndBelow: array(topicResult, { versions: "0-3" }),
  },
});

export type AddPartitionsToTxnRequest = RequestOf<typeof addPartitionsToTxn>;
export type AddPartitionsToTxnResponse = ResponseOf<typeof addPartitionsToTxn>;
export type AddPartitionsToTxnResponseInput = ResponseInput<typeof addPartitionsToTxn>;
