/**
 * The broker configs that Odradek acts on, under Kafka's names and with Kafka's defaults
 * (https://kafka.apache.org/documentation/#brokerconfigs). They reach the Worker as the JSON
 * binding BROKER_CONFIG, made by `odradek serve --override key=value`. Log defaults
 * (`log.retention.ms` and the like) are read by `log/log-config.ts` from the same values.
 */
import { ConfigReader } from "../base/config-reader.ts";

const MAX_INT = 0x7fff_ffff;

export interface BrokerConfig {
  readonly autoCreateTopicsEnable: boolean;
  readonly deleteTopicEnable: boolean;
  readonly numPartitions: number;
  readonly defaultReplicationFactor: number;
  /** Of `__consumer_offsets`, when it is created; so are the next two. */
  readonly offsetsTopicNumPartitions: number;
  /** 1 where Kafka's default is 3: a replica's storage is not lost with a broker here. */
  readonly offsetsTopicReplicationFactor: number;
  readonly offsetsTopicSegmentBytes: number;
  /** Largest request frame in bytes; a larger one closes the connection. */
  readonly socketRequestMaxBytes: number;
  /** After how long a silent connection is closed, in ms; negative is never. */
  readonly connectionsMaxIdleMs: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerIp: number;
  /** Upper bound of one Fetch response in bytes, whatever the client asks for. */
  readonly fetchMaxBytes: number;
  readonly maxIncrementalFetchSessionCacheSlots: number;
  readonly logRetentionCheckIntervalMs: number;
  /** How long a producer id without writes is remembered, in ms. */
  readonly producerIdExpirationMs: number;
  /** Every value as it was given, for the log's broker-level defaults. */
  readonly values: Readonly<Record<string, string>>;
}

/** Parses configs as given; throws a sentence that names the config when a value is not valid. */
export function parseBrokerConfig(
  values: Readonly<Record<string, string>>,
  read = new ConfigReader(values),
): BrokerConfig {
  return {
    autoCreateTopicsEnable: read.bool("auto.create.topics.enable", true),
    deleteTopicEnable: read.bool("delete.topic.enable", true),
    numPartitions: read.int("num.partitions", 1, 1),
    defaultReplicationFactor: read.int("default.replication.factor", 1, 1),
    offsetsTopicNumPartitions: read.int("offsets.topic.num.partitions", 50, 1),
    offsetsTopicReplicationFactor: read.short("offsets.topic.replication.factor", 1, 1),
    offsetsTopicSegmentBytes: read.int("offsets.topic.segment.bytes", 104_857_600, 1),
    socketRequestMaxBytes: read.int("socket.request.max.bytes", 104_857_600, 1),
    connectionsMaxIdleMs: read.long("connections.max.idle.ms", 600_000, -1),
    maxConnections: read.int("max.connections", MAX_INT),
    maxConnectionsPerIp: read.int("max.connections.per.ip", MAX_INT),
    fetchMaxBytes: read.int("fetch.max.bytes", 57_671_680, 1024),
    maxIncrementalFetchSessionCacheSlots: read.int(
      "max.incremental.fetch.session.cache.slots",
      1000,
    ),
    logRetentionCheckIntervalMs: read.long("log.retention.check.interval.ms", 300_000, 1),
    producerIdExpirationMs: read.int("producer.id.expiration.ms", 86_400_000, 1),
    values,
  };
}
