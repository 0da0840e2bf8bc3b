/**
 * Kafka's range assignor: every topic by itself is cut into contiguous ranges, one for each member
 * that subscribes to it, in the order of the members. So members that read the same topics of the
 * same size get the same partition numbers of each, as joins of streams need it, and so the first
 * members have one partition more of every topic that does not divide evenly.
 *
 * It knows nothing of the assignment so far. What keeps ranges in place is the order of members:
 * static ones come first, by instance ids, which outlive restarts.
 */
import type { Uuid } from "../../base/uuid.ts";
import type { Assignor, GroupAssignment, GroupSpec, MemberSpec } from "./assignor.ts";

export const rangeAssignor: Assignor = { name: "range", assign };

function assign({ members, topics }: GroupSpec): GroupAssignment {
  const assignment = new Map<string, Map<Uuid, number[]>>();
  const subscribers = new Map<Uuid, string[]>();
  for (const [memberId, { subscribedTopicIds }] of [...members].toSorted(staticMembersFirst)) {
    assignment.set(memberId, new Map());
    for (const topicId of subscribedTopicIds) {
      const memberIds = subscribers.get(topicId);
      if (memberIds === undefined) subscribers.set(topicId, [memberId]);
      else memberIds.push(memberId);
    }
  }
  for (const [topicId, memberIds] of subscribers) {
    const ranges = cutIntoRanges(topics.get(topicId) ?? 0, memberIds.length);
    for (const [index, range] of ranges.entries()) {
      assignment.get(memberIds[index]!)!.set(topicId, range);
    }
  }
  return assignment;
}

/** The partitions in `count` ranges, or fewer where there are fewer; the longer ones come first. */
function cutIntoRanges(partitionCount: number, count: number): number[][] {
  const ranges: number[][] = [];
  for (let start = 0; start < partitionCount; start += ranges.at(-1)!.length) {
    const length = Math.ceil((partitionCount - start) / (count - ranges.length));
    ranges.push(Array.from({ length }, (_, index) => start + index));
  }
  return ranges;
}

type Entry = readonly [memberId: string, member: MemberSpec];

function staticMembersFirst([idA, a]: Entry, [idB, b]: Entry): number {
  if (a.instanceId !== null && b.instanceId !== null) return compare(a.instanceId, b.instanceId);
  if (a.instanceId !== null) return -1;
  if (b.instanceId !== null) return 1;
  return compare(idA, idB);
}

/** By UTF-16 units, as Java compares strings. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
