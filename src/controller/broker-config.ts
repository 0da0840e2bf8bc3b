/**
 * The broker configs that brokers and the controller act on for as long as they run, as numbers.
 * They reach the Worker as the JSON binding BROKER_CONFIG, made by `odradek serve --override
 * key=value`. What gives topics a default (`log.retention.ms` and the like) is read by
 * `log/log-config.ts` from the same values, what groups act on by `group/group-config.ts`.
 */
import type { ConfigStrings } from "../config/config-definition.ts";
import { ConfigReader } from "../config/config-reader.ts";

export interface BrokerConfig {
  readonly autoCreateTopicsEnable: boolean;
  readonly deleteTopicEnable: boolean;
  readonly numPartitions: number;
  readonly defaultReplicationFactor: number;
  /** Of `__consumer_offsets`, when it is created; so are the next two. */
  readonly offsetsTopicNumPartitions: number;
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
  /** Every value as it was given, for the log's broker-level defaults. */
  readonly values: ConfigStrings;
}

/** Reads configs as given; throws a sentence that names the config when a value is not valid. */
export function parseBrokerConfig(values: ConfigStrings): BrokerConfig {
  const read = new ConfigReader(values);
  return {
    autoCreateTopicsEnable: read.boolean("auto.create.topics.enable"),
    deleteTopicEnable: read.boolean("delete.topic.enable"),
    numPartitions: read.number("num.partitions"),
    defaultReplicationFactor: read.number("default.replication.factor"),
    offsetsTopicNumPartitions: read.number("offsets.topic.num.partitions"),
    offsetsTopicReplicationFactor: read.number("offsets.topic.replication.factor"),
    offsetsTopicSegmentBytes: read.number("offsets.topic.segment.bytes"),
    socketRequestMaxBytes: read.number("socket.request.max.bytes"),
    connectionsMaxIdleMs: read.number("connections.max.idle.ms"),
    maxConnections: read.number("max.connections"),
    maxConnectionsPerIp: read.number("max.connections.per.ip"),
    fetchMaxBytes: read.number("fetch.max.bytes"),
    maxIncrementalFetchSessionCacheSlots: read.number("max.incremental.fetch.session.cache.slots"),
    logRetentionCheckIntervalMs: read.number("log.retention.check.interval.ms"),
    values,
  };
}
