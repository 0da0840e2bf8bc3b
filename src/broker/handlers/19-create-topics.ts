/** CreateTopics: the controller decides; from v5 on the answer says what the topic came out as. */

import { ErrorCode } from "../../protocol/errors.ts";
import { createTopics } from "../../protocol/messages/19-create-topics.ts";
import { handler } from "../handler.ts";
import { describeTopicConfigs } from "../topic-config-view.ts";

export const createTopicsHandler = handler({
  api: createTopics,

  async handle(request, { broker }) {
    const { controller, config } = broker.ports;
    const results = await controller.createTopics(request.topics, request.validateOnly);
    return {
      topics: results.map((result) => {
        if (result.error !== null) {
          return {
            name: result.name,
            errorCode: ErrorCode[result.error],
            errorMessage: result.message,
          };
        }
        return {
          name: result.name,
          topicId: result.topicId,
          errorCode: ErrorCode.NONE,
          errorMessage: null,
          numPartitions: result.partitionCount,
          replicationFactor: result.replicationFactor,
          configs: describeTopicConfigs(result.configs, config.values),
        };
      }),
    };
  },

  refuse: (request, error) => ({
    topics: request.topics.map(({ name }) => ({ name, errorCode: error, errorMessage: null })),
  }),
});
