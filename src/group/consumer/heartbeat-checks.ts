/** Who may heartbeat to a consumer group: the checks before anything of it changes. */
import type { ConsumerHeartbeatCall, TopicPartitions } from "../group-calls.ts";
import type { GroupConfig } from "../group-config.ts";
import { isWithin } from "./assigned-partitions.ts";
import { LEAVE_GROUP_STATIC_MEMBER_EPOCH } from "./consumer-group-member.ts";
import type { ConsumerGroupMember } from "./consumer-group-member.ts";
import type { ConsumerGroup } from "./consumer-group.ts";
import { refuse } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";

/** Why a group of so many members takes no other, or null. */
export function refuseIfFull(
  memberCount: number,
  { consumerMaxSize }: GroupConfig,
): Refusal | null {
  if (memberCount < consumerMaxSize) return null;
  return refuse(
    "GROUP_MAX_SIZE_REACHED",
    `The consumer group has reached its maximum capacity of ${consumerMaxSize} members.`,
  );
}

/** Why the sender is not a member that it could be, or null. */
export function refuseMember(group: ConsumerGroup, call: ConsumerHeartbeatCall): Refusal | null {
  const { memberId, memberEpoch, instanceId, topicPartitions } = call;
  if (memberEpoch === 0) {
    return instanceId === null ? null : refuseUnreleased(group, memberId, instanceId);
  }
  const member = findMember(group, memberId, instanceId);
  return "error" in member ? member : refuseEpoch(member, memberEpoch, topicPartitions);
}

/** The member that somebody says he is, or why he is not. */
export function findMember(
  group: ConsumerGroup,
  memberId: string,
  instanceId: string | null,
): ConsumerGroupMember | Refusal {
  if (instanceId === null) {
    return group.members.get(memberId) ?? unknownMember(group.groupId, memberId);
  }
  const holder = group.staticMember(instanceId);
  if (holder === undefined) {
    return refuse("UNKNOWN_MEMBER_ID", `Instance id ${instanceId} is unknown.`);
  }
  if (holder.memberId === memberId) return holder;
  const who = `Static member ${memberId} with instance id ${instanceId}`;
  return refuse("FENCED_INSTANCE_ID", `${who} was fenced by member ${holder.memberId}.`);
}

/** A static member gives way to another that speaks its protocol only once it has left. */
function refuseUnreleased(
  group: ConsumerGroup,
  memberId: string,
  instanceId: string,
): Refusal | null {
  const holder = group.staticMember(instanceId);
  if (holder === undefined || holder.classic !== null) return null;
  if (holder.memberEpoch === LEAVE_GROUP_STATIC_MEMBER_EPOCH) return null;
  return refuse(
    "UNRELEASED_INSTANCE_ID",
    `Static member ${memberId} with instance id ${instanceId} cannot join the group because the ` +
      `instance id is owned by ${holder.memberId} member.`,
  );
}

/**
 * A member is in the epoch that it was told last; or in the one before, if the answer was lost and
 * it owns nothing that it would have lost by it.
 */
function refuseEpoch(
  { memberEpoch, previousMemberEpoch, assignedPartitions }: ConsumerGroupMember,
  receivedEpoch: number,
  owned: readonly TopicPartitions[] | null,
): Refusal | null {
  if (receivedEpoch === memberEpoch) return null;
  const wasAnswerLost =
    receivedEpoch < memberEpoch &&
    receivedEpoch === previousMemberEpoch &&
    isWithin(owned, assignedPartitions);
  if (wasAnswerLost) return null;
  const comparison = receivedEpoch > memberEpoch ? "greater" : "smaller";
  return refuse(
    "FENCED_MEMBER_EPOCH",
    `The consumer group member has a ${comparison} member epoch (${receivedEpoch}) than the one ` +
      `known by the group coordinator (${memberEpoch}). The member must abandon all its ` +
      "partitions and rejoin.",
  );
}

function unknownMember(groupId: string, memberId: string): Refusal {
  return refuse("UNKNOWN_MEMBER_ID", `Member ${memberId} is not a member of group ${groupId}.`);
}
