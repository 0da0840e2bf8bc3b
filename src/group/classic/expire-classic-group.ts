/** What happens to a classic group because nothing else does: sessions and rebalances time out. */
import type { Turn } from "../turn.ts";
import { dismiss } from "./answers.ts";
import type { ClassicGroup } from "./classic-group.ts";
import type { ClassicMember } from "./classic-member.ts";
import { completeJoin } from "./complete-join.ts";
import { prepareRebalance } from "./prepare-rebalance.ts";

/** Does all that is due, in the order in which it became due. */
export function expireClassicGroup(group: ClassicGroup, turn: Turn): void {
  for (;;) {
    const deadline = group.nextDeadline();
    if (deadline === null || deadline > turn.now) return;
    expireAt(group, deadline, turn);
  }
}

/** Does one thing that is due at `deadline`, and is not afterwards. */
function expireAt(group: ClassicGroup, deadline: number, turn: Turn): void {
  const { membership } = group;
  if (group.joinDeadline?.at === deadline) {
    expireJoin(group, turn);
  } else if (group.syncDeadline === deadline) {
    expireSync(group, turn);
  } else {
    for (const [memberId, forgottenAt] of membership.pendingJoins) {
      if (forgottenAt === deadline) {
        membership.remove(memberId);
        completeIfLastToWaitFor(group, turn);
        return;
      }
    }
    for (const member of group.members.values()) {
      if (member.sessionDeadline === deadline) {
        expireSession(group, member, turn);
        return;
      }
    }
  }
}

function expireJoin(group: ClassicGroup, turn: Turn): void {
  const { joinDeadline } = group;
  if (
    joinDeadline?.kind !== "InitialDelay" ||
    !group.newMemberAdded ||
    joinDeadline.remainingMs === 0
  ) {
    completeJoin(group, turn);
    return;
  }
  group.newMemberAdded = false;
  const delayMs = Math.min(turn.config.groupInitialRebalanceDelayMs, joinDeadline.remainingMs);
  const remainingMs = Math.max(joinDeadline.remainingMs - joinDeadline.delayMs, 0);
  group.joinDeadline = { kind: "InitialDelay", at: turn.now + delayMs, delayMs, remainingMs };
}

/** Removes those who know of the generation but never asked what it assigns to them. */
function expireSync(group: ClassicGroup, turn: Turn): void {
  group.syncDeadline = null;
  for (const memberId of group.membership.pendingSyncs) group.membership.remove(memberId);
  prepareRebalance(group, turn);
}

function expireSession(group: ClassicGroup, member: ClassicMember, turn: Turn): void {
  if (member.isExcusedFromHeartbeats) {
    member.sessionDeadline = null;
    return;
  }
  dismiss(group, member, turn);
  group.membership.remove(member.memberId);
  if (group.state === "PreparingRebalance") completeIfLastToWaitFor(group, turn);
  else prepareRebalance(group, turn);
}

/** Unlike a join, this ends even the delay of an initial rebalance. */
function completeIfLastToWaitFor(group: ClassicGroup, turn: Turn): void {
  const { state, membership } = group;
  if (state === "PreparingRebalance" && membership.hasEverybodyJoined) completeJoin(group, turn);
}
