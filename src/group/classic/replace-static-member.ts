/**
 * A static member has started again (KIP-345): it takes over what its former self had, which is
 * fenced. While nothing else changes, the group does not have to rebalance.
 */
import { assert } from "../../base/assert.ts";
import type { JoinGroupAnswer, JoinGroupCall } from "../group-calls.ts";
import type { Ticket, Turn } from "../turn.ts";
import { answerJoin, answerSync, currentGeneration, refusedJoin, refusedSync } from "./answers.ts";
import type { ClassicGroup } from "./classic-group.ts";
import type { ClassicMember } from "./classic-member.ts";
import { groupMetadata, isTooLarge } from "./group-metadata.ts";
import { rebalance } from "./prepare-rebalance.ts";
import { setTerms, updateMember } from "./update-member.ts";

/** `call` comes with the new id of the member, and `old` is who had its instance id. */
export function replaceStaticMember(
  group: ClassicGroup,
  old: ClassicMember,
  call: JoinGroupCall,
  ticket: Ticket,
  turn: Turn,
): void {
  const oldLeaderId = group.leaderId;
  fence(group, old, turn);
  const member = group.membership.replace(old, call.memberId);
  member.renewSession(turn.now);
  updateMember(group, member, call, ticket, turn);

  const isUnaffected =
    group.state === "Stable" && group.membership.selectProtocol() === group.protocolName;
  if (!isUnaffected) {
    rebalance(group, turn);
    return;
  }
  assert(oldLeaderId !== null, "A stable group has a leader.");
  const record = groupMetadata(group);
  if (isTooLarge(record)) {
    const { protocolType, protocolName, generationId } = group;
    const refused = { ...refusedJoin("UNKNOWN_SERVER_ERROR"), protocolType, protocolName };
    answerJoin(group, member, { ...refused, generationId, leader: oldLeaderId }, turn);
    putBack(group, old, member, turn);
  } else {
    turn.record(record);
    answerJoin(group, member, answerOf(group, call, oldLeaderId), turn);
  }
}

function fence(group: ClassicGroup, old: ClassicMember, turn: Turn): void {
  const refused = refusedJoin("FENCED_INSTANCE_ID", old.memberId);
  answerJoin(group, old, { ...refused, protocolName: null }, turn);
  answerSync(old, refusedSync("FENCED_INSTANCE_ID"), turn);
}

/**
 * From version 9 on a leader learns that it leads, so that it can watch the topics, and that the
 * assignment stays (KIP-814). Before, it is told the id that it had, so as not to assign.
 */
function answerOf(group: ClassicGroup, call: JoinGroupCall, oldLeaderId: string): JoinGroupAnswer {
  const answer = currentGeneration(group, call.memberId);
  if (!call.supportsSkippingAssignment) return { ...answer, leader: oldLeaderId, members: [] };
  return { ...answer, skipAssignment: group.leaderId === call.memberId };
}

/** The group cannot be stored with what the member said, so its former self stays. */
function putBack(group: ClassicGroup, old: ClassicMember, member: ClassicMember, turn: Turn): void {
  setTerms(group, member, old);
  group.membership.replace(member, old.memberId).renewSession(turn.now);
}
