/**
 * A replica's alarm for what its log has to do by the clock: roll, retention, freeing rows. It is
 * armed at a segment's first append and hardly ever after.
 */
import type { PartitionLog } from "../log/partition-log.ts";
import { brokerConfig } from "./broker-config.ts";
import { LazyAlarm } from "./lazy-alarm.ts";

/** Steps of maintenance in one alarm; more are left to the next. */
const MAX_STEPS = 64;

export class MaintenanceAlarm {
  readonly #alarm: LazyAlarm;

  constructor(storage: DurableObjectStorage) {
    this.#alarm = new LazyAlarm(storage, brokerConfig.logRetentionCheckIntervalMs);
  }

  /** Sets the alarm if the log needs it earlier than it is set. */
  arm(log: PartitionLog): void {
    const next = log.nextMaintenance(Date.now());
    if (next !== null) this.#alarm.arm(next);
  }

  /** The log is gone: no alarm is set any more. */
  stop(): void {
    this.#alarm.stop();
  }

  /** The alarm has gone off: does what is due, in bounded steps, and arms the next. */
  async run(log: PartitionLog): Promise<void> {
    this.#alarm.fired();
    for (let step = 0; step < MAX_STEPS; step++) {
      if (!log.maintain(Date.now())) return this.arm(log);
    }
    await this.#alarm.again();
  }
}
