/**
 * A group of consumers with its members, whichever protocol they speak: the coordinator is asked
 * for a group of KIP-848 first, and for a classic one when it has none of this name.
 */
import { decodeAssignment, CONSUMER_PROTOCOL_TYPE } from "../../protocol/consumer-protocol.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { describeGroups } from "../../protocol/messages/15-describe-groups.ts";
import { consumerGroupDescribe } from "../../protocol/messages/69-consumer-group-describe.ts";
import type { ConsumerGroupDescribeResponse } from "../../protocol/messages/69-consumer-group-describe.ts";
import type { Cluster } from "../cluster.ts";
import type { Connection } from "../connection.ts";
import { KafkaError, throwErrorOf } from "../kafka-error.ts";
import type { TopicPartition } from "../topic-partition.ts";
import type { BrokerNode } from "../transport.ts";

export interface GroupMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly assignment: readonly TopicPartition[];
  readonly targetAssignment: readonly TopicPartition[];
  /** Null for members of a classic group. */
  readonly memberEpoch: number | null;
  /** Whether it speaks the protocol of KIP-848; null where nobody says. */
  readonly isUpgraded: boolean | null;
}

export interface GroupDescription {
  readonly groupId: string;
  readonly groupState: string;
  /** The assignor of the group, or the assignment strategy of a classic one. */
  readonly assignor: string;
  readonly members: readonly GroupMember[];
  /** Null for a classic group, as is the epoch of its target assignment. */
  readonly groupEpoch: number | null;
  readonly targetAssignmentEpoch: number | null;
  readonly coordinator: BrokerNode;
}

/** Describes a group. One that does not exist is GROUP_ID_NOT_FOUND. */
export function describeGroup(
  cluster: Cluster,
  groupId: string,
  timeoutMs?: number,
): Promise<GroupDescription> {
  return cluster.retry(
    `Describing the group ${groupId}`,
    async () => {
      const connection = await cluster.coordinator(groupId);
      const coordinator = cluster.coordinatorNode(groupId)!;
      const described = await describeConsumerGroup(connection, groupId);
      if (!(described instanceof KafkaError)) return { ...described, coordinator };
      const classic = await describeClassicGroup(connection, groupId, described.message);
      return { ...classic, coordinator };
    },
    timeoutMs,
  );
}

type Described = Omit<GroupDescription, "coordinator">;

async function describeConsumerGroup(
  coordinator: Connection,
  groupId: string,
): Promise<Described | KafkaError> {
  if (coordinator.commonVersion(consumerGroupDescribe) === null) {
    return new KafkaError("UNSUPPORTED_VERSION");
  }
  const { groups } = await coordinator.call(consumerGroupDescribe, {
    groupIds: [groupId],
    includeAuthorizedOperations: false,
  });
  const group = groups[0]!;
  const isElsewhere =
    group.errorCode === ErrorCode.GROUP_ID_NOT_FOUND ||
    group.errorCode === ErrorCode.UNSUPPORTED_VERSION;
  if (isElsewhere) return new KafkaError("GROUP_ID_NOT_FOUND", group.errorMessage);
  throwErrorOf(group.errorCode, group.errorMessage);
  return {
    groupId,
    groupState: group.groupState,
    assignor: group.assignorName,
    groupEpoch: group.groupEpoch,
    targetAssignmentEpoch: group.assignmentEpoch,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      assignment: partitionsOf(member.assignment),
      targetAssignment: partitionsOf(member.targetAssignment),
      memberEpoch: member.memberEpoch,
      isUpgraded: member.memberType === -1 ? null : member.memberType === 1,
    })),
  };
}

async function describeClassicGroup(
  coordinator: Connection,
  groupId: string,
  notFound: string,
): Promise<Described> {
  const { groups } = await coordinator.call(describeGroups, { groups: [groupId] });
  const group = groups[0]!;
  if (group.errorCode === ErrorCode.GROUP_ID_NOT_FOUND) {
    throw new KafkaError("GROUP_ID_NOT_FOUND", notFound);
  }
  throwErrorOf(group.errorCode, group.errorMessage);
  const { protocolType } = group;
  if (protocolType !== "" && protocolType !== CONSUMER_PROTOCOL_TYPE) {
    const reason = `GroupId ${groupId} is not a consumer group (${protocolType}).`;
    throw new KafkaError("INCONSISTENT_GROUP_PROTOCOL", reason);
  }
  return {
    groupId,
    groupState: group.groupState,
    assignor: group.protocolData,
    groupEpoch: null,
    targetAssignmentEpoch: null,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      assignment: assignedPartitions(member.memberAssignment),
      targetAssignment: [],
      memberEpoch: null,
      isUpgraded: null,
    })),
  };
}

type Assignment = ConsumerGroupDescribeResponse["groups"][number]["members"][number]["assignment"];

function partitionsOf({ topicPartitions }: Assignment): TopicPartition[] {
  return topicPartitions.flatMap(({ topicName, partitions }) =>
    partitions.map((partition) => ({ topic: topicName, partition })),
  );
}

function assignedPartitions(assignment: Uint8Array): TopicPartition[] {
  if (assignment.length === 0) return [];
  return decodeAssignment(assignment).assignedPartitions.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}
