/**
 * Kafka's topic configs, all of them, in one table: name, type, default, what a value may be, and
 * the broker-level synonyms that give a topic its default. Values stay strings here, as clients
 * send and read them; `log-config.ts` makes numbers of those that the log acts on.
 */

/** The types that Kafka gives configs. A LIST is written with commas. */
export type ConfigType = "boolean" | "int" | "long" | "double" | "string" | "list";

/** What a value may be, beyond its type. */
export type ConfigValidator =
  | { readonly min: number; readonly max?: number; readonly or?: number }
  | { readonly oneOf: readonly string[] }
  | "throttledReplicas";

/** A broker config that sets a topic config's default; coarser units are multiplied into it. */
export interface ConfigSynonym {
  readonly name: string;
  readonly times?: number;
}

export interface TopicConfig {
  readonly name: string;
  readonly type: ConfigType;
  /** As DescribeConfigs shows it; null where nothing is set. */
  readonly default: string | null;
  readonly validator?: ConfigValidator;
  /** In order of precedence: the first one that is set on the broker counts. */
  readonly synonyms: readonly ConfigSynonym[];
  /** Internal configs are accepted, never listed. */
  readonly internal?: boolean;
  readonly doc: string;
}

const MAX_LONG = "9223372036854775807";
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** In alphabetical order, as Kafka's tools list them. */
export const topicConfigs: readonly TopicConfig[] = [
  {
    name: "cleanup.policy",
    type: "list",
    default: "delete",
    validator: { oneOf: ["compact", "delete"] },
    synonyms: [{ name: "log.cleanup.policy" }],
    doc: "What becomes of old segments: deleted when past their time or size, compacted to the last value of each key, or both. Empty keeps everything.",
  },
  {
    name: "compression.gzip.level",
    type: "int",
    default: "-1",
    validator: { min: 1, max: 9, or: -1 },
    synonyms: [{ name: "compression.gzip.level" }],
    doc: "The compression level when compression.type is gzip.",
  },
  {
    name: "compression.lz4.level",
    type: "int",
    default: "9",
    validator: { min: 1, max: 17 },
    synonyms: [{ name: "compression.lz4.level" }],
    doc: "The compression level when compression.type is lz4.",
  },
  {
    name: "compression.type",
    type: "string",
    default: "producer",
    validator: { oneOf: ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"] },
    synonyms: [{ name: "compression.type" }],
    doc: "The codec that batches are stored in; producer keeps what the producer chose.",
  },
  {
    name: "compression.zstd.level",
    type: "int",
    default: "3",
    validator: { min: -131072, max: 22 },
    synonyms: [{ name: "compression.zstd.level" }],
    doc: "The compression level when compression.type is zstd.",
  },
  {
    name: "delete.retention.ms",
    type: "long",
    default: "86400000",
    validator: { min: 0 },
    synonyms: [{ name: "log.cleaner.delete.retention.ms" }],
    doc: "How long tombstones stay in a compacted topic.",
  },
  {
    name: "file.delete.delay.ms",
    type: "long",
    default: "60000",
    validator: { min: 0 },
    synonyms: [{ name: "log.segment.delete.delay.ms" }],
    doc: "The time to wait before a deleted segment is removed from disk.",
  },
  {
    name: "flush.messages",
    type: "long",
    default: MAX_LONG,
    validator: { min: 1 },
    synonyms: [{ name: "log.flush.interval.messages" }],
    doc: "After how many records data is forced to disk.",
  },
  {
    name: "flush.ms",
    type: "long",
    default: MAX_LONG,
    validator: { min: 0 },
    synonyms: [{ name: "log.flush.interval.ms" }, { name: "log.flush.scheduler.interval.ms" }],
    doc: "After what time data is forced to disk.",
  },
  {
    name: "follower.replication.throttled.replicas",
    type: "list",
    default: "",
    validator: "throttledReplicas",
    synonyms: [],
    doc: "The replicas whose log replication is throttled on the follower side, as [partition]:[broker] pairs, or *.",
  },
  {
    name: "index.interval.bytes",
    type: "int",
    default: "4096",
    validator: { min: 0 },
    synonyms: [{ name: "log.index.interval.bytes" }],
    doc: "After how many bytes an entry is added to the offset index.",
  },
  {
    name: "internal.segment.bytes",
    type: "int",
    default: null,
    synonyms: [],
    internal: true,
    doc: "The largest size of a segment, without segment.bytes' lower limit; for tests.",
  },
  {
    name: "leader.replication.throttled.replicas",
    type: "list",
    default: "",
    validator: "throttledReplicas",
    synonyms: [],
    doc: "The replicas whose log replication is throttled on the leader side, as [partition]:[broker] pairs, or *.",
  },
  {
    name: "local.retention.bytes",
    type: "long",
    default: "-2",
    validator: { min: -2 },
    synonyms: [{ name: "log.local.retention.bytes" }],
    doc: "How large the local part of a tiered partition may grow; -2 means retention.bytes.",
  },
  {
    name: "local.retention.ms",
    type: "long",
    default: "-2",
    validator: { min: -2 },
    synonyms: [{ name: "log.local.retention.ms" }],
    doc: "How long a tiered partition's segments stay local; -2 means retention.ms.",
  },
  {
    name: "max.compaction.lag.ms",
    type: "long",
    default: MAX_LONG,
    validator: { min: 1 },
    synonyms: [{ name: "log.cleaner.max.compaction.lag.ms" }],
    doc: "The longest time that a record stays uncompacted.",
  },
  {
    name: "max.message.bytes",
    type: "int",
    default: "1048588",
    validator: { min: 0 },
    synonyms: [{ name: "message.max.bytes" }],
    doc: "The largest record batch that is accepted, after compression.",
  },
  {
    name: "message.timestamp.after.max.ms",
    type: "long",
    default: "3600000",
    validator: { min: 0 },
    synonyms: [{ name: "log.message.timestamp.after.max.ms" }],
    doc: "How far a record's CreateTime may lie after the broker's clock.",
  },
  {
    name: "message.timestamp.before.max.ms",
    type: "long",
    default: MAX_LONG,
    validator: { min: 0 },
    synonyms: [{ name: "log.message.timestamp.before.max.ms" }],
    doc: "How far a record's CreateTime may lie before the broker's clock.",
  },
  {
    name: "message.timestamp.type",
    type: "string",
    default: "CreateTime",
    validator: { oneOf: ["CreateTime", "LogAppendTime"] },
    synonyms: [{ name: "log.message.timestamp.type" }],
    doc: "Whether a record's timestamp is the producer's or the time of its append.",
  },
  {
    name: "min.cleanable.dirty.ratio",
    type: "double",
    default: "0.5",
    validator: { min: 0, max: 1 },
    synonyms: [{ name: "log.cleaner.min.cleanable.ratio" }],
    doc: "Which share of a log must be uncompacted before the cleaner works on it.",
  },
  {
    name: "min.compaction.lag.ms",
    type: "long",
    default: "0",
    validator: { min: 0 },
    synonyms: [{ name: "log.cleaner.min.compaction.lag.ms" }],
    doc: "The shortest time that a record stays uncompacted.",
  },
  {
    name: "min.insync.replicas",
    type: "int",
    default: "1",
    validator: { min: 1 },
    synonyms: [{ name: "min.insync.replicas" }],
    doc: "How many replicas must be in sync for a write with acks=all to succeed.",
  },
  {
    name: "preallocate",
    type: "boolean",
    default: "false",
    synonyms: [{ name: "log.preallocate" }],
    doc: "Whether a new segment's file is allocated at once.",
  },
  {
    name: "remote.log.copy.disable",
    type: "boolean",
    default: "false",
    synonyms: [],
    doc: "Whether a tiered topic stops copying segments to remote storage.",
  },
  {
    name: "remote.log.delete.on.disable",
    type: "boolean",
    default: "false",
    synonyms: [],
    doc: "Whether remote data is deleted when tiering is switched off for a topic.",
  },
  {
    name: "remote.storage.enable",
    type: "boolean",
    default: "false",
    synonyms: [],
    doc: "Whether sealed segments move to remote storage.",
  },
  {
    name: "retention.bytes",
    type: "long",
    default: "-1",
    synonyms: [{ name: "log.retention.bytes" }],
    doc: "How large a partition may grow before old segments are deleted; -1 means without limit.",
  },
  {
    name: "retention.ms",
    type: "long",
    default: "604800000",
    validator: { min: -1 },
    synonyms: [
      { name: "log.retention.ms" },
      { name: "log.retention.minutes", times: MINUTE_MS },
      { name: "log.retention.hours", times: HOUR_MS },
    ],
    doc: "How long a segment is kept after its largest timestamp; -1 means without limit.",
  },
  {
    name: "segment.bytes",
    type: "int",
    default: "1073741824",
    validator: { min: 1024 * 1024 },
    synonyms: [{ name: "log.segment.bytes" }],
    doc: "The size at which the log rolls over to a new segment.",
  },
  {
    name: "segment.index.bytes",
    type: "int",
    default: "10485760",
    validator: { min: 4 },
    synonyms: [{ name: "log.index.size.max.bytes" }],
    doc: "The size of a segment's offset index.",
  },
  {
    name: "segment.jitter.ms",
    type: "long",
    default: "0",
    validator: { min: 0 },
    synonyms: [{ name: "log.roll.jitter.ms" }, { name: "log.roll.jitter.hours", times: HOUR_MS }],
    doc: "The longest random time by which a roll comes early.",
  },
  {
    name: "segment.ms",
    type: "long",
    default: "604800000",
    validator: { min: 1 },
    synonyms: [{ name: "log.roll.ms" }, { name: "log.roll.hours", times: HOUR_MS }],
    doc: "The time after which the log rolls over to a new segment even if the last is not full.",
  },
  {
    name: "unclean.leader.election.enable",
    type: "boolean",
    default: "false",
    synonyms: [{ name: "unclean.leader.election.enable" }],
    doc: "Whether a replica outside the ISR may become leader as a last resort, which can lose records.",
  },
];

const byName = new Map(topicConfigs.map((config) => [config.name, config]));

/** The topic config of that name, if Kafka has one. */
export function topicConfig(name: string): TopicConfig | undefined {
  return byName.get(name);
}
