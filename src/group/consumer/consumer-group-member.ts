/** A member of a consumer group: what it says, and how far it is on the way to its assignment. */
import type { Millis } from "../../base/clock.ts";
import type { ClassicProtocol, Client } from "../group-calls.ts";
import { NO_PARTITIONS, isSameAssigned } from "./assigned-partitions.ts";
import type { AssignedPartitions } from "./assigned-partitions.ts";

/**
 * Kafka's names. A member is stable when it has what it is to have in its epoch; it has unrevoked
 * partitions while it may still own some that it was told to give up; and it has unreleased ones
 * while others own what it is to have.
 */
export type MemberState = "STABLE" | "UNREVOKED_PARTITIONS" | "UNRELEASED_PARTITIONS";

/** In a heartbeat: the member leaves. In the state: it has left, and its records are going. */
export const LEAVE_GROUP_MEMBER_EPOCH = -1;
/** The member is static, has left, and will be back: what it is assigned is kept for it. */
export const LEAVE_GROUP_STATIC_MEMBER_EPOCH = -2;

/** What there is to know of a member that speaks the classic protocol. */
export interface ClassicMemberMetadata {
  readonly sessionTimeoutMs: Millis;
  /** Most preferred first, and at least one. */
  readonly supportedProtocols: readonly ClassicProtocol[];
}

/** It never changes: a member that says or gets something else is another one with its id. */
export interface ConsumerGroupMember {
  readonly memberId: string;
  readonly memberEpoch: number;
  /** What it comes with if the answer that told of its epoch was lost. */
  readonly previousMemberEpoch: number;
  readonly state: MemberState;
  /** Null for a dynamic member. */
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly rebalanceTimeoutMs: Millis;
  readonly client: Client;
  /** Sorted, each once. */
  readonly subscribedTopicNames: readonly string[];
  /** Empty for none. */
  readonly subscribedTopicRegex: string;
  /** The assignor that it votes for. */
  readonly serverAssignor: string | null;
  readonly assignedPartitions: AssignedPartitions;
  readonly partitionsPendingRevocation: AssignedPartitions;
  /** Null for a member that speaks the consumer protocol. */
  readonly classic: ClassicMemberMetadata | null;
}

/** A member that has said nothing yet. */
export function newMember(memberId: string): ConsumerGroupMember {
  return {
    memberId,
    memberEpoch: 0,
    previousMemberEpoch: -1,
    state: "STABLE",
    instanceId: null,
    rackId: null,
    rebalanceTimeoutMs: -1,
    client: { clientId: "", clientHost: "" },
    subscribedTopicNames: [],
    subscribedTopicRegex: "",
    serverAssignor: null,
    assignedPartitions: NO_PARTITIONS,
    partitionsPendingRevocation: NO_PARTITIONS,
    classic: null,
  };
}

export function isReconciledTo(member: ConsumerGroupMember, assignmentEpoch: number): boolean {
  return member.state === "STABLE" && member.memberEpoch === assignmentEpoch;
}

/** Topic names as a member has them. */
export function sortedNames(topicNames: readonly string[]): string[] {
  return [...new Set(topicNames)].sort();
}

export function isSameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}

/** Whether two states of a member say the same; what they have been assigned is not compared. */
export function saysTheSame(one: ConsumerGroupMember, other: ConsumerGroupMember): boolean {
  return (
    one.instanceId === other.instanceId &&
    one.rackId === other.rackId &&
    one.rebalanceTimeoutMs === other.rebalanceTimeoutMs &&
    one.client.clientId === other.client.clientId &&
    one.client.clientHost === other.client.clientHost &&
    isSameNames(one.subscribedTopicNames, other.subscribedTopicNames) &&
    one.subscribedTopicRegex === other.subscribedTopicRegex &&
    one.serverAssignor === other.serverAssignor &&
    isSameClassic(one.classic, other.classic)
  );
}

/** Whether two states of a member have the same; what they say is not compared. */
export function hasTheSame(one: ConsumerGroupMember, other: ConsumerGroupMember): boolean {
  return (
    one.memberEpoch === other.memberEpoch &&
    one.previousMemberEpoch === other.previousMemberEpoch &&
    one.state === other.state &&
    isSameAssigned(one.assignedPartitions, other.assignedPartitions) &&
    isSameAssigned(one.partitionsPendingRevocation, other.partitionsPendingRevocation)
  );
}

/** In which epoch the member got a partition that it has or is giving up. */
export function assignmentEpochOf(
  member: ConsumerGroupMember,
  topicId: string,
  partition: number,
): number | undefined {
  return (
    member.assignedPartitions.get(topicId)?.get(partition) ??
    member.partitionsPendingRevocation.get(topicId)?.get(partition)
  );
}

function isSameClassic(
  one: ClassicMemberMetadata | null,
  other: ClassicMemberMetadata | null,
): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.sessionTimeoutMs === other.sessionTimeoutMs &&
    one.supportedProtocols.length === other.supportedProtocols.length &&
    one.supportedProtocols.every(({ name, metadata }, index) => {
      const protocol = other.supportedProtocols[index];
      return protocol?.name === name && isSameBytes(protocol.metadata, metadata);
    })
  );
}

function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
