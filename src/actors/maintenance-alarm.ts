/**
 * A replica's alarm for what its log has to do by the clock: roll, retention, freeing rows. It is
 * armed when something becomes due earlier than it is set, which is at a segment's first append and
 * hardly ever after, because setting an alarm costs a write. It carries jitter over
 * `log.retention.check.interval.ms`, so that partitions of one age do not wake together.
 */
import type { PartitionLog } from "../log/partition-log.ts";
import { brokerConfig } from "./broker-config.ts";

const CHECK_INTERVAL_MS = brokerConfig.logRetentionCheckIntervalMs;

/** The farthest that an alarm is set: a client's timestamps may put what is due beyond all time. */
const MAX_AHEAD_MS = 30 * 86_400_000;

/** Steps of maintenance in one alarm; more are left to the next. */
const MAX_STEPS = 64;

export class MaintenanceAlarm {
  readonly #storage: DurableObjectStorage;
  /** When the alarm goes off; null when it is not set, undefined when that is not known yet. */
  #at: number | null | undefined;
  #isStopped = false;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Sets the alarm if the log needs it earlier than it is set. */
  arm(log: PartitionLog): void {
    const now = Date.now();
    const next = this.#isStopped ? null : log.nextMaintenance(now);
    if (next === null) return;
    const due = Math.min(Math.max(next, now), now + MAX_AHEAD_MS);
    if (this.#at === undefined) {
      this.#at = null;
      void this.#storage.getAlarm().then((at) => {
        this.#at = at;
        this.arm(log);
      });
      return;
    }
    if (this.#at !== null && this.#at <= due + CHECK_INTERVAL_MS) return;
    this.#at = due + Math.random() * CHECK_INTERVAL_MS;
    void this.#storage.setAlarm(this.#at);
  }

  /** The log is gone: no alarm is set any more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** The alarm has gone off: does what is due, in bounded steps, and arms the next. */
  async run(log: PartitionLog): Promise<void> {
    this.#at = null;
    for (let step = 0; step < MAX_STEPS; step++) {
      if (!log.maintain(Date.now())) return this.arm(log);
    }
    this.#at = Date.now();
    await this.#storage.setAlarm(this.#at);
  }
}
