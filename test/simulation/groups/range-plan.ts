/** What a leader assigns: each topic's partitions in ranges to those who subscribe to it. */

export interface PlannedMember {
  readonly memberId: string;
  readonly topics: readonly string[];
  /** What the member says that it has, and since which generation; for cooperative members. */
  readonly owned: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
  readonly generationId: number;
}

export interface PlannedPartition {
  readonly topic: string;
  readonly partition: number;
}

export function rangePlan(
  members: readonly PlannedMember[],
  partitionCounts: ReadonlyMap<string, number>,
): Map<string, PlannedPartition[]> {
  const plan = new Map(members.map(({ memberId }) => [memberId, [] as PlannedPartition[]]));
  const sorted = members.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
  for (const [topic, count] of partitionCounts) {
    const subscribers = sorted.filter(({ topics }) => topics.includes(topic));
    for (const [index, { memberId }] of subscribers.entries()) {
      const from = Math.floor((index * count) / subscribers.length);
      const to = Math.floor(((index + 1) * count) / subscribers.length);
      for (let partition = from; partition < to; partition++) {
        plan.get(memberId)!.push({ topic, partition });
      }
    }
  }
  return plan;
}

/**
 * The plan without what somebody else still has: that is given up first, and assigned in another
 * generation (KIP-429). Of two who say that they have it the one with the later generation does.
 */
export function withoutOwned(
  plan: ReadonlyMap<string, readonly PlannedPartition[]>,
  members: readonly PlannedMember[],
): Map<string, PlannedPartition[]> {
  const owners = new Map<string, PlannedMember>();
  for (const member of members) {
    for (const { topic, partitions } of member.owned) {
      for (const partition of partitions) {
        const other = owners.get(`${topic}/${partition}`);
        if (other && other.generationId >= member.generationId) continue;
        owners.set(`${topic}/${partition}`, member);
      }
    }
  }
  return new Map(
    [...plan].map(([memberId, partitions]) => [
      memberId,
      partitions.filter(({ topic, partition }) => {
        const owner = owners.get(`${topic}/${partition}`);
        return owner === undefined || owner.memberId === memberId;
      }),
    ]),
  );
}
