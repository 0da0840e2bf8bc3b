/** What happens to a consumer group because nothing else does: members are fenced. */
import type { Millis } from "../../base/clock.ts";
import type { GroupState } from "../group-state.ts";
import type { Turn } from "../turn.ts";
import type { ConsumerGroupMember } from "./consumer-group-member.ts";
import { ConsumerGroup } from "./consumer-group.ts";
import { fenceMembers } from "./fence-members.ts";
import { earliest } from "./member-deadlines.ts";

/**
 * Fences the members whose time is over, one after the other. When that leaves a classic group, its
 * own deadlines are yet to be looked at.
 */
export function expireConsumerGroup(state: GroupState, turn: Turn): void {
  const { group } = state;
  if (!(group instanceof ConsumerGroup)) return;
  for (const member of group.members.values()) {
    if (!isExpired(group, member, turn.now)) continue;
    fenceMembers(state, group, [member], turn);
    if (state.group !== group) return;
  }
}

function isExpired(group: ConsumerGroup, member: ConsumerGroupMember, now: Millis): boolean {
  const deadlines = group.deadlinesOf(member.memberId);
  const { rebalance } = deadlines;
  // It has left the epoch in which it was to give something up.
  if (rebalance !== null && rebalance.memberEpoch !== member.memberEpoch) {
    deadlines.rebalance = null;
  }
  return (earliest(deadlines) ?? Infinity) <= now;
}
