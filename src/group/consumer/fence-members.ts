/**
 * Members leave a consumer group, by their own will or because they were not heard of. When only
 * members of the classic protocol remain, the group becomes a classic one.
 */
import type { GroupState } from "../group-state.ts";
import { downgrade, mayDowngrade } from "../migration/downgrade.ts";
import type { Turn } from "../turn.ts";
import type { ConsumerGroupMember } from "./consumer-group-member.ts";
import type { ConsumerGroup } from "./consumer-group.ts";
import { memberTombstones, regularExpressionTombstone } from "./group-records.ts";
import { refreshMetadata } from "./update-member.ts";

/** Removes members of the group that the state has, and begins a new group epoch without them. */
export function fenceMembers(
  state: GroupState,
  group: ConsumerGroup,
  members: readonly ConsumerGroupMember[],
  turn: Turn,
): void {
  if (members.length === 0) return;
  const { groupId, subscriptions } = group;
  const leaving = new Set(members.map(({ memberId }) => memberId));
  if (mayDowngrade(group, leaving, 0, turn.config)) {
    const generationId = group.groupEpoch;
    downgrade(state, group, { leaving, generationId, mustRebalance: true }, turn);
    return;
  }
  for (const memberId of leaving) {
    for (const tombstone of memberTombstones(groupId, memberId)) turn.record(tombstone);
  }
  for (const regex of new Set(members.map((member) => member.subscribedTopicRegex))) {
    if (regex === "" || subscriptions.subscribers(regex) > 0) continue;
    turn.record(regularExpressionTombstone(groupId, regex));
  }
  refreshMetadata(group, true, turn);
}
