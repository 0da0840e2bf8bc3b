/** Records of a consumer group: what it has once, and what each of its members is to have. */
import type { CoordinatorRecord } from "../../protocol/coordinator-records.ts";
import type {
  ConsumerGroupMetadataRecord,
  ConsumerGroupRegularExpressionRecord,
  ConsumerGroupTargetAssignmentMemberRecord,
  ConsumerGroupTargetAssignmentMetadataRecord,
} from "../../protocol/coordinator-records/consumer-group.ts";
import type { MemberAssignment } from "../assignors/assignor.ts";
import { topicPartitionsOfTarget } from "./assigned-partitions.ts";
import type { ConsumerGroup } from "./consumer-group.ts";
import { currentAssignmentTombstone, memberMetadataTombstone } from "./member-records.ts";
import type { ResolvedRegularExpression } from "./subscriptions.ts";

/** Any record of a consumer group; offsets are stored by groups of both kinds alike. */
export type ConsumerGroupRecord = Extract<
  CoordinatorRecord,
  { readonly type: `ConsumerGroup${string}` }
>;

export function groupMetadataRecord(
  groupId: string,
  epoch: number,
  metadataHash: number,
): ConsumerGroupMetadataRecord {
  return { type: "ConsumerGroupMetadata", key: { groupId }, value: { epoch, metadataHash } };
}

export function targetAssignmentRecord(
  groupId: string,
  memberId: string,
  target: MemberAssignment,
): ConsumerGroupTargetAssignmentMemberRecord {
  return {
    type: "ConsumerGroupTargetAssignmentMember",
    key: { groupId, memberId },
    value: { topicPartitions: topicPartitionsOfTarget(target) },
  };
}

export function targetAssignmentTombstone(
  groupId: string,
  memberId: string,
): ConsumerGroupTargetAssignmentMemberRecord {
  return {
    type: "ConsumerGroupTargetAssignmentMember",
    key: { groupId, memberId },
    value: null,
  };
}

export function targetAssignmentMetadataRecord(
  groupId: string,
  assignmentEpoch: number,
  assignmentTimestamp: number,
): ConsumerGroupTargetAssignmentMetadataRecord {
  return {
    type: "ConsumerGroupTargetAssignmentMetadata",
    key: { groupId },
    value: { assignmentEpoch, assignmentTimestamp },
  };
}

export function regularExpressionRecord(
  groupId: string,
  regularExpression: string,
  { topics, timestamp }: ResolvedRegularExpression,
): ConsumerGroupRegularExpressionRecord {
  return {
    type: "ConsumerGroupRegularExpression",
    key: { groupId, regularExpression },
    // Kafka puts the offset of its metadata log there, which has no equal here.
    value: { topics: [...topics].sort(), version: 0, timestamp },
  };
}

export function regularExpressionTombstone(
  groupId: string,
  regularExpression: string,
): ConsumerGroupRegularExpressionRecord {
  return {
    type: "ConsumerGroupRegularExpression",
    key: { groupId, regularExpression },
    value: null,
  };
}

/** What removes a member. What it has goes first, and who it is goes last. */
export function memberTombstones(groupId: string, memberId: string): ConsumerGroupRecord[] {
  return [
    currentAssignmentTombstone(groupId, memberId),
    targetAssignmentTombstone(groupId, memberId),
    memberMetadataTombstone(groupId, memberId),
  ];
}

/** What deletes a group, and what members it has, in an order in which it can be replayed. */
export function groupTombstones(group: ConsumerGroup): ConsumerGroupRecord[] {
  const { groupId } = group;
  const memberIds = [...group.members.keys()];
  const regexes = [...group.subscriptions.resolvedRegularExpressions.keys()];
  return [
    ...memberIds.map((memberId) => currentAssignmentTombstone(groupId, memberId)),
    ...memberIds.map((memberId) => targetAssignmentTombstone(groupId, memberId)),
    { type: "ConsumerGroupTargetAssignmentMetadata", key: { groupId }, value: null },
    ...memberIds.map((memberId) => memberMetadataTombstone(groupId, memberId)),
    ...regexes.map((regex) => regularExpressionTombstone(groupId, regex)),
    { type: "ConsumerGroupMetadata", key: { groupId }, value: null },
  ];
}
