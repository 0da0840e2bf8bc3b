/** CreateTopics: creates topics, or says whether it would. */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, int8, string, uuid } from "../schema.ts";

export const createTopics = api({
  key: 19,
  name: "CreateTopics",
  versions: "2-7",
  flexible: "5+",
  request: {
    topics: array({
      name: string(),
      numPartitions: int32(),
      replicationFactor: int16(),
      assignments: array({ partitionIndex: int32(), brokerIds: array(int32()) }),
      configs: array({ name: string(), value: string({ nullable: "0+" }) }),
    }),
    timeoutMs: int32({ default: 60000 }),
    validateOnly: bool({ default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: array({
      name: string(),
      topicId: uuid({ versions: "7+" }),
      errorCode: int16(),
      errorMessage: string({ nullable: "0+" }),
      topicConfigErrorCode: int16({ versions: "5+", tag: 0 }),
      numPartitions: int32({ versions: "5+", default: -1 }),
      replicationFactor: int16({ versions: "5+", default: -1 }),
      configs: array(
        {
          name: string(),
          value: string({ nullable: "5+" }),
          readOnly: bool(),
          configSource: int8({ default: -1 }),
          isSensitive: bool(),
        },
        { versions: "5+", nullable: "5+" },
      ),
    }),
  },
});

export type CreateTopicsRequest = RequestOf<typeof createTopics>;
export type CreateTopicsResponse = ResponseOf<typeof createTopics>;
export type CreateTopicsResponseInput = ResponseInput<typeof createTopics>;
