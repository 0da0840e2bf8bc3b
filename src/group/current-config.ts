/**
 * The configs that a group acts on now: those of its broker, what was set for all brokers while
 * they run, and what was set for the group itself. A group with members is told of changes.
 * Whoever joins a group without members has it ask first, since it may have had configs before it
 * was there.
 */
import { effectiveBrokerConfigs } from "../config/broker-configs.ts";
import type { ConfigStrings } from "../config/config-definition.ts";
import { effectiveGroupConfigs } from "../config/group-configs.ts";
import { type GroupConfig, parseGroupConfig } from "./group-config.ts";

/** What was set while brokers run; `controller/` has the same shape of its own. */
export interface GroupConfigs {
  /** The highest is the newest. */
  readonly version: number;
  /** For the group itself. */
  readonly own: ConfigStrings;
  /** For all brokers. */
  readonly broker: ConfigStrings;
}

export class CurrentConfig {
  readonly #started: ConfigStrings;
  readonly #ask: () => Promise<GroupConfigs>;
  #value: GroupConfig;
  /** The newest that is known; -1 while nobody has told. */
  #version = -1;

  /** `started` is what brokers were started with; `ask` asks the controller for the rest. */
  constructor(started: ConfigStrings, ask: () => Promise<GroupConfigs>) {
    this.#started = started;
    this.#ask = ask;
    this.#value = parseGroupConfig(started);
  }

  get value(): GroupConfig {
    return this.#value;
  }

  /** Sees to it that what was set is known before somebody is answered by it. */
  async learn(hasMembers: boolean): Promise<void> {
    if (hasMembers && this.#version !== -1) return;
    // When the controller cannot be asked, what is known has to do until the next heartbeat.
    const configs = await this.#ask().catch(() => null);
    if (configs) this.update(configs);
  }

  update({ version, own, broker }: GroupConfigs): void {
    if (version <= this.#version) return;
    this.#version = version;
    const brokers = effectiveBrokerConfigs(broker, this.#started);
    this.#value = parseGroupConfig(effectiveGroupConfigs(own, brokers));
  }
}
