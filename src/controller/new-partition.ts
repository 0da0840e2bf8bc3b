/** A partition as it begins: every replica in sync, the first one leading, in the first epochs. */
import type { Uuid } from "../base/uuid.ts";
import type { PartitionRecord } from "./records.ts";

export function newPartition(
  topicId: Uuid,
  partition: number,
  replicas: readonly number[],
): PartitionRecord {
  return {
    type: "Partition",
    topicId,
    partition,
    replicas,
    isr: replicas,
    leader: replicas[0]!,
    leaderEpoch: 0,
    partitionEpoch: 0,
  };
}
