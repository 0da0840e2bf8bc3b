/** A member's next step towards its target assignment, and how long it may take for it. */
import { assert } from "../../base/assert.ts";
import type { Uuid } from "../../base/uuid.ts";
import type { TopicPartitions } from "../group-calls.ts";
import type { TopicsImage } from "../topics-image.ts";
import type { Turn } from "../turn.ts";
import { hasTheSame, isReconciledTo } from "./consumer-group-member.ts";
import type { ConsumerGroupMember } from "./consumer-group-member.ts";
import type { ConsumerGroup } from "./consumer-group.ts";
import { currentAssignmentRecord } from "./member-records.ts";
import { nextAssignment } from "./next-assignment.ts";

/** What the member has just said about its partitions. */
export interface MemberReport {
  readonly hasSubscriptionChanged: boolean;
  /** What it owns, null if it said nothing of it. */
  readonly owned: readonly TopicPartitions[] | null;
}

/** Takes the step, if there is one to take, and returns the member as it is then. */
export function reconcileMember(
  group: ConsumerGroup,
  memberId: string,
  { hasSubscriptionChanged, owned }: MemberReport,
  turn: Turn,
): ConsumerGroupMember {
  const member = group.members.get(memberId);
  assert(member !== undefined, "Who is reconciled is a member.");
  if (!hasSubscriptionChanged && isReconciledTo(member, group.assignmentEpoch)) return member;
  const next = nextAssignment(member, {
    targetEpoch: group.assignmentEpoch,
    target: group.targetOf(memberId),
    subscribedTopicIds: subscribedTopicIds(group, member, turn.topics),
    hasSubscriptionChanged,
    owned,
    isTaken: (topicId, partition) => group.partitionEpochs.get(topicId, partition) !== undefined,
  });
  if (hasTheSame(member, next)) return member;
  turn.record(currentAssignmentRecord(group.groupId, next));
  // Members of the classic protocol have a time to join and a time to sync instead.
  if (next.classic === null) {
    const { state, memberEpoch, rebalanceTimeoutMs } = next;
    group.deadlinesOf(memberId).rebalance =
      state === "UNREVOKED_PARTITIONS" ? { at: turn.now + rebalanceTimeoutMs, memberEpoch } : null;
  }
  return next;
}

/** The topics that a member subscribes to, by name or by regular expression, and that exist. */
export function subscribedTopicIds(
  { subscriptions }: ConsumerGroup,
  member: ConsumerGroupMember,
  topics: TopicsImage,
): ReadonlySet<Uuid> {
  const found = subscriptions.topicNamesOf(member).map((name) => topics.byName(name));
  return new Set(found.flatMap((topic) => (topic === undefined ? [] : [topic.topicId])));
}
