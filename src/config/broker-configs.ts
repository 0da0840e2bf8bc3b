/**
 * The broker configs that there are: those that Odradek acts on, and the defaults of topic configs.
 * Kafka has some 200 more, which steer what is not here: threads, buffers, files and directories,
 * the page cache, the cleaner's buffers, listeners, the quorum, TLS and SASL, remote storage, share
 * and streams groups, transactions. Saying of such a config that it has a value would be a lie, and
 * so would be taking a new one: they are passed over in what a broker is started with, as unknown
 * names are in Kafka, never described, and refused as configs that cannot be updated while a broker
 * runs. Defaults of topic configs are there whatever they steer, as the topic configs are, because
 * programs that create topics set them.
 */
import type {
  ConfigDefinition,
  ConfigStrings,
  ConfigType,
  ConfigValidator,
} from "./config-definition.ts";
import { topicConfigs } from "./topic-configs.ts";

export interface BrokerConfigDefinition extends ConfigDefinition {
  /** Kafka's update modes. Cluster-wide is for all brokers, or for one. */
  readonly updateMode: "read-only" | "cluster-wide";
  /** Its own name, after those of the configs that come before it, and before those after it. */
  readonly synonyms: readonly string[];
  /** Groups are on no broker: such a config is set for all brokers alone. */
  readonly isOfGroups?: true;
}

interface Details {
  readonly validator?: ConfigValidator;
  readonly updateMode?: "cluster-wide";
  readonly isOfGroups?: true;
}

const POSITIVE = { validator: { min: 1 } } as const;
const NOT_NEGATIVE = { validator: { min: 0 } } as const;
const MIGRATION_POLICIES = ["DISABLED", "DOWNGRADE", "UPGRADE", "BIDIRECTIONAL"] as const;
const MAX_INT = "2147483647";

const own: readonly BrokerConfigDefinition[] = [
  config("auto.create.topics.enable", "boolean", "true", {
    doc: "Whether a topic is created when a client that allows it asks for its metadata.",
  }),
  config("broker.id", "int", "-1", { doc: "The broker's id, by its former name." }),
  config("broker.rack", "string", null, { doc: "Where the broker is, for placing replicas." }),
  config("connections.max.idle.ms", "long", "600000", {
    doc: "How long a connection may be silent before it is closed; never if negative.",
  }),
  config("default.replication.factor", "int", "1", {
    ...POSITIVE,
    doc: "The replication factor of topics that are created without one.",
  }),
  config("delete.topic.enable", "boolean", "true", { doc: "Whether topics can be deleted." }),
  config("fetch.max.bytes", "int", "57671680", {
    validator: { min: 1024 },
    doc: "The most bytes in one answer to a fetch, whatever the client asks for.",
  }),
  config("group.consumer.assignment.interval.ms", "int", "1000", {
    ...NOT_NEGATIVE,
    updateMode: "cluster-wide",
    isOfGroups: true,
    doc: "The shortest time between two target assignments of a consumer group.",
  }),
  config("group.consumer.assignors", "list", "uniform,range", {
    validator: "notEmpty",
    doc: "The assignors that consumer groups may use; the first is the default.",
  }),
  config("group.consumer.heartbeat.interval.ms", "int", "5000", {
    ...POSITIVE,
    doc: "How often the members of a consumer group are told to send heartbeats.",
  }),
  config("group.consumer.max.assignment.interval.ms", "int", "15000", {
    ...NOT_NEGATIVE,
    doc: "The largest consumer.assignment.interval.ms that a group may be given.",
  }),
  config("group.consumer.max.heartbeat.interval.ms", "int", "15000", {
    ...POSITIVE,
    doc: "The largest consumer.heartbeat.interval.ms that a group may be given.",
  }),
  config("group.consumer.max.session.timeout.ms", "int", "60000", {
    ...POSITIVE,
    doc: "The largest consumer.session.timeout.ms that a group may be given.",
  }),
  config("group.consumer.max.size", "int", MAX_INT, {
    ...POSITIVE,
    doc: "The most members of a consumer group.",
  }),
  config("group.consumer.migration.policy", "string", "bidirectional", {
    validator: { oneOf: MIGRATION_POLICIES, ignoreCase: true },
    doc: "Which conversions between classic and consumer groups happen while they have members.",
  }),
  config("group.consumer.min.assignment.interval.ms", "int", "0", {
    ...NOT_NEGATIVE,
    doc: "The smallest consumer.assignment.interval.ms that a group may be given.",
  }),
  config("group.consumer.min.heartbeat.interval.ms", "int", "5000", {
    ...POSITIVE,
    doc: "The smallest consumer.heartbeat.interval.ms that a group may be given.",
  }),
  config("group.consumer.min.session.timeout.ms", "int", "45000", {
    ...POSITIVE,
    doc: "The smallest consumer.session.timeout.ms that a group may be given.",
  }),
  config("group.consumer.regex.refresh.interval.ms", "int", "600000", {
    validator: { min: 10_000 },
    doc: "How often the topics that a regular expression matches are looked for again.",
  }),
  config("group.consumer.session.timeout.ms", "int", "45000", {
    ...POSITIVE,
    doc: "How long a member of a consumer group may be silent before it is removed.",
  }),
  config("group.initial.rebalance.delay.ms", "int", "3000", {
    doc: "How long an empty classic group waits for more members before its first rebalance.",
  }),
  config("group.max.session.timeout.ms", "int", "1800000", {
    doc: "The longest session timeout of a classic group's members.",
  }),
  config("group.max.size", "int", MAX_INT, {
    ...POSITIVE,
    doc: "The most members of a classic group.",
  }),
  config("group.min.session.timeout.ms", "int", "6000", {
    doc: "The shortest session timeout of a classic group's members.",
  }),
  config("log.retention.check.interval.ms", "long", "300000", {
    ...POSITIVE,
    doc: "How late old segments may be looked for.",
  }),
  config("max.connections", "int", MAX_INT, {
    validator: { min: 0, zero: "Invalid max.connections 0" },
    updateMode: "cluster-wide",
    doc: "The most connections of a broker.",
  }),
  config("max.connections.per.ip", "int", MAX_INT, {
    validator: {
      min: 0,
      zero: "requirement failed: max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.",
    },
    updateMode: "cluster-wide",
    doc: "The most connections of a broker from one address.",
  }),
  config("max.incremental.fetch.session.cache.slots", "int", "1000", {
    ...NOT_NEGATIVE,
    doc: "The most fetch sessions that are kept.",
  }),
  config("node.id", "int", null, { ...NOT_NEGATIVE, doc: "The broker's id." }),
  config("num.partitions", "int", "1", {
    ...POSITIVE,
    doc: "The number of partitions of topics that are created without one.",
  }),
  config("offset.metadata.max.bytes", "int", "4096", {
    doc: "The longest metadata of a committed offset.",
  }),
  config("offsets.retention.check.interval.ms", "long", "600000", {
    ...POSITIVE,
    doc: "How often expired offsets are looked for.",
  }),
  config("offsets.retention.minutes", "int", "10080", {
    ...POSITIVE,
    doc: "How long the offsets of a group without members are kept.",
  }),
  config("offsets.topic.num.partitions", "int", "50", {
    ...POSITIVE,
    doc: "The number of partitions of the topic of committed offsets.",
  }),
  // Kafka's default is 3: a replica's storage is not lost with a broker here.
  config("offsets.topic.replication.factor", "short", "1", {
    ...POSITIVE,
    doc: "The replication factor of the topic of committed offsets.",
  }),
  config("offsets.topic.segment.bytes", "int", "104857600", {
    ...POSITIVE,
    doc: "The segment.bytes of the topic of committed offsets.",
  }),
  config("producer.id.expiration.ms", "int", "86400000", {
    ...POSITIVE,
    updateMode: "cluster-wide",
    doc: "How long a producer that does not write is remembered.",
  }),
  config("socket.request.max.bytes", "int", "104857600", {
    ...POSITIVE,
    doc: "The largest request that is read.",
  }),
];

function config(
  name: string,
  type: ConfigType,
  fallback: string | null,
  details: Details & { readonly doc: string },
): BrokerConfigDefinition {
  return { name, type, default: fallback, updateMode: "read-only", synonyms: [name], ...details };
}

/** Of their values Kafka checks no more than that they are numbers. */
const UNCHECKED = new Set(["log.flush.interval.ms", "log.flush.scheduler.interval.ms"]);

/**
 * The defaults of topics. Of several that stand for one, the first can be changed while brokers
 * run, and the last has a default itself.
 */
const defaultsOfTopics: readonly BrokerConfigDefinition[] = topicConfigs.flatMap((topicConfig) =>
  topicConfig.synonyms.map(({ name, times = 1, ...synonym }, index, { length }) => {
    const { default: fallback, type, doc, ...rest } = { ...topicConfig, ...synonym };
    const validator = UNCHECKED.has(name) ? undefined : rest.validator;
    const inUnit = fallback !== null && times > 1 ? String(Number(fallback) / times) : fallback;
    return {
      name,
      type,
      validator,
      default: index === length - 1 ? inUnit : null,
      doc: `The default of topics' ${topicConfig.name}. ${doc}`,
      updateMode: index === 0 ? "cluster-wide" : "read-only",
      synonyms: topicConfig.synonyms.map((each) => each.name),
    };
  }),
);

/** All of them, in the order of their names. */
export const brokerConfigs: readonly BrokerConfigDefinition[] = [
  ...own,
  ...defaultsOfTopics,
].toSorted((a, b) => (a.name < b.name ? -1 : 1));

const byName = new Map(brokerConfigs.map((definition) => [definition.name, definition]));

/** The broker config of that name, if there is one. */
export function brokerConfig(name: string): BrokerConfigDefinition | undefined {
  return byName.get(name);
}

/** What counts of several layers, of which the first lies over the others. */
export function effectiveBrokerConfigs(...layers: readonly ConfigStrings[]): ConfigStrings {
  return Object.assign({}, ...layers.toReversed()) as ConfigStrings;
}
