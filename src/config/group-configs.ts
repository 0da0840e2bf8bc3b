/**
 * The configs that a single group may have (KIP-848): those of the consumer protocol. Each takes
 * the place of a broker config, within bounds that other broker configs set. Kafka's configs of
 * share and streams groups are not there, because such groups are not.
 */
import { brokerConfig } from "./broker-configs.ts";
import type { ConfigDefinition, ConfigStrings } from "./config-definition.ts";
import { parseConfigValue } from "./config-value.ts";

export interface GroupConfigDefinition extends ConfigDefinition {
  /** The broker config that gives groups their default. */
  readonly synonym: string;
  /** The broker configs that say how small and how large it may be. */
  readonly min: string;
  readonly max: string;
}

/** In Kafka's order of judging them. */
export const groupConfigs: readonly GroupConfigDefinition[] = [
  groupConfig("heartbeat.interval.ms"),
  groupConfig("session.timeout.ms"),
  groupConfig("assignment.interval.ms"),
];

function groupConfig(ending: string): GroupConfigDefinition {
  const synonym = `group.consumer.${ending}`;
  const [min, max] = [`group.consumer.min.${ending}`, `group.consumer.max.${ending}`];
  return { ...brokerConfig(synonym)!, name: `consumer.${ending}`, synonym, min, max };
}

/** Why a group may not have these configs of its own, in Kafka's words, or null when it may. */
export function invalidGroupConfigs(own: ConfigStrings, broker: ConfigStrings): string | null {
  const names = new Set(groupConfigs.map(({ name }) => name));
  const unknown = Object.keys(own).find((name) => !names.has(name));
  if (unknown !== undefined) return `Unknown group config name: ${unknown}`;
  for (const definition of groupConfigs) {
    const parsed = parseConfigValue(definition, own[definition.name] ?? definition.default ?? "");
    if ("invalid" in parsed) return parsed.invalid;
  }
  const value = ({ name, synonym }: GroupConfigDefinition) =>
    Number(own[name] ?? valueOf(synonym, broker));
  for (const definition of groupConfigs) {
    const { name, min, max } = definition;
    const why = outOfBounds(name, value(definition), { min, max }, broker);
    if (why !== null) return why;
  }
  const [heartbeat, session] = groupConfigs as [GroupConfigDefinition, GroupConfigDefinition];
  return value(session) > value(heartbeat)
    ? null
    : `${session.name} must be greater than ${heartbeat.name}`;
}

/** Why brokers may not give groups such defaults, in Kafka's words, or null when they may. */
export function invalidGroupDefaults(broker: ConfigStrings): string | null {
  for (const { synonym, min, max } of groupConfigs) {
    if (valueOf(max, broker) < valueOf(min, broker)) {
      return `${max} must be greater than or equal to ${min}`;
    }
    const why = outOfBounds(synonym, valueOf(synonym, broker), { min, max }, broker);
    if (why !== null) return why;
  }
  const [heartbeat, session] = groupConfigs as [GroupConfigDefinition, GroupConfigDefinition];
  return valueOf(heartbeat.synonym, broker) < valueOf(session.synonym, broker)
    ? null
    : `${heartbeat.synonym} must be less than ${session.synonym}`;
}

/**
 * What a group acts on, as broker configs: its own values take the places of the brokers', within
 * the bounds, which may have become narrower since they were set.
 */
export function effectiveGroupConfigs(own: ConfigStrings, broker: ConfigStrings): ConfigStrings {
  const effective: Record<string, string> = { ...broker };
  for (const { name, synonym, min, max } of groupConfigs) {
    const value = own[name];
    if (value === undefined) continue;
    const least = Math.max(Number(value), valueOf(min, broker));
    effective[synonym] = String(Math.min(least, valueOf(max, broker)));
  }
  return effective;
}

function outOfBounds(
  name: string,
  value: number,
  { min, max }: { readonly min: string; readonly max: string },
  broker: ConfigStrings,
): string | null {
  if (value < valueOf(min, broker)) return `${name} must be greater than or equal to ${min}`;
  return value > valueOf(max, broker) ? `${name} must be less than or equal to ${max}` : null;
}

function valueOf(name: string, broker: ConfigStrings): number {
  return Number(broker[name] ?? brokerConfig(name)!.default);
}
