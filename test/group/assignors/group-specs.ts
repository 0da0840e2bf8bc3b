/** Groups to assign, by hand and by chance, and what can be counted in an assignment. */
import fc from "fast-check";

import type {
  Assignor,
  GroupAssignment,
  GroupSpec,
  MemberSpec,
} from "../../../src/group/assignors/assignor.ts";

/** The members that own the partitions of each topic, by index; -1 for nobody. */
export type OwnersByTopic = Readonly<Record<string, readonly number[]>>;

export interface MemberToBe {
  readonly memberId: string;
  readonly instanceId?: string | null;
  readonly topics: readonly string[];
}

/** A group of these members, with what they own so far. */
export function groupSpec(
  partitionCounts: Readonly<Record<string, number>>,
  members: readonly MemberToBe[],
  owned: OwnersByTopic = {},
): GroupSpec {
  const assignments = members.map(() => new Map<string, number[]>());
  for (const [topic, owners] of Object.entries(owned)) {
    for (const [partition, owner] of owners.entries()) {
      const partitions = assignments[owner]?.get(topic);
      if (partitions === undefined) assignments[owner]?.set(topic, [partition]);
      else partitions.push(partition);
    }
  }
  const specs = members.map(({ memberId, instanceId, topics }, index): [string, MemberSpec] => [
    memberId,
    {
      subscribedTopicIds: new Set(topics),
      instanceId: instanceId ?? null,
      rackId: null,
      assignment: assignments[index]!,
    },
  ]);
  return groupOf(new Map(specs), new Map(Object.entries(partitionCounts)));
}

/** The group as its next assignment finds it, after this one and after members have left. */
export function after(
  spec: GroupSpec,
  assignment: GroupAssignment,
  gone: readonly string[] = [],
): GroupSpec {
  const members = new Map<string, MemberSpec>();
  for (const [memberId, member] of spec.members) {
    if (gone.includes(memberId)) continue;
    members.set(memberId, { ...member, assignment: assignment.get(memberId) ?? new Map() });
  }
  return groupOf(members, spec.topics);
}

function groupOf(members: Map<string, MemberSpec>, topics: ReadonlyMap<string, number>): GroupSpec {
  const subscriptions = [...members.values()].map(({ subscribedTopicIds }) =>
    [...subscribedTopicIds].toSorted().join(),
  );
  const isHomogeneous = new Set(subscriptions).size <= 1;
  return { members, topics, subscriptionType: isHomogeneous ? "HOMOGENEOUS" : "HETEROGENEOUS" };
}

/**
 * Who owns which partition in an assignment. Fails where a partition has two owners, one that does
 * not subscribe to its topic, or none though there are subscribers.
 */
export function ownersIn(spec: GroupSpec, assignment: GroupAssignment): Record<string, number[]> {
  const owners: Record<string, number[]> = {};
  for (const [topic, count] of spec.topics) owners[topic] = new Array<number>(count).fill(-1);
  for (const [index, [memberId, member]] of [...spec.members].entries()) {
    for (const [topic, partitions] of assignment.get(memberId) ?? []) {
      if (!member.subscribedTopicIds.has(topic)) throw new Error(`${memberId} got ${topic}.`);
      for (const partition of partitions) {
        if (owners[topic]?.[partition] !== -1) throw new Error(`Bad ${topic}-${partition}.`);
        owners[topic][partition] = index;
      }
    }
  }
  const subscribed = [...spec.members.values()].flatMap((member) => [...member.subscribedTopicIds]);
  for (const topic of new Set(subscribed)) {
    if (owners[topic]?.includes(-1)) throw new Error(`${topic} has partitions of nobody.`);
  }
  return owners;
}

/** How many partitions each member has, in the order of the members. */
export function loadsOf(spec: GroupSpec, owners: OwnersByTopic): number[] {
  const loads = new Array<number>(spec.members.size).fill(0);
  for (const owner of Object.values(owners).flat()) if (owner >= 0) loads[owner]!++;
  return loads;
}

/** How many partitions have the owner that they had before. */
export function countKept(before: OwnersByTopic, now: OwnersByTopic): number {
  return Object.entries(now)
    .flatMap(([topic, owners]) => owners.map((owner, index) => [owner, before[topic]?.[index]]))
    .filter(([owner, ownerBefore]) => owner !== -1 && owner === ownerBefore).length;
}

/** Assigns, and says it as owners. */
export function assignBy(assignor: Assignor, spec: GroupSpec): Record<string, number[]> {
  return ownersIn(spec, assignor.assign(spec));
}

const TOPICS = ["A", "B", "C", "D"];

/** Groups of up to 7 members and 4 topics whose partitions are owned by anybody or nobody. */
export function anyGroup(subscriptions: "the same" | "any"): fc.Arbitrary<GroupSpec> {
  return fc
    .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: TOPICS.length }))
    .chain(([memberCount, topicCount]) => {
      const topics = TOPICS.slice(0, topicCount);
      const subscription = subscriptions === "any" ? fc.subarray(topics) : fc.constant(topics);
      const member = fc.record({
        instanceId: fc.option(fc.string({ unit: "grapheme", minLength: 1 })),
        topics: subscription,
      });
      const owners = fc.array(fc.integer({ min: -1, max: memberCount - 1 }), { maxLength: 12 });
      return fc.record({
        members: fc.array(member, { minLength: memberCount, maxLength: memberCount }),
        owned: fc.array(owners, { minLength: topicCount, maxLength: topicCount }),
      });
    })
    .map(({ members, owned }) => {
      const byTopic = Object.fromEntries(owned.map((owners, index) => [TOPICS[index]!, owners]));
      const counts = Object.fromEntries(
        owned.map((owners, index) => [TOPICS[index]!, owners.length]),
      );
      const named = members.map(({ instanceId, topics }, index) => ({
        memberId: `member-${index}`,
        instanceId: instanceId === null ? null : `${instanceId}-${index}`,
        topics,
      }));
      return groupSpec(counts, named, byTopic);
    });
}
