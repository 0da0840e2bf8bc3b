/** ConsumerGroupDescribe (KIP-848): the state and the members of consumer groups. */
import type { ConsumerGroupDescription, NamedTopicPartitions } from "../../group/group-calls.ts";
import type { ResponseInput } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { consumerGroupDescribe } from "../../protocol/messages/69-consumer-group-describe.ts";
import { answerEachGroup, askGroup } from "../ask-group.ts";
import { GROUP_OPERATIONS } from "../authorized-operations.ts";
import { handler } from "../handler.ts";

type DescribedGroup = ResponseInput<typeof consumerGroupDescribe>["groups"][number];

export const consumerGroupDescribeHandler = handler({
  api: consumerGroupDescribe,

  async handle({ groupIds, includeAuthorizedOperations }, { broker }) {
    const describe = async (groupId: string): Promise<DescribedGroup> => {
      if (groupId === "") return refuse(groupId, ErrorCode.INVALID_GROUP_ID);
      const answer = await askGroup(broker, groupId, (group) => group.describeConsumerGroup());
      if (!("members" in answer)) return refuse(groupId, ErrorCode[answer.error]);
      const described = describedGroup(groupId, answer);
      const isAsked = includeAuthorizedOperations && answer.error === null;
      return isAsked ? { ...described, authorizedOperations: GROUP_OPERATIONS } : described;
    };
    return {
      groups: await answerEachGroup(groupIds, describe, (groupId, error) =>
        refuse(groupId, ErrorCode[error]),
      ),
    };
  },

  refuse: ({ groupIds }, error) => ({ groups: groupIds.map((groupId) => refuse(groupId, error)) }),
});

function describedGroup(
  groupId: string,
  { error, members, ...description }: ConsumerGroupDescription,
): DescribedGroup {
  return {
    groupId,
    ...description,
    errorCode: ErrorCode[error ?? "NONE"],
    members: members.map((member) => ({
      ...member,
      assignment: assignmentOf(member.assignment),
      targetAssignment: assignmentOf(member.targetAssignment),
    })),
  };
}

function assignmentOf(topicPartitions: readonly NamedTopicPartitions[]) {
  return { topicPartitions };
}

function refuse(groupId: string, errorCode: ErrorCode): DescribedGroup {
  return {
    errorCode,
    groupId,
    groupState: "",
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: "",
    members: [],
  };
}
