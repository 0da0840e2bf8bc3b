/**
 * DescribeGroups: the state and the members of classic groups. A group that there is not is Dead;
 * only from version 6 on it is an error too (KIP-1043).
 */
import type { ClassicGroupDescription } from "../../group/group-calls.ts";
import type { ResponseInput } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { describeGroups } from "../../protocol/messages/15-describe-groups.ts";
import { answerEachGroup, askGroup } from "../ask-group.ts";
import { GROUP_OPERATIONS } from "../authorized-operations.ts";
import { handler } from "../handler.ts";

type DescribedGroup = ResponseInput<typeof describeGroups>["groups"][number];

const FIRST_NOT_FOUND_VERSION = 6;

export const describeGroupsHandler = handler({
  api: describeGroups,

  async handle({ groups, includeAuthorizedOperations }, { broker, apiVersion }) {
    const describe = async (groupId: string): Promise<DescribedGroup> => {
      const answer = await askGroup(broker, groupId, (group) => group.describe());
      if (!("members" in answer)) return refuse(groupId, ErrorCode[answer.error]);
      const described = describedGroup(groupId, answer, apiVersion);
      const isAsked = includeAuthorizedOperations && described.errorCode === ErrorCode.NONE;
      return isAsked ? { ...described, authorizedOperations: GROUP_OPERATIONS } : described;
    };
    return {
      groups: await answerEachGroup(groups, describe, (groupId, error) =>
        refuse(groupId, ErrorCode[error]),
      ),
    };
  },

  refuse: ({ groups }, error) => ({ groups: groups.map((groupId) => refuse(groupId, error)) }),
});

function describedGroup(
  groupId: string,
  { error, errorMessage, ...description }: ClassicGroupDescription,
  apiVersion: number,
): DescribedGroup {
  const isErrorKnown = error !== "GROUP_ID_NOT_FOUND" || apiVersion >= FIRST_NOT_FOUND_VERSION;
  const errorCode = ErrorCode[(isErrorKnown ? error : null) ?? "NONE"];
  return { groupId, ...description, errorCode, errorMessage };
}

function refuse(groupId: string, errorCode: ErrorCode): DescribedGroup {
  return { groupId, errorCode, groupState: "", protocolType: "", protocolData: "", members: [] };
}
