/**
 * A topic's configs as clients see them: all of them, each with its value and where it comes from.
 */
import { defaultConfigValue, type ConfigStrings } from "../log/log-config.ts";
import { topicConfigs } from "../log/topic-configs.ts";

/** Where a value comes from, in the codes of DescribeConfigs (KIP-226). */
const DYNAMIC_TOPIC_CONFIG = 1;
const STATIC_BROKER_CONFIG = 4;
const DEFAULT_CONFIG = 5;

export function describeTopicConfigs(overrides: ConfigStrings, broker: ConfigStrings) {
  return topicConfigs
    .filter(({ internal }) => !internal)
    .map((config) => {
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
