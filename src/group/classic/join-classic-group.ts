/** JoinGroup in a classic group. */
import type { ClassicProtocol, JoinGroupCall } from "../group-calls.ts";
import type { Ticket, Turn } from "../turn.ts";
import { currentGeneration, refusedJoin } from "./answers.ts";
import type { ClassicGroup } from "./classic-group.ts";
import { ClassicMember } from "./classic-member.ts";
import { newMemberId } from "./member-id.ts";
import { rebalance } from "./prepare-rebalance.ts";
import { replaceStaticMember } from "./replace-static-member.ts";
import { updateMember } from "./update-member.ts";

/**
 * How long a member may wait for the end of its first join. It cannot send heartbeats meanwhile,
 * and if its client has gone, it may have come back as another member long ago.
 */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60 * 1000;

/** Ids that a group has given out and nobody has joined with. Kafka has no limit. */
const MAX_PENDING_JOINS = 10_000;

export function joinClassicGroup(
  group: ClassicGroup,
  call: JoinGroupCall,
  ticket: Ticket,
  turn: Turn,
): void {
  const { memberId } = call;
  if (!hasRoomFor(group, memberId, turn)) {
    group.membership.remove(memberId);
    turn.answerJoin(ticket, refusedJoin("GROUP_MAX_SIZE_REACHED"));
  } else if (!supportsProtocols(group, call)) {
    turn.answerJoin(ticket, refusedJoin("INCONSISTENT_GROUP_PROTOCOL", memberId));
  } else if (memberId === "") {
    joinAsNewMember(group, call, ticket, turn);
  } else if (group.membership.pendingJoins.has(memberId)) {
    joinAsPendingMember(group, call, ticket, turn);
  } else {
    rejoin(group, call, ticket, turn);
  }
}

/**
 * Whether one more may join, or is a member anyway. While a rebalance is prepared, those who have
 * joined count, so that the last to join are left over if the limit was lowered.
 */
function hasRoomFor({ state, membership }: ClassicGroup, memberId: string, turn: Turn): boolean {
  const { groupMaxSize } = turn.config;
  const member = membership.members.get(memberId);
  if (state === "Empty") return true;
  if (state === "PreparingRebalance") {
    return member?.isAwaitingJoin === true || membership.awaitingJoin < groupMaxSize;
  }
  return member !== undefined || membership.members.size < groupMaxSize;
}

function supportsProtocols(group: ClassicGroup, call: JoinGroupCall): boolean {
  const { protocolType, protocols } = call;
  if (group.isEmpty) return protocolType !== "" && protocols.length > 0;
  return protocolType === group.protocolType && group.membership.supportsOneOf(protocols);
}

function joinAsNewMember(
  group: ClassicGroup,
  call: JoinGroupCall,
  ticket: Ticket,
  turn: Turn,
): void {
  const { membership } = group;
  const { groupInstanceId } = call;
  const memberId = newMemberId(groupInstanceId ?? call.client.clientId, turn.random);
  const old = membership.holderOf(groupInstanceId);
  if (old !== null) {
    replaceStaticMember(group, old, { ...call, memberId }, ticket, turn);
  } else if (call.requiresKnownMemberId && groupInstanceId === null) {
    if (membership.pendingJoins.size >= MAX_PENDING_JOINS) {
      turn.answerJoin(ticket, refusedJoin("GROUP_MAX_SIZE_REACHED"));
      return;
    }
    membership.pendingJoins.set(memberId, turn.now + call.sessionTimeoutMs);
    turn.answerJoin(ticket, refusedJoin("MEMBER_ID_REQUIRED", memberId));
  } else {
    addMember(group, { ...call, memberId }, ticket, turn);
  }
}

function joinAsPendingMember(
  group: ClassicGroup,
  call: JoinGroupCall,
  ticket: Ticket,
  turn: Turn,
): void {
  // Ids are given out to dynamic members alone, and Kafka has no better error for a client that
  // uses one as a static member's.
  const isConfused = call.groupInstanceId !== null;
  if (isConfused) turn.answerJoin(ticket, refusedJoin("UNKNOWN_SERVER_ERROR"));
  else addMember(group, call, ticket, turn);
}

function addMember(group: ClassicGroup, call: JoinGroupCall, ticket: Ticket, turn: Turn): void {
  const { membership } = group;
  const member = new ClassicMember(call);
  member.isNew = true;
  member.sessionDeadline = turn.now + NEW_MEMBER_JOIN_TIMEOUT_MS;
  if (group.isInitialRebalance) group.newMemberAdded = true;
  group.protocolType = call.protocolType;
  membership.add(member);
  membership.setJoinTicket(member, ticket);
  rebalance(group, turn);
}

function rejoin(group: ClassicGroup, call: JoinGroupCall, ticket: Ticket, turn: Turn): void {
  const { memberId, groupInstanceId } = call;
  const member = group.membership.find(memberId, groupInstanceId);
  if (typeof member === "string") {
    turn.answerJoin(ticket, { ...refusedJoin(member, memberId), protocolName: null });
  } else if (mustRebalance(group, member, call)) {
    updateMember(group, member, call, ticket, turn);
    rebalance(group, turn);
  } else {
    // The answer to an earlier join was lost, or nothing has changed.
    turn.answerJoin(ticket, currentGeneration(group, memberId));
  }
}

/** A leader that joins again has seen something that calls for other assignments. */
function mustRebalance(group: ClassicGroup, member: ClassicMember, call: JoinGroupCall): boolean {
  if (group.state === "PreparingRebalance") return true;
  if (group.state === "Stable" && group.leaderId === member.memberId) return true;
  return !isSame(member.protocols, call.protocols);
}

function isSame(before: readonly ClassicProtocol[], now: readonly ClassicProtocol[]): boolean {
  return (
    before.length === now.length &&
    before.every(({ name, metadata }, index) => {
      const other = now[index]!;
      return name === other.name && isEqual(metadata, other.metadata);
    })
  );
}

function isEqual(some: Uint8Array, other: Uint8Array): boolean {
  return some.length === other.length && some.every((byte, index) => byte === other[index]);
}
