/**
 * A classic group with members becomes a consumer group when the first member of the consumer
 * protocol comes (KIP-848). Its members stay, and what the leader has assigned to them.
 */
import { MalformedFrame } from "../../base/malformed-frame.ts";
import type { Uuid } from "../../base/uuid.ts";
import {
  CONSUMER_PROTOCOL_TYPE,
  decodeAssignment,
  decodeSubscription,
} from "../../protocol/consumer-protocol.ts";
import type { MemberAssignment } from "../assignors/assignor.ts";
import { answerJoin, answerSync, refusedJoin, refusedSync } from "../classic/answers.ts";
import type { ClassicGroup } from "../classic/classic-group.ts";
import type { ClassicMember } from "../classic/classic-member.ts";
import { withEpoch } from "../consumer/assigned-partitions.ts";
import { newMember, sortedNames } from "../consumer/consumer-group-member.ts";
import type { ConsumerGroupMember } from "../consumer/consumer-group-member.ts";
import { ConsumerGroup } from "../consumer/consumer-group.ts";
import {
  groupMetadataRecord,
  targetAssignmentMetadataRecord,
  targetAssignmentRecord,
} from "../consumer/group-records.ts";
import { currentAssignmentRecord, memberMetadataRecord } from "../consumer/member-records.ts";
import { metadataHash } from "../consumer/metadata-hash.ts";
import { refuse } from "../consumer/refusal.ts";
import type { Refusal } from "../consumer/refusal.ts";
import type { GroupState } from "../group-state.ts";
import type { TopicsImage } from "../topics-image.ts";
import type { Turn } from "../turn.ts";

interface UpgradedMember {
  readonly member: ConsumerGroupMember;
  readonly target: MemberAssignment;
}

/** What a classic group will be. */
export interface UpgradePlan {
  readonly members: readonly UpgradedMember[];
}

export function planUpgrade(group: ClassicGroup, turn: Turn): UpgradePlan | Refusal {
  const { consumerMigrationPolicy: policy, consumerMaxSize } = turn.config;
  if (policy !== "BIDIRECTIONAL" && policy !== "UPGRADE") {
    return refuseUpgrade(group, "online upgrade is disabled.");
  }
  if (group.protocolType !== CONSUMER_PROTOCOL_TYPE) {
    return refuseUpgrade(group, "the group does not use the consumer embedded protocol.");
  }
  if (group.members.size > consumerMaxSize) {
    return refuseUpgrade(group, "the group size exceeds the consumer group maximum size.");
  }
  try {
    if ([...group.members.values()].some(hasUserData)) {
      return refuseUpgrade(
        group,
        "an unsupported custom assignor is in use. Please refer to the documentation or switch " +
          "to a default assignor before re-attempting the upgrade.",
      );
    }
    const members = [...group.members.values()].map((member) =>
      upgradedMember(group, member, turn.topics),
    );
    // Kafka runs into this while it converts the group, and has no better word for it.
    return hasSharedPartitions(members) ? refuse("UNKNOWN_SERVER_ERROR", null) : { members };
  } catch (error) {
    if (!(error instanceof MalformedFrame)) throw error;
    return refuseUpgrade(group, "the embedded consumer protocol is malformed.");
  }
}

/** Puts the consumer group in the place of the classic one, whose members will rejoin. */
export function upgrade(
  state: GroupState,
  classic: ClassicGroup,
  { members }: UpgradePlan,
  turn: Turn,
): ConsumerGroup {
  const { groupId } = classic;
  // A generation that nobody was assigned anything in may have begun before the last restart.
  const epoch = Math.max(classic.generationId, classic.begunGenerationId);
  for (const member of classic.members.values()) {
    const refused = refusedJoin("REBALANCE_IN_PROGRESS", member.memberId);
    answerJoin(classic, member, refused, turn);
    answerSync(member, refusedSync("REBALANCE_IN_PROGRESS"), turn);
  }
  for (const tombstone of classic.tombstones()) turn.record(tombstone);
  const group = new ConsumerGroup(groupId);
  state.group = group;
  for (const { member } of members) turn.record(memberMetadataRecord(groupId, member));
  // Before the leader has assigned, what members have is nobody's assignment: a hash of no topics
  // makes the first heartbeat begin another epoch, whatever it brings.
  const isAssigned = classic.state === "Stable";
  const topicNames = isAssigned ? group.subscriptions.topicNames() : [];
  turn.record(groupMetadataRecord(groupId, epoch, metadataHash(topicNames, turn.topics)));
  for (const { member, target } of members) {
    turn.record(targetAssignmentRecord(groupId, member.memberId, target));
  }
  turn.record(targetAssignmentMetadataRecord(groupId, epoch, 0));
  for (const { member } of members) {
    turn.record(currentAssignmentRecord(groupId, member));
    const sessionTimeoutMs = member.classic?.sessionTimeoutMs ?? 0;
    group.deadlinesOf(member.memberId).session = turn.now + sessionTimeoutMs;
  }
  return group;
}

function upgradedMember(
  { generationId, protocolName }: ClassicGroup,
  classic: ClassicMember,
  topics: TopicsImage,
): UpgradedMember {
  const { memberId, groupInstanceId, client, rebalanceTimeoutMs, sessionTimeoutMs } = classic;
  const { protocols } = classic;
  const target = targetOf(classic, topics);
  // A group that has never had a generation has no protocol. What they subscribe to, members say in
  // all of theirs.
  const metadata = classic.metadata(protocolName ?? "") ?? protocols[0]?.metadata;
  const subscription = decodeSubscription(metadata ?? new Uint8Array());
  const member: ConsumerGroupMember = {
    ...newMember(memberId),
    memberEpoch: generationId,
    previousMemberEpoch: generationId,
    instanceId: groupInstanceId,
    rackId: subscription.rackId || null,
    rebalanceTimeoutMs,
    client,
    subscribedTopicNames: sortedNames(subscription.topics),
    assignedPartitions: withEpoch(target, generationId),
    classic: { sessionTimeoutMs, supportedProtocols: protocols },
  };
  return { member, target };
}

/** What the leader has assigned to it, of topics that exist. */
function targetOf({ assignment }: ClassicMember, topics: TopicsImage): MemberAssignment {
  const target = new Map<Uuid, number[]>();
  if (assignment.length === 0) return target;
  for (const { topic: name, partitions } of decodeAssignment(assignment).assignedPartitions) {
    const topic = topics.byName(name);
    if (topic === undefined || partitions.length === 0) continue;
    const all = new Set([...(target.get(topic.topicId) ?? []), ...partitions]);
    target.set(
      topic.topicId,
      [...all].sort((one, other) => one - other),
    );
  }
  return target;
}

/** Whether its assignment says more than which partitions, which no other assignor would keep. */
function hasUserData({ assignment }: ClassicMember): boolean {
  if (assignment.length === 0) return false;
  const { userData } = decodeAssignment(assignment);
  return userData !== null && userData.length > 0;
}

/** Whether the leader has assigned a partition to two members. */
function hasSharedPartitions(members: readonly UpgradedMember[]): boolean {
  const assigned = members.flatMap(({ target }) =>
    [...target].flatMap(([topicId, partitions]) => partitions.map((at) => `${topicId} ${at}`)),
  );
  return new Set(assigned).size < assigned.length;
}

function refuseUpgrade({ groupId }: ClassicGroup, reason: string): Refusal {
  const message = `Cannot upgrade classic group ${groupId} to consumer group because ${reason}`;
  return refuse("GROUP_ID_NOT_FOUND", message);
}
