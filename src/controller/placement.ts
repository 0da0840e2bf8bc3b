/**
 * Where the replicas of a new topic live: round robin over the live brokers, starting where the
 * last topic ended, so that leaders spread evenly even when every topic has one partition; the
 * followers of a partition are the brokers after its leader, so no broker holds two replicas of
 * one.
 */

/**
 * Replicas (leader first) for each new partition. `start` is the number of partitions placed so
 * far.
 */
export function placeReplicas(
  brokers: readonly number[],
  partitionCount: number,
  replicationFactor: number,
  start: number,
): number[][] {
  return Array.from({ length: partitionCount }, (_, partition) =>
    Array.from(
      { length: replicationFactor },
      (_, replica) => brokers[(start + partition + replica) % brokers.length]!,
    ),
  );
}

/** Why a partition cannot have so many replicas, in Kafka's words. */
export function tooFewBrokers(replicationFactor: number, brokerCount: number): string {
  return (
    `Unable to replicate the partition ${replicationFactor} time(s): The target replication factor of ` +
    `${replicationFactor} cannot be reached because only ${brokerCount} broker(s) are registered ` +
    "or some brokers have all their log directories cordoned."
  );
}
