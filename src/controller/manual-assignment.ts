/** Replicas that a client has chosen itself, for one partition of a topic. */

/**
 * Why these brokers cannot be the replicas of a partition, in Kafka's words and order, or null. The
 * replication factor is that of the topic's other partitions, where it has some.
 */
export function invalidAssignment(
  brokerIds: readonly number[],
  registered: readonly number[],
  replicationFactor: number | null,
): string | null {
  if (brokerIds.length === 0) {
    return "The manual partition assignment includes an empty replica list.";
  }
  const sorted = brokerIds.toSorted((a, b) => a - b);
  for (const [index, brokerId] of sorted.entries()) {
    if (!registered.includes(brokerId)) {
      return `The manual partition assignment includes broker ${brokerId}, but no such broker is registered.`;
    }
    if (brokerId === sorted[index - 1]) {
      return `The manual partition assignment includes the broker ${brokerId} more than once.`;
    }
  }
  const count = brokerIds.length;
  if (replicationFactor === null || count === replicationFactor) return null;
  return (
    `The manual partition assignment includes a partition with ${count} replica(s), but this is ` +
    `not consistent with previous partitions, which have ${replicationFactor} replica(s).`
  );
}
