/** InitProducerId: an id for an idempotent producer. Transactional ids have no coordinator here. */
import type { RequestOf } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { initProducerId } from "../../protocol/messages/22-init-producer-id.ts";
import { handler } from "../handler.ts";

export const initProducerIdHandler = handler({
  api: initProducerId,

  async handle(request, { broker }) {
    const errorCode = invalidRequest(request);
    if (errorCode !== null) return refuse(errorCode);
    return {
      errorCode: ErrorCode.NONE,
      producerId: await broker.producerIds.next(),
      producerEpoch: 0,
    };
  },

  refuse: (_request, error) => refuse(error),
});

function invalidRequest(request: RequestOf<typeof initProducerId>): ErrorCode | null {
  const { transactionalId, producerId, producerEpoch } = request;
  if (transactionalId === "") return ErrorCode.INVALID_REQUEST;
  if ((producerId === -1) !== (producerEpoch === -1)) return ErrorCode.INVALID_REQUEST;
  return transactionalId === null ? null : ErrorCode.UNSUPPORTED_VERSION;
}

function refuse(errorCode: ErrorCode) {
  return { errorCode, producerId: -1, producerEpoch: -1 };
}
