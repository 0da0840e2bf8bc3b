/**
 * A topic's configs as clients see them: all of them, each with its value and where it comes from.
 */
import { parseConfigValue } from "../log/config-value.ts";
import { defaultConfigValue, type ConfigStrings } from "../log/log-config.ts";
import { topicConfigs, type TopicConfig } from "../log/topic-configs.ts";
import {
  type ConfigEntry,
  ConfigSource,
  type NamedDefault,
  synonymValues,
} from "./config-entry.ts";

const listed = topicConfigs.filter(({ internal }) => !internal);

/** For DescribeConfigs. */
export function topicConfigEntries(overrides: ConfigStrings, broker: ConfigStrings): ConfigEntry[] {
  return listed.map((config) => {
    const { name, type, doc } = config;
    const override = overrides[name];
    const set = override === undefined ? null : shownValue(config, override);
    const inherited = synonymValues(brokerDefaults(config), broker);
    return {
      name,
      type,
      doc,
      readOnly: false,
      value: set ?? defaultConfigValue(config, broker),
      synonyms:
        set === null
          ? inherited
          : [{ name, value: set, source: ConfigSource.DYNAMIC_TOPIC_CONFIG }, ...inherited],
    };
  });
}

/** For CreateTopics. */
export function describeTopicConfigs(overrides: ConfigStrings, broker: ConfigStrings) {
  const { DYNAMIC_TOPIC_CONFIG, STATIC_BROKER_CONFIG, DEFAULT_CONFIG } = ConfigSource;
  return listed.map((config) => {
    const override = overrides[config.name];
    const isSetOnBroker = config.synonyms.some(({ name }) => broker[name] !== undefined);
    const inherited = isSetOnBroker ? STATIC_BROKER_CONFIG : DEFAULT_CONFIG;
    return {
      name: config.name,
      value: override ?? defaultConfigValue(config, broker),
      readOnly: false,
      configSource: override === undefined ? inherited : DYNAMIC_TOPIC_CONFIG,
      isSensitive: false,
    };
  });
}

/**
 * The broker configs that give topics a default, in order of precedence. The last one is the one
 * that has a default itself.
 */
export function brokerDefaults({ synonyms, default: value }: TopicConfig): NamedDefault[] {
  return synonyms.map(({ name, times = 1 }, index) => {
    const isLast = index === synonyms.length - 1;
    const inUnit = value !== null && times > 1 ? String(Number(value) / times) : value;
    return { name, default: isLast ? inUnit : null };
  });
}

/** A value as Kafka shows it once it has read it. */
function shownValue(config: TopicConfig, text: string): string {
  const parsed = parseConfigValue(config, text);
  if (!("value" in parsed)) return text;
  const { value } = parsed;
  if (typeof value === "object") return value.join(",");
  return typeof value === "boolean" ? String(value) : text.trim();
}
