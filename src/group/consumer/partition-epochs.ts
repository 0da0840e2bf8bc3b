/**
 * Who still has which partitions of a consumer group's topics: those that a member has, and those
 * that it has been told to give up but may still own. A partition is given to another member only
 * when it is in here no more, so no two members own it at a time.
 */
import { assert } from "../../base/assert.ts";
import type { Uuid } from "../../base/uuid.ts";
import type { ConsumerGroupMember } from "./consumer-group-member.ts";

export class PartitionEpochs {
  /** The epoch of the member that has it, by topic id and partition. */
  readonly #epochs = new Map<Uuid, Map<number, number>>();

  /** The current epoch of a partition, undefined where no member has it. */
  get(topicId: Uuid, partition: number): number | undefined {
    return this.#epochs.get(topicId)?.get(partition);
  }

  add({ memberEpoch, assignedPartitions, partitionsPendingRevocation }: ConsumerGroupMember): void {
    for (const assigned of [assignedPartitions, partitionsPendingRevocation]) {
      for (const [topicId, partitions] of assigned) {
        const epochs = this.#epochs.get(topicId) ?? new Map<number, number>();
        for (const partition of partitions.keys()) {
          assert(!epochs.has(partition), "A partition is one member's at a time.");
          epochs.set(partition, memberEpoch);
        }
        this.#epochs.set(topicId, epochs);
      }
    }
  }

  remove({ assignedPartitions, partitionsPendingRevocation }: ConsumerGroupMember): void {
    for (const assigned of [assignedPartitions, partitionsPendingRevocation]) {
      for (const [topicId, partitions] of assigned) {
        const epochs = this.#epochs.get(topicId);
        for (const partition of partitions.keys()) epochs?.delete(partition);
        if (epochs?.size === 0) this.#epochs.delete(topicId);
      }
    }
  }
}
