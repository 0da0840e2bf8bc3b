/**
 * What becomes of a request, by what the group is: a classic group, a consumer group, or none. Also
 * how groups begin and end.
 */
import type { ErrorName } from "../protocol/errors.ts";
import { refusedJoin, refusedSync } from "./classic/answers.ts";
import { ClassicGroup } from "./classic/classic-group.ts";
import { describeClassicGroup } from "./classic/describe-classic-group.ts";
import { expireClassicGroup } from "./classic/expire-classic-group.ts";
import { emptyGroupMetadata, newClassicGroup } from "./classic/group-metadata.ts";
import { heartbeatClassicGroup } from "./classic/heartbeat-classic-group.ts";
import { joinClassicGroup } from "./classic/join-classic-group.ts";
import { leaveClassicGroup } from "./classic/leave-classic-group.ts";
import { rebalanceIfOverCapacity } from "./classic/prepare-rebalance.ts";
import { syncClassicGroup } from "./classic/sync-classic-group.ts";
import { expireConsumerGroup } from "./consumer/expire-consumer-group.ts";
import type {
  ClassicGroupDescription,
  GroupListing,
  HeartbeatCall,
  JoinGroupCall,
  LeaveGroupAnswer,
  LeaveGroupCall,
  SyncGroupCall,
} from "./group-calls.ts";
import type { GroupState } from "./group-state.ts";
import {
  heartbeatConsumerGroup,
  leaveConsumerGroup,
  syncConsumerGroup,
} from "./migration/classic-members.ts";
import { joinConsumerGroup } from "./migration/join-consumer-group.ts";
import { offsetTombstone } from "./offsets/committed-offsets.ts";
import { forgetExpiredOffsets } from "./offsets/forget-offsets.ts";
import type { Ticket, Turn } from "./turn.ts";

export function joinGroup(
  state: GroupState,
  call: JoinGroupCall,
  ticket: Ticket,
  turn: Turn,
): void {
  const { sessionTimeoutMs, memberId } = call;
  const { groupMinSessionTimeoutMs, groupMaxSessionTimeoutMs } = turn.config;
  if (sessionTimeoutMs < groupMinSessionTimeoutMs || sessionTimeoutMs > groupMaxSessionTimeoutMs) {
    turn.answerJoin(ticket, refusedJoin("INVALID_SESSION_TIMEOUT", memberId));
  } else if (state.group instanceof ClassicGroup) {
    joinClassicGroup(state.group, call, ticket, turn);
  } else if (state.group !== null && !state.group.isEmpty) {
    joinConsumerGroup(state, call, ticket, turn);
  } else if (memberId !== "") {
    turn.answerJoin(ticket, refusedJoin("UNKNOWN_MEMBER_ID", memberId));
  } else {
    joinClassicGroup(beginClassicGroup(state, turn), call, ticket, turn);
  }
}

/** Makes a group for its first member, in place of a consumer group that is empty. */
function beginClassicGroup(state: GroupState, turn: Turn): ClassicGroup {
  for (const tombstone of state.group?.tombstones() ?? []) turn.record(tombstone);
  const group = newClassicGroup(state.groupId, turn.now);
  state.group = group;
  turn.record(emptyGroupMetadata(group));
  return group;
}

export function syncGroup(
  { group }: GroupState,
  call: SyncGroupCall,
  ticket: Ticket,
  turn: Turn,
): void {
  if (group === null) turn.answerSync(ticket, refusedSync("UNKNOWN_MEMBER_ID"));
  else if (group instanceof ClassicGroup) syncClassicGroup(group, call, ticket, turn);
  else syncConsumerGroup(group, call, ticket, turn);
}

export function heartbeat(
  { group }: GroupState,
  call: HeartbeatCall,
  turn: Turn,
): ErrorName | null {
  if (group === null) return "UNKNOWN_MEMBER_ID";
  if (group instanceof ClassicGroup) return heartbeatClassicGroup(group, call, turn);
  return heartbeatConsumerGroup(group, call, turn);
}

export function leaveGroup(state: GroupState, call: LeaveGroupCall, turn: Turn): LeaveGroupAnswer {
  const { group } = state;
  if (group instanceof ClassicGroup) return leaveClassicGroup(group, call, turn);
  if (group !== null) return leaveConsumerGroup(state, call, turn);
  const members = call.members.map((member) => ({
    ...member,
    error: "UNKNOWN_MEMBER_ID" as const,
  }));
  return { error: null, members };
}

export function describeGroup({ group, groupId }: GroupState): ClassicGroupDescription {
  if (group instanceof ClassicGroup) return describeClassicGroup(group);
  return {
    error: "GROUP_ID_NOT_FOUND",
    errorMessage:
      group === null ? `Group ${groupId} not found.` : `Group ${groupId} is not a classic group.`,
    groupState: "Dead",
    protocolType: "",
    protocolData: "",
    members: [],
  };
}

export function listGroup({ group }: GroupState): GroupListing | null {
  if (group === null) return null;
  const { groupType, protocolType, stateName } = group;
  return { groupType, protocolType, groupState: stateName };
}

/** DeleteGroups: a group without members goes, and its offsets with it. */
export function deleteGroup(state: GroupState, turn: Turn): ErrorName | null {
  const { group, groupId, offsets } = state;
  if (group === null) return "GROUP_ID_NOT_FOUND";
  if (!group.isEmpty) return "NON_EMPTY_GROUP";
  for (const [topic, partition] of offsets.entries()) {
    turn.record(offsetTombstone(groupId, topic, partition));
  }
  for (const tombstone of group.tombstones()) turn.record(tombstone);
  state.group = null;
  return null;
}

/** Does all that is due because time has passed, but for offsets. */
export function expireMembers(state: GroupState, turn: Turn): void {
  const { group } = state;
  if (group instanceof ClassicGroup) expireClassicGroup(group, turn);
  else if (group !== null) expireConsumerGroup(state, turn);
}

/** A group that is loaded may be larger than its broker allows by now. */
export function afterLoading({ group }: GroupState, turn: Turn): void {
  if (group instanceof ClassicGroup) rebalanceIfOverCapacity(group, turn);
}

/** What Kafka does every `offsets.retention.check.interval.ms`. */
export function cleanUp(state: GroupState, turn: Turn): void {
  forgetExpiredOffsets(state, turn);
  if (state.group?.isEmpty && state.offsets.isEmpty) deleteGroup(state, turn);
}
