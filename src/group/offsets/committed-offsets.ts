/** The offsets that a group has committed, by topic and partition, as its records say. */
import { ZERO_UUID } from "../../base/uuid.ts";
import type { OffsetCommitRecord } from "../../protocol/coordinator-records/offset-commit.ts";

/** A committed offset as it is stored: with its metadata, its timestamps, and its topic's id. */
export type CommittedOffset = NonNullable<OffsetCommitRecord["value"]>;

/** An expire timestamp, or a topic id, that a commit did not bring. */
export const NO_EXPIRE_TIMESTAMP = -1;
export const NO_TOPIC_ID = ZERO_UUID;

export class CommittedOffsets {
  readonly #byTopic = new Map<string, Map<number, CommittedOffset>>();

  get isEmpty(): boolean {
    return this.#byTopic.size === 0;
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#byTopic.get(topic)?.get(partition);
  }

  /** The topics of which offsets are committed. */
  topics(): Iterable<string> {
    return this.#byTopic.keys();
  }

  /** The offsets of one topic by partition. */
  partitions(topic: string): ReadonlyMap<number, CommittedOffset> {
    return this.#byTopic.get(topic) ?? new Map();
  }

  /** All offsets. */
  *entries(): Iterable<readonly [topic: string, partition: number, committed: CommittedOffset]> {
    for (const [topic, partitions] of this.#byTopic) {
      for (const [partition, committed] of partitions) yield [topic, partition, committed];
    }
  }

  replay({ key: { topic, partition }, value }: OffsetCommitRecord): void {
    const partitions = this.#byTopic.get(topic) ?? new Map<number, CommittedOffset>();
    if (value === null) partitions.delete(partition);
    else partitions.set(partition, value);
    if (partitions.size === 0) this.#byTopic.delete(topic);
    else this.#byTopic.set(topic, partitions);
  }
}

/** The record that forgets an offset. */
export function offsetTombstone(
  group: string,
  topic: string,
  partition: number,
): OffsetCommitRecord {
  return { type: "OffsetCommit", key: { group, topic, partition }, value: null };
}
