/**
 * An assignment the other way round: who owns each partition, as an index into the members of the
 * group. To share partitions out takes no more than this, and no searching.
 */
import type { Uuid } from "../../base/uuid.ts";
import type { GroupAssignment, GroupSpec } from "./assignor.ts";

const NOBODY = -1;

/** The owners of a topic's partitions, by partition; -1 where there is none. */
export type Owners = Int32Array;

/** The owners of all topics that members subscribe to, among those who still subscribe to them. */
export function ownersOf({ members, topics }: GroupSpec): Map<Uuid, Owners> {
  const ownersByTopic = new Map<Uuid, Owners>();
  for (const [index, member] of [...members.values()].entries()) {
    for (const topicId of member.subscribedTopicIds) {
      if (ownersByTopic.has(topicId)) continue;
      ownersByTopic.set(topicId, new Int32Array(topics.get(topicId) ?? 0).fill(NOBODY));
    }
    for (const [topicId, partitions] of member.assignment) {
      if (!member.subscribedTopicIds.has(topicId)) continue;
      const owners = ownersByTopic.get(topicId)!;
      for (const partition of partitions) owners[partition] = index;
    }
  }
  return ownersByTopic;
}

/** How many partitions each of the members owns. */
export function countOwned(topics: Iterable<Owners>, memberCount: number): number[] {
  const counts = new Array<number>(memberCount).fill(0);
  for (const owners of topics) {
    for (const owner of owners) if (owner !== NOBODY) counts[owner]!++;
  }
  return counts;
}

/**
 * Changes the owners so that each member has its share, by index, of these topics' partitions; the
 * shares add up to all of them. Members keep their first partitions, as many as their share allows,
 * and the rest goes to one member after the other.
 */
export function deal(topics: Iterable<Owners>, shares: readonly number[]): void {
  const room = [...shares];
  const free: { readonly owners: Owners; readonly partition: number }[] = [];
  for (const owners of topics) {
    for (const [partition, owner] of owners.entries()) {
      if (owner !== NOBODY && room[owner]! > 0) room[owner]!--;
      else free.push({ owners, partition });
    }
  }
  let member = 0;
  for (const { owners, partition } of free) {
    while (room[member] === 0) member++;
    owners[partition] = member;
    room[member]!--;
  }
}

/** The assignment that says the same as the owners. */
export function assignmentOf(
  { members }: GroupSpec,
  ownersByTopic: ReadonlyMap<Uuid, Owners>,
): GroupAssignment {
  const assignments = Array.from(members, () => new Map<Uuid, number[]>());
  for (const [topicId, owners] of ownersByTopic) {
    for (const [partition, owner] of owners.entries()) {
      const partitions = assignments[owner]!.get(topicId);
      if (partitions === undefined) assignments[owner]!.set(topicId, [partition]);
      else partitions.push(partition);
    }
  }
  return new Map([...members.keys()].map((memberId, index) => [memberId, assignments[index]!]));
}
