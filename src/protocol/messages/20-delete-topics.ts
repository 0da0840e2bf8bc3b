/** DeleteTopics: deletes topics, by name or by id. */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, string, uuid } from "../schema.ts";

export const deleteTopics = api({
  key: 20,
  name: "DeleteTopics",
  versions: "1-6",
  flexible: "4+",
  request: {
    topics: array(
      { name: string({ nullable: "6+", default: null }), topicId: uuid() },
      { versions: "6+" },
    ),
    topicNames: array(string(), { versions: "0-5", ignorable: true }),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    responses: array({
      name: string({ nullable: "6+" }),
      topicId: uuid({ versions: "6+" }),
      errorCode: int16(),
      errorMessage: string({ versions: "5+", nullable: "5+", default: null }),
    }),
  },
});

export type DeleteTopicsRequest = RequestOf<typeof deleteTopics>;
export type DeleteTopicsResponse = ResponseOf<typeof deleteTopics>;
export type DeleteTopicsResponseInput = ResponseInput<typeof deleteTopics>;
