/**
 * What each broker config means that the broker and its groups read for themselves, one sentence
 * each, for clients that ask DescribeConfigs for documentation (KIP-569). Configs that give topics
 * a default have theirs in `log/topic-configs.ts`.
 */
export const brokerConfigDocs: Readonly<Record<string, string>> = {
  "auto.create.topics.enable":
    "Whether a topic is created when a client that allows it asks for its metadata.",
  "connections.max.idle.ms": "How long a connection may be silent before it is closed.",
  "default.replication.factor": "The replication factor of topics that are created without one.",
  "delete.topic.enable": "Whether topics can be deleted.",
  "fetch.max.bytes": "The most bytes in one answer to a fetch, whatever the client asks for.",
  "group.consumer.assignment.interval.ms":
    "The shortest time between two target assignments of a consumer group.",
  "group.consumer.assignors":
    "The assignors that consumer groups may use; the first is the default.",
  "group.consumer.heartbeat.interval.ms":
    "How often the members of a consumer group are told to send heartbeats.",
  "group.consumer.max.size": "The most members of a consumer group.",
  "group.consumer.migration.policy":
    "Which conversions between classic and consumer groups happen while they have members.",
  "group.consumer.regex.refresh.interval.ms":
    "How often the topics that a regular expression matches are looked for again.",
  "group.consumer.session.timeout.ms":
    "How long a member of a consumer group may be silent before it is removed.",
  "group.initial.rebalance.delay.ms":
    "How long an empty classic group waits for more members before its first rebalance.",
  "group.max.session.timeout.ms": "The longest session timeout of a classic group's members.",
  "group.max.size": "The most members of a classic group.",
  "group.min.session.timeout.ms": "The shortest session timeout of a classic group's members.",
  "log.retention.check.interval.ms": "How late old segments may be looked for.",
  "max.connections": "The most connections of a broker.",
  "max.connections.per.ip": "The most connections of a broker from one address.",
  "max.incremental.fetch.session.cache.slots": "The most fetch sessions that are kept.",
  "num.partitions": "The number of partitions of topics that are created without one.",
  "offset.metadata.max.bytes": "The longest metadata of a committed offset.",
  "offsets.retention.check.interval.ms": "How often expired offsets are looked for.",
  "offsets.retention.minutes": "How long the offsets of a group without members are kept.",
  "offsets.topic.num.partitions": "The number of partitions of the topic of committed offsets.",
  "offsets.topic.replication.factor": "The replication factor of the topic of committed offsets.",
  "offsets.topic.segment.bytes": "The segment.bytes of the topic of committed offsets.",
  "producer.id.expiration.ms": "How long a producer that does not write is remembered.",
  "socket.request.max.bytes": "The largest request that is read.",
};
