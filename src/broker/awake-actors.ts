/**
 * How many actors with storage a gateway may keep awake. A self-hosted process has a limit of file
 * descriptors, and an awake actor holds three; beyond the limit every cold one would fail, so a
 * call that would wake one more is refused, and the client tries again when others have fallen
 * asleep.
 */

import type { Clock, Millis } from "../base/clock.ts";
import type { Refusal, ReplicaPort } from "../replication/replica-calls.ts";

/**
 * An actor that was not called for this long has been evicted (workerd does it after 10 to 20 s).
 */
const ASLEEP_AFTER_MS = 20_000;

export class AwakeActors {
  readonly #limit: number;
  readonly #clock: Clock;
  /** When each was last called; the longest ago first. */
  readonly #calledAt = new Map<string, Millis>();

  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Whether the actor of this name may be called now, which then counts as done. */
  admits(name: string): boolean {
    const now = this.#clock.now();
    const isAwake = this.#calledAt.delete(name);
    if (!isAwake && this.#isFull(now)) return false;
    this.#calledAt.set(name, now);
    return true;
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

/** Stands for a replica that may not be woken. */
export const REFUSING_REPLICA: ReplicaPort = {
  append: refuse,
  read: refuse,
  listOffsets: refuse,
  endOffsetForEpoch: refuse,
  deleteRecords: refuse,
  describeProducers: refuse,
  logSize: refuse,
};
