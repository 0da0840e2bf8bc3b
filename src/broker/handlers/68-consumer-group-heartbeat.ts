/**
 * ConsumerGroupHeartbeat (KIP-848): a member of a consumer group says what it is subscribed to and
 * what it owns, and is told what to own. What is said is checked by the group; here is only what
 * the version asks for, and what needs no group.
 */
import { invalidHeartbeatIds } from "../../group/consumer/invalid-heartbeat.ts";
import type { ConsumerHeartbeatAnswer } from "../../group/group-calls.ts";
import type { ResponseInput } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { consumerGroupHeartbeat } from "../../protocol/messages/68-consumer-group-heartbeat.ts";
import { askGroup, clientOf } from "../ask-group.ts";
import { handler } from "../handler.ts";

export const consumerGroupHeartbeatHandler = handler({
  api: consumerGroupHeartbeat,

  async handle(request, context) {
    const invalid = invalidHeartbeatIds(request, context.apiVersion);
    if (invalid !== null) return refuse(ErrorCode[invalid.error], invalid.message);
    const { groupId, ...said } = request;
    const answer = await askGroup(context.broker, groupId, (group) =>
      group.consumerHeartbeat({ ...said, client: clientOf(context) }),
    );
    return "memberEpoch" in answer ? respond(answer) : refuse(ErrorCode[answer.error]);
  },

  refuse: (_request, error) => refuse(error),
});

function respond({
  error,
  assignment,
  ...answer
}: ConsumerHeartbeatAnswer): ResponseInput<typeof consumerGroupHeartbeat> {
  return {
    ...answer,
    errorCode: ErrorCode[error ?? "NONE"],
    assignment: assignment && { topicPartitions: assignment },
  };
}

function refuse(errorCode: ErrorCode, errorMessage: string | null = null) {
  return { errorCode, errorMessage, memberEpoch: 0, heartbeatIntervalMs: 0 };
}
