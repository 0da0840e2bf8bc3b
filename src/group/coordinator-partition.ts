/** Kafka's rule for which partition of `__consumer_offsets` a group's records belong to. */

const MIN_INT32 = -2_147_483_648;

/**
 * The absolute value of Java's hash of the group id (over UTF-16 units, in 32 bits), modulo the
 * number of partitions. The one number whose absolute value does not fit counts as 0.
 */
export function coordinatorPartition(groupId: string, partitionCount: number): number {
  let hash = 0;
  for (let index = 0; index < groupId.length; index++) {
    hash = (Math.imul(hash, 31) + groupId.charCodeAt(index)) | 0;
  }
  return hash === MIN_INT32 ? 0 : Math.abs(hash) % partitionCount;
}
