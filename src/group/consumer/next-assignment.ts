/**
 * How a member gets from what it has to what it is to have: Kafka's CurrentAssignmentBuilder.
 *
 *     STABLE ----another target----> UNREVOKED_PARTITIONS   still owns what others are to have
 *       ^   \                              | gives it up
 *       |    `---------------.             v
 *       `---all is free----- UNRELEASED_PARTITIONS          waits for what others still own
 *
 * A member that has nothing to give up is in the target's epoch at once, with whatever is free.
 */
import type { Uuid } from "../../base/uuid.ts";
import type { MemberAssignment } from "../assignors/assignor.ts";
import type { TopicPartitions } from "../group-calls.ts";
import { NO_PARTITIONS, mayOwnSomeOf } from "./assigned-partitions.ts";
import type { AssignedPartitions } from "./assigned-partitions.ts";
import type { ConsumerGroupMember } from "./consumer-group-member.ts";

/** What decides on a member's next step. */
export interface Reconciliation {
  readonly targetEpoch: number;
  readonly target: MemberAssignment;
  /** Of topics that exist. Of others it keeps nothing, whatever its target says. */
  readonly subscribedTopicIds: ReadonlySet<Uuid>;
  /** Whether the member has just said something else than before about what it subscribes to. */
  readonly hasSubscriptionChanged: boolean;
  /** What it says that it owns, null if it says nothing. */
  readonly owned: readonly TopicPartitions[] | null;
  /** Whether a member has the partition, be it this one. */
  isTaken(topicId: Uuid, partition: number): boolean;
}

/** The member after its next step, or as it is if there is none to take. */
export function nextAssignment(
  member: ConsumerGroupMember,
  reconciliation: Reconciliation,
): ConsumerGroupMember {
  const { targetEpoch, hasSubscriptionChanged, owned } = reconciliation;
  const isSettled =
    member.state === "UNREVOKED_PARTITIONS"
      ? mayOwnSomeOf(member.partitionsPendingRevocation, owned)
      : member.state === "STABLE" && member.memberEpoch === targetEpoch;
  if (!isSettled) return towardsTarget(member, reconciliation);
  return hasSubscriptionChanged ? withoutUnsubscribed(member, reconciliation) : member;
}

function towardsTarget(
  member: ConsumerGroupMember,
  { targetEpoch, target, subscribedTopicIds, owned, isTaken }: Reconciliation,
): ConsumerGroupMember {
  const kept = new Map<Uuid, Map<number, number>>();
  const revoked = new Map<Uuid, Map<number, number>>();
  const added = new Map<Uuid, number[]>();
  let hasUnreleased = false;
  for (const topicId of new Set([...target.keys(), ...member.assignedPartitions.keys()])) {
    const wanted = new Set(subscribedTopicIds.has(topicId) ? target.get(topicId) : []);
    for (const [partition, epoch] of member.assignedPartitions.get(topicId) ?? []) {
      put(wanted.delete(partition) ? kept : revoked, topicId, partition, epoch);
    }
    const isOwnAgain = (partition: number) =>
      member.partitionsPendingRevocation.get(topicId)?.has(partition) ?? false;
    const free = [...wanted].filter(
      (partition) => !isTaken(topicId, partition) || isOwnAgain(partition),
    );
    if (free.length < wanted.size) hasUnreleased = true;
    added.set(topicId, free);
  }
  const { memberEpoch } = member;
  if (revoked.size > 0 && mayOwnSomeOf(revoked, owned)) {
    return {
      ...member,
      state: "UNREVOKED_PARTITIONS",
      previousMemberEpoch: memberEpoch,
      assignedPartitions: kept,
      partitionsPendingRevocation: revoked,
    };
  }
  for (const [topicId, partitions] of added) {
    for (const partition of partitions) put(kept, topicId, partition, targetEpoch);
  }
  return {
    ...member,
    state: hasUnreleased ? "UNRELEASED_PARTITIONS" : "STABLE",
    memberEpoch: targetEpoch,
    previousMemberEpoch: memberEpoch,
    assignedPartitions: kept,
    partitionsPendingRevocation: NO_PARTITIONS,
  };
}

/**
 * The member gives up what it no longer subscribes to, and is not made to wait for a target
 * assignment which knows of that.
 */
function withoutUnsubscribed(
  member: ConsumerGroupMember,
  { subscribedTopicIds, owned }: Reconciliation,
): ConsumerGroupMember {
  const kept = new Map<Uuid, ReadonlyMap<number, number>>();
  const revoked = new Map<Uuid, ReadonlyMap<number, number>>(member.partitionsPendingRevocation);
  for (const [topicId, epochs] of member.assignedPartitions) {
    if (subscribedTopicIds.has(topicId)) kept.set(topicId, epochs);
    else revoked.set(topicId, new Map([...(revoked.get(topicId) ?? []), ...epochs]));
  }
  if (kept.size === member.assignedPartitions.size) return member;
  const { memberEpoch: previousMemberEpoch } = member;
  const assignedPartitions: AssignedPartitions = kept;
  if (!mayOwnSomeOf(revoked, owned)) return { ...member, previousMemberEpoch, assignedPartitions };
  return {
    ...member,
    state: "UNREVOKED_PARTITIONS",
    previousMemberEpoch,
    assignedPartitions,
    partitionsPendingRevocation: revoked,
  };
}

function put(
  partitions: Map<Uuid, Map<number, number>>,
  topicId: Uuid,
  partition: number,
  epoch: number,
): void {
  const epochs = partitions.get(topicId) ?? new Map<number, number>();
  epochs.set(partition, epoch);
  partitions.set(topicId, epochs);
}
