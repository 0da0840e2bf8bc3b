/**
 * A topic's configs as clients see them: all of them, each with its value and where it comes from.
 */
import { brokerConfig } from "../config/broker-configs.ts";
import type { ConfigStrings, TopicConfig } from "../config/config-definition.ts";
import { topicConfigs } from "../config/topic-configs.ts";
import { defaultConfigValue } from "../log/log-config.ts";
import { flattened, synonymValues } from "./broker-layers.ts";
import { type ConfigEntry, type ConfigLayer, ConfigSource, shownValue } from "./config-entry.ts";

const listed = topicConfigs.filter(({ internal }) => !internal);

/** For DescribeConfigs. */
export function topicConfigEntries(
  overrides: ConfigStrings,
  layers: readonly ConfigLayer[],
): ConfigEntry[] {
  const broker = flattened(layers);
  return listed.map((config) => {
    const { name, type, doc, synonyms } = config;
    const inherited = synonyms[0] ? synonymValues(brokerConfig(synonyms[0].name)!, layers) : [];
    const text = overrides[name] ?? defaultConfigValue(config, broker);
    const value = text === null ? null : shownValue(config, text);
    const set = { name, value: value ?? "", source: ConfigSource.DYNAMIC_TOPIC_CONFIG };
    const all = overrides[name] === undefined ? inherited : [set, ...inherited];
    return { name, type, doc, value, readOnly: false, synonyms: all };
  });
}

/** For CreateTopics. */
export function describeTopicConfigs(overrides: ConfigStrings, layers: readonly ConfigLayer[]) {
  const broker = flattened(layers);
  return listed.map((config) => {
    const override = overrides[config.name];
    return {
      name: config.name,
      value: override ?? defaultConfigValue(config, broker),
      readOnly: false,
      configSource:
        override === undefined ? defaultSource(config, layers) : ConfigSource.DYNAMIC_TOPIC_CONFIG,
      isSensitive: false,
    };
  });
}

/** Where the value comes from that a topic has which sets none. */
function defaultSource({ synonyms }: TopicConfig, layers: readonly ConfigLayer[]): number {
  const layer = layers.find(({ values }) =>
    synonyms.some(({ name }) => values[name] !== undefined),
  );
  return layer?.source ?? ConfigSource.DEFAULT_CONFIG;
}
