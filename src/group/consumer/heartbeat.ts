/**
 * ConsumerGroupHeartbeat (KIP-848): a member joins, says what it subscribes to and owns, and is
 * told what it is assigned; or it leaves. Where it brings nothing new, nothing is written.
 */
import { randomUuid } from "../../base/uuid.ts";
import type { ConsumerHeartbeatAnswer, ConsumerHeartbeatCall } from "../group-calls.ts";
import type { GroupState } from "../group-state.ts";
import type { Turn } from "../turn.ts";
import { isSameAssigned, topicPartitionsOf } from "./assigned-partitions.ts";
import { sortedNames } from "./consumer-group-member.ts";
import type { ConsumerGroupMember } from "./consumer-group-member.ts";
import { invalidHeartbeat } from "./invalid-heartbeat.ts";
import { leaveByHeartbeat } from "./leave-by-heartbeat.ts";
import { openGroup } from "./open-group.ts";
import { reconcileMember } from "./reconcile-member.ts";
import { refusedHeartbeat } from "./refusal.ts";
import { updateTargetAssignment } from "./target-assignment.ts";
import { memberToJoin, refreshMetadata, updateMember } from "./update-member.ts";

export function consumerHeartbeat(
  state: GroupState,
  call: ConsumerHeartbeatCall,
  turn: Turn,
): ConsumerHeartbeatAnswer {
  const invalid = invalidHeartbeat(call, turn.config.consumerAssignors);
  if (invalid !== null) return refusedHeartbeat(invalid);
  if (call.memberEpoch < 0) return leaveByHeartbeat(state, call, turn);
  // Only in version 0 a member may leave its id to its group.
  const memberId = call.memberId === "" ? randomUuid(turn.random) : call.memberId;
  return heartbeat(state, { ...call, memberId }, turn);
}

function heartbeat(
  state: GroupState,
  call: ConsumerHeartbeatCall,
  turn: Turn,
): ConsumerHeartbeatAnswer {
  const group = openGroup(state, call, turn);
  if ("error" in group) return refusedHeartbeat(group);
  const { memberId, instanceId } = call;
  const member =
    call.memberEpoch === 0
      ? memberToJoin(group, memberId, instanceId, turn)
      : group.members.get(memberId)!;
  const change = updateMember(group, member, said(member, call), turn);
  // While a regular expression is not resolved it gives no reason for an epoch: there will be one.
  const bumpsEpoch = change.namesChanged || change.isRegexResolved;
  if (bumpsEpoch || turn.now >= group.metadataRefreshDeadline) {
    refreshMetadata(group, bumpsEpoch, turn);
  }
  updateTargetAssignment(group, turn);
  const hasSubscriptionChanged = change.namesChanged || change.regexChanged;
  // One of an earlier epoch may have been overtaken on its way: what it says that the member owns
  // says nothing about what it was given since.
  const isOfNow = call.memberEpoch === member.memberEpoch;
  const report = { hasSubscriptionChanged, owned: isOfNow ? call.topicPartitions : null };
  const reconciled = reconcileMember(group, memberId, report, turn);
  const deadlines = group.deadlinesOf(memberId);
  deadlines.session = turn.now + turn.config.consumerSessionTimeoutMs;
  // It may have spoken the classic protocol before.
  deadlines.join = null;
  deadlines.sync = null;
  const isNews =
    isFullRequest(call) ||
    !isSameAssigned(member.assignedPartitions, reconciled.assignedPartitions);
  return {
    error: null,
    errorMessage: null,
    memberId,
    memberEpoch: reconciled.memberEpoch,
    heartbeatIntervalMs: turn.config.consumerHeartbeatIntervalMs,
    assignment: isNews ? topicPartitionsOf(reconciled.assignedPartitions) : null,
  };
}

/** The member as it describes itself now. */
function said(member: ConsumerGroupMember, call: ConsumerHeartbeatCall): ConsumerGroupMember {
  const { subscribedTopicNames: names, rebalanceTimeoutMs, client } = call;
  return {
    ...member,
    instanceId: call.instanceId ?? member.instanceId,
    rackId: call.rackId ?? member.rackId,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? member.rebalanceTimeoutMs : rebalanceTimeoutMs,
    client,
    subscribedTopicNames: names === null ? member.subscribedTopicNames : sortedNames(names),
    subscribedTopicRegex: call.subscribedTopicRegex ?? member.subscribedTopicRegex,
    serverAssignor: call.serverAssignor ?? member.serverAssignor,
    classic: null,
  };
}

/** Members say everything when they join, and when they do not know what has come through. */
function isFullRequest(call: ConsumerHeartbeatCall): boolean {
  const { memberEpoch, rebalanceTimeoutMs, topicPartitions } = call;
  const subscribes = call.subscribedTopicNames !== null || call.subscribedTopicRegex !== null;
  return memberEpoch === 0 || (rebalanceTimeoutMs !== -1 && subscribes && topicPartitions !== null);
}
