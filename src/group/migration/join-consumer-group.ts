/**
 * JoinGroup in a consumer group: a member of the classic protocol takes a step towards its target
 * assignment, as another member does with a heartbeat, and is answered at once. There is no leader.
 */
import { MalformedFrame } from "../../base/malformed-frame.ts";
import { randomUuid } from "../../base/uuid.ts";
import { CONSUMER_PROTOCOL_TYPE, decodeSubscription } from "../../protocol/consumer-protocol.ts";
import type { ConsumerProtocolSubscription } from "../../protocol/consumer-protocol.ts";
import type { ErrorName } from "../../protocol/errors.ts";
import { refusedJoin } from "../classic/answers.ts";
import { sortedNames } from "../consumer/consumer-group-member.ts";
import type { ConsumerGroupMember } from "../consumer/consumer-group-member.ts";
import { ConsumerGroup } from "../consumer/consumer-group.ts";
import { findMember, refuseIfFull } from "../consumer/heartbeat-checks.ts";
import { reconcileMember } from "../consumer/reconcile-member.ts";
import { updateTargetAssignment } from "../consumer/target-assignment.ts";
import { memberToJoin, refreshMetadata, updateMember } from "../consumer/update-member.ts";
import type { JoinGroupAnswer, JoinGroupCall, TopicPartitions } from "../group-calls.ts";
import type { GroupConfig } from "../group-config.ts";
import type { GroupState } from "../group-state.ts";
import type { TopicsImage } from "../topics-image.ts";
import type { Ticket, Turn } from "../turn.ts";
import { downgrade, mayDowngrade } from "./downgrade.ts";

/** A join that nothing speaks against, and what the member says in it. */
interface Join extends JoinGroupCall {
  /** Whether it came without an id. */
  readonly isNew: boolean;
  readonly subscription: ConsumerProtocolSubscription;
}

export function joinConsumerGroup(
  state: GroupState,
  call: JoinGroupCall,
  ticket: Ticket,
  turn: Turn,
): void {
  turn.answerJoin(ticket, answerTo(state, call, turn));
}

function answerTo(state: GroupState, call: JoinGroupCall, turn: Turn): JoinGroupAnswer {
  const { group } = state;
  if (!(group instanceof ConsumerGroup)) return refusedJoin("UNKNOWN_MEMBER_ID");
  const isNew = call.memberId === "";
  const memberId = isNew ? randomUuid(turn.random) : call.memberId;
  const refused = refusal(group, { ...call, memberId }, turn.config);
  if (refused !== null) return refusedJoin(refused);
  if (isNew && call.groupInstanceId === null && call.requiresKnownMemberId) {
    return refusedJoin("MEMBER_ID_REQUIRED", memberId);
  }
  if (!isNew && call.groupInstanceId !== null) {
    const holder = findMember(group, memberId, call.groupInstanceId);
    if ("error" in holder) return refusedJoin(holder.error);
  }
  const subscription = subscriptionOf(call);
  if (subscription === null) return refusedJoin("UNKNOWN_SERVER_ERROR");
  return join(state, group, { ...call, memberId, isNew, subscription }, turn);
}

/** Why nobody may join like this, or null. */
function refusal(group: ConsumerGroup, call: JoinGroupCall, config: GroupConfig): ErrorName | null {
  if (config.consumerMigrationPolicy === "DISABLED") return "INCONSISTENT_GROUP_PROTOCOL";
  const { members } = group;
  if (!members.has(call.memberId)) {
    const full = refuseIfFull(members.size, config);
    if (full !== null) return full.error;
  }
  return supportsOneOf(group, call) ? null : "INCONSISTENT_GROUP_PROTOCOL";
}

/** Whether it could be in a classic group with all members that speak the classic protocol. */
function supportsOneOf(group: ConsumerGroup, { protocolType, protocols }: JoinGroupCall): boolean {
  if (protocolType !== CONSUMER_PROTOCOL_TYPE) return false;
  const classic = [...group.members.values()].flatMap((member) => member.classic ?? []);
  return protocols.some((protocol) =>
    classic.every(({ supportedProtocols }) =>
      supportedProtocols.some(({ name }) => name === protocol.name),
    ),
  );
}

/** What it subscribes to, which it says in all its protocols; null if that cannot be read. */
function subscriptionOf({ protocols }: JoinGroupCall): ConsumerProtocolSubscription | null {
  try {
    return decodeSubscription(protocols[0]?.metadata ?? new Uint8Array());
  } catch (error) {
    if (error instanceof MalformedFrame) return null;
    throw error;
  }
}

function join(state: GroupState, group: ConsumerGroup, call: Join, turn: Turn): JoinGroupAnswer {
  const { memberId, groupInstanceId, protocols, sessionTimeoutMs, rebalanceTimeoutMs } = call;
  const generationId = group.groupEpoch;
  const mustDowngrade = replacesLast(group, groupInstanceId, turn.config);
  // Only who has no id yet takes another's place.
  const replaces = call.isNew ? groupInstanceId : null;
  const member = memberToJoin(group, memberId, replaces, turn);
  const change = updateMember(group, member, said(member, call), turn);
  const hasSubscriptionChanged = change.namesChanged || change.regexChanged;
  if (hasSubscriptionChanged || turn.now >= group.metadataRefreshDeadline) {
    refreshMetadata(group, hasSubscriptionChanged, turn);
  }
  const mustRebalance = mustDowngrade && group.assignmentEpoch < group.groupEpoch;
  if (!mustDowngrade) updateTargetAssignment(group, turn);
  const owned = ownedPartitions(call.subscription, turn.topics);
  const { memberEpoch } = mustRebalance
    ? member
    : reconcileMember(group, memberId, { hasSubscriptionChanged, owned }, turn);
  if (mustDowngrade) {
    downgrade(state, group, { leaving: new Set(), generationId, mustRebalance }, turn);
  } else {
    const deadlines = group.deadlinesOf(memberId);
    deadlines.join = null;
    deadlines.session = turn.now + sessionTimeoutMs;
    deadlines.sync = turn.now + rebalanceTimeoutMs;
  }
  return {
    error: null,
    memberId,
    generationId: memberEpoch,
    protocolType: CONSUMER_PROTOCOL_TYPE,
    protocolName: protocols[0]!.name,
    leader: "",
    skipAssignment: false,
    members: [],
  };
}

/** Whether it takes the place of the only member that speaks the consumer protocol. */
function replacesLast(
  group: ConsumerGroup,
  groupInstanceId: string | null,
  config: GroupConfig,
): boolean {
  const holder = groupInstanceId === null ? undefined : group.staticMember(groupInstanceId);
  if (holder === undefined || holder.classic !== null) return false;
  return mayDowngrade(group, new Set([holder.memberId]), 1, config);
}

/** The member as it describes itself now. It cannot subscribe by regular expression. */
function said(member: ConsumerGroupMember, call: Join): ConsumerGroupMember {
  const { subscription, sessionTimeoutMs, rebalanceTimeoutMs, protocols, client } = call;
  return {
    ...member,
    instanceId: call.groupInstanceId ?? member.instanceId,
    rackId: subscription.rackId || member.rackId,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? member.rebalanceTimeoutMs : rebalanceTimeoutMs,
    client,
    subscribedTopicNames: sortedNames(subscription.topics),
    subscribedTopicRegex: "",
    classic: { sessionTimeoutMs, supportedProtocols: protocols },
  };
}

function ownedPartitions(
  { ownedPartitions: owned }: ConsumerProtocolSubscription,
  topics: TopicsImage,
): TopicPartitions[] {
  return owned.flatMap(({ topic: name, partitions }) => {
    const topic = topics.byName(name);
    return topic === undefined ? [] : [{ topicId: topic.topicId, partitions }];
  });
}
