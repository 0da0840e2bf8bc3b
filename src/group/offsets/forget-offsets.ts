/**
 * How committed offsets go: because somebody deletes them, because they are too old, or because
 * their topic is no more.
 */
import type { Millis } from "../../base/clock.ts";
import type { ErrorName } from "../../protocol/errors.ts";
import type { DeleteOffsetsAnswer, DeleteOffsetsCall } from "../group-calls.ts";
import type { GroupConfig } from "../group-config.ts";
import type { GroupState } from "../group-state.ts";
import type { Group } from "../group.ts";
import type { Turn } from "../turn.ts";
import {
  type CommittedOffset,
  NO_EXPIRE_TIMESTAMP,
  NO_TOPIC_ID,
  offsetTombstone,
} from "./committed-offsets.ts";

/** OffsetDelete: but not of topics that a member subscribes to. */
export function deleteOffsets(
  state: GroupState,
  call: DeleteOffsetsCall,
  turn: Turn,
): DeleteOffsetsAnswer {
  const { group, groupId, offsets } = state;
  const error = group === null ? "GROUP_ID_NOT_FOUND" : group.invalidOffsetDelete();
  if (group === null || error !== null) return { error, topics: [] };
  const topics = call.topics.map(({ name, partitionIndexes }) => {
    const isSubscribed = group.isSubscribedTo(name);
    const refusal: ErrorName | null = isSubscribed ? "GROUP_SUBSCRIBED_TO_TOPIC" : null;
    const partitions = partitionIndexes.map((partitionIndex) => {
      const isThere = offsets.get(name, partitionIndex) !== undefined;
      if (isThere && refusal === null) {
        turn.record(offsetTombstone(groupId, name, partitionIndex));
      }
      return { partitionIndex, error: refusal };
    });
    return { name, partitions };
  });
  return { error: null, topics };
}

/** Forgets what is older than `offsets.retention.minutes`, or than its commit asked for. */
export function forgetExpiredOffsets(state: GroupState, turn: Turn): void {
  const { group, groupId, offsets } = state;
  if (group === null) return;
  for (const [topic, partition, committed] of offsets.entries()) {
    const expiry = expiryOf(group, topic, committed, turn.config);
    if (expiry !== null && expiry <= turn.now) {
      turn.record(offsetTombstone(groupId, topic, partition));
    }
  }
}

/** When the next offset expires, if nothing changes until then; null when none will. */
export function nextOffsetExpiry({ group, offsets }: GroupState, config: GroupConfig) {
  let next: Millis | null = null;
  if (group === null) return next;
  for (const [topic, , committed] of offsets.entries()) {
    const expiry = expiryOf(group, topic, committed, config);
    if (expiry !== null && (next === null || expiry < next)) next = expiry;
  }
  return next;
}

/** Forgets the offsets of those of these topics that are gone, or whose name another one has. */
export function forgetDeletedTopics(
  { groupId, offsets }: GroupState,
  topics: Iterable<string>,
  turn: Turn,
): void {
  for (const topic of topics) {
    const topicId = turn.topics.byName(topic)?.topicId;
    for (const [partition, committed] of offsets.partitions(topic)) {
      const isHere = committed.topicId === topicId || committed.topicId === NO_TOPIC_ID;
      if (topicId === undefined || !isHere) turn.record(offsetTombstone(groupId, topic, partition));
    }
  }
}

function expiryOf(
  group: Group,
  topic: string,
  { commitTimestamp, expireTimestamp }: CommittedOffset,
  { offsetsRetentionMs }: GroupConfig,
): Millis | null {
  if (group.isSubscribedTo(topic)) return null;
  const agesFrom = group.agesFrom(commitTimestamp);
  if (agesFrom === null) return null;
  return expireTimestamp === NO_EXPIRE_TIMESTAMP ? agesFrom + offsetsRetentionMs : expireTimestamp;
}
