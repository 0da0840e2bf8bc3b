/**
 * The partitions of a request about a group's offsets: a broker refuses those that there are not,
 * and the group is asked about the rest.
 */
import type { Uuid } from "../base/uuid.ts";
import type { CommitOffsetsAnswer } from "../group/group-calls.ts";
import { ErrorCode } from "../protocol/errors.ts";
import type { Broker } from "./broker.ts";
import type { TopicReference } from "./topic-routes.ts";

/** A topic, and partitions of it. */
export interface OffsetsTopicPartitions<Partition> {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitions: readonly Partition[];
}

interface Partition {
  readonly partitionIndex: number;
}

/** A topic as a request names it. */
interface AskedTopic<P extends Partition> extends OffsetsTopicPartitions<P> {
  readonly reference: TopicReference;
}

/** What became of a topic's partitions. */
export type TopicResult = OffsetsTopicPartitions<Partition & { readonly errorCode: ErrorCode }>;

/** Parts these partitions into those that exist and those that do not. */
export async function partExisting<P extends Partition>(
  broker: Broker,
  topics: readonly AskedTopic<P>[],
): Promise<{
  readonly existing: OffsetsTopicPartitions<P>[];
  readonly refused: TopicResult[];
}> {
  await broker.routes.load(
    topics.map(({ reference, partitions }) => ({
      ...reference,
      partitions: partitions.map(({ partitionIndex }) => partitionIndex),
    })),
  );
  const existing: OffsetsTopicPartitions<P>[] = [];
  const refused: TopicResult[] = [];
  for (const { reference, partitions, ...asked } of topics) {
    const found = broker.routes.cached(reference);
    const { name, topicId } = found ?? asked;
    const there = partitions.filter(({ partitionIndex }) => found?.partitions[partitionIndex]);
    const missing = partitions.flatMap(({ partitionIndex }) => {
      const located = broker.locate(reference, partitionIndex);
      return typeof located === "string" ? [{ partitionIndex, errorCode: ErrorCode[located] }] : [];
    });
    if (!found || missing.length > 0) refused.push({ name, topicId, partitions: missing });
    if (there.length > 0) existing.push({ name, topicId, partitions: there });
  }
  return { existing, refused };
}

/** The same result for all partitions. */
export function sameResult(
  topics: readonly OffsetsTopicPartitions<Partition>[],
  errorCode: ErrorCode,
): TopicResult[] {
  return topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  }));
}

/** What a group has answered about `topics`, in their order. */
export function answeredResults(
  topics: readonly OffsetsTopicPartitions<Partition>[],
  answered: CommitOffsetsAnswer["topics"],
): TopicResult[] {
  return answered.map(({ name, partitions }, index) => ({
    name,
    topicId: topics[index]!.topicId,
    partitions: partitions.map(({ partitionIndex, error }) => ({
      partitionIndex,
      errorCode: ErrorCode[error ?? "NONE"],
    })),
  }));
}

/** The broker's results and then the group's, each topic once; the group's alone stay as is. */
export function mergeResults(refused: TopicResult[], answered: TopicResult[]): TopicResult[] {
  if (refused.length === 0) return answered;
  const byTopic = Map.groupBy(
    [...refused, ...answered],
    ({ name, topicId }) => `${name}/${topicId}`,
  );
  return [...byTopic.values()].map((results) => ({
    ...results[0]!,
    partitions: results.flatMap(({ partitions }) => partitions),
  }));
}
