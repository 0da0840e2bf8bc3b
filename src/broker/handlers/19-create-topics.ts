/** CreateTopics: the controller decides; from v5 on the answer says what the topic came out as. */
import type { RequestOf } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { createTopics } from "../../protocol/messages/19-create-topics.ts";
import { handler, isOutOfTime } from "../handler.ts";
import { describeTopicConfigs } from "../topic-config-view.ts";

export const createTopicsHandler = handler({
  api: createTopics,

  async handle(request, { broker }) {
    if (isOutOfTime(request)) return refuse(request, ErrorCode.REQUEST_TIMED_OUT);
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

  refuse,
});

function refuse({ topics }: RequestOf<typeof createTopics>, errorCode: ErrorCode) {
  return { topics: topics.map(({ name }) => ({ name, errorCode, errorMessage: null })) };
}
