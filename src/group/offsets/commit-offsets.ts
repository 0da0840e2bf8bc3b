/** OffsetCommit: a member, or a consumer that is none, says how far it has come. */
import type { ErrorName } from "../../protocol/errors.ts";
import { ClassicGroup } from "../classic/classic-group.ts";
import { newClassicGroup } from "../classic/group-metadata.ts";
import { renewSession } from "../classic/sessions.ts";
import type { CommitOffsetsAnswer, CommitOffsetsCall, OffsetToCommit } from "../group-calls.ts";
import type { GroupState } from "../group-state.ts";
import type { Turn } from "../turn.ts";
import { NO_EXPIRE_TIMESTAMP } from "./committed-offsets.ts";

/** The first version to which a group that there is not has an error of its own (KIP-848). */
const FIRST_CONSUMER_PROTOCOL_VERSION = 9;

/** The first version that names topics by id (KIP-848). */
const FIRST_TOPIC_ID_VERSION = 10;

/** Asks for the broker's own retention (`offsets.retention.minutes`). */
const DEFAULT_RETENTION = -1;

export function commitOffsets(
  state: GroupState,
  call: CommitOffsetsCall,
  turn: Turn,
): CommitOffsetsAnswer {
  const group = state.group ?? simpleGroup(state, call, turn);
  if (typeof group === "string") return { error: group, topics: [] };
  const check = group.validateOffsetCommit(call);
  if (typeof check === "string") return { error: check, topics: [] };
  for (const { topicId, partitions } of call.topics) {
    for (const offset of partitions) {
      // As in Kafka, what cannot be committed anyway says nothing of its member.
      const stale = isTooLarge(offset, turn) ? null : check(topicId, offset.partitionIndex);
      if (stale !== null) return { error: stale, topics: [] };
    }
  }
  if (group instanceof ClassicGroup) renewSession(group, call.memberId, turn.now);
  // A simple group comes into being with the first offset that it commits.
  if (call.topics.length > 0) state.group = group;
  return { error: null, topics: call.topics.map((topic) => commitTopic(state, topic, call, turn)) };
}

/** The group of a consumer that is no member of any, or why it may not have one. */
function simpleGroup(
  { groupId }: GroupState,
  { generationIdOrMemberEpoch, apiVersion }: CommitOffsetsCall,
  turn: Turn,
): ClassicGroup | ErrorName {
  if (generationIdOrMemberEpoch < 0) return newClassicGroup(groupId, turn.now);
  const isNew = apiVersion >= FIRST_CONSUMER_PROTOCOL_VERSION;
  return isNew ? "GROUP_ID_NOT_FOUND" : "ILLEGAL_GENERATION";
}

type TopicToCommit = CommitOffsetsCall["topics"][number];

function commitTopic(
  state: GroupState,
  { name, topicId: givenTopicId, partitions }: TopicToCommit,
  { retentionTimeMs, apiVersion }: CommitOffsetsCall,
  turn: Turn,
): CommitOffsetsAnswer["topics"][number] {
  const expireTimestamp =
    retentionTimeMs === DEFAULT_RETENTION ? NO_EXPIRE_TIMESTAMP : turn.now + retentionTimeMs;
  const topicId = turn.topics.byName(name)?.topicId;
  const isNamedById = apiVersion >= FIRST_TOPIC_ID_VERSION;
  const commit = (offset: OffsetToCommit): ErrorName | null => {
    // A gateway's route may be older than the topic's end, or than its new beginning.
    if (isNamedById && topicId !== givenTopicId) return "UNKNOWN_TOPIC_ID";
    if (topicId === undefined) return "UNKNOWN_TOPIC_OR_PARTITION";
    if (isTooLarge(offset, turn)) return "OFFSET_METADATA_TOO_LARGE";
    const key = { group: state.groupId, topic: name, partition: offset.partitionIndex };
    const value = {
      offset: offset.committedOffset,
      leaderEpoch: offset.committedLeaderEpoch,
      metadata: offset.committedMetadata ?? "",
      commitTimestamp: turn.now,
      expireTimestamp,
      topicId,
    };
    turn.record({ type: "OffsetCommit", key, value });
    return null;
  };
  return {
    name,
    partitions: partitions.map((offset) => ({
      partitionIndex: offset.partitionIndex,
      error: commit(offset),
    })),
  };
}

function isTooLarge({ committedMetadata }: OffsetToCommit, { config }: Turn): boolean {
  return (committedMetadata ?? "").length > config.offsetMetadataMaxBytes;
}
