/**
 * What a member says of itself: written down when it says something else than before. A change of
 * what the group's members subscribe to, or of the topics themselves, begins a new group epoch.
 */
import type { Millis } from "../../base/clock.ts";
import type { Turn } from "../turn.ts";
import { isSameNames, newMember, saysTheSame } from "./consumer-group-member.ts";
import type { ConsumerGroupMember } from "./consumer-group-member.ts";
import type { ConsumerGroup } from "./consumer-group.ts";
import {
  groupMetadataRecord,
  memberTombstones,
  regularExpressionTombstone,
  targetAssignmentRecord,
} from "./group-records.ts";
import { currentAssignmentRecord, memberMetadataRecord } from "./member-records.ts";
import { metadataHash } from "./metadata-hash.ts";

/** Kafka looks for itself as seldom as its timers can, since it is told of every change. */
export const METADATA_REFRESH_INTERVAL_MS: Millis = 2_147_483_647;

/** How a member's subscription has changed. */
export interface SubscriptionChange {
  readonly namesChanged: boolean;
  readonly regexChanged: boolean;
  /** Whether it has another regular expression, or no longer one, and that is all to be known. */
  readonly isRegexResolved: boolean;
}

/**
 * The member that joins as somebody: itself, if it is one; a static member whose place it takes,
 * with all that it has, but in no epoch yet; or a new one.
 */
export function memberToJoin(
  group: ConsumerGroup,
  memberId: string,
  instanceId: string | null,
  turn: Turn,
): ConsumerGroupMember {
  const holder = instanceId === null ? undefined : group.staticMember(instanceId);
  if (holder === undefined) return group.members.get(memberId) ?? newMember(memberId);
  const { groupId } = group;
  const target = group.targetOf(holder.memberId);
  const member = { ...holder, memberId, memberEpoch: 0, previousMemberEpoch: 0 };
  for (const tombstone of memberTombstones(groupId, holder.memberId)) turn.record(tombstone);
  turn.record(memberMetadataRecord(groupId, member));
  turn.record(targetAssignmentRecord(groupId, memberId, target));
  turn.record(currentAssignmentRecord(groupId, member));
  return member;
}

/** Writes down what the member says now. */
export function updateMember(
  group: ConsumerGroup,
  member: ConsumerGroupMember,
  updated: ConsumerGroupMember,
  turn: Turn,
): SubscriptionChange {
  const { groupId, subscriptions } = group;
  if (!group.members.has(updated.memberId) || !saysTheSame(member, updated)) {
    turn.record(memberMetadataRecord(groupId, updated));
  }
  const before = member.subscribedTopicRegex;
  const after = updated.subscribedTopicRegex;
  const regexChanged = before !== after;
  if (regexChanged && before !== "" && subscriptions.subscribers(before) === 0) {
    turn.record(regularExpressionTombstone(groupId, before));
  }
  return {
    namesChanged: !isSameNames(member.subscribedTopicNames, updated.subscribedTopicNames),
    regexChanged,
    isRegexResolved:
      regexChanged && (after === "" || subscriptions.resolvedRegularExpressions.has(after)),
  };
}

/** Looks at the topics, and begins a new group epoch if they have changed or if it must. */
export function refreshMetadata(group: ConsumerGroup, mustBumpEpoch: boolean, turn: Turn): void {
  const hash = metadataHash(group.subscriptions.topicNames(), turn.topics);
  if (mustBumpEpoch || hash !== group.metadataHash) {
    turn.record(groupMetadataRecord(group.groupId, group.groupEpoch + 1, hash));
  }
  group.metadataRefreshDeadline = turn.now + METADATA_REFRESH_INTERVAL_MS;
}
