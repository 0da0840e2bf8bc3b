/** The two records of a member, to be written and to be read: what it says, and what it has. */
import { assert } from "../../base/assert.ts";
import type { Uuid } from "../../base/uuid.ts";
import type {
  ConsumerGroupCurrentMemberAssignmentRecord,
  ConsumerGroupMemberMetadataRecord,
} from "../../protocol/coordinator-records/consumer-group.ts";
import { ascending } from "./assigned-partitions.ts";
import type { AssignedPartitions } from "./assigned-partitions.ts";
import type { ConsumerGroupMember, MemberState } from "./consumer-group-member.ts";

type MemberMetadata = NonNullable<ConsumerGroupMemberMetadataRecord["value"]>;
type CurrentAssignment = NonNullable<ConsumerGroupCurrentMemberAssignmentRecord["value"]>;
type StoredPartitions = CurrentAssignment["assignedPartitions"];

/** The place of a state is its number in the record. */
const STATES: readonly MemberState[] = ["STABLE", "UNREVOKED_PARTITIONS", "UNRELEASED_PARTITIONS"];

export function memberMetadataRecord(
  groupId: string,
  member: ConsumerGroupMember,
): ConsumerGroupMemberMetadataRecord {
  const { memberId, instanceId, rackId, rebalanceTimeoutMs, serverAssignor } = member;
  return {
    type: "ConsumerGroupMemberMetadata",
    key: { groupId, memberId },
    value: {
      instanceId,
      rackId,
      clientId: member.client.clientId,
      clientHost: member.client.clientHost,
      subscribedTopicNames: member.subscribedTopicNames,
      subscribedTopicRegex: member.subscribedTopicRegex,
      rebalanceTimeoutMs,
      serverAssignor,
      classicMemberMetadata: member.classic,
    },
  };
}

export function memberMetadataTombstone(
  groupId: string,
  memberId: string,
): ConsumerGroupMemberMetadataRecord {
  return { type: "ConsumerGroupMemberMetadata", key: { groupId, memberId }, value: null };
}

/** The member once it has said this. */
export function withMetadata(
  member: ConsumerGroupMember,
  said: MemberMetadata,
): ConsumerGroupMember {
  const { instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs, serverAssignor } = said;
  return {
    ...member,
    instanceId,
    rackId,
    rebalanceTimeoutMs,
    client: { clientId, clientHost },
    subscribedTopicNames: said.subscribedTopicNames,
    subscribedTopicRegex: said.subscribedTopicRegex ?? "",
    serverAssignor,
    classic: said.classicMemberMetadata,
  };
}

export function currentAssignmentRecord(
  groupId: string,
  member: ConsumerGroupMember,
): ConsumerGroupCurrentMemberAssignmentRecord {
  const { memberId, memberEpoch, previousMemberEpoch, state } = member;
  return {
    type: "ConsumerGroupCurrentMemberAssignment",
    key: { groupId, memberId },
    value: {
      memberEpoch,
      previousMemberEpoch,
      state: STATES.indexOf(state),
      assignedPartitions: storedPartitions(member.assignedPartitions),
      partitionsPendingRevocation: storedPartitions(member.partitionsPendingRevocation),
    },
  };
}

export function currentAssignmentTombstone(
  groupId: string,
  memberId: string,
): ConsumerGroupCurrentMemberAssignmentRecord {
  return { type: "ConsumerGroupCurrentMemberAssignment", key: { groupId, memberId }, value: null };
}

/** The member once it has been assigned this. */
export function withCurrentAssignment(
  member: ConsumerGroupMember,
  has: CurrentAssignment,
): ConsumerGroupMember {
  const { memberEpoch, previousMemberEpoch } = has;
  const state = STATES[has.state];
  assert(state !== undefined, "A member is stored in one of the three states.");
  return {
    ...member,
    memberEpoch,
    previousMemberEpoch,
    state,
    assignedPartitions: assignedOf(has.assignedPartitions),
    partitionsPendingRevocation: assignedOf(has.partitionsPendingRevocation),
  };
}

function storedPartitions(assigned: AssignedPartitions): StoredPartitions {
  return [...assigned].map(([topicId, epochs]) => {
    const partitions = ascending(epochs);
    const assignmentEpochs = partitions.map((partition) => epochs.get(partition)!);
    return { topicId, partitions, assignmentEpochs };
  });
}

function assignedOf(stored: StoredPartitions): AssignedPartitions {
  const assigned = new Map<Uuid, ReadonlyMap<number, number>>();
  for (const { topicId, partitions, assignmentEpochs } of stored) {
    assert(assignmentEpochs?.length === partitions.length, "Each partition has its epoch.");
    const epochs = new Map(partitions.map((partition, at) => [partition, assignmentEpochs[at]!]));
    assigned.set(topicId, epochs);
  }
  return assigned;
}
