/** What members of a classic group are told when they join and when they ask for an assignment. */
import { assert } from "../../base/assert.ts";
import type { ErrorName } from "../../protocol/errors.ts";
import type { JoinGroupAnswer, SyncGroupAnswer } from "../group-calls.ts";
import type { Turn } from "../turn.ts";
import type { ClassicGroup } from "./classic-group.ts";
import type { ClassicMember } from "./classic-member.ts";
import { NO_BYTES } from "./classic-member.ts";

const NO_GENERATION = -1;
const NO_LEADER = "";
const NO_MEMBER_ID = "";

/** Why somebody cannot join. */
export function refusedJoin(error: ErrorName, memberId: string = NO_MEMBER_ID): JoinGroupAnswer {
  return {
    error,
    memberId,
    generationId: NO_GENERATION,
    protocolType: null,
    protocolName: "",
    leader: NO_LEADER,
    skipAssignment: false,
    members: [],
  };
}

/** The current generation as a member sees it: the leader alone sees all members. */
export function currentGeneration(group: ClassicGroup, memberId: string): JoinGroupAnswer {
  assert(group.leaderId !== null, "A group that has a generation has a leader.");
  return {
    error: null,
    memberId,
    generationId: group.generationId,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leaderId,
    skipAssignment: false,
    members: group.leaderId === memberId ? membersForLeader(group) : [],
  };
}

function membersForLeader(group: ClassicGroup): JoinGroupAnswer["members"] {
  const protocolName = group.protocolName ?? "";
  return [...group.members.values()].map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    metadata: member.metadata(protocolName) ?? NO_BYTES,
  }));
}

/** Why somebody gets no assignment. */
export function refusedSync(error: ErrorName): SyncGroupAnswer {
  return { error, protocolType: null, protocolName: null, assignment: NO_BYTES };
}

export function currentAssignment(group: ClassicGroup, member: ClassicMember): SyncGroupAnswer {
  const { protocolType, protocolName } = group;
  return { error: null, protocolType, protocolName, assignment: member.assignment };
}

/** Answers the member's join, if one waits. */
export function answerJoin(
  group: ClassicGroup,
  member: ClassicMember,
  answer: JoinGroupAnswer,
  turn: Turn,
): void {
  if (member.joinTicket === null) return;
  turn.answerJoin(member.joinTicket, answer);
  group.membership.setJoinTicket(member, null);
}

/** Answers the member's sync, if one waits, which it was excused from heartbeats for. */
export function answerSync(member: ClassicMember, answer: SyncGroupAnswer, turn: Turn): void {
  if (member.syncTicket === null) return;
  turn.answerSync(member.syncTicket, answer);
  member.syncTicket = null;
  member.renewSession(turn.now);
}

/** Answers whatever a member waits for, since it is to be forgotten. */
export function dismiss(group: ClassicGroup, member: ClassicMember, turn: Turn): void {
  answerJoin(group, member, refusedJoin("UNKNOWN_MEMBER_ID"), turn);
  answerSync(member, refusedSync("UNKNOWN_MEMBER_ID"), turn);
}
