/** The offsets of a group as its members fetch and commit them. */
import type { ErrorName } from "../../protocol/errors.ts";
import { offsetCommit } from "../../protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../../protocol/messages/09-offset-fetch.ts";
import type { Cluster } from "../cluster.ts";
import { throwErrorOf } from "../kafka-error.ts";
import type { TopicPartition } from "../topic-partition.ts";
import { byTopic, partitionName } from "../topic-partition.ts";
import type { GroupOptions } from "./consumer-options.ts";
import type { Membership } from "./membership.ts";

/** Versions from which topics have ids in place of names, of which there is no need here. */
const NAMES = { maxVersion: 9 };
/** The member's epoch rose while the request was on its way: with the new one it will do. */
const EPOCH_MOVED: readonly ErrorName[] = ["STALE_MEMBER_EPOCH"];

/** What the group has committed for these partitions; those without a commit are left out. */
export function fetchCommitted(
  cluster: Cluster,
  { groupId }: GroupOptions,
  membership: Pick<Membership, "credentials">,
  partitions: readonly TopicPartition[],
): Promise<Map<string, number>> {
  if (partitions.length === 0) return Promise.resolve(new Map());
  const topics = [...byTopic(partitions)].map(([name, ofTopic]) => ({
    name,
    partitionIndexes: ofTopic.map(({ partition }) => partition),
  }));
  const attempt = async () => {
    const { memberId, generationIdOrMemberEpoch: memberEpoch } = membership.credentials;
    const coordinator = await cluster.coordinator(groupId);
    const request = (version: number) =>
      version < 8
        ? { groupId, topics, ...(version === 7 && { requireStable: true }) }
        : { groups: [{ groupId, memberId, memberEpoch, topics }], requireStable: true };
    const response = await coordinator.call(offsetFetch, request, NAMES);
    const { errorCode, topics: answers } = response.groups[0] ?? response;
    throwErrorOf(errorCode);
    const committed = new Map<string, number>();
    for (const { name, partitions: ofTopic } of answers) {
      for (const { partitionIndex, committedOffset, errorCode: code } of ofTopic) {
        throwErrorOf(code);
        const key = partitionName({ topic: name, partition: partitionIndex });
        if (committedOffset >= 0) committed.set(key, committedOffset);
      }
    }
    return committed;
  };
  return cluster.retry(`Fetching the offsets of ${groupId}`, attempt, undefined, EPOCH_MOVED);
}

/** Commits offsets as a member. */
export function commitOffsets(
  cluster: Cluster,
  { groupId, groupInstanceId }: GroupOptions,
  membership: Pick<Membership, "credentials">,
  offsets: readonly (TopicPartition & { readonly offset: number })[],
): Promise<void> {
  const topics = [...byTopic(offsets)].map(([name, ofTopic]) => ({
    name,
    partitions: ofTopic.map(({ partition, offset }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedMetadata: "",
    })),
  }));
  const attempt = async () => {
    const { credentials } = membership;
    const coordinator = await cluster.coordinator(groupId);
    const request = { groupId, groupInstanceId, ...credentials, topics };
    const response = await coordinator.call(offsetCommit, request, NAMES);
    for (const { partitions } of response.topics) {
      for (const { errorCode } of partitions) throwErrorOf(errorCode);
    }
  };
  return cluster.retry(`Committing the offsets of ${groupId}`, attempt, undefined, EPOCH_MOVED);
}
