/**
 * Every error code that Kafka 4.3 knows. Errors are values: a handler puts a code into the response
 * of the partition, topic or request that failed. No other file writes a code as a number.
 */

/**
 * A code, whether the same request may succeed when it is sent again, and what it means: in Kafka's
 * words where its tools print them.
 */
type KafkaError = readonly [code: number, retriable: boolean, message: string];

const RETRIABLE = true;
const FINAL = false;

const errors = {
  UNKNOWN_SERVER_ERROR: [-1, FINAL, "The server failed in a way it did not expect."],
  NONE: [0, FINAL, ""],
  OFFSET_OUT_OF_RANGE: [
    1,
    FINAL,
    "The requested offset is not within the range of offsets maintained by the server.",
  ],
  CORRUPT_MESSAGE: [
    2,
    RETRIABLE,
    "The record batch is corrupt: its CRC, its size or its layout is wrong.",
  ],
  UNKNOWN_TOPIC_OR_PARTITION: [3, RETRIABLE, "This server does not host this topic-partition."],
  INVALID_FETCH_SIZE: [4, FINAL, "The fetch size is invalid."],
  LEADER_NOT_AVAILABLE: [5, RETRIABLE, "The partition has no leader at the moment."],
  NOT_LEADER_OR_FOLLOWER: [
    6,
    RETRIABLE,
    "This broker is not the partition's leader, or not one of its replicas.",
  ],
  REQUEST_TIMED_OUT: [7, RETRIABLE, "The request timed out."],
  BROKER_NOT_AVAILABLE: [8, FINAL, "The broker is not available."],
  REPLICA_NOT_AVAILABLE: [9, RETRIABLE, "The replica is not available for this partition."],
  MESSAGE_TOO_LARGE: [
    10,
    FINAL,
    "The request included a message larger than the max message size the server will accept.",
  ],
  STALE_CONTROLLER_EPOCH: [11, FINAL, "The controller has moved to another broker."],
  OFFSET_METADATA_TOO_LARGE: [12, FINAL, "The metadata of the committed offset is too large."],
  NETWORK_EXCEPTION: [13, RETRIABLE, "The connection ended before the response came."],
  COORDINATOR_LOAD_IN_PROGRESS: [14, RETRIABLE, "The coordinator is still loading."],
  COORDINATOR_NOT_AVAILABLE: [15, RETRIABLE, "The coordinator is not available."],
  NOT_COORDINATOR: [16, RETRIABLE, "This broker is not the coordinator."],
  INVALID_TOPIC_EXCEPTION: [
    17,
    FINAL,
    "The request attempted to perform an operation on an invalid topic.",
  ],
  RECORD_LIST_TOO_LARGE: [18, FINAL, "The record batch is larger than a segment of the log."],
  NOT_ENOUGH_REPLICAS: [
    19,
    RETRIABLE,
    "Fewer replicas are in sync than the topic requires; nothing was written.",
  ],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: [
    20,
    RETRIABLE,
    "Written, but to fewer in-sync replicas than the topic requires.",
  ],
  INVALID_REQUIRED_ACKS: [21, FINAL, "The value of acks is none of 0, 1 and -1."],
  ILLEGAL_GENERATION: [22, FINAL, "The generation id is not the group's current one."],
  INCONSISTENT_GROUP_PROTOCOL: [
    23,
    FINAL,
    "The member shares no protocol with the group, or names none.",
  ],
  INVALID_GROUP_ID: [24, FINAL, "The group id is invalid."],
  UNKNOWN_MEMBER_ID: [25, FINAL, "The coordinator is not aware of this member."],
  INVALID_SESSION_TIMEOUT: [
    26,
    FINAL,
    "The session timeout is outside the range that the broker allows.",
  ],
  REBALANCE_IN_PROGRESS: [27, FINAL, "The group is rebalancing; the member has to join again."],
  INVALID_COMMIT_OFFSET_SIZE: [28, FINAL, "The committed offset is too large to be stored."],
  TOPIC_AUTHORIZATION_FAILED: [29, FINAL, "Not authorized to access this topic."],
  GROUP_AUTHORIZATION_FAILED: [30, FINAL, "Not authorized to access this group."],
  CLUSTER_AUTHORIZATION_FAILED: [31, FINAL, "Not authorized to do this to the cluster."],
  INVALID_TIMESTAMP: [
    32,
    FINAL,
    "A record's timestamp is outside the range that the topic accepts.",
  ],
  UNSUPPORTED_SASL_MECHANISM: [33, FINAL, "The broker does not support this SASL mechanism."],
  ILLEGAL_SASL_STATE: [
    34,
    FINAL,
    "This request does not belong at this point of the SASL exchange.",
  ],
  UNSUPPORTED_VERSION: [35, FINAL, "This version of the API is not supported."],
  TOPIC_ALREADY_EXISTS: [36, FINAL, "Topic with this name already exists."],
  INVALID_PARTITIONS: [37, FINAL, "The number of partitions is invalid."],
  INVALID_REPLICATION_FACTOR: [
    38,
    FINAL,
    "The replication factor is below 1 or above the number of usable brokers.",
  ],
  INVALID_REPLICA_ASSIGNMENT: [39, FINAL, "The assignment of replicas is invalid."],
  INVALID_CONFIG: [40, FINAL, "The configuration is invalid."],
  NOT_CONTROLLER: [41, RETRIABLE, "This node is not the cluster's controller."],
  INVALID_REQUEST: [
    42,
    FINAL,
    "The request is not one that a broker of this version can make sense of.",
  ],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: [
    43,
    FINAL,
    "The log's record format does not support this request.",
  ],
  POLICY_VIOLATION: [44, FINAL, "The request violates a policy of this cluster."],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [45, FINAL, "The producer's sequence number is not the next one."],
  DUPLICATE_SEQUENCE_NUMBER: [46, FINAL, "The producer's sequence number was used before."],
  INVALID_PRODUCER_EPOCH: [47, FINAL, "The producer's epoch is older than the current one."],
  INVALID_TXN_STATE: [48, FINAL, "The transaction is in a state that does not permit this."],
  INVALID_PRODUCER_ID_MAPPING: [
    49,
    FINAL,
    "The producer id is not the one assigned to this transactional id.",
  ],
  INVALID_TRANSACTION_TIMEOUT: [
    50,
    FINAL,
    "The transaction timeout is larger than the broker allows.",
  ],
  CONCURRENT_TRANSACTIONS: [
    51,
    RETRIABLE,
    "An earlier operation on this transaction is still under way.",
  ],
  TRANSACTION_COORDINATOR_FENCED: [
    52,
    FINAL,
    "The sender no longer coordinates this producer's transactions.",
  ],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [
    53,
    FINAL,
    "Not authorized to use this transactional id.",
  ],
  SECURITY_DISABLED: [54, FINAL, "Security features are switched off."],
  OPERATION_NOT_ATTEMPTED: [
    55,
    FINAL,
    "Not attempted, because another operation of the same request failed.",
  ],
  KAFKA_STORAGE_ERROR: [56, RETRIABLE, "The storage of this log failed."],
  LOG_DIR_NOT_FOUND: [57, FINAL, "The broker has no such log directory."],
  SASL_AUTHENTICATION_FAILED: [58, FINAL, "SASL authentication failed."],
  UNKNOWN_PRODUCER_ID: [59, FINAL, "The broker holds no state for this producer id."],
  REASSIGNMENT_IN_PROGRESS: [60, FINAL, "The partition is being reassigned."],
  DELEGATION_TOKEN_AUTH_DISABLED: [61, FINAL, "Delegation tokens are switched off."],
  DELEGATION_TOKEN_NOT_FOUND: [62, FINAL, "There is no such delegation token."],
  DELEGATION_TOKEN_OWNER_MISMATCH: [
    63,
    FINAL,
    "The principal neither owns nor may renew this delegation token.",
  ],
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: [
    64,
    FINAL,
    "Delegation tokens cannot be asked for on this kind of connection.",
  ],
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: [
    65,
    FINAL,
    "Not authorized to use this delegation token.",
  ],
  DELEGATION_TOKEN_EXPIRED: [66, FINAL, "The delegation token has expired."],
  INVALID_PRINCIPAL_TYPE: [67, FINAL, "The type of the principal is not supported."],
  NON_EMPTY_GROUP: [68, FINAL, "The group is not empty."],
  GROUP_ID_NOT_FOUND: [69, FINAL, "The group id does not exist."],
  FETCH_SESSION_ID_NOT_FOUND: [70, RETRIABLE, "There is no such fetch session."],
  INVALID_FETCH_SESSION_EPOCH: [
    71,
    RETRIABLE,
    "The fetch session's epoch is not the expected one.",
  ],
  LISTENER_NOT_FOUND: [72, RETRIABLE, "The leader has no listener like the one that was asked."],
  TOPIC_DELETION_DISABLED: [73, FINAL, "Topics cannot be deleted on this cluster."],
  FENCED_LEADER_EPOCH: [
    74,
    RETRIABLE,
    "The leader epoch of the request is older than the broker's.",
  ],
  UNKNOWN_LEADER_EPOCH: [
    75,
    RETRIABLE,
    "The leader epoch of the request is newer than the broker's.",
  ],
  UNSUPPORTED_COMPRESSION_TYPE: [
    76,
    FINAL,
    "This version of the API does not know the batch's compression type.",
  ],
  STALE_BROKER_EPOCH: [77, FINAL, "The broker's epoch has changed."],
  OFFSET_NOT_AVAILABLE: [78, RETRIABLE, "The new leader does not know its high watermark yet."],
  MEMBER_ID_REQUIRED: [
    79,
    FINAL,
    "The member has to join again with the member id that it was given.",
  ],
  PREFERRED_LEADER_NOT_AVAILABLE: [80, RETRIABLE, "The preferred leader is not available."],
  GROUP_MAX_SIZE_REACHED: [81, FINAL, "The group is full."],
  FENCED_INSTANCE_ID: [82, FINAL, "Another member has registered with the same group instance id."],
  ELIGIBLE_LEADERS_NOT_AVAILABLE: [
    83,
    RETRIABLE,
    "No replica that may lead the partition is available.",
  ],
  ELECTION_NOT_NEEDED: [84, RETRIABLE, "The partition needs no election."],
  NO_REASSIGNMENT_IN_PROGRESS: [85, FINAL, "The partition is not being reassigned."],
  GROUP_SUBSCRIBED_TO_TOPIC: [
    86,
    FINAL,
    "Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it.",
  ],
  INVALID_RECORD: [87, FINAL, "A record of the batch is invalid."],
  UNSTABLE_OFFSET_COMMIT: [88, RETRIABLE, "An open transaction holds offsets of this partition."],
  THROTTLING_QUOTA_EXCEEDED: [89, RETRIABLE, "The quota is used up."],
  PRODUCER_FENCED: [90, FINAL, "A newer producer uses the same transactional id."],
  RESOURCE_NOT_FOUND: [91, FINAL, "The request names something that does not exist."],
  DUPLICATE_RESOURCE: [92, FINAL, "The request names the same thing twice."],
  UNACCEPTABLE_CREDENTIAL: [93, FINAL, "The credential does not meet the requirements."],
  INCONSISTENT_VOTER_SET: [
    94,
    FINAL,
    "The sender or the receiver is not one of the expected voters.",
  ],
  INVALID_UPDATE_VERSION: [95, FINAL, "The version given for the update is invalid."],
  FEATURE_UPDATE_FAILED: [96, FINAL, "The finalized features could not be updated."],
  PRINCIPAL_DESERIALIZATION_FAILURE: [
    97,
    FINAL,
    "The principal of a forwarded request could not be read.",
  ],
  SNAPSHOT_NOT_FOUND: [98, FINAL, "There is no such snapshot."],
  POSITION_OUT_OF_RANGE: [99, FINAL, "The position is outside the snapshot."],
  UNKNOWN_TOPIC_ID: [100, RETRIABLE, "This server does not host a topic with this id."],
  DUPLICATE_BROKER_REGISTRATION: [101, FINAL, "This broker id is in use."],
  BROKER_ID_NOT_REGISTERED: [102, FINAL, "No broker is registered with this id."],
  INCONSISTENT_TOPIC_ID: [103, RETRIABLE, "The log belongs to a topic with another id."],
  INCONSISTENT_CLUSTER_ID: [104, FINAL, "The request was meant for a cluster with another id."],
  TRANSACTIONAL_ID_NOT_FOUND: [105, FINAL, "There is no such transactional id."],
  FETCH_SESSION_TOPIC_ID_ERROR: [
    106,
    RETRIABLE,
    "The fetch session mixes topic ids and topic names.",
  ],
  INELIGIBLE_REPLICA: [107, FINAL, "The new ISR has a replica that may not be in it."],
  NEW_LEADER_ELECTED: [108, FINAL, "The change was made, and the partition has a new leader."],
  OFFSET_MOVED_TO_TIERED_STORAGE: [109, FINAL, "The offset has moved to tiered storage."],
  FENCED_MEMBER_EPOCH: [
    110,
    FINAL,
    "The member's epoch is fenced; it has to give up its partitions and join again.",
  ],
  UNRELEASED_INSTANCE_ID: [
    111,
    FINAL,
    "A member that has not left yet holds this group instance id.",
  ],
  UNSUPPORTED_ASSIGNOR: [
    112,
    FINAL,
    "The group does not support this assignor, or not in this version.",
  ],
  STALE_MEMBER_EPOCH: [
    113,
    FINAL,
    "The member's epoch is stale; a heartbeat brings the current one.",
  ],
  MISMATCHED_ENDPOINT_TYPE: [114, FINAL, "The request was sent to an endpoint of the wrong type."],
  UNSUPPORTED_ENDPOINT_TYPE: [115, FINAL, "This endpoint type is not supported."],
  UNKNOWN_CONTROLLER_ID: [116, FINAL, "There is no controller with this id."],
  UNKNOWN_SUBSCRIPTION_ID: [117, FINAL, "The telemetry subscription is unknown or outdated."],
  TELEMETRY_TOO_LARGE: [118, FINAL, "The telemetry is larger than the broker accepts."],
  INVALID_REGISTRATION: [119, FINAL, "The broker's registration is invalid."],
  TRANSACTION_ABORTABLE: [
    120,
    FINAL,
    "The transaction has to be aborted; its transactional id stays usable.",
  ],
  INVALID_RECORD_STATE: [
    121,
    FINAL,
    "The record is in a state in which it cannot be acknowledged.",
  ],
  SHARE_SESSION_NOT_FOUND: [122, RETRIABLE, "There is no such share session."],
  INVALID_SHARE_SESSION_EPOCH: [
    123,
    RETRIABLE,
    "The share session's epoch is not the expected one.",
  ],
  FENCED_STATE_EPOCH: [124, FINAL, "The epoch of the share group's state is not the current one."],
  INVALID_VOTER_KEY: [125, FINAL, "The voter's key is not the one of this replica."],
  DUPLICATE_VOTER: [126, FINAL, "The voter is one already."],
  VOTER_NOT_FOUND: [127, FINAL, "There is no such voter."],
  INVALID_REGULAR_EXPRESSION: [128, FINAL, "The regular expression is invalid."],
  REBOOTSTRAP_REQUIRED: [
    129,
    FINAL,
    "The client's metadata is stale; it has to start from its bootstrap servers.",
  ],
  STREAMS_INVALID_TOPOLOGY: [130, FINAL, "The topology is invalid."],
  STREAMS_INVALID_TOPOLOGY_EPOCH: [131, FINAL, "The topology epoch is invalid."],
  STREAMS_TOPOLOGY_FENCED: [132, FINAL, "The topology epoch is outdated."],
  SHARE_SESSION_LIMIT_REACHED: [133, RETRIABLE, "No more share sessions can be opened."],
} as const satisfies Record<string, KafkaError>;

/** An error's name, as Kafka writes it. */
export type ErrorName = keyof typeof errors;

/** Codes by name: `ErrorCode.NOT_LEADER_OR_FOLLOWER` is 6. */
export const ErrorCode = Object.fromEntries(
  Object.entries(errors).map(([name, [code]]) => [name, code]),
) as { readonly [Name in ErrorName]: (typeof errors)[Name][0] };
/** One of the codes. */
export type ErrorCode = (typeof ErrorCode)[ErrorName];

const nameOfCode = new Map<number, ErrorName>(
  Object.entries(errors).map(([name, [code]]) => [code, name as ErrorName]),
);

/**
 * The name of a code. A code that this table lacks is, as in Kafka's clients, an unknown server
 * error.
 */
export function errorName(code: number): ErrorName {
  return nameOfCode.get(code) ?? "UNKNOWN_SERVER_ERROR";
}

/** Whether a client that got this code may succeed by sending the same request again. */
export function isRetriable(code: number): boolean {
  return errors[errorName(code)][1];
}

/** What the code means in general, for answers that have nothing more precise to say. */
export function errorMessage(code: number): string {
  return errors[errorName(code)][2];
}
