/**
 * LeaveGroup: takes members out of a group: the sender alone below version 3, and any number from
 * there on (KIP-345).
 */
import type { LeaveGroupAnswer } from "../../group/group-calls.ts";
import type { RequestOf } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { leaveGroup } from "../../protocol/messages/13-leave-group.ts";
import { askGroup } from "../ask-group.ts";
import { handler } from "../handler.ts";

type Member = LeaveGroupAnswer["members"][number];

const FIRST_MANY_MEMBERS_VERSION = 3;

export const leaveGroupHandler = handler({
  api: leaveGroup,

  async handle(request, { broker, apiVersion }) {
    const { groupId } = request;
    if (groupId === "") return refuse(ErrorCode.INVALID_GROUP_ID);
    const members = membersOf(request, apiVersion);
    const answer = await askGroup(broker, groupId, (group) => group.leaveGroup({ members }));
    if (answer.error === null) return respond(answer.members, apiVersion);
    if (answer.error !== "UNKNOWN_MEMBER_ID") return refuse(ErrorCode[answer.error]);
    // A group that there is not says that it knows nobody, and each member is told so.
    return respond(
      members.map((member) => ({ ...member, error: "UNKNOWN_MEMBER_ID" })),
      apiVersion,
    );
  },

  refuse: (_request, error) => refuse(error),
});

function membersOf({ memberId, members }: RequestOf<typeof leaveGroup>, apiVersion: number) {
  if (apiVersion < FIRST_MANY_MEMBERS_VERSION) return [{ memberId, groupInstanceId: null }];
  return members.map(({ memberId, groupInstanceId }) => ({ memberId, groupInstanceId }));
}

function respond(left: readonly Member[], apiVersion: number) {
  const members = left.map(({ error, ...member }) => ({
    ...member,
    errorCode: ErrorCode[error ?? "NONE"],
  }));
  if (apiVersion >= FIRST_MANY_MEMBERS_VERSION) return { errorCode: ErrorCode.NONE, members };
  return { errorCode: members[0]!.errorCode };
}

function refuse(errorCode: ErrorCode) {
  return { errorCode };
}
