/** A member joins again, perhaps with other protocols and timeouts, and waits for the others. */
import type { JoinGroupCall } from "../group-calls.ts";
import type { Ticket, Turn } from "../turn.ts";
import { answerJoin, refusedJoin } from "./answers.ts";
import type { ClassicGroup } from "./classic-group.ts";
import type { ClassicMember } from "./classic-member.ts";

/** What a member may change when it joins again. */
type Terms = Pick<JoinGroupCall, "protocols" | "rebalanceTimeoutMs" | "sessionTimeoutMs">;

export function updateMember(
  group: ClassicGroup,
  member: ClassicMember,
  call: JoinGroupCall,
  ticket: Ticket,
  turn: Turn,
): void {
  setTerms(group, member, call);
  // The client has given up on a join that still waits.
  answerJoin(group, member, refusedJoin("REBALANCE_IN_PROGRESS", member.memberId), turn);
  group.membership.setJoinTicket(member, ticket);
}

export function setTerms({ membership }: ClassicGroup, member: ClassicMember, terms: Terms): void {
  membership.setProtocols(member, terms.protocols);
  member.rebalanceTimeoutMs = terms.rebalanceTimeoutMs;
  member.sessionTimeoutMs = terms.sessionTimeoutMs;
}
