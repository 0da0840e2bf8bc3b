/**
 * The records of a consumer group (KIP-848): the group, what each member says, what the members are
 * to have, what each has, and what the regular expressions that they subscribe to stand for.
 */
import { array, bytes, int32, int64, int8, string, struct, uuid } from "../schema.ts";
import { recordType } from "./record-type.ts";
import type { RecordOf } from "./record-type.ts";

/** The key of what a group has one of. */
const groupKey = { groupId: string() };

/** The key of what each member has one of. */
const memberKey = { groupId: string(), memberId: string() };

/** The group's epoch, which rises whenever a new target assignment is needed. */
export const consumerGroupMetadata = recordType({
  type: "ConsumerGroupMetadata",
  id: 3,
  key: groupKey,
  value: {
    epoch: int32(),
    // In Kafka all 64 bits of a hash (KIP-1101); of one that it wrote, the nearest safe integer.
    metadataHash: int64({ default: 0, tag: 0 }),
  },
  flexible: "0+",
});

/** What a member last said in its heartbeats. */
export const consumerGroupMemberMetadata = recordType({
  type: "ConsumerGroupMemberMetadata",
  id: 5,
  key: memberKey,
  value: {
    instanceId: string({ nullable: "0+" }),
    rackId: string({ nullable: "0+" }),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array(string()),
    subscribedTopicRegex: string({ nullable: "0+" }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    serverAssignor: string({ nullable: "0+" }),
    // Null in a member that does not speak the classic protocol. Kafka's JSON gives null as the
    // default, but as a literal, which its generator does not heed: null is written, and left out
    // is what is empty.
    classicMemberMetadata: struct(
      {
        sessionTimeoutMs: int32(),
        supportedProtocols: array({ name: string(), metadata: bytes() }),
      },
      { nullable: "0+", tag: 0 },
    ),
  },
  flexible: "0+",
});

/** The group epoch that the target assignment was computed for. */
export const consumerGroupTargetAssignmentMetadata = recordType({
  type: "ConsumerGroupTargetAssignmentMetadata",
  id: 6,
  key: groupKey,
  value: {
    assignmentEpoch: int32(),
    assignmentTimestamp: int64({ default: 0, tag: 0 }),
  },
  flexible: "0+",
});

/** The partitions that a member is to have. */
export const consumerGroupTargetAssignmentMember = recordType({
  type: "ConsumerGroupTargetAssignmentMember",
  id: 7,
  key: memberKey,
  value: { topicPartitions: array({ topicId: uuid(), partitions: array(int32()) }) },
  flexible: "0+",
});

/** Partitions, and for each of them the epoch in which the member got it. */
const ASSIGNED = array({
  topicId: uuid(),
  partitions: array(int32()),
  // Left out it is empty and not null, as with the classic member metadata.
  assignmentEpochs: array(int32(), { nullable: "0+", tag: 0 }),
});

/** The partitions that a member has, and those that it has been told to give up. */
export const consumerGroupCurrentMemberAssignment = recordType({
  type: "ConsumerGroupCurrentMemberAssignment",
  id: 8,
  key: memberKey,
  value: {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: ASSIGNED,
    partitionsPendingRevocation: ASSIGNED,
  },
  flexible: "0+",
});

/** The topics that a regular expression stood for when it was last resolved. */
export const consumerGroupRegularExpression = recordType({
  type: "ConsumerGroupRegularExpression",
  id: 16,
  key: { groupId: string(), regularExpression: string() },
  value: { topics: array(string()), version: int64(), timestamp: int64() },
  flexible: "0+",
});

export type ConsumerGroupMetadataRecord = RecordOf<typeof consumerGroupMetadata>;
export type ConsumerGroupMemberMetadataRecord = RecordOf<typeof consumerGroupMemberMetadata>;
export type ConsumerGroupTargetAssignmentMetadataRecord = RecordOf<
  typeof consumerGroupTargetAssignmentMetadata
>;
export type ConsumerGroupTargetAssignmentMemberRecord = RecordOf<
  typeof consumerGroupTargetAssignmentMember
>;
export type ConsumerGroupCurrentMemberAssignmentRecord = RecordOf<
  typeof consumerGroupCurrentMemberAssignment
>;
export type ConsumerGroupRegularExpressionRecord = RecordOf<typeof consumerGroupRegularExpression>;
