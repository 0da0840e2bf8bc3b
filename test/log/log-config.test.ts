/** Topic configs, held against what Apache Kafka 4.3.1 says of its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { topicConfig, topicConfigs } from "../../src/config/topic-configs.ts";
import {
  defaultConfigValue,
  invalidTopicConfig,
  invalidTopicConfigs,
  parseLogConfig,
} from "../../src/log/log-config.ts";

interface GoldenConfigs {
  readonly configs: readonly unknown[];
  readonly refusals: readonly { name: string; value: string; message: string | null }[];
}

const golden = join(import.meta.dirname, "../golden/log/topic-configs.json");
const kafka = JSON.parse(readFileSync(golden, "utf8")) as GoldenConfigs;

test("[LOG37] names, types, defaults and synonyms are Kafka's", () => {
  const ours = topicConfigs.map(({ name, type, default: value, synonyms }) => ({
    name,
    type,
    default: value,
    synonyms: synonyms.map((synonym) => synonym.name),
  }));
  expect(ours).toEqual(kafka.configs);
});

test.each(kafka.refusals)("[LOG37] $name=$value is judged as Kafka judges it", (refusal) => {
  expect(invalidTopicConfig(refusal.name, refusal.value)).toBe(refusal.message);
});

test("[LOG37] a default is valid by its own validator", () => {
  for (const { name, default: value } of topicConfigs) {
    if (value !== null) expect(invalidTopicConfig(name, value)).toBeNull();
  }
});

test("[LOG37] lags that contradict each other are refused", () => {
  const lags = { "min.compaction.lag.ms": "10", "max.compaction.lag.ms": "9" };
  expect(invalidTopicConfigs(lags)).toBe(
    "conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (9)",
  );
  expect(invalidTopicConfigs({ ...lags, "max.compaction.lag.ms": "10" })).toBeNull();
  expect(
    invalidTopicConfigs(
      { "min.compaction.lag.ms": "10" },
      { "log.cleaner.max.compaction.lag.ms": "9" },
    ),
  ).not.toBeNull();
});

test("[LOG37] a topic has no tiers", () => {
  expect(invalidTopicConfigs({ "remote.storage.enable": "false" })).toBeNull();
  expect(invalidTopicConfigs({ "remote.storage.enable": "true" })).toMatch(/^Tiered Storage/);
});

test("[LOG38] a topic's override counts first, then the broker's finer unit, then the coarser", () => {
  const minutes = { "log.retention.minutes": "3", "log.retention.hours": "2" };
  const retentionMs = (overrides: Record<string, string>, broker: Record<string, string>) =>
    parseLogConfig(overrides, broker).retentionMs;
  expect(retentionMs({}, {})).toBe(604_800_000);
  expect(retentionMs({}, { "log.retention.hours": "2" })).toBe(7_200_000);
  expect(retentionMs({}, { "log.retention.hours": "-1" })).toBe(-1);
  expect(retentionMs({}, minutes)).toBe(180_000);
  expect(retentionMs({}, { ...minutes, "log.retention.ms": "5" })).toBe(5);
  expect(retentionMs({ "retention.ms": "-1" }, minutes)).toBe(-1);
  expect(defaultConfigValue(topicConfig("retention.ms")!, minutes)).toBe("180000");
});

test("[LOG38] every config that the log acts on comes from its name", () => {
  const overrides = {
    "cleanup.policy": "compact, delete",
    "max.compaction.lag.ms": "1",
    "max.message.bytes": "2",
    "message.timestamp.after.max.ms": "3",
    "message.timestamp.before.max.ms": "4",
    "message.timestamp.type": "LogAppendTime",
    "min.insync.replicas": "5",
    "retention.bytes": "6",
    "retention.ms": "7",
    "segment.bytes": "1048576",
    "segment.ms": " 9 ",
  };
  expect(parseLogConfig(overrides, { "producer.id.expiration.ms": "10" })).toEqual({
    cleanupPolicy: { compact: true, delete: true },
    compressionType: null,
    maxCompactionLagMs: 1,
    maxMessageBytes: 2,
    messageTimestampAfterMaxMs: 3,
    messageTimestampBeforeMaxMs: 4,
    messageTimestampType: "LogAppendTime",
    minInsyncReplicas: 5,
    producerIdExpirationMs: 10,
    retentionBytes: 6,
    retentionMs: 7,
    segmentBytes: 1_048_576,
    segmentMs: 9,
  });
  expect(parseLogConfig({ "internal.segment.bytes": "11" }).segmentBytes).toBe(11);
  expect(parseLogConfig({ "retention.ms": "9223372036854775807" }).retentionMs).toBe(
    Number.MAX_SAFE_INTEGER,
  );
});
