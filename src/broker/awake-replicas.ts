/**
 * How many replica actors a gateway may keep awake. A self-hosted process has a limit of file
 * descriptors, and an awake replica holds three; beyond the limit every cold actor would fail, so a
 * call that would wake one more is refused, and the client tries again when others have fallen
 * asleep.
 */

import type { Clock, Millis } from "../base/clock.ts";
import type { ReplicaKey } from "../controller/records.ts";
import type { Refusal, ReplicaPort } from "../replication/replica-calls.ts";

/**
 * An actor that was not called for this long has been evicted (workerd does it after 10 to 20 s).
 */
const ASLEEP_AFTER_MS = 20_000;

export class AwakeReplicas {
  readonly #limit: number;
  readonly #clock: Clock;
  /** When each was last called; the longest ago first. */
  readonly #calledAt = new Map<string, Millis>();

  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** `replica` itself, or one that refuses everything while too many others are awake. */
  admit(key: ReplicaKey, replica: ReplicaPort): ReplicaPort {
    const name = `${key.topicId}/${key.partition}/${key.nodeId}`;
    const now = this.#clock.now();
    const isAwake = this.#calledAt.delete(name);
    if (!isAwake && this.#isFull(now)) return REFUSING;
    this.#calledAt.set(name, now);
    return replica;
  }

  #isFull(now: Millis): boolean {
    for (const [name, calledAt] of this.#calledAt) {
      if (now - calledAt < ASLEEP_AFTER_MS) break;
      this.#calledAt.delete(name);
    }
    return this.#calledAt.size >= this.#limit;
  }
}

const refuse = (): Promise<Refusal> => Promise.resolve({ refused: "KAFKA_STORAGE_ERROR" });

const REFUSING: ReplicaPort = {
  append: refuse,
  read: refuse,
  listOffsets: refuse,
  endOffsetForEpoch: refuse,
};
