/**
 * JoinGroup: makes a client a member of a classic group's next generation. The answer comes when
 * the group has all its members, or has waited long enough for them.
 */
import type { JoinGroupAnswer, JoinGroupCall } from "../../group/group-calls.ts";
import type { RequestOf, ResponseInput } from "../../protocol/api.ts";
import { ErrorCode, errorName, type ErrorName } from "../../protocol/errors.ts";
import { joinGroup } from "../../protocol/messages/11-join-group.ts";
import { askGroup, clientOf } from "../ask-group.ts";
import { handler, type RequestContext } from "../handler.ts";

/** Before, the session timeout is the rebalance timeout as well. */
const FIRST_REBALANCE_TIMEOUT_VERSION = 1;
/** From here on a member is given its id before it joins (KIP-394). */
const FIRST_KNOWN_MEMBER_VERSION = 4;
/** From here on no protocol is null, and not the empty string. */
const FIRST_NULL_PROTOCOL_VERSION = 7;
/** From here on a leader may be told that it need not assign (KIP-814). */
const FIRST_SKIP_ASSIGNMENT_VERSION = 9;

export const joinGroupHandler = handler({
  api: joinGroup,

  async handle(request, context) {
    const { broker, apiVersion } = context;
    const { groupId, memberId } = request;
    if (groupId === "") return respond(refused("INVALID_GROUP_ID", memberId), apiVersion);
    const call = callOf(request, context);
    const answer = await askGroup(broker, groupId, (group) => group.joinGroup(call));
    return respond("memberId" in answer ? answer : refused(answer.error), apiVersion);
  },

  // Every version can say the empty string.
  refuse: (_request, error) => respond(refused(errorName(error)), 0),
});

function callOf(request: RequestOf<typeof joinGroup>, context: RequestContext): JoinGroupCall {
  const { apiVersion } = context;
  const { memberId, groupInstanceId, protocolType, sessionTimeoutMs, rebalanceTimeoutMs } = request;
  return {
    memberId,
    groupInstanceId,
    protocolType,
    protocols: request.protocols.map(({ name, metadata }) => ({
      name,
      // A tight copy, because a call would take the whole frame along.
      metadata: metadata.slice(),
    })),
    sessionTimeoutMs,
    rebalanceTimeoutMs:
      apiVersion >= FIRST_REBALANCE_TIMEOUT_VERSION ? rebalanceTimeoutMs : sessionTimeoutMs,
    client: clientOf(context),
    requiresKnownMemberId: apiVersion >= FIRST_KNOWN_MEMBER_VERSION,
    supportsSkippingAssignment: apiVersion >= FIRST_SKIP_ASSIGNMENT_VERSION,
  };
}

function respond(
  { error, protocolName, ...answer }: JoinGroupAnswer,
  apiVersion: number,
): ResponseInput<typeof joinGroup> {
  const noProtocol = apiVersion >= FIRST_NULL_PROTOCOL_VERSION ? null : "";
  return {
    ...answer,
    errorCode: ErrorCode[error ?? "NONE"],
    protocolName: protocolName === "" || protocolName === null ? noProtocol : protocolName,
  };
}

function refused(error: ErrorName, memberId = ""): JoinGroupAnswer {
  return {
    error,
    memberId,
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leader: "",
    skipAssignment: false,
    members: [],
  };
}
