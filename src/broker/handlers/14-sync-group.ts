/**
 * SyncGroup: the leader of a classic group brings all assignments, and each member waits for its
 * own.
 */
import type { SyncGroupAnswer } from "../../group/group-calls.ts";
import type { RequestOf, ResponseInput } from "../../protocol/api.ts";
import { ErrorCode, errorName, type ErrorName } from "../../protocol/errors.ts";
import { syncGroup } from "../../protocol/messages/14-sync-group.ts";
import { askGroup } from "../ask-group.ts";
import { handler } from "../handler.ts";

/** The first version in which a member has to repeat what JoinGroup said of the protocol. */
const FIRST_PROTOCOL_VERSION = 5;

export const syncGroupHandler = handler({
  api: syncGroup,

  async handle(request, { broker, apiVersion }) {
    const error = invalidRequest(request, apiVersion);
    if (error !== null) return respond(refused(error));
    const { groupId, generationId, memberId, groupInstanceId } = request;
    const { protocolType, protocolName } = request;
    // Tight copies, because a call would take the whole frame along.
    const assignments = request.assignments.map(({ memberId, assignment }) => ({
      memberId,
      assignment: assignment.slice(),
    }));
    const member = { memberId, groupInstanceId, generationId };
    const answer = await askGroup(broker, groupId, (group) =>
      group.syncGroup({ ...member, protocolType, protocolName, assignments }),
    );
    return respond("assignment" in answer ? answer : refused(answer.error));
  },

  refuse: (_request, error) => respond(refused(errorName(error))),
});

function invalidRequest(
  { groupId, protocolType, protocolName }: RequestOf<typeof syncGroup>,
  apiVersion: number,
): ErrorName | null {
  const lacksProtocol = protocolType === null || protocolName === null;
  if (apiVersion >= FIRST_PROTOCOL_VERSION && lacksProtocol) return "INCONSISTENT_GROUP_PROTOCOL";
  return groupId === "" ? "INVALID_GROUP_ID" : null;
}

function respond({ error, ...answer }: SyncGroupAnswer): ResponseInput<typeof syncGroup> {
  return { ...answer, errorCode: ErrorCode[error ?? "NONE"] };
}

function refused(error: ErrorName): SyncGroupAnswer {
  return { error, protocolType: null, protocolName: null, assignment: new Uint8Array(0) };
}
