/** LeaveGroup in a classic group, by members and by administrators on their behalf. */
import type { ErrorName } from "../../protocol/errors.ts";
import type { LeaveGroupAnswer, LeaveGroupCall } from "../group-calls.ts";
import type { Turn } from "../turn.ts";
import { dismiss } from "./answers.ts";
import type { ClassicGroup } from "./classic-group.ts";
import { rebalance } from "./prepare-rebalance.ts";

type LeavingMember = LeaveGroupCall["members"][number];

export function leaveClassicGroup(
  group: ClassicGroup,
  call: LeaveGroupCall,
  turn: Turn,
): LeaveGroupAnswer {
  const members = call.members.map((leaving) => {
    const { memberId, groupInstanceId } = leaving;
    return { memberId, groupInstanceId, error: leave(group, leaving, turn) };
  });
  if (!group.isEmpty && members.some(({ error }) => error === null)) rebalance(group, turn);
  return { error: null, members };
}

/** Why the member cannot leave, or null. */
function leave(group: ClassicGroup, leaving: LeavingMember, turn: Turn): ErrorName | null {
  const { membership } = group;
  const { groupInstanceId } = leaving;
  // Whoever knows an instance id alone means whichever member has it.
  const holder = membership.holderOf(groupInstanceId);
  const memberId = leaving.memberId === "" ? holder?.memberId : leaving.memberId;
  if (memberId === undefined) return "UNKNOWN_MEMBER_ID";
  if (!membership.pendingJoins.has(memberId)) {
    const member = membership.find(memberId, groupInstanceId);
    if (typeof member === "string") return member;
    dismiss(group, member, turn);
  }
  membership.remove(memberId);
  return null;
}
