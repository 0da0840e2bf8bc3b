/** The target assignment: what each member is to have, as soon as a group epoch needs another. */
import { assert } from "../../base/assert.ts";
import type { Millis } from "../../base/clock.ts";
import type { Uuid } from "../../base/uuid.ts";
import { findAssignor } from "../assignors/assignor.ts";
import type { GroupSpec, MemberAssignment, MemberSpec } from "../assignors/assignor.ts";
import type { TopicsImage } from "../topics-image.ts";
import type { Turn } from "../turn.ts";
import { isSameTarget } from "./assigned-partitions.ts";
import type { ConsumerGroup } from "./consumer-group.ts";
import { targetAssignmentMetadataRecord, targetAssignmentRecord } from "./group-records.ts";
import { subscribedTopicIds } from "./reconcile-member.ts";

const NOTHING: MemberAssignment = new Map();

/**
 * Computes the target assignment, unless it is for the group's epoch already, or the last one is so
 * young that the group waits for more to change (KIP-1263). Somebody's heartbeat comes soon enough.
 */
export function updateTargetAssignment(group: ConsumerGroup, turn: Turn): void {
  const { consumerAssignmentIntervalMs } = turn.config;
  if (group.assignmentEpoch >= group.groupEpoch) return;
  if (!isDue(group.assignmentTimestamp, consumerAssignmentIntervalMs, turn.now)) return;
  const assignor = findAssignor(group.preferredAssignor(turn.config));
  assert(assignor !== undefined, "A broker has the assignors that its config names.");
  const targets = assignor.assign(groupSpec(group, turn.topics));
  for (const memberId of group.members.keys()) {
    const target = targets.get(memberId) ?? NOTHING;
    const before = group.targetAssignment.get(memberId);
    if (before !== undefined && isSameTarget(before, target)) continue;
    turn.record(targetAssignmentRecord(group.groupId, memberId, target));
  }
  turn.record(targetAssignmentMetadataRecord(group.groupId, group.groupEpoch, turn.now));
}

/** An interval of 0 is a way out for a clock that was set back. */
function isDue(assignmentTimestamp: Millis, intervalMs: Millis, now: Millis): boolean {
  return assignmentTimestamp === 0 || intervalMs === 0 || now >= assignmentTimestamp + intervalMs;
}

function groupSpec(group: ConsumerGroup, topics: TopicsImage): GroupSpec {
  const members = new Map<string, MemberSpec>();
  for (const [memberId, member] of group.members) {
    members.set(memberId, {
      subscribedTopicIds: subscribedTopicIds(group, member, topics),
      instanceId: member.instanceId,
      rackId: member.rackId,
      assignment: group.targetOf(memberId),
    });
  }
  const partitionCounts = new Map<Uuid, number>();
  for (const name of group.subscriptions.topicNames()) {
    const topic = topics.byName(name);
    if (topic !== undefined) partitionCounts.set(topic.topicId, topic.partitionCount);
  }
  const subscriptionType = group.subscriptions.subscriptionType(group.members.size);
  return { members, subscriptionType, topics: partitionCounts };
}
