/** CreatePartitions: the controller decides; partitions are only ever added, at a topic's end. */
import { ErrorCode } from "../../protocol/errors.ts";
import { createPartitions } from "../../protocol/messages/37-create-partitions.ts";
import { handler } from "../handler.ts";

export const createPartitionsHandler = handler({
  api: createPartitions,

  async handle({ topics, validateOnly }, { broker }) {
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

  refuse: (request, error) => ({
    results: request.topics.map(({ name }) => ({ name, errorCode: error })),
  }),
});
