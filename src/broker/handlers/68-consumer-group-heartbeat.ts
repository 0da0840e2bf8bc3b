/**
 * ConsumerGroupHeartbeat (KIP-848): a member of a consumer group says what it is subscribed to and
 * what it owns, and is told what to own. What is said is checked by the group; here is only what
 * the version asks for, and what needs no group.
 */
import type { ConsumerHeartbeatAnswer } from "../../group/group-calls.ts";
import type { RequestOf, ResponseInput } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { consumerGroupHeartbeat } from "../../protocol/messages/68-consumer-group-heartbeat.ts";
import { askGroup, clientOf } from "../ask-group.ts";
import { handler } from "../handler.ts";

type HeartbeatRequest = RequestOf<typeof consumerGroupHeartbeat>;

/** The first version in which members choose their ids themselves (KIP-1082). */
const FIRST_OWN_MEMBER_ID_VERSION = 1;

/** The member epoch of one that leaves. */
const LEAVE_GROUP_MEMBER_EPOCH = -1;

export const consumerGroupHeartbeatHandler = handler({
  api: consumerGroupHeartbeat,

  async handle(request, context) {
    const invalid = invalidRequest(request, context.apiVersion);
    if (invalid !== null) return refuse(ErrorCode.INVALID_REQUEST, invalid);
    const { groupId, ...said } = request;
    const answer = await askGroup(context.broker, groupId, (group) =>
      group.consumerHeartbeat({ ...said, client: clientOf(context) }),
    );
    return "memberEpoch" in answer ? respond(answer) : refuse(ErrorCode[answer.error]);
  },

  refuse: (_request, error) => refuse(error),
});

/** Why the request is refused without its group, in Kafka's words and order, or null. */
function invalidRequest(
  { groupId, memberId, memberEpoch }: HeartbeatRequest,
  apiVersion: number,
): string | null {
  const isMember = memberEpoch > 0 || memberEpoch === LEAVE_GROUP_MEMBER_EPOCH;
  const hasMemberId = isMember || apiVersion >= FIRST_OWN_MEMBER_ID_VERSION;
  if (hasMemberId && memberId.trim() === "") return "MemberId can't be empty.";
  return groupId.trim() === "" ? "GroupId can't be empty." : null;
}

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
