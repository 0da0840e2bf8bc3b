/** DeleteTopics: by name, and from v6 on by id as well. */
import { ZERO_UUID } from "../../base/uuid.ts";
import type { RequestOf } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { deleteTopics } from "../../protocol/messages/20-delete-topics.ts";
import { handler, isOutOfTime } from "../handler.ts";

type DeleteRequest = RequestOf<typeof deleteTopics>;

export const deleteTopicsHandler = handler({
  api: deleteTopics,

  async handle(request, { broker, apiVersion }) {
    if (isOutOfTime(request)) return refuse(request, ErrorCode.REQUEST_TIMED_OUT);
    const results = await broker.ports.controller.deleteTopics(topicsOf(request, apiVersion));
    for (const { topicId } of results) broker.routes.forget(topicId);
    return {
      responses: results.map(({ name, topicId, error, message }) => ({
        name,
        topicId,
        errorCode: errorIn(error ?? "NONE", apiVersion),
        errorMessage: message,
      })),
    };
  },

  refuse,
});

function refuse({ topics, topicNames }: DeleteRequest, errorCode: ErrorCode) {
  const named = topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
  return { responses: [...topics, ...named].map((topic) => ({ ...topic, errorCode })) };
}

function topicsOf({ topics, topicNames }: DeleteRequest, apiVersion: number) {
  return apiVersion >= 6 ? topics : topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
}

/** TOPIC_DELETION_DISABLED is known from v3 on (KIP-322). */
function errorIn(error: keyof typeof ErrorCode, apiVersion: number): ErrorCode {
  if (error === "TOPIC_DELETION_DISABLED" && apiVersion < 3) return ErrorCode.INVALID_REQUEST;
  return ErrorCode[error];
}
