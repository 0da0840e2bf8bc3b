/**
 * The broker configs that Odradek acts on, under Kafka's names and with Kafka's defaults
 * (https://kafka.apache.org/documentation/#brokerconfigs). They reach the Worker as the JSON
 * binding BROKER_CONFIG, made by `odradek serve --override key=value`. Log defaults
 * (`log.retention.ms` and the like) are read by `log/log-config.ts` from the same values.
 */
export interface BrokerConfig {
  readonly autoCreateTopicsEnable: boolean;
  readonly deleteTopicEnable: boolean;
  readonly numPartitions: number;
  readonly defaultReplicationFactor: number;
  /** Largest request frame in bytes; a larger one closes the connection. */
  readonly socketRequestMaxBytes: number;
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
export function parseBrokerConfig(values: Readonly<Record<string, string>>): BrokerConfig {
  const bool = (name: string, fallback: boolean) => {
    const value = values[name];
    if (value === undefined) return fallback;
    if (value !== "true" && value !== "false") throw invalid(name, value, "must be true or false");
    return value === "true";
  };
  const int = (name: string, fallback: number, minimum: number) => {
    const value = values[name];
    if (value === undefined) return fallback;
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(number)) {
      throw invalid(name, value, "not a number of type INT");
    }
    if (number < minimum) throw invalid(name, value, `Value must be at least ${minimum}`);
    return number;
  };
  return {
    autoCreateTopicsEnable: bool("auto.create.topics.enable", true),
    deleteTopicEnable: bool("delete.topic.enable", true),
    numPartitions: int("num.partitions", 1, 1),
    defaultReplicationFactor: int("default.replication.factor", 1, 1),
    socketRequestMaxBytes: int("socket.request.max.bytes", 104_857_600, 1),
    fetchMaxBytes: int("fetch.max.bytes", 57_671_680, 1024),
    maxIncrementalFetchSessionCacheSlots: int("max.incremental.fetch.session.cache.slots", 1000, 0),
    logRetentionCheckIntervalMs: int("log.retention.check.interval.ms", 300_000, 1),
    producerIdExpirationMs: int("producer.id.expiration.ms", 86_400_000, 1),
    values,
  };
}

function invalid(name: string, value: string, why: string): Error {
  return new Error(`Invalid value ${value} for configuration ${name}: ${why}`);
}
