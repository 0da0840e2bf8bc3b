/** Kafka's rule for which partition of `__consumer_offsets` a group's records belong to. */

/** Kafka's `offsets.topic.num.partitions`. */
const OFFSETS_PARTITIONS = 50;

/** Java's hash of the group id (over UTF-16 units, in 32 bits), without its sign, over 50. */
export function coordinatorPartition(groupId: string): number {
  let hash = 0;
  for (let index = 0; index < groupId.length; index++) {
    hash = (Math.imul(hash, 31) + groupId.charCodeAt(index)) | 0;
  }
  return (hash & 0x7fffffff) % OFFSETS_PARTITIONS;
}
