/** Changes of a topic's configs. */
import type { ConfigStrings } from "../config/config-definition.ts";
import { topicConfig } from "../config/topic-configs.ts";
import { invalidTopicConfig, invalidTopicConfigs } from "../log/log-config.ts";
import type { BrokerConfig } from "./broker-config.ts";
import {
  changedConfigs,
  differences,
  listsOf,
  type Refusal,
  refuse,
  type ResourceToAlter,
  tooLong,
} from "./config-changes.ts";
import { valuesOfAllBrokers } from "./dynamic-configs.ts";
import type { ClusterImage } from "./image.ts";
import type { MetadataRecord } from "./records.ts";
import { invalidTopicName } from "./topic-names.ts";

export function alterTopicConfigs(
  image: ClusterImage,
  asked: ResourceToAlter,
  config: BrokerConfig,
): { readonly records: MetadataRecord[] } | Refusal {
  const topic = image.topicByName(asked.name);
  const before = topic ? image.topicConfigs(topic.topicId) : {};
  const after = changedConfigs(before, asked, listsOf(topicConfig));
  if ("error" in after) return after;
  const refusal = invalid(asked.name, after.configs, valuesOfAllBrokers(image, config));
  if (refusal) return refusal;
  if (!topic) {
    return refuse("UNKNOWN_TOPIC_OR_PARTITION", `The topic '${asked.name}' does not exist.`);
  }
  const { topicId } = topic;
  const changed = differences(before, after.configs);
  const records: MetadataRecord[] = changed.map((each) => ({ type: "Config", topicId, ...each }));
  if (records.length > 0) records.push({ type: "ConfigsChanged", topicId });
  return { records };
}

/** What is wrong with the configs that a topic would have. */
function invalid(name: string, configs: ConfigStrings, defaults: ConfigStrings): Refusal | null {
  const long = tooLong(configs);
  if (long) return long;
  if (name === "") return refuse("INVALID_REQUEST", "Default topic resources are not allowed.");
  const invalidName = invalidTopicName(name);
  if (invalidName) return refuse("INVALID_TOPIC_EXCEPTION", invalidName);
  for (const [key, value] of Object.entries(configs)) {
    const why = invalidTopicConfig(key, value);
    if (why) return refuse("INVALID_CONFIG", why);
  }
  const together = invalidTopicConfigs(configs, defaults);
  return together === null ? null : refuse("INVALID_CONFIG", together);
}
