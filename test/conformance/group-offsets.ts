/** What a group has consumed: OffsetCommit, OffsetFetch and OffsetDelete of one group. */
import type { Uuid } from "../../src/base/uuid.ts";
import type { RequestInput, ResponseOf } from "../../src/protocol/api.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { ErrorCode, errorName } from "../../src/protocol/errors.ts";
import { offsetCommit } from "../../src/protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../../src/protocol/messages/09-offset-fetch.ts";
import { offsetDelete } from "../../src/protocol/messages/47-offset-delete.ts";
import type { Wire } from "./wire.ts";

/** A partition by the name and the id of its topic. */
export interface PartitionOf {
  readonly name: string;
  readonly topicId: Uuid;
  readonly index: number;
}

/** An offset to commit for a partition. */
export interface OffsetOf extends PartitionOf {
  readonly offset: number;
  readonly leaderEpoch?: number;
  readonly metadata?: string | null;
}

/** What an OffsetCommit may say besides the offsets: who commits, and in which version. */
export type CommitOptions = Partial<RequestInput<typeof offsetCommit>> & {
  readonly version?: number;
};

/** What an OffsetFetch may say: who asks, and in which version. */
export interface FetchOffsetsOptions {
  readonly version?: number;
  readonly memberId?: string | null;
  readonly memberEpoch?: number;
  readonly requireStable?: boolean;
}

/** A committed offset as it was fetched. `topic` is its name, and from version 10 on its id. */
export interface FetchedOffset {
  readonly topic: string;
  readonly index: number;
  readonly error: ErrorName;
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string | null;
}

type FetchResponse = ResponseOf<typeof offsetFetch>;
type FetchedTopics = FetchResponse["topics"] | FetchResponse["groups"][number]["topics"];

/** The offset of a partition. */
export function at(
  { name, topicId, index }: PartitionOf,
  offset: number,
  others: { leaderEpoch?: number; metadata?: string | null } = {},
): OffsetOf {
  return { name, topicId, index, offset, ...others };
}

/** Commits, and returns the error of each offset in the order in which they were given. */
export async function commitOffsets(
  wire: Wire,
  groupId: string,
  offsets: readonly OffsetOf[],
  { version = offsetCommit.servedVersions.max, ...said }: CommitOptions = {},
): Promise<ErrorName[]> {
  const answer = await wire.call(offsetCommit, version, {
    groupId,
    memberId: "",
    topics: byTopic(offsets, ({ index, offset, leaderEpoch, metadata = "" }) => ({
      partitionIndex: index,
      committedOffset: offset,
      committedLeaderEpoch: leaderEpoch,
      committedMetadata: metadata,
    })).map(({ elements: partitions, ...topic }) => ({ ...topic, partitions })),
    ...said,
  });
  return errorsInOrder(offsets, answer.topics);
}

/** Fetches the offsets of these partitions, or of all, and the error of the whole group. */
export async function fetchOffsets(
  wire: Wire,
  groupId: string,
  partitions: readonly PartitionOf[] | null,
  options: FetchOffsetsOptions = {},
): Promise<{ error: ErrorName; offsets: FetchedOffset[] }> {
  const { version = offsetFetch.servedVersions.max, requireStable, ...member } = options;
  const topics = partitions && topicsToFetch(partitions);
  const answer = await wire.call(offsetFetch, version, {
    ...(version < 8 ? { groupId, topics } : { groups: [{ groupId, topics, ...member }] }),
    requireStable,
  });
  const group = version < 8 ? answer : answer.groups[0]!;
  return { error: errorName(group.errorCode), offsets: fetchedOffsets(group.topics) };
}

/** Partitions as an OffsetFetch names them. */
export function topicsToFetch(
  partitions: readonly PartitionOf[],
): { name: string; topicId: Uuid; partitionIndexes: number[] }[] {
  const topics = byTopic(partitions, ({ index }) => index);
  return topics.map(({ elements: partitionIndexes, ...topic }) => ({ ...topic, partitionIndexes }));
}

/** All that an OffsetFetch brought of a group, in the order of the answer. */
export function fetchedOffsets(topics: FetchedTopics): FetchedOffset[] {
  return topics.flatMap((topic) =>
    topic.partitions.map((partition) => ({
      topic: nameOrId(topic),
      index: partition.partitionIndex,
      error: errorName(partition.errorCode),
      offset: partition.committedOffset,
      leaderEpoch: partition.committedLeaderEpoch,
      metadata: partition.metadata,
    })),
  );
}

/** Deletes offsets, and returns the error of each, or that of the whole request. */
export async function deleteOffsets(
  wire: Wire,
  groupId: string,
  partitions: readonly PartitionOf[],
): Promise<ErrorName | ErrorName[]> {
  const topics = byTopic(partitions, ({ index }) => ({ partitionIndex: index }));
  const answer = await wire.call(offsetDelete, 0, {
    groupId,
    topics: topics.map(({ name, elements }) => ({ name, partitions: elements })),
  });
  if (answer.errorCode !== ErrorCode.NONE) return errorName(answer.errorCode);
  return errorsInOrder(partitions, answer.topics);
}

/** What is said of partitions, gathered by their topics. */
function byTopic<Partition extends PartitionOf, Element>(
  partitions: readonly Partition[],
  elementOf: (partition: Partition) => Element,
): { name: string; topicId: Uuid; elements: Element[] }[] {
  const groups = Map.groupBy(partitions, ({ name, topicId }) => `${name} ${topicId}`);
  return [...groups.values()].map((inTopic) => {
    const { name, topicId } = inTopic[0]!;
    return { name, topicId, elements: inTopic.map(elementOf) };
  });
}

interface AnsweredTopic {
  readonly name: string;
  readonly topicId?: Uuid;
  readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[];
}

/** The error of each partition in an answer that may have them in another order. */
function errorsInOrder(
  partitions: readonly PartitionOf[],
  topics: readonly AnsweredTopic[],
): ErrorName[] {
  return partitions.map(({ name, topicId, index }) => {
    const found = topics
      .filter((topic) => [name, topicId].includes(nameOrId(topic)))
      .flatMap((topic) => topic.partitions)
      .filter(({ partitionIndex }) => partitionIndex === index);
    if (found.length === 1) return errorName(found[0]!.errorCode);
    throw new Error(`${found.length} answers for partition ${index} of ${name}.`);
  });
}

/** A topic's name, or its id in the versions that have no names. */
function nameOrId({ name, topicId }: { name?: string; topicId?: Uuid }): string {
  return name === undefined || name === "" ? topicId! : name;
}
