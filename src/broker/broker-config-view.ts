/** The configs of a broker, and of a group, as DescribeConfigs tells them. */
import {
  type BrokerConfigDefinition,
  brokerConfig,
  brokerConfigs,
} from "../config/broker-configs.ts";
import type { ConfigStrings } from "../config/config-definition.ts";
import { groupConfigs } from "../config/group-configs.ts";
import { groupLayers, synonymValues } from "./broker-layers.ts";
import { type ConfigEntry, type ConfigLayer, ConfigSource, shownValue } from "./config-entry.ts";

/** All of a broker's, in the order of their names. */
export function brokerConfigEntries(layers: readonly ConfigLayer[]): ConfigEntry[] {
  return brokerConfigs.map((config) => {
    const synonyms = synonymValues(config, layers);
    const own = synonyms.find(({ name }) => name === config.name)?.value;
    return entryOf(config, own === undefined ? null : shownValue(config, own), synonyms);
  });
}

/** What was set for all brokers, as it was set. */
export function brokerDefaultEntries(defaults: ConfigStrings): ConfigEntry[] {
  const source = ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG;
  return brokerConfigs.flatMap((config) => {
    const value = defaults[config.name];
    if (value === undefined) return [];
    return [entryOf(config, value, [{ name: config.name, value, source }])];
  });
}

/** A group's: its own values, and those of all groups where it has none. */
export function groupConfigEntries(
  own: ConfigStrings,
  layers: readonly ConfigLayer[],
): ConfigEntry[] {
  return groupConfigs.map((config) => {
    const { name, synonym, type, doc } = config;
    const inherited = synonymValues(brokerConfig(synonym)!, groupLayers(layers));
    const value = own[name];
    const source = ConfigSource.DYNAMIC_GROUP_CONFIG;
    return {
      name,
      type,
      doc,
      readOnly: false,
      value: shownValue(config, value ?? inherited[0]!.value),
      synonyms: value === undefined ? inherited : [{ name, value, source }, ...inherited],
    };
  });
}

function entryOf(
  { name, type, doc, updateMode }: BrokerConfigDefinition,
  value: string | null,
  synonyms: ConfigEntry["synonyms"],
): ConfigEntry {
  return { name, type, doc, value, synonyms, readOnly: updateMode === "read-only" };
}
