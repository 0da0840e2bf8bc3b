/**
 * Kafka's range assignor, by which the leader of a classic group shares out partitions: each topic
 * is cut into as many ranges as it has subscribers, and the first few are longer by one.
 */
import type { TopicPartition } from "../topic-partition.ts";
import type { PartitionCounts } from "./topic-selection.ts";

export interface Subscriber {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly topics: readonly string[];
}

/** The partitions of each member. */
export function assignRanges(
  subscribers: readonly Subscriber[],
  counts: PartitionCounts,
): Map<string, TopicPartition[]> {
  const inOrder = subscribers.toSorted(compareSubscribers);
  const assignment = new Map(inOrder.map(({ memberId }) => [memberId, [] as TopicPartition[]]));
  for (const [topic, count] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const sharing = inOrder.filter(({ topics }) => topics.includes(topic));
    const least = Math.floor(count / sharing.length);
    const longer = count % sharing.length;
    let partition = 0;
    for (const [index, { memberId }] of sharing.entries()) {
      const end = partition + least + (index < longer ? 1 : 0);
      for (; partition < end; partition++) assignment.get(memberId)!.push({ topic, partition });
    }
  }
  return assignment;
}

/** Static members come first, so that they keep their ranges when others come and go. */
function compareSubscribers(a: Subscriber, b: Subscriber): number {
  if ((a.groupInstanceId === null) !== (b.groupInstanceId === null)) {
    return a.groupInstanceId === null ? 1 : -1;
  }
  const [x, y] = [a.groupInstanceId ?? a.memberId, b.groupInstanceId ?? b.memberId];
  return x < y ? -1 : x > y ? 1 : 0;
}
