/**
 * The consumer group that a heartbeat is for: as it is, made for its first member, or converted
 * from a classic group (KIP-848). Whatever can be refused is, before anything changes.
 */
import type { ClassicGroup } from "../classic/classic-group.ts";
import type { ConsumerHeartbeatCall } from "../group-calls.ts";
import type { GroupState } from "../group-state.ts";
import { planUpgrade, upgrade } from "../migration/upgrade.ts";
import type { Turn } from "../turn.ts";
import { ConsumerGroup } from "./consumer-group.ts";
import { refuseIfFull, refuseMember } from "./heartbeat-checks.ts";
import { refuse } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";
import { refuseRegularExpression } from "./regular-expressions.ts";

export function openGroup(
  state: GroupState,
  call: ConsumerHeartbeatCall,
  turn: Turn,
): ConsumerGroup | Refusal {
  const { group, groupId } = state;
  if (group instanceof ConsumerGroup) return refuseIn(group, call, turn) ?? group;
  if (call.memberEpoch !== 0) {
    return refuse(
      "GROUP_ID_NOT_FOUND",
      group === null
        ? `Consumer group ${groupId} not found.`
        : `Group ${groupId} is not a consumer group.`,
    );
  }
  if (group !== null && !group.isEmpty) return upgradeFor(state, group, call, turn);
  const refused = refuseRegularExpression(call.subscribedTopicRegex);
  if (refused !== null) return refused;
  for (const tombstone of group?.tombstones() ?? []) turn.record(tombstone);
  const made = new ConsumerGroup(groupId);
  state.group = made;
  return made;
}

function refuseIn(group: ConsumerGroup, call: ConsumerHeartbeatCall, turn: Turn): Refusal | null {
  const { members, subscriptions } = group;
  if (!members.has(call.memberId)) {
    const full = refuseIfFull(members.size, turn.config);
    if (full !== null) return full;
  }
  const refused = refuseMember(group, call);
  if (refused !== null) return refused;
  const regex = call.subscribedTopicRegex ?? "";
  return subscriptions.subscribers(regex) > 0 ? null : refuseRegularExpression(regex);
}

function upgradeFor(
  state: GroupState,
  group: ClassicGroup,
  call: ConsumerHeartbeatCall,
  turn: Turn,
): ConsumerGroup | Refusal {
  const plan = planUpgrade(group, turn);
  if ("error" in plan) return plan;
  if (!group.members.has(call.memberId)) {
    const full = refuseIfFull(group.members.size, turn.config);
    if (full !== null) return full;
  }
  const refused = refuseRegularExpression(call.subscribedTopicRegex);
  return refused ?? upgrade(state, group, plan, turn);
}
