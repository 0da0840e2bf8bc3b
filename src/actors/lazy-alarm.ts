/**
 * The alarm of an actor that is set as seldom as can be, because setting one costs a write: only
 * when something becomes due earlier than it is set. It carries jitter, so that actors of one age
 * do not wake together.
 */
import type { Millis } from "../base/clock.ts";

/** The farthest that an alarm is set: a client's timestamps may put what is due beyond all time. */
const MAX_AHEAD_MS = 30 * 86_400_000;

export class LazyAlarm {
  readonly #storage: DurableObjectStorage;
  readonly #jitterMs: Millis;
  /** When the alarm goes off; null when it is not set, undefined when that is not known yet. */
  #at: Millis | null | undefined;
  #isStopped = false;

  /** What is due may wait for up to `jitterMs`. */
  constructor(storage: DurableObjectStorage, jitterMs: Millis) {
    this.#storage = storage;
    this.#jitterMs = jitterMs;
  }

  /** Sees to it that the alarm goes off soon after `due`, or earlier. */
  arm(due: Millis): void {
    if (this.#isStopped) return;
    if (this.#at === undefined) {
      this.#at = null;
      void this.#storage.getAlarm().then((at) => {
        this.#at = at;
        this.arm(due);
      });
      return;
    }
    const now = Date.now();
    const at = Math.min(Math.max(due, now), now + MAX_AHEAD_MS);
    if (this.#at !== null && this.#at <= at + this.#jitterMs) return;
    this.#at = at + Math.random() * this.#jitterMs;
    void this.#storage.setAlarm(this.#at);
  }

  /** The alarm has gone off. */
  fired(): void {
    this.#at = null;
  }

  /** Sets the alarm to go off at once, and resolves when it is set. */
  async again(): Promise<void> {
    this.#at = Date.now();
    await this.#storage.setAlarm(this.#at);
  }

  /** No alarm is set any more. */
  stop(): void {
    this.#isStopped = true;
  }
}
