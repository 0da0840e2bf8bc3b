/** SyncGroup in a classic group: the leader brings the assignments, everybody takes its own. */
import type { ErrorName } from "../../protocol/errors.ts";
import type { SyncGroupCall } from "../group-calls.ts";
import type { Ticket, Turn } from "../turn.ts";
import { answerSync, currentAssignment, refusedSync } from "./answers.ts";
import type { ClassicGroup } from "./classic-group.ts";
import type { ClassicMember } from "./classic-member.ts";
import { NO_BYTES } from "./classic-member.ts";
import { groupMetadata, isTooLarge } from "./group-metadata.ts";
import { prepareRebalance, withdrawAssignments } from "./prepare-rebalance.ts";

export function syncClassicGroup(
  group: ClassicGroup,
  call: SyncGroupCall,
  ticket: Ticket,
  turn: Turn,
): void {
  const member = group.membership.find(call.memberId, call.groupInstanceId);
  if (typeof member === "string") {
    turn.answerSync(ticket, refusedSync(member));
    return;
  }
  const refused = refusal(group, call);
  if (refused !== null) {
    turn.answerSync(ticket, refusedSync(refused));
    return;
  }
  group.membership.pendingSyncs.delete(member.memberId);
  if (group.membership.pendingSyncs.size === 0) group.syncDeadline = null;
  if (group.state === "Stable") {
    turn.answerSync(ticket, currentAssignment(group, member));
  } else {
    awaitAssignment(member, ticket, turn);
    if (group.leaderId === member.memberId) assign(group, call, turn);
  }
}

function refusal(group: ClassicGroup, call: SyncGroupCall): ErrorName | null {
  if (call.generationId !== group.generationId) return "ILLEGAL_GENERATION";
  if (
    isInconsistent(call.protocolType, group.protocolType) ||
    isInconsistent(call.protocolName, group.protocolName)
  ) {
    return "INCONSISTENT_GROUP_PROTOCOL";
  }
  return group.state === "PreparingRebalance" ? "REBALANCE_IN_PROGRESS" : null;
}

/** Null is not compared: old clients say nothing, and at first no protocol is chosen. */
function isInconsistent(said: string | null, actual: string | null): boolean {
  return said !== null && actual !== null && said !== actual;
}

function awaitAssignment(member: ClassicMember, ticket: Ticket, turn: Turn): void {
  // The client has given up on a sync that still waits.
  answerSync(member, refusedSync("REBALANCE_IN_PROGRESS"), turn);
  member.syncTicket = ticket;
}

/** The leader's word is stored, and then the group is stable. */
function assign(group: ClassicGroup, { assignments }: SyncGroupCall, turn: Turn): void {
  const byMember = new Map(assignments.map(({ memberId, assignment }) => [memberId, assignment]));
  for (const member of group.members.values()) {
    member.assignment = byMember.get(member.memberId) ?? NO_BYTES;
  }
  const record = groupMetadata(group);
  if (isTooLarge(record)) {
    withdrawAssignments(group, "UNKNOWN_SERVER_ERROR", turn);
    prepareRebalance(group, turn);
    return;
  }
  turn.record(record);
  for (const member of group.members.values()) {
    answerSync(member, currentAssignment(group, member), turn);
  }
  group.moveTo("Stable", turn.now);
}
