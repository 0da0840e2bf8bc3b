/**
 * Every error with which Kafka 4.3 answers a client of these APIs: the rule of SPEC.md whose cases
 * it is an answer to, or why there is no such case. Requests that closed the connection are not
 * here, nor errors that Kafka knows and no broker answers any more.
 */
import type { Api } from "../../src/protocol/api.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import { listOffsets } from "../../src/protocol/messages/02-list-offsets.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { offsetCommit } from "../../src/protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../../src/protocol/messages/09-offset-fetch.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import { joinGroup } from "../../src/protocol/messages/11-join-group.ts";
import { heartbeat } from "../../src/protocol/messages/12-heartbeat.ts";
import { leaveGroup } from "../../src/protocol/messages/13-leave-group.ts";
import { syncGroup } from "../../src/protocol/messages/14-sync-group.ts";
import { describeGroups } from "../../src/protocol/messages/15-describe-groups.ts";
import { listGroups } from "../../src/protocol/messages/16-list-groups.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../src/protocol/messages/20-delete-topics.ts";
import { deleteRecords } from "../../src/protocol/messages/21-delete-records.ts";
import { initProducerId } from "../../src/protocol/messages/22-init-producer-id.ts";
import { offsetForLeaderEpoch } from "../../src/protocol/messages/23-offset-for-leader-epoch.ts";
import { describeConfigs } from "../../src/protocol/messages/32-describe-configs.ts";
import { alterConfigs } from "../../src/protocol/messages/33-alter-configs.ts";
import { describeLogDirs } from "../../src/protocol/messages/35-describe-log-dirs.ts";
import { createPartitions } from "../../src/protocol/messages/37-create-partitions.ts";
import { deleteGroups } from "../../src/protocol/messages/42-delete-groups.ts";
import { incrementalAlterConfigs } from "../../src/protocol/messages/44-incremental-alter-configs.ts";
import { listPartitionReassignments } from "../../src/protocol/messages/46-list-partition-reassignments.ts";
import { offsetDelete } from "../../src/protocol/messages/47-offset-delete.ts";
import { describeQuorum } from "../../src/protocol/messages/55-describe-quorum.ts";
import { updateFeatures } from "../../src/protocol/messages/57-update-features.ts";
import { describeCluster } from "../../src/protocol/messages/60-describe-cluster.ts";
import { describeProducers } from "../../src/protocol/messages/61-describe-producers.ts";
import { consumerGroupHeartbeat } from "../../src/protocol/messages/68-consumer-group-heartbeat.ts";
import { consumerGroupDescribe } from "../../src/protocol/messages/69-consumer-group-describe.ts";
import { listConfigResources } from "../../src/protocol/messages/74-list-config-resources.ts";
import { describeTopicPartitions } from "../../src/protocol/messages/75-describe-topic-partitions.ts";

/** What an API may answer besides NONE. */
export interface PromisedErrors {
  readonly name: string;
  /** The rule to whose cases each error is an answer. */
  readonly rules: Errors;
  /** Why an error is an answer to no case; it may come all the same. */
  readonly reasons: Errors;
}

type Errors = Partial<Record<ErrorName, string>>;

const [QUOTAS, STORAGE] = ["takes a quota", "takes a disk that fails"];
const REPLICAS = "takes a partition with several replicas";
const LEADERLESS = "takes a partition without a leader";
const TRANSACTIONS = "takes transactions";
const POLICY = "takes a policy, which is a Java class";
const SWITCHED_OFF = "takes a broker that is told so, and is over with it";
const CONTROLLER = "is for brokers, which look for the controller again";

/** Which topics, groups or clusters a client may see is up to an authorizer. */
const ACCESS = "takes an authorizer that refuses";
const topicAccess = { TOPIC_AUTHORIZATION_FAILED: ACCESS };
const groupAccess = { GROUP_AUTHORIZATION_FAILED: ACCESS };
const clusterAccess = { CLUSTER_AUTHORIZATION_FAILED: ACCESS };

/** What a coordinator says that is not the group's, or not its own yet. */
const coordinator = {
  COORDINATOR_NOT_AVAILABLE: "is over as soon as there is a coordinator",
  COORDINATOR_LOAD_IN_PROGRESS: "is over as soon as the coordinator has loaded",
  NOT_COORDINATOR: "is what Kafka says at another broker, where Odradek asks the coordinator",
};
const controller = { NOT_CONTROLLER: CONTROLLER, UNKNOWN_SERVER_ERROR: CONTROLLER };

/** All of them, by key. */
export const promisedErrors: readonly PromisedErrors[] = [
  promised(
    produce,
    {
      CORRUPT_MESSAGE: "K20",
      INVALID_PRODUCER_EPOCH: "K25",
      INVALID_RECORD: "K20",
      INVALID_REQUIRED_ACKS: "K21",
      INVALID_TIMESTAMP: "K24",
      INVALID_TOPIC_EXCEPTION: "K14",
      MESSAGE_TOO_LARGE: "K22",
      NOT_LEADER_OR_FOLLOWER: "K26",
      OUT_OF_ORDER_SEQUENCE_NUMBER: "K25",
      RECORD_LIST_TOO_LARGE: "K22",
      TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "K20",
      UNKNOWN_TOPIC_ID: "K17",
      UNKNOWN_TOPIC_OR_PARTITION: "K17",
      UNSUPPORTED_COMPRESSION_TYPE: "K20",
    },
    {
      ...topicAccess,
      ...clusterAccess,
      INVALID_TXN_STATE: TRANSACTIONS,
      INVALID_PRODUCER_ID_MAPPING: TRANSACTIONS,
      CONCURRENT_TRANSACTIONS: TRANSACTIONS,
      NOT_ENOUGH_REPLICAS: REPLICAS,
      NOT_ENOUGH_REPLICAS_AFTER_APPEND: REPLICAS,
      REQUEST_TIMED_OUT: REPLICAS,
      KAFKA_STORAGE_ERROR: STORAGE,
      THROTTLING_QUOTA_EXCEEDED: QUOTAS,
      UNKNOWN_SERVER_ERROR: "is Kafka tripping over a compression type that there is not",
    },
  ),
  promised(
    fetch,
    {
      FETCH_SESSION_ID_NOT_FOUND: "K32",
      FETCH_SESSION_TOPIC_ID_ERROR: "K32",
      INVALID_FETCH_SESSION_EPOCH: "K32",
      NOT_LEADER_OR_FOLLOWER: "K26",
      OFFSET_OUT_OF_RANGE: "K27",
      UNKNOWN_LEADER_EPOCH: "K33",
      UNKNOWN_TOPIC_ID: "K17",
      UNKNOWN_TOPIC_OR_PARTITION: "K17",
    },
    {
      ...topicAccess,
      FENCED_LEADER_EPOCH: "takes a second leader: any negative epoch is none",
      INCONSISTENT_TOPIC_ID: "takes a broker that has not heard of a topic's end",
      KAFKA_STORAGE_ERROR: STORAGE,
      OFFSET_MOVED_TO_TIERED_STORAGE: "takes tiers",
    },
  ),
  promised(
    listOffsets,
    {
      FENCED_LEADER_EPOCH: "K33",
      INVALID_REQUEST: "K37",
      NOT_LEADER_OR_FOLLOWER: "K17",
      UNKNOWN_LEADER_EPOCH: "K33",
      UNKNOWN_TOPIC_OR_PARTITION: "K17",
      UNSUPPORTED_VERSION: "K37",
    },
    {
      ...topicAccess,
      KAFKA_STORAGE_ERROR: STORAGE,
      LEADER_NOT_AVAILABLE: REPLICAS,
      OFFSET_NOT_AVAILABLE: REPLICAS,
      REQUEST_TIMED_OUT: "takes tiers",
    },
  ),
  promised(
    metadata,
    {
      INVALID_REQUEST: "K12",
      INVALID_TOPIC_EXCEPTION: "K13",
      UNKNOWN_TOPIC_ID: "K17",
      UNKNOWN_TOPIC_OR_PARTITION: "K13",
    },
    {
      ...topicAccess,
      LEADER_NOT_AVAILABLE: LEADERLESS,
      LISTENER_NOT_FOUND: LEADERLESS,
      REPLICA_NOT_AVAILABLE: REPLICAS,
    },
  ),
  promised(
    offsetCommit,
    {
      FENCED_INSTANCE_ID: "K46",
      GROUP_ID_NOT_FOUND: "K47",
      ILLEGAL_GENERATION: "K47",
      OFFSET_METADATA_TOO_LARGE: "K47",
      REBALANCE_IN_PROGRESS: "K47",
      STALE_MEMBER_EPOCH: "K50",
      UNKNOWN_MEMBER_ID: "K47",
      UNKNOWN_TOPIC_ID: "K47",
      UNKNOWN_TOPIC_OR_PARTITION: "K47",
      UNSUPPORTED_VERSION: "K50",
    },
    { ...topicAccess, ...groupAccess, ...coordinator },
  ),
  promised(
    offsetFetch,
    {
      ILLEGAL_GENERATION: "K50",
      STALE_MEMBER_EPOCH: "K50",
      UNKNOWN_MEMBER_ID: "K50",
      UNKNOWN_TOPIC_ID: "K48",
    },
    { ...topicAccess, ...groupAccess, ...coordinator, UNSTABLE_OFFSET_COMMIT: TRANSACTIONS },
  ),
  promised(
    findCoordinator,
    { COORDINATOR_NOT_AVAILABLE: "K14", INVALID_REQUEST: "K14" },
    { ...groupAccess, TRANSACTIONAL_ID_AUTHORIZATION_FAILED: ACCESS },
  ),
  promised(
    joinGroup,
    {
      FENCED_INSTANCE_ID: "K46",
      GROUP_MAX_SIZE_REACHED: "K42",
      INCONSISTENT_GROUP_PROTOCOL: "K43",
      INVALID_GROUP_ID: "K42",
      INVALID_SESSION_TIMEOUT: "K42",
      MEMBER_ID_REQUIRED: "K40",
      REBALANCE_IN_PROGRESS: "K50",
      UNKNOWN_MEMBER_ID: "K40",
    },
    { ...groupAccess, ...coordinator },
  ),
  promised(
    heartbeat,
    {
      FENCED_INSTANCE_ID: "K46",
      ILLEGAL_GENERATION: "K45",
      INVALID_GROUP_ID: "K45",
      REBALANCE_IN_PROGRESS: "K45",
      UNKNOWN_MEMBER_ID: "K45",
    },
    { ...groupAccess, ...coordinator },
  ),
  promised(
    leaveGroup,
    { FENCED_INSTANCE_ID: "K46", INVALID_GROUP_ID: "K46", UNKNOWN_MEMBER_ID: "K46" },
    { ...groupAccess, ...coordinator },
  ),
  promised(
    syncGroup,
    {
      FENCED_INSTANCE_ID: "K46",
      ILLEGAL_GENERATION: "K44",
      INCONSISTENT_GROUP_PROTOCOL: "K43",
      INVALID_GROUP_ID: "K44",
      REBALANCE_IN_PROGRESS: "K44",
      UNKNOWN_MEMBER_ID: "K44",
    },
    { ...groupAccess, ...coordinator },
  ),
  promised(describeGroups, { GROUP_ID_NOT_FOUND: "K49" }, { ...groupAccess, ...coordinator }),
  promised(listGroups, {}, coordinator),
  promised(apiVersions, { INVALID_REQUEST: "K3", UNSUPPORTED_VERSION: "K2" }),
  promised(
    createTopics,
    {
      INVALID_CONFIG: "K18",
      INVALID_PARTITIONS: "K18",
      INVALID_REPLICATION_FACTOR: "K18",
      INVALID_REPLICA_ASSIGNMENT: "K18",
      INVALID_REQUEST: "K18",
      INVALID_TOPIC_EXCEPTION: "K18",
      POLICY_VIOLATION: "K18",
      REQUEST_TIMED_OUT: "K18",
      TOPIC_ALREADY_EXISTS: "K18",
    },
    { ...topicAccess, ...clusterAccess, ...controller, THROTTLING_QUOTA_EXCEEDED: QUOTAS },
  ),
  promised(
    deleteTopics,
    {
      INVALID_REQUEST: "K66",
      REQUEST_TIMED_OUT: "K66",
      TOPIC_DELETION_DISABLED: "K66",
      UNKNOWN_TOPIC_ID: "K17",
      UNKNOWN_TOPIC_OR_PARTITION: "K17",
    },
    {
      ...topicAccess,
      ...controller,
      THROTTLING_QUOTA_EXCEEDED: QUOTAS,
    },
  ),
  promised(
    deleteRecords,
    {
      INVALID_TOPIC_EXCEPTION: "K39",
      NOT_LEADER_OR_FOLLOWER: "K39",
      OFFSET_OUT_OF_RANGE: "K39",
      POLICY_VIOLATION: "K39",
      UNKNOWN_TOPIC_OR_PARTITION: "K39",
    },
    { ...topicAccess, KAFKA_STORAGE_ERROR: STORAGE, REQUEST_TIMED_OUT: REPLICAS },
  ),
  promised(
    initProducerId,
    { INVALID_REQUEST: "K51" },
    {
      ...clusterAccess,
      TRANSACTIONAL_ID_AUTHORIZATION_FAILED: ACCESS,
      COORDINATOR_LOAD_IN_PROGRESS: "is over as soon as the broker has a block of producer ids",
      COORDINATOR_NOT_AVAILABLE: TRANSACTIONS,
      NOT_COORDINATOR: TRANSACTIONS,
      CONCURRENT_TRANSACTIONS: TRANSACTIONS,
      INVALID_PRODUCER_EPOCH: TRANSACTIONS,
      INVALID_PRODUCER_ID_MAPPING: TRANSACTIONS,
      INVALID_TRANSACTION_TIMEOUT: TRANSACTIONS,
      PRODUCER_FENCED: TRANSACTIONS,
    },
  ),
  promised(
    offsetForLeaderEpoch,
    {
      FENCED_LEADER_EPOCH: "K33",
      NOT_LEADER_OR_FOLLOWER: "K26",
      UNKNOWN_LEADER_EPOCH: "K33",
      UNKNOWN_TOPIC_OR_PARTITION: "K17",
    },
    { ...topicAccess, KAFKA_STORAGE_ERROR: STORAGE },
  ),
  promised(
    describeConfigs,
    { INVALID_REQUEST: "K19", INVALID_TOPIC_EXCEPTION: "K19", UNKNOWN_TOPIC_OR_PARTITION: "K19" },
    { ...topicAccess, ...clusterAccess, ...groupAccess },
  ),
  promised(
    alterConfigs,
    {
      INVALID_CONFIG: "K19",
      INVALID_REQUEST: "K19",
      INVALID_TOPIC_EXCEPTION: "K19",
      UNKNOWN_TOPIC_OR_PARTITION: "K19",
    },
    {
      ...topicAccess,
      ...clusterAccess,
      ...groupAccess,
      ...controller,
      POLICY_VIOLATION: POLICY,
    },
  ),
  promised(describeLogDirs, {}, { ...clusterAccess, KAFKA_STORAGE_ERROR: STORAGE }),
  promised(
    createPartitions,
    {
      INVALID_PARTITIONS: "K18",
      INVALID_REPLICA_ASSIGNMENT: "K18",
      INVALID_REQUEST: "K18",
      REQUEST_TIMED_OUT: "K18",
      UNKNOWN_TOPIC_OR_PARTITION: "K18",
    },
    {
      ...topicAccess,
      ...controller,
      INVALID_REPLICATION_FACTOR: "takes brokers that are gone",
      POLICY_VIOLATION: POLICY,
      THROTTLING_QUOTA_EXCEEDED: QUOTAS,
    },
  ),
  promised(
    deleteGroups,
    { GROUP_ID_NOT_FOUND: "K49", NON_EMPTY_GROUP: "K49" },
    { ...groupAccess, ...coordinator },
  ),
  promised(
    incrementalAlterConfigs,
    {
      INVALID_CONFIG: "K19",
      INVALID_REQUEST: "K19",
      INVALID_TOPIC_EXCEPTION: "K19",
      UNKNOWN_TOPIC_OR_PARTITION: "K19",
    },
    {
      ...topicAccess,
      ...clusterAccess,
      ...groupAccess,
      ...controller,
      POLICY_VIOLATION: POLICY,
    },
  ),
  promised(listPartitionReassignments, {}, { ...clusterAccess, ...controller }),
  promised(
    offsetDelete,
    {
      GROUP_ID_NOT_FOUND: "K49",
      GROUP_SUBSCRIBED_TO_TOPIC: "K49",
      INVALID_GROUP_ID: "K49",
      NON_EMPTY_GROUP: "K49",
      UNKNOWN_TOPIC_OR_PARTITION: "K49",
    },
    { ...topicAccess, ...groupAccess, ...coordinator },
  ),
  promised(
    describeQuorum,
    { UNKNOWN_TOPIC_OR_PARTITION: "K60" },
    { ...clusterAccess, NOT_LEADER_OR_FOLLOWER: CONTROLLER },
  ),
  promised(updateFeatures, { INVALID_UPDATE_VERSION: "K61" }, { ...clusterAccess, ...controller }),
  promised(describeCluster, { MISMATCHED_ENDPOINT_TYPE: "K15", UNSUPPORTED_ENDPOINT_TYPE: "K15" }),
  promised(
    describeProducers,
    {
      INVALID_TOPIC_EXCEPTION: "K59",
      NOT_LEADER_OR_FOLLOWER: "K59",
      UNKNOWN_TOPIC_OR_PARTITION: "K59",
    },
    topicAccess,
  ),
  promised(
    consumerGroupHeartbeat,
    {
      FENCED_INSTANCE_ID: "K50",
      FENCED_MEMBER_EPOCH: "K50",
      GROUP_ID_NOT_FOUND: "K50",
      GROUP_MAX_SIZE_REACHED: "K50",
      INVALID_REGULAR_EXPRESSION: "K50",
      INVALID_REQUEST: "K50",
      UNKNOWN_MEMBER_ID: "K50",
      UNRELEASED_INSTANCE_ID: "K50",
      UNSUPPORTED_ASSIGNOR: "K50",
    },
    { ...topicAccess, ...groupAccess, ...coordinator, UNSUPPORTED_VERSION: SWITCHED_OFF },
  ),
  promised(
    consumerGroupDescribe,
    { GROUP_ID_NOT_FOUND: "K49", INVALID_GROUP_ID: "K49" },
    { ...topicAccess, ...groupAccess, ...coordinator, UNSUPPORTED_VERSION: SWITCHED_OFF },
  ),
  promised(listConfigResources, { UNSUPPORTED_VERSION: "K19" }, clusterAccess),
  promised(
    describeTopicPartitions,
    { INVALID_REQUEST: "K64", UNKNOWN_TOPIC_OR_PARTITION: "K64" },
    {
      ...topicAccess,
      INVALID_TOPIC_EXCEPTION: "is what Odradek says of a name at which Kafka trips",
      UNKNOWN_SERVER_ERROR: "is Kafka tripping over a name that no topic can have",
      LEADER_NOT_AVAILABLE: LEADERLESS,
      LISTENER_NOT_FOUND: LEADERLESS,
    },
  ),
];

function promised({ name }: Api, rules: Errors, reasons: Errors = {}): PromisedErrors {
  return { name, rules, reasons };
}
