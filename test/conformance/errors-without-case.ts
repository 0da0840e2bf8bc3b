/**
 * The other errors with which Kafka 4.3 answers a client, by API and by the reason why they are an
 * answer to no case. They may come all the same. Errors that Kafka has a number for and no broker
 * answers any more are not here.
 */
import type { ErrorName } from "../../src/protocol/errors.ts";

const ACCESS = "takes an authorizer that refuses";
const CONTROLLER = "is for brokers, which look for the controller again";
const LEADERLESS = "takes a partition without a leader";
const POLICY = "takes a policy, which is a Java class";
const QUOTAS = "takes a quota";
const REPLICAS = "takes a partition with several replicas";
const STORAGE = "takes a disk that fails";
const SWITCHED_OFF = "takes a cluster whose groups know the classic protocol alone";
const TRANSACTIONS = "takes transactions";

/** What the coordinator of a group may say before it looks at what is asked. */
const COORDINATOR = {
  "is over as soon as there is a coordinator": ["COORDINATOR_NOT_AVAILABLE"],
  "is over as soon as the coordinator has loaded": ["COORDINATOR_LOAD_IN_PROGRESS"],
  "is what Kafka says at another broker, where Odradek asks the coordinator": ["NOT_COORDINATOR"],
} as const;

export const errorsWithoutCase: Readonly<
  Record<string, Readonly<Record<string, readonly ErrorName[]>>>
> = {
  Produce: {
    "is Kafka tripping over a compression type that there is not": ["UNKNOWN_SERVER_ERROR"],
    [STORAGE]: ["KAFKA_STORAGE_ERROR"],
    [REPLICAS]: ["NOT_ENOUGH_REPLICAS", "NOT_ENOUGH_REPLICAS_AFTER_APPEND", "REQUEST_TIMED_OUT"],
    [QUOTAS]: ["THROTTLING_QUOTA_EXCEEDED"],
    [ACCESS]: ["CLUSTER_AUTHORIZATION_FAILED", "TOPIC_AUTHORIZATION_FAILED"],
    [TRANSACTIONS]: ["CONCURRENT_TRANSACTIONS", "INVALID_PRODUCER_ID_MAPPING", "INVALID_TXN_STATE"],
  },
  Fetch: {
    "takes a broker that has not heard of a topic's end": ["INCONSISTENT_TOPIC_ID"],
    [STORAGE]: ["KAFKA_STORAGE_ERROR"],
    "takes a second leader: any negative epoch is none": ["FENCED_LEADER_EPOCH"],
    [ACCESS]: ["TOPIC_AUTHORIZATION_FAILED"],
    "takes tiers": ["OFFSET_MOVED_TO_TIERED_STORAGE"],
  },
  ListOffsets: {
    [STORAGE]: ["KAFKA_STORAGE_ERROR"],
    [REPLICAS]: ["LEADER_NOT_AVAILABLE", "OFFSET_NOT_AVAILABLE"],
    [ACCESS]: ["TOPIC_AUTHORIZATION_FAILED"],
    "takes tiers": ["REQUEST_TIMED_OUT"],
  },
  Metadata: {
    [REPLICAS]: ["REPLICA_NOT_AVAILABLE"],
    [LEADERLESS]: ["LEADER_NOT_AVAILABLE", "LISTENER_NOT_FOUND"],
    [ACCESS]: ["TOPIC_AUTHORIZATION_FAILED"],
  },
  OffsetCommit: {
    ...COORDINATOR,
    [ACCESS]: ["GROUP_AUTHORIZATION_FAILED", "TOPIC_AUTHORIZATION_FAILED"],
  },
  OffsetFetch: {
    ...COORDINATOR,
    [ACCESS]: ["GROUP_AUTHORIZATION_FAILED", "TOPIC_AUTHORIZATION_FAILED"],
    [TRANSACTIONS]: ["UNSTABLE_OFFSET_COMMIT"],
  },
  FindCoordinator: {
    [ACCESS]: ["GROUP_AUTHORIZATION_FAILED", "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"],
  },
  JoinGroup: { ...COORDINATOR, [ACCESS]: ["GROUP_AUTHORIZATION_FAILED"] },
  Heartbeat: { ...COORDINATOR, [ACCESS]: ["GROUP_AUTHORIZATION_FAILED"] },
  LeaveGroup: { ...COORDINATOR, [ACCESS]: ["GROUP_AUTHORIZATION_FAILED"] },
  SyncGroup: { ...COORDINATOR, [ACCESS]: ["GROUP_AUTHORIZATION_FAILED"] },
  DescribeGroups: { ...COORDINATOR, [ACCESS]: ["GROUP_AUTHORIZATION_FAILED"] },
  ListGroups: { ...COORDINATOR },
  CreateTopics: {
    [CONTROLLER]: ["NOT_CONTROLLER"],
    [QUOTAS]: ["THROTTLING_QUOTA_EXCEEDED"],
    [ACCESS]: ["CLUSTER_AUTHORIZATION_FAILED", "TOPIC_AUTHORIZATION_FAILED"],
  },
  DeleteTopics: {
    [CONTROLLER]: ["NOT_CONTROLLER"],
    [QUOTAS]: ["THROTTLING_QUOTA_EXCEEDED"],
    [ACCESS]: ["TOPIC_AUTHORIZATION_FAILED"],
  },
  DeleteRecords: {
    [STORAGE]: ["KAFKA_STORAGE_ERROR"],
    [REPLICAS]: ["REQUEST_TIMED_OUT"],
    [ACCESS]: ["TOPIC_AUTHORIZATION_FAILED"],
  },
  InitProducerId: {
    "is over as soon as the broker has a block of producer ids": ["COORDINATOR_LOAD_IN_PROGRESS"],
    [ACCESS]: ["CLUSTER_AUTHORIZATION_FAILED", "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"],
    [TRANSACTIONS]: [
      "CONCURRENT_TRANSACTIONS",
      "COORDINATOR_NOT_AVAILABLE",
      "INVALID_PRODUCER_EPOCH",
      "INVALID_PRODUCER_ID_MAPPING",
      "INVALID_TRANSACTION_TIMEOUT",
      "NOT_COORDINATOR",
      "PRODUCER_FENCED",
    ],
  },
  OffsetForLeaderEpoch: {
    [STORAGE]: ["KAFKA_STORAGE_ERROR"],
    [ACCESS]: ["TOPIC_AUTHORIZATION_FAILED"],
  },
  DescribeConfigs: {
    [ACCESS]: [
      "CLUSTER_AUTHORIZATION_FAILED",
      "GROUP_AUTHORIZATION_FAILED",
      "TOPIC_AUTHORIZATION_FAILED",
    ],
  },
  AlterConfigs: {
    [CONTROLLER]: ["NOT_CONTROLLER"],
    [POLICY]: ["POLICY_VIOLATION"],
    [ACCESS]: [
      "CLUSTER_AUTHORIZATION_FAILED",
      "GROUP_AUTHORIZATION_FAILED",
      "TOPIC_AUTHORIZATION_FAILED",
    ],
  },
  DescribeLogDirs: {
    [STORAGE]: ["KAFKA_STORAGE_ERROR"],
    [ACCESS]: ["CLUSTER_AUTHORIZATION_FAILED"],
  },
  CreatePartitions: {
    [CONTROLLER]: ["NOT_CONTROLLER"],
    [POLICY]: ["POLICY_VIOLATION"],
    [QUOTAS]: ["THROTTLING_QUOTA_EXCEEDED"],
    [ACCESS]: ["TOPIC_AUTHORIZATION_FAILED"],
    "takes brokers that are gone": ["INVALID_REPLICATION_FACTOR"],
  },
  DeleteGroups: { ...COORDINATOR, [ACCESS]: ["GROUP_AUTHORIZATION_FAILED"] },
  IncrementalAlterConfigs: {
    [CONTROLLER]: ["NOT_CONTROLLER"],
    [POLICY]: ["POLICY_VIOLATION"],
    [ACCESS]: [
      "CLUSTER_AUTHORIZATION_FAILED",
      "GROUP_AUTHORIZATION_FAILED",
      "TOPIC_AUTHORIZATION_FAILED",
    ],
  },
  ListPartitionReassignments: {
    [CONTROLLER]: ["NOT_CONTROLLER"],
    [ACCESS]: ["CLUSTER_AUTHORIZATION_FAILED"],
  },
  OffsetDelete: {
    ...COORDINATOR,
    [ACCESS]: ["GROUP_AUTHORIZATION_FAILED", "TOPIC_AUTHORIZATION_FAILED"],
  },
  DescribeQuorum: {
    [CONTROLLER]: ["NOT_LEADER_OR_FOLLOWER"],
    [ACCESS]: ["CLUSTER_AUTHORIZATION_FAILED"],
  },
  UpdateFeatures: { [CONTROLLER]: ["NOT_CONTROLLER"], [ACCESS]: ["CLUSTER_AUTHORIZATION_FAILED"] },
  DescribeProducers: { [ACCESS]: ["TOPIC_AUTHORIZATION_FAILED"] },
  ConsumerGroupHeartbeat: {
    ...COORDINATOR,
    [SWITCHED_OFF]: ["UNSUPPORTED_VERSION"],
    [ACCESS]: ["GROUP_AUTHORIZATION_FAILED", "TOPIC_AUTHORIZATION_FAILED"],
  },
  ConsumerGroupDescribe: {
    ...COORDINATOR,
    [SWITCHED_OFF]: ["UNSUPPORTED_VERSION"],
    [ACCESS]: ["GROUP_AUTHORIZATION_FAILED", "TOPIC_AUTHORIZATION_FAILED"],
  },
  ListConfigResources: { [ACCESS]: ["CLUSTER_AUTHORIZATION_FAILED"] },
  DescribeTopicPartitions: {
    "is Kafka tripping over a name that no topic can have": ["UNKNOWN_SERVER_ERROR"],
    "is what Odradek says of a name at which Kafka trips": ["INVALID_TOPIC_EXCEPTION"],
    [LEADERLESS]: ["LEADER_NOT_AVAILABLE", "LISTENER_NOT_FOUND"],
    [ACCESS]: ["TOPIC_AUTHORIZATION_FAILED"],
  },
};
