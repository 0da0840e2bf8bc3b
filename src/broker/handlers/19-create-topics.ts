/** CreateTopics: the controller decides; from v5 on the answer says what the topic came out as. */
import type { RequestOf } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { createTopics } from "../../protocol/messages/19-create-topics.ts";
import { describedLayers } from "../broker-layers.ts";
import { handler, isOutOfTime } from "../handler.ts";
import { describeTopicConfigs } from "../topic-config-view.ts";

/** The first version that tells configs (KIP-525). */
const DESCRIBES = 5;

export const createTopicsHandler = handler({
  api: createTopics,

  async handle(request, { broker, apiVersion }) {
    if (isOutOfTime(request)) return refuse(request, ErrorCode.REQUEST_TIMED_OUT);
    const { controller } = broker.ports;
    const results = await controller.createTopics(request.topics, request.validateOnly);
    const layers = apiVersion >= DESCRIBES ? await describedLayers(broker) : [];
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
          configs: describeTopicConfigs(result.configs, layers),
        };
      }),
    };
  },

  refuse,
});

function refuse({ topics }: RequestOf<typeof createTopics>, errorCode: ErrorCode) {
  return { topics: topics.map(({ name }) => ({ name, errorCode, errorMessage: null })) };
}
