/**
 * SyncGroup, Heartbeat and LeaveGroup in a consumer group, from members of the classic protocol:
 * what they have been assigned, and whether it is time to join again.
 */
import { CONSUMER_PROTOCOL_TYPE } from "../../protocol/consumer-protocol.ts";
import type { ErrorName } from "../../protocol/errors.ts";
import { refusedSync } from "../classic/answers.ts";
import { topicPartitionsOf } from "../consumer/assigned-partitions.ts";
import type {
  ClassicMemberMetadata,
  ConsumerGroupMember,
} from "../consumer/consumer-group-member.ts";
import { ConsumerGroup } from "../consumer/consumer-group.ts";
import { fenceMembers } from "../consumer/fence-members.ts";
import { findMember } from "../consumer/heartbeat-checks.ts";
import type {
  HeartbeatCall,
  LeaveGroupAnswer,
  LeaveGroupCall,
  SyncGroupAnswer,
  SyncGroupCall,
} from "../group-calls.ts";
import type { GroupState } from "../group-state.ts";
import type { Ticket, Turn } from "../turn.ts";
import { classicAssignment } from "./classic-assignment.ts";

type ClassicProtocolMember = ConsumerGroupMember & { readonly classic: ClassicMemberMetadata };

export function syncConsumerGroup(
  group: ConsumerGroup,
  call: SyncGroupCall,
  ticket: Ticket,
  turn: Turn,
): void {
  turn.answerSync(ticket, syncAnswer(group, call, turn));
}

function syncAnswer(group: ConsumerGroup, call: SyncGroupCall, turn: Turn): SyncGroupAnswer {
  const { protocolType, protocolName } = call;
  const member = findClassicMember(group, call);
  if (typeof member === "string") return refusedSync(member);
  const [protocol] = member.classic.supportedProtocols;
  if (
    (protocolType !== null && protocolType !== CONSUMER_PROTOCOL_TYPE) ||
    (protocolName !== null && protocolName !== protocol?.name)
  ) {
    return refusedSync("INCONSISTENT_GROUP_PROTOCOL");
  }
  const deadlines = group.deadlinesOf(member.memberId);
  // One that has partitions to give up has rejoined for that; what comes then is for afterwards.
  if (group.assignmentEpoch > member.memberEpoch && member.state !== "UNREVOKED_PARTITIONS") {
    deadlines.join ??= turn.now + member.rebalanceTimeoutMs;
    return refusedSync("REBALANCE_IN_PROGRESS");
  }
  deadlines.sync = null;
  deadlines.session = turn.now + member.classic.sessionTimeoutMs;
  const assigned = topicPartitionsOf(member.assignedPartitions).map(
    ({ topicId, partitions }) => [topicId, partitions] as const,
  );
  const subscription = protocol?.metadata ?? new Uint8Array();
  const assignment = classicAssignment(assigned, subscription, turn.topics);
  return { error: null, protocolType, protocolName, assignment };
}

/** Renews a session, and tells the member to join again where that will take it on. */
export function heartbeatConsumerGroup(
  group: ConsumerGroup,
  call: HeartbeatCall,
  turn: Turn,
): ErrorName | null {
  const member = findClassicMember(group, call);
  if (typeof member === "string") return member;
  const deadlines = group.deadlinesOf(member.memberId);
  deadlines.session = turn.now + member.classic.sessionTimeoutMs;
  const mustJoin =
    member.memberEpoch < group.assignmentEpoch ||
    member.state === "UNREVOKED_PARTITIONS" ||
    (member.state === "UNRELEASED_PARTITIONS" && !isWaitingForOthers(group, member));
  if (!mustJoin) return null;
  deadlines.join ??= turn.now + member.rebalanceTimeoutMs;
  return "REBALANCE_IN_PROGRESS";
}

/** Removes members of both protocols. */
export function leaveConsumerGroup(
  state: GroupState,
  call: LeaveGroupCall,
  turn: Turn,
): LeaveGroupAnswer {
  const { group } = state;
  const leaving = new Set<ConsumerGroupMember>();
  const members = call.members.map(({ memberId, groupInstanceId }) => {
    const member =
      group instanceof ConsumerGroup ? findLeaving(group, memberId, groupInstanceId) : UNKNOWN;
    if (!("error" in member)) leaving.add(member);
    return { memberId, groupInstanceId, error: "error" in member ? member.error : null };
  });
  if (group instanceof ConsumerGroup) fenceMembers(state, group, [...leaving], turn);
  return { error: null, members };
}

const UNKNOWN = { error: "UNKNOWN_MEMBER_ID" } as const;

/** Who knows an instance id alone, as administrators do, means whichever member has it. */
function findLeaving(
  group: ConsumerGroup,
  memberId: string,
  groupInstanceId: string | null,
): ConsumerGroupMember | { readonly error: ErrorName } {
  if (memberId !== "" || groupInstanceId === null) {
    return findMember(group, memberId, groupInstanceId);
  }
  return group.staticMember(groupInstanceId) ?? UNKNOWN;
}

/** The member of the classic protocol that sends a request in its generation, or why it is not. */
function findClassicMember(
  group: ConsumerGroup,
  { memberId, groupInstanceId, generationId }: HeartbeatCall,
): ClassicProtocolMember | ErrorName {
  const member = findMember(group, memberId, groupInstanceId);
  if ("error" in member) return member.error;
  const { classic } = member;
  if (classic === null) return "UNKNOWN_MEMBER_ID";
  return member.memberEpoch === generationId ? { ...member, classic } : "ILLEGAL_GENERATION";
}

/** Whether another member still has some of what this one is to have. */
function isWaitingForOthers(group: ConsumerGroup, member: ConsumerGroupMember): boolean {
  for (const [topicId, partitions] of group.targetOf(member.memberId)) {
    const assigned = member.assignedPartitions.get(topicId);
    for (const partition of partitions) {
      const isTaken = group.partitionEpochs.get(topicId, partition) !== undefined;
      if (isTaken && !assigned?.has(partition)) return true;
    }
  }
  return false;
}
