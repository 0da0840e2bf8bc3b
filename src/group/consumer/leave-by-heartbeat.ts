/** A member leaves with its last heartbeat; a static one perhaps only for a while. */
import type { ConsumerHeartbeatAnswer, ConsumerHeartbeatCall } from "../group-calls.ts";
import type { GroupState } from "../group-state.ts";
import type { Turn } from "../turn.ts";
import { NO_PARTITIONS } from "./assigned-partitions.ts";
import type { AssignedPartitions } from "./assigned-partitions.ts";
import { LEAVE_GROUP_STATIC_MEMBER_EPOCH } from "./consumer-group-member.ts";
import type { ConsumerGroupMember } from "./consumer-group-member.ts";
import { ConsumerGroup } from "./consumer-group.ts";
import { fenceMembers } from "./fence-members.ts";
import { findMember } from "./heartbeat-checks.ts";
import { currentAssignmentRecord } from "./member-records.ts";
import { groupNotFound, refusedHeartbeat } from "./refusal.ts";

export function leaveByHeartbeat(
  state: GroupState,
  call: ConsumerHeartbeatCall,
  turn: Turn,
): ConsumerHeartbeatAnswer {
  const { group, groupId } = state;
  if (!(group instanceof ConsumerGroup)) {
    return refusedHeartbeat(groupNotFound(groupId, group !== null));
  }
  const member = findMember(group, call.memberId, call.instanceId);
  if ("error" in member) return refusedHeartbeat(member);
  const isTemporary = call.memberEpoch === LEAVE_GROUP_STATIC_MEMBER_EPOCH;
  if (isTemporary) turn.record(currentAssignmentRecord(groupId, away(member)));
  else fenceMembers(state, group, [member], turn);
  return {
    error: null,
    errorMessage: null,
    memberId: call.memberId,
    memberEpoch: call.memberEpoch,
    heartbeatIntervalMs: 0,
    assignment: null,
  };
}

/**
 * A static member that will be back keeps what it has, but for what it was to give up anyway. Its
 * next incarnation counts as having had all of that from the first epoch on.
 */
function away(member: ConsumerGroupMember): ConsumerGroupMember {
  return {
    ...member,
    memberEpoch: LEAVE_GROUP_STATIC_MEMBER_EPOCH,
    assignedPartitions: withFirstEpoch(member.assignedPartitions),
    partitionsPendingRevocation: NO_PARTITIONS,
  };
}

function withFirstEpoch(assigned: AssignedPartitions): AssignedPartitions {
  return new Map(
    [...assigned].map(([topicId, epochs]) => [
      topicId,
      new Map([...epochs.keys()].map((partition) => [partition, 0])),
    ]),
  );
}
