/** CreatePartitions: the controller decides; partitions are only ever added, at a topic's end. */
import type { RequestOf } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { createPartitions } from "../../protocol/messages/37-create-partitions.ts";
import { handler, isOutOfTime } from "../handler.ts";

export const createPartitionsHandler = handler({
  api: createPartitions,

  async handle(request, { broker }) {
    if (isOutOfTime(request)) return refuse(request, ErrorCode.REQUEST_TIMED_OUT);
    const { topics, validateOnly } = request;
    const results = await broker.ports.controller.createPartitions(topics, validateOnly);
    for (const { name } of results) {
      const route = broker.routes.cached({ name });
      if (route) broker.routes.forget(route.topicId);
    }
    return {
      results: results.map(({ name, error, message }) => ({
        name,
        errorCode: ErrorCode[error ?? "NONE"],
        errorMessage: message,
      })),
    };
  },

  refuse,
});

function refuse({ topics }: RequestOf<typeof createPartitions>, errorCode: ErrorCode) {
  return { results: topics.map(({ name }) => ({ name, errorCode })) };
}
