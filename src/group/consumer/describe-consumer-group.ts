/** A consumer group as ConsumerGroupDescribe tells of it. */
import type { ConsumerGroupDescription, NamedTopicPartitions } from "../group-calls.ts";
import type { GroupConfig } from "../group-config.ts";
import type { GroupState } from "../group-state.ts";
import type { TopicsImage } from "../topics-image.ts";
import { topicPartitionsOf, topicPartitionsOfTarget } from "./assigned-partitions.ts";
import type { ConsumerGroupMember } from "./consumer-group-member.ts";
import { ConsumerGroup } from "./consumer-group.ts";
import { groupNotFound } from "./refusal.ts";

type DescribedMember = ConsumerGroupDescription["members"][number];

/** Kafka's numbers of the protocol that a member speaks. */
const CLASSIC_MEMBER = 0;
const CONSUMER_MEMBER = 1;

export function describeConsumerGroup(
  { group, groupId }: GroupState,
  topics: TopicsImage,
  config: GroupConfig,
): ConsumerGroupDescription {
  if (!(group instanceof ConsumerGroup)) {
    const { error, message } = groupNotFound(groupId, group !== null);
    return { ...NOTHING, error, errorMessage: message };
  }
  return {
    error: null,
    errorMessage: null,
    groupState: group.stateName,
    groupEpoch: group.groupEpoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: group.preferredAssignor(config),
    members: [...group.members.values()].map((member) => describeMember(group, member, topics)),
  };
}

const NOTHING: ConsumerGroupDescription = {
  error: null,
  errorMessage: null,
  groupState: "",
  groupEpoch: 0,
  assignmentEpoch: 0,
  assignorName: "",
  members: [],
};

/** What it is to give up is shown as assigned to it: it may own that still. */
function describeMember(
  group: ConsumerGroup,
  member: ConsumerGroupMember,
  topics: TopicsImage,
): DescribedMember {
  const { memberId, instanceId, rackId, memberEpoch, client } = member;
  const assigned = new Map<string, ReadonlyMap<number, number>>(member.assignedPartitions);
  for (const [topicId, epochs] of member.partitionsPendingRevocation) {
    assigned.set(topicId, new Map([...(assigned.get(topicId) ?? []), ...epochs]));
  }
  const named = (all: readonly { topicId: string; partitions: readonly number[] }[]) =>
    all.flatMap(({ topicId, partitions }): NamedTopicPartitions[] => {
      const topicName = topics.byId(topicId)?.name;
      return topicName === undefined ? [] : [{ topicId, topicName, partitions }];
    });
  return {
    memberId,
    instanceId,
    rackId,
    memberEpoch,
    clientId: client.clientId,
    clientHost: client.clientHost,
    subscribedTopicNames: member.subscribedTopicNames,
    subscribedTopicRegex: member.subscribedTopicRegex,
    assignment: named(topicPartitionsOf(assigned)),
    targetAssignment: named(topicPartitionsOfTarget(group.targetOf(memberId))),
    memberType: member.classic === null ? CONSUMER_MEMBER : CLASSIC_MEMBER,
  };
}
