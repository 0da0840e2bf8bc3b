/** Partitions as a member of a consumer group has them. */
import type { Uuid } from "../../base/uuid.ts";
import type { MemberAssignment } from "../assignors/assignor.ts";
import type { TopicPartitions } from "../group-calls.ts";

/**
 * By topic id and partition the epoch in which the member got it: what it commits in an older epoch
 * may be a zombie's (KIP-1251). No topic has no partitions.
 */
export type AssignedPartitions = ReadonlyMap<Uuid, ReadonlyMap<number, number>>;

export const NO_PARTITIONS: AssignedPartitions = new Map();

/** Without epochs, the partitions of a topic ascending: as members are told, and as is stored. */
export function topicPartitionsOf(assigned: AssignedPartitions): TopicPartitions[] {
  return [...assigned].map(([topicId, epochs]) => ({ topicId, partitions: ascending(epochs) }));
}

/** The same for a target assignment. */
export function topicPartitionsOfTarget(target: MemberAssignment): TopicPartitions[] {
  return [...target].map(([topicId, partitions]) => ({ topicId, partitions }));
}

/** All partitions with one and the same epoch. */
export function withEpoch(target: MemberAssignment, epoch: number): AssignedPartitions {
  const assigned = new Map<Uuid, ReadonlyMap<number, number>>();
  for (const [topicId, partitions] of target) {
    assigned.set(topicId, new Map(partitions.map((partition) => [partition, epoch])));
  }
  return assigned;
}

/** Whether these are the same partitions of the same epochs. */
export function isSameAssigned(one: AssignedPartitions, other: AssignedPartitions): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [topicId, epochs] of one) {
    const others = other.get(topicId);
    if (others?.size !== epochs.size) return false;
    for (const [partition, epoch] of epochs) if (others.get(partition) !== epoch) return false;
  }
  return true;
}

export function isSameTarget(one: MemberAssignment, other: MemberAssignment): boolean {
  if (one.size !== other.size) return false;
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId);
    if (others?.length !== partitions.length) return false;
    if (partitions.some((partition, index) => others[index] !== partition)) return false;
  }
  return true;
}

/** Whether a member that owns these owns nothing but what it was assigned. Null is not known. */
export function isWithin(
  owned: readonly TopicPartitions[] | null,
  assigned: AssignedPartitions,
): boolean {
  return (
    owned?.every(({ topicId, partitions }) => {
      const epochs = assigned.get(topicId);
      return epochs !== undefined && partitions.every((partition) => epochs.has(partition));
    }) ?? false
  );
}

/** Whether a member that owns these may still own some of `assigned`. Null is not known. */
export function mayOwnSomeOf(
  assigned: AssignedPartitions,
  owned: readonly TopicPartitions[] | null,
): boolean {
  return (
    owned?.some(({ topicId, partitions }) => {
      const epochs = assigned.get(topicId);
      return epochs !== undefined && partitions.some((partition) => epochs.has(partition));
    }) ?? true
  );
}

export function ascending(epochs: ReadonlyMap<number, number>): number[] {
  return [...epochs.keys()].sort((one, other) => one - other);
}
