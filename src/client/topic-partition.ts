/** A partition of a topic, and lists of them as Kafka's messages want them: by topic. */

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The partition as Kafka prints it, which also tells it from all others. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** Sorts by topic, and then by partition. */
export function comparePartitions(a: TopicPartition, b: TopicPartition): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  return a.partition - b.partition;
}

/** The partitions by topic, both in the order in which they come. */
export function byTopic<Each extends TopicPartition>(
  partitions: Iterable<Each>,
): Map<string, Each[]> {
  return Map.groupBy(partitions, ({ topic }) => topic);
}
