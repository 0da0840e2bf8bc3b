/**
 * The configs that a partition's log acts on, as numbers. A topic's override counts first, then the
 * broker's own configs by their synonyms (`log.retention.ms` over `log.retention.minutes` over
 * `log.retention.hours`), then Kafka's default.
 */
import { assert } from "../base/assert.ts";
import type { Millis } from "../base/clock.ts";
import type { ConfigStrings, TopicConfig } from "../config/config-definition.ts";
import { ConfigReader } from "../config/config-reader.ts";
import { type ConfigValue, parseConfigValue } from "../config/config-value.ts";
import { topicConfig } from "../config/topic-configs.ts";
import { COMPRESSION_TYPES, type CompressionType } from "../protocol/records/attributes.ts";

/** What a partition's log does. Sizes in bytes; -1 is no limit. */
export interface LogConfig {
  readonly cleanupPolicy: { readonly compact: boolean; readonly delete: boolean };
  /** What batches are stored in; null is each producer's choice. */
  readonly compressionType: CompressionType | null;
  readonly maxCompactionLagMs: Millis;
  readonly maxMessageBytes: number;
  readonly messageTimestampAfterMaxMs: Millis;
  readonly messageTimestampBeforeMaxMs: Millis;
  readonly messageTimestampType: "CreateTime" | "LogAppendTime";
  readonly minInsyncReplicas: number;
  /** A broker config in Kafka: `producer.id.expiration.ms`. */
  readonly producerIdExpirationMs: Millis;
  readonly retentionBytes: number;
  readonly retentionMs: Millis;
  readonly segmentBytes: number;
  readonly segmentMs: Millis;
}

/**
 * The log's config from a topic's overrides and the broker's configs. Both have been checked where
 * they came in ({@link invalidTopicConfig}), so a value that does not parse here is our own
 * mistake.
 */
export function parseLogConfig(overrides: ConfigStrings, broker: ConfigStrings = {}): LogConfig {
  const value = (name: string) => effectiveValue(knownConfig(name), overrides, broker);
  const number = (name: string) => Number(value(name));
  const policy = value("cleanup.policy") as readonly string[];
  const compression = String(value("compression.type"));
  const internalSegmentBytes = value("internal.segment.bytes");
  return {
    cleanupPolicy: { compact: policy.includes("compact"), delete: policy.includes("delete") },
    compressionType:
      COMPRESSION_TYPES.find((type) => type === compression) ??
      (compression === "uncompressed" ? "none" : null),
    maxCompactionLagMs: number("max.compaction.lag.ms"),
    maxMessageBytes: number("max.message.bytes"),
    messageTimestampAfterMaxMs: number("message.timestamp.after.max.ms"),
    messageTimestampBeforeMaxMs: number("message.timestamp.before.max.ms"),
    messageTimestampType:
      value("message.timestamp.type") === "LogAppendTime" ? "LogAppendTime" : "CreateTime",
    minInsyncReplicas: number("min.insync.replicas"),
    producerIdExpirationMs: new ConfigReader(broker).number("producer.id.expiration.ms"),
    retentionBytes: number("retention.bytes"),
    retentionMs: number("retention.ms"),
    segmentBytes: Number(internalSegmentBytes ?? value("segment.bytes")),
    segmentMs: number("segment.ms"),
  };
}

/** Why a topic may not have this config, in Kafka's words, or null when it may. */
export function invalidTopicConfig(name: string, value: string): string | null {
  const config = topicConfig(name);
  if (!config) return `Unknown topic config name: ${name}`;
  const parsed = parseConfigValue(config, value);
  return "invalid" in parsed ? parsed.invalid : null;
}

/** Why no topic may have all of these configs, which are valid one by one, or null when one may. */
export function invalidTopicConfigs(
  overrides: ConfigStrings,
  broker: ConfigStrings = {},
): string | null {
  const lag = (name: string) => Number(effectiveValue(knownConfig(name), overrides, broker));
  const min = lag("min.compaction.lag.ms");
  const max = lag("max.compaction.lag.ms");
  if (min > max) {
    return `conflict topic config setting min.compaction.lag.ms (${min}) > max.compaction.lag.ms (${max})`;
  }
  const isTiered = effectiveValue(knownConfig("remote.storage.enable"), overrides, broker);
  return isTiered === true ? WITHOUT_TIERS : null;
}

/** What Kafka says with its default of `remote.log.storage.system.enable`. */
const WITHOUT_TIERS =
  "Tiered Storage functionality is disabled in the broker. " +
  "Topic cannot be configured with remote log storage.";

/**
 * The value that a topic without an override has, as a string, with the broker's configs over
 * Kafka's defaults.
 */
export function defaultConfigValue(config: TopicConfig, broker: ConfigStrings): string | null {
  for (const { name, times } of config.synonyms) {
    const value = broker[name];
    if (value === undefined) continue;
    if (times === undefined) return value;
    // Negative values mean "no limit" in every unit.
    if (Number(value) < 0) return "-1";
    return times === 1 ? value : String(Number(value) * times);
  }
  return config.default;
}

function effectiveValue(
  config: TopicConfig,
  overrides: ConfigStrings,
  broker: ConfigStrings,
): ConfigValue | null {
  const text = overrides[config.name] ?? defaultConfigValue(config, broker);
  if (text === null) return null;
  const parsed = parseConfigValue(config, text);
  assert("value" in parsed, `A config was not checked where it came in: ${config.name}.`);
  return parsed.value;
}

function knownConfig(name: string): TopicConfig {
  const config = topicConfig(name);
  assert(config, `No topic config is called ${name}.`);
  return config;
}
