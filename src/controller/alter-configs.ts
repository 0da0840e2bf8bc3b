/**
 * AlterConfigs and IncrementalAlterConfigs for topics: each topic is decided alone, by what all its
 * configs would be afterwards, in Kafka's order and words. What changes reaches the activated
 * replicas by way of `stale-replicas.ts`; the others learn it when they are first touched.
 */
import { invalidTopicConfig, invalidTopicConfigs } from "../log/log-config.ts";
import { topicConfig } from "../log/topic-configs.ts";
import type { ErrorName } from "../protocol/errors.ts";
import type { BrokerConfig } from "./broker-config.ts";
import type { ClusterImage } from "./image.ts";
import type { MetadataRecord } from "./records.ts";
import type { Step } from "./step.ts";
import { invalidTopicName } from "./topic-names.ts";

/** A change of one config. A list's values are appended to it and subtracted from it. */
export type ConfigChange =
  | { readonly operation: "DELETE"; readonly name: string }
  | {
      readonly operation: "SET" | "APPEND" | "SUBTRACT";
      readonly name: string;
      readonly value: string;
    };

/** A topic, named once in a request, and changes that name each config once. */
export interface TopicToAlter {
  readonly name: string;
  readonly changes: readonly ConfigChange[];
  /** Whether configs that are not named return to their defaults, as in AlterConfigs. */
  readonly replacesAll: boolean;
}

export interface AlterConfigsResult {
  readonly error: ErrorName | null;
  readonly message: string | null;
}

/** The longest value in UTF-16 units, as Kafka counts them. */
const MAX_VALUE_LENGTH = 32_767;

type Configs = Readonly<Record<string, string>>;

/** What becomes of each topic, in their order. */
export function alterConfigs(
  image: ClusterImage,
  topics: readonly TopicToAlter[],
  surroundings: { readonly config: BrokerConfig; readonly validateOnly: boolean },
): Step<AlterConfigsResult[]> {
  const records: MetadataRecord[] = [];
  const response = topics.map((asked): AlterConfigsResult => {
    const topic = image.topicByName(asked.name);
    const before = topic ? image.topicConfigs(topic.topicId) : {};
    const after = changed(before, asked);
    if ("error" in after) return after;
    const refusal = invalid(asked.name, after.configs, surroundings.config);
    if (refusal) return refusal;
    if (!topic) {
      return refuse("UNKNOWN_TOPIC_OR_PARTITION", `The topic '${asked.name}' does not exist.`);
    }
    if (!surroundings.validateOnly)
      records.push(...recordsOf(topic.topicId, before, after.configs));
    return { error: null, message: null };
  });
  return { records, response, effects: records.length > 0 ? [{ type: "updateReplicas" }] : [] };
}

/** The configs of a topic once it is changed, or why one of the changes makes no sense. */
function changed(
  before: Configs,
  { changes, replacesAll }: TopicToAlter,
): { readonly configs: Configs } | Refusal {
  const configs = new Map(replacesAll ? [] : Object.entries(before));
  for (const change of changes) {
    const { name, operation } = change;
    if (operation === "DELETE") {
      configs.delete(name);
      continue;
    }
    if (operation === "SET") {
      configs.set(name, change.value);
      continue;
    }
    const known = topicConfig(name);
    if (known?.type !== "list") {
      const why = `Can't ${operation} to key ${name} because its type is not LIST.`;
      return refuse("INVALID_CONFIG", why);
    }
    // A list that was never set begins with Kafka's own default, whatever the broker's is.
    const values = partsOf(configs.get(name) ?? known.default ?? "").filter((part) => part !== "");
    for (const part of partsOf(change.value)) {
      const index = values.indexOf(part);
      if (operation === "APPEND" && index === -1) values.push(part);
      if (operation === "SUBTRACT" && index !== -1) values.splice(index, 1);
    }
    configs.set(name, values.join(","));
  }
  return { configs: Object.fromEntries(configs) };
}

/** A list's values without the empty ones at its end; an empty list is one empty value. */
function partsOf(list: string): string[] {
  return list === "" ? [""] : list.replace(/,+$/, "").split(",");
}

/** What is wrong with the configs that a topic would have. */
function invalid(name: string, configs: Configs, config: BrokerConfig): Refusal | null {
  const values = Object.entries(configs);
  if (values.some(([, value]) => value.length > MAX_VALUE_LENGTH)) {
    const why = `The configuration value cannot be added because it exceeds the maximum value size of ${MAX_VALUE_LENGTH} bytes.`;
    return refuse("INVALID_CONFIG", why);
  }
  if (name === "") return refuse("INVALID_REQUEST", "Default topic resources are not allowed.");
  const invalidName = invalidTopicName(name);
  if (invalidName) return refuse("INVALID_TOPIC_EXCEPTION", invalidName);
  for (const [key, value] of values) {
    const why = invalidTopicConfig(key, value);
    if (why) return refuse("INVALID_CONFIG", why);
  }
  const together = invalidTopicConfigs(configs, config.values);
  return together === null ? null : refuse("INVALID_CONFIG", together);
}

function recordsOf(topicId: string, before: Configs, after: Configs): MetadataRecord[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const records = [...names].flatMap((name): MetadataRecord[] => {
    const value = after[name] ?? null;
    return value === (before[name] ?? null) ? [] : [{ type: "Config", topicId, name, value }];
  });
  return records.length > 0 ? [...records, { type: "ConfigsChanged", topicId }] : [];
}

type Refusal = { readonly error: ErrorName; readonly message: string };

function refuse(error: ErrorName, message: string): Refusal {
  return { error, message };
}
