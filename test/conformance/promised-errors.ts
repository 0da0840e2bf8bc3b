/**
 * Every error with which Kafka 4.3 answers a client and which a client can bring about, by API and
 * by the rules of SPEC.md to whose cases it is an answer.
 */
import type { ErrorName } from "../../src/protocol/errors.ts";

type Rule = `K${number}`;

/** Errors besides NONE, of all APIs of the suite in the order of their keys. */
export const promisedErrors: Readonly<
  Record<string, Readonly<Record<Rule, readonly ErrorName[]>>>
> = {
  Produce: {
    K14: ["INVALID_TOPIC_EXCEPTION"],
    K17: ["UNKNOWN_TOPIC_ID", "UNKNOWN_TOPIC_OR_PARTITION"],
    K20: [
      "CORRUPT_MESSAGE",
      "INVALID_RECORD",
      "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
      "UNSUPPORTED_COMPRESSION_TYPE",
    ],
    K21: ["INVALID_REQUIRED_ACKS"],
    K22: ["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"],
    K24: ["INVALID_TIMESTAMP"],
    K25: ["INVALID_PRODUCER_EPOCH", "OUT_OF_ORDER_SEQUENCE_NUMBER"],
    K26: ["NOT_LEADER_OR_FOLLOWER"],
  },
  Fetch: {
    K17: ["UNKNOWN_TOPIC_ID", "UNKNOWN_TOPIC_OR_PARTITION"],
    K26: ["NOT_LEADER_OR_FOLLOWER"],
    K27: ["OFFSET_OUT_OF_RANGE"],
    K32: [
      "FETCH_SESSION_ID_NOT_FOUND",
      "FETCH_SESSION_TOPIC_ID_ERROR",
      "INVALID_FETCH_SESSION_EPOCH",
    ],
    K33: ["OFFSET_OUT_OF_RANGE", "UNKNOWN_LEADER_EPOCH"],
  },
  ListOffsets: {
    K17: ["NOT_LEADER_OR_FOLLOWER", "UNKNOWN_TOPIC_OR_PARTITION"],
    K33: ["FENCED_LEADER_EPOCH", "UNKNOWN_LEADER_EPOCH"],
    K37: ["INVALID_REQUEST", "UNSUPPORTED_VERSION"],
  },
  Metadata: {
    K12: ["INVALID_REQUEST"],
    K13: ["INVALID_TOPIC_EXCEPTION", "UNKNOWN_TOPIC_OR_PARTITION"],
    K17: ["UNKNOWN_TOPIC_ID"],
  },
  OffsetCommit: {
    K46: ["FENCED_INSTANCE_ID"],
    K47: [
      "GROUP_ID_NOT_FOUND",
      "ILLEGAL_GENERATION",
      "OFFSET_METADATA_TOO_LARGE",
      "REBALANCE_IN_PROGRESS",
      "UNKNOWN_MEMBER_ID",
      "UNKNOWN_TOPIC_ID",
      "UNKNOWN_TOPIC_OR_PARTITION",
    ],
    K50: ["STALE_MEMBER_EPOCH", "UNSUPPORTED_VERSION"],
  },
  OffsetFetch: {
    K48: ["UNKNOWN_TOPIC_ID"],
    K50: ["ILLEGAL_GENERATION", "STALE_MEMBER_EPOCH", "UNKNOWN_MEMBER_ID"],
  },
  FindCoordinator: { K14: ["COORDINATOR_NOT_AVAILABLE", "INVALID_REQUEST"] },
  JoinGroup: {
    K40: ["MEMBER_ID_REQUIRED", "UNKNOWN_MEMBER_ID"],
    K42: ["GROUP_MAX_SIZE_REACHED", "INVALID_GROUP_ID", "INVALID_SESSION_TIMEOUT"],
    K43: ["INCONSISTENT_GROUP_PROTOCOL"],
    K46: ["FENCED_INSTANCE_ID"],
    K50: ["REBALANCE_IN_PROGRESS"],
  },
  Heartbeat: {
    K45: ["ILLEGAL_GENERATION", "INVALID_GROUP_ID", "REBALANCE_IN_PROGRESS", "UNKNOWN_MEMBER_ID"],
    K46: ["FENCED_INSTANCE_ID"],
  },
  LeaveGroup: { K46: ["FENCED_INSTANCE_ID", "INVALID_GROUP_ID", "UNKNOWN_MEMBER_ID"] },
  SyncGroup: {
    K43: ["INCONSISTENT_GROUP_PROTOCOL"],
    K44: ["ILLEGAL_GENERATION", "INVALID_GROUP_ID", "REBALANCE_IN_PROGRESS", "UNKNOWN_MEMBER_ID"],
    K46: ["FENCED_INSTANCE_ID"],
  },
  DescribeGroups: { K49: ["GROUP_ID_NOT_FOUND"] },
  ListGroups: {},
  ApiVersions: { K2: ["UNSUPPORTED_VERSION"], K3: ["INVALID_REQUEST"] },
  CreateTopics: {
    K18: [
      "INVALID_CONFIG",
      "INVALID_PARTITIONS",
      "INVALID_REPLICATION_FACTOR",
      "INVALID_REPLICA_ASSIGNMENT",
      "INVALID_REQUEST",
      "INVALID_TOPIC_EXCEPTION",
      "POLICY_VIOLATION",
      "REQUEST_TIMED_OUT",
      "TOPIC_ALREADY_EXISTS",
    ],
  },
  DeleteTopics: {
    K17: ["UNKNOWN_TOPIC_ID", "UNKNOWN_TOPIC_OR_PARTITION"],
    K66: ["INVALID_REQUEST", "REQUEST_TIMED_OUT", "TOPIC_DELETION_DISABLED"],
  },
  DeleteRecords: {
    K39: [
      "INVALID_TOPIC_EXCEPTION",
      "NOT_LEADER_OR_FOLLOWER",
      "OFFSET_OUT_OF_RANGE",
      "POLICY_VIOLATION",
      "UNKNOWN_TOPIC_OR_PARTITION",
    ],
  },
  InitProducerId: { K51: ["INVALID_REQUEST"] },
  OffsetForLeaderEpoch: {
    K17: ["UNKNOWN_TOPIC_OR_PARTITION"],
    K26: ["NOT_LEADER_OR_FOLLOWER"],
    K33: ["FENCED_LEADER_EPOCH", "UNKNOWN_LEADER_EPOCH"],
  },
  DescribeConfigs: {
    K19: ["INVALID_REQUEST", "INVALID_TOPIC_EXCEPTION", "UNKNOWN_TOPIC_OR_PARTITION"],
  },
  AlterConfigs: {
    K19: [
      "INVALID_CONFIG",
      "INVALID_REQUEST",
      "INVALID_TOPIC_EXCEPTION",
      "UNKNOWN_TOPIC_OR_PARTITION",
    ],
  },
  DescribeLogDirs: {},
  CreatePartitions: {
    K18: [
      "INVALID_PARTITIONS",
      "INVALID_REPLICA_ASSIGNMENT",
      "INVALID_REQUEST",
      "REQUEST_TIMED_OUT",
      "UNKNOWN_TOPIC_OR_PARTITION",
    ],
  },
  DeleteGroups: { K49: ["GROUP_ID_NOT_FOUND", "NON_EMPTY_GROUP"] },
  IncrementalAlterConfigs: {
    K19: [
      "INVALID_CONFIG",
      "INVALID_REQUEST",
      "INVALID_TOPIC_EXCEPTION",
      "UNKNOWN_TOPIC_OR_PARTITION",
    ],
  },
  ListPartitionReassignments: {},
  OffsetDelete: {
    K49: [
      "GROUP_ID_NOT_FOUND",
      "GROUP_SUBSCRIBED_TO_TOPIC",
      "INVALID_GROUP_ID",
      "NON_EMPTY_GROUP",
      "UNKNOWN_TOPIC_OR_PARTITION",
    ],
  },
  DescribeQuorum: { K60: ["UNKNOWN_TOPIC_OR_PARTITION"] },
  UpdateFeatures: { K61: ["INVALID_UPDATE_VERSION"] },
  DescribeCluster: { K15: ["MISMATCHED_ENDPOINT_TYPE", "UNSUPPORTED_ENDPOINT_TYPE"] },
  DescribeProducers: {
    K59: ["INVALID_TOPIC_EXCEPTION", "NOT_LEADER_OR_FOLLOWER", "UNKNOWN_TOPIC_OR_PARTITION"],
  },
  ConsumerGroupHeartbeat: {
    K50: [
      "FENCED_INSTANCE_ID",
      "FENCED_MEMBER_EPOCH",
      "GROUP_ID_NOT_FOUND",
      "GROUP_MAX_SIZE_REACHED",
      "INVALID_REGULAR_EXPRESSION",
      "INVALID_REQUEST",
      "UNKNOWN_MEMBER_ID",
      "UNRELEASED_INSTANCE_ID",
      "UNSUPPORTED_ASSIGNOR",
    ],
  },
  ConsumerGroupDescribe: { K49: ["GROUP_ID_NOT_FOUND", "INVALID_GROUP_ID"] },
  ListConfigResources: { K19: ["UNSUPPORTED_VERSION"] },
  DescribeTopicPartitions: { K64: ["INVALID_REQUEST", "UNKNOWN_TOPIC_OR_PARTITION"] },
};
