/**
 * EndTxn: commits or aborts a transaction. From version 5 on the producer goes on with the id and
 * the epoch in the response (KIP-890).
 */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { bool, int16, int32, int64, string } from "../schema.ts";

export const endTxn = api({
  key: 26,
  name: "EndTxn",
  versions: "0-5",
  flexible: "3+",
  request: {
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    committed: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    producerId: int64({ versions: "5+", default: -1 }),
    producerEpoch: int16({ versions: "5+", default: -1 }),
  },
});

export type EndTxnRequest = RequestOf<typeof endTxn>;
export type EndTxnResponse = ResponseOf<typeof endTxn>;
export type EndTxnResponseInput = ResponseInput<typeof endTxn>;
