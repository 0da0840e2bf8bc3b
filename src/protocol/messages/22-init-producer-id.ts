/**
 * InitProducerId: gives a producer its id and epoch; for a transactional id, also ends what it left
 * open.
 */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { bool, int16, int32, int64, string } from "../schema.ts";

export const initProducerId = api({
  key: 22,
  name: "InitProducerId",
  versions: "0-6",
  latestVersionUnstable: true,
  flexible: "2+",
  request: {
    transactionalId: string({ nullable: "0+" }),
    transactionTimeoutMs: int32(),
    producerId: int64({ versions: "3+", default: -1 }),
    producerEpoch: int16({ versions: "3+", default: -1 }),
    enable2Pc: bool({ versions: "6+", default: false }),
    keepPreparedTxn: bool({ versions: "6+", default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    producerId: int64({ default: -1 }),
    producerEpoch: int16(),
    ongoingTxnProducerId: int64({ versions: "6+", default: -1 }),
    ongoingTxnProducerEpoch: int16({ versions: "6+", default: -1 }),
  },
});

export type InitProducerIdRequest = RequestOf<typeof initProducerId>;
export type InitProducerIdResponse = ResponseOf<typeof initProducerId>;
export type InitProducerIdResponseInput = ResponseInput<typeof initProducerId>;
