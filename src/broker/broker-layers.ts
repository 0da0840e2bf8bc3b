/**
 * Where the configs of a broker come from, and which of them counts: what was set for this broker,
 * then what was set for all, then what it was started with, then Kafka's defaults.
 */
import {
  type BrokerConfigDefinition,
  brokerConfig,
  effectiveBrokerConfigs,
} from "../config/broker-configs.ts";
import type { ConfigStrings } from "../config/config-definition.ts";
import type { DynamicBrokerConfigs } from "../controller/dynamic-configs.ts";
import type { Broker } from "./broker.ts";
import { type ConfigLayer, ConfigSource, type SynonymValue } from "./config-entry.ts";

/** The layers of this broker; what counts most comes first. */
export function brokerLayers(
  { ports: { nodeId, config } }: Broker,
  dynamic: DynamicBrokerConfigs,
): ConfigLayer[] {
  // What a broker is does not come from what it was started with, but is told as if it did.
  const identity = { "node.id": String(nodeId), "broker.id": String(nodeId) };
  return [
    { source: ConfigSource.DYNAMIC_BROKER_CONFIG, values: dynamic.byBroker[nodeId] ?? {} },
    { source: ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG, values: dynamic.defaults },
    { source: ConfigSource.STATIC_BROKER_CONFIG, values: { ...config.values, ...identity } },
  ];
}

/** The layers of this broker, as the controller tells them. */
export async function describedLayers(broker: Broker): Promise<ConfigLayer[]> {
  const nobody = { topics: [], groups: [] };
  const { brokers } = await broker.ports.controller.describeConfigs(nobody);
  return brokerLayers(broker, brokers);
}

/** The layers of a group, which is on no broker. */
export function groupLayers(layers: readonly ConfigLayer[]): ConfigLayer[] {
  return layers.filter(({ source }) => source !== ConfigSource.DYNAMIC_BROKER_CONFIG);
}

/** What counts of all layers, by name. */
export function flattened(layers: readonly ConfigLayer[]): ConfigStrings {
  return effectiveBrokerConfigs(...layers.map(({ values }) => values));
}

/**
 * The values of a broker config and of those that stand for it, layer by layer, then the defaults.
 * As in Kafka, those that come before the config's own are left out: a default in hours alone is
 * the synonym of no config in ms.
 */
export function synonymValues(
  { name, synonyms }: BrokerConfigDefinition,
  layers: readonly ConfigLayer[],
): SynonymValue[] {
  const set = layers.flatMap(({ source, values }) =>
    synonyms.map((synonym) => [synonym, values[synonym], source] as const),
  );
  const defaults = synonyms.map(
    (synonym) => [synonym, brokerConfig(synonym)!.default, ConfigSource.DEFAULT_CONFIG] as const,
  );
  const values = [...set, ...defaults].flatMap(([synonym, value, source]) =>
    typeof value === "string" ? [{ name: synonym, value, source }] : [],
  );
  const first = values.findIndex((value) => value.name === name);
  return first === -1 ? [] : values.slice(first);
}
