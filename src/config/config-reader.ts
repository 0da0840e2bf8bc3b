/**
 * Reads broker configs by their definitions. What is not valid is an error in Kafka's own words,
 * since people search for them.
 */
import { assert } from "../base/assert.ts";
import { brokerConfig } from "./broker-configs.ts";
import type { ConfigStrings } from "./config-definition.ts";
import { type ConfigValue, parseConfigValue } from "./config-value.ts";

export class ConfigReader {
  readonly #values: ConfigStrings;

  constructor(values: ConfigStrings) {
    this.#values = values;
  }

  boolean(name: string): boolean {
    return this.#value(name) === true;
  }

  number(name: string): number {
    return Number(this.#value(name));
  }

  string(name: string): string {
    return String(this.#value(name));
  }

  list(name: string): readonly string[] {
    return this.#value(name) as readonly string[];
  }

  #value(name: string): ConfigValue {
    const definition = brokerConfig(name);
    assert(definition, `No broker config is called ${name}.`);
    const parsed = parseConfigValue(definition, this.#values[name] ?? definition.default ?? "");
    if ("invalid" in parsed) throw new Error(parsed.invalid);
    return parsed.value;
  }
}

/** Why a broker may not be started with a value, or null when it may. */
export function invalidBrokerConfig(name: string, value: string): string | null {
  const definition = brokerConfig(name);
  // Names that mean nothing here are passed over, as in Kafka.
  if (!definition) return null;
  const parsed = parseConfigValue(definition, value);
  return "invalid" in parsed ? parsed.invalid : null;
}
