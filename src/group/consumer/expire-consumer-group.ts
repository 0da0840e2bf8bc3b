/** What happens to a consumer group because nothing else does: members are fenced. */
import type { GroupState } from "../group-state.ts";
import type { Turn } from "../turn.ts";
import { ConsumerGroup } from "./consumer-group.ts";
import { fenceMembers } from "./fence-members.ts";
import { earliest } from "./member-deadlines.ts";

/** Fences all members whose time is over. What is left may be a classic group. */
export function expireConsumerGroup(state: GroupState, turn: Turn): void {
  const { group } = state;
  if (!(group instanceof ConsumerGroup)) return;
  const expired = [...group.members.values()].filter(({ memberId, memberEpoch }) => {
    const deadlines = group.deadlinesOf(memberId);
    const { rebalance } = deadlines;
    // It has left the epoch in which it was to give something up.
    if (rebalance !== null && rebalance.memberEpoch !== memberEpoch) deadlines.rebalance = null;
    return (earliest(deadlines) ?? Infinity) <= turn.now;
  });
  fenceMembers(state, group, expired, turn);
}
