/** The offsets that a group has committed, seen and changed from outside of it. */
import { offsetCommit } from "../../protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../../protocol/messages/09-offset-fetch.ts";
import { offsetDelete } from "../../protocol/messages/47-offset-delete.ts";
import type { Cluster } from "../cluster.ts";
import type { KafkaError } from "../kafka-error.ts";
import { errorOf, throwErrorOf } from "../kafka-error.ts";
import type { TopicPartition } from "../topic-partition.ts";
import { byTopic } from "../topic-partition.ts";

export interface CommittedOffset extends TopicPartition {
  readonly offset: number;
  /** -1 where it was not said. */
  readonly leaderEpoch: number;
}

/** Versions from which topics have ids in place of names, of which there is no need here. */
const NAMES = { maxVersion: 9 };
/** Nobody is a member who changes offsets from outside. */
const NOT_A_MEMBER = { generationIdOrMemberEpoch: -1, memberId: "" };

/** All offsets that a group has committed; a group that does not exist has none. */
export function listGroupOffsets(
  cluster: Cluster,
  groupId: string,
  timeoutMs?: number,
): Promise<CommittedOffset[]> {
  const attempt = async () => {
    const coordinator = await cluster.coordinator(groupId);
    const request = (version: number) =>
      version < 8 ? { groupId, topics: null } : { groups: [{ groupId, topics: null }] };
    const response = await coordinator.call(offsetFetch, request, NAMES);
    const { errorCode, topics } = response.groups[0] ?? response;
    throwErrorOf(errorCode);
    return topics.flatMap(({ name, partitions }) =>
      partitions.flatMap((committed) => {
        throwErrorOf(committed.errorCode);
        const { partitionIndex, committedOffset, committedLeaderEpoch } = committed;
        if (committedOffset < 0) return [];
        const place = { topic: name, partition: partitionIndex };
        return [{ ...place, offset: committedOffset, leaderEpoch: committedLeaderEpoch }];
      }),
    );
  };
  return cluster.retry(`Fetching the offsets of ${groupId}`, attempt, timeoutMs);
}

/** Commits offsets for a group that has no members. Fails with the first error. */
export function alterGroupOffsets(
  cluster: Cluster,
  groupId: string,
  offsets: readonly CommittedOffset[],
  timeoutMs?: number,
): Promise<void> {
  const topics = [...byTopic(offsets)].map(([name, ofTopic]) => ({
    name,
    partitions: ofTopic.map(({ partition, offset, leaderEpoch }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: leaderEpoch,
      committedMetadata: "",
    })),
  }));
  const attempt = async () => {
    const coordinator = await cluster.coordinator(groupId);
    const request = { groupId, ...NOT_A_MEMBER, topics };
    const response = await coordinator.call(offsetCommit, request, NAMES);
    for (const { partitions } of response.topics) {
      for (const { errorCode } of partitions) throwErrorOf(errorCode);
    }
  };
  return cluster.retry(`Committing the offsets of ${groupId}`, attempt, timeoutMs);
}

/** A partition whose committed offset is gone, or why it is not. */
export interface DeletedOffset extends TopicPartition {
  readonly error: KafkaError | null;
}

/** Forgets offsets that a group has committed. An error of the whole group is thrown. */
export function deleteGroupOffsets(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
  timeoutMs?: number,
): Promise<DeletedOffset[]> {
  const topics = [...byTopic(partitions)].map(([name, ofTopic]) => ({
    name,
    partitions: ofTopic.map(({ partition }) => ({ partitionIndex: partition })),
  }));
  const attempt = async () => {
    const coordinator = await cluster.coordinator(groupId);
    const response = await coordinator.call(offsetDelete, { groupId, topics });
    throwErrorOf(response.errorCode);
    return response.topics.flatMap(({ name, partitions: answers }) =>
      answers.map(({ partitionIndex, errorCode }) => ({
        topic: name,
        partition: partitionIndex,
        error: errorOf(errorCode),
      })),
    );
  };
  return cluster.retry(`Deleting the offsets of ${groupId}`, attempt, timeoutMs);
}
