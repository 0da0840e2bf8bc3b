/**
 * Topics with all their partitions. Newer brokers tell them a page at a time and with the replicas
 * that may be elected beyond the ISR (KIP-966); from older ones Metadata has to do.
 */
import { describeTopicPartitions } from "../../protocol/messages/75-describe-topic-partitions.ts";
import type { DescribeTopicPartitionsResponse } from "../../protocol/messages/75-describe-topic-partitions.ts";
import type { Cluster } from "../cluster.ts";
import type { Connection } from "../connection.ts";
import { KafkaError, throwErrorOf } from "../kafka-error.ts";

export interface PartitionDescription {
  readonly partition: number;
  /** The id of the leader, or null while there is none. */
  readonly leader: number | null;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  /** Null where the broker is too old to say. */
  readonly eligibleLeaderReplicas: readonly number[] | null;
  readonly lastKnownElr: readonly number[] | null;
}

export interface TopicDescription {
  readonly name: string;
  readonly topicId: string;
  readonly isInternal: boolean;
  /** By index. */
  readonly partitions: readonly PartitionDescription[];
}

/** As Kafka's Admin client asks, unless told otherwise. */
const PARTITIONS_PER_RESPONSE = 2000;

/** Describes topics in the order of their names; fails with the first that cannot be described. */
export async function describeTopics(
  cluster: Cluster,
  names: readonly string[],
  partitionsPerResponse: number = PARTITIONS_PER_RESPONSE,
): Promise<TopicDescription[]> {
  if (names.length === 0) return [];
  const sorted = names.toSorted();
  const described = await cluster.retry("Describing the topics", async () => {
    const connection = await cluster.any();
    const describing =
      connection.commonVersion(describeTopicPartitions) === null
        ? describeByMetadata(cluster, sorted)
        : describeByPages(connection, sorted, partitionsPerResponse);
    return describing.catch(unknownTopic);
  });
  if (described instanceof KafkaError) throw described;
  return described;
}

/** A topic that does not exist may be created later; whoever asks now wants to know now. */
function unknownTopic(error: unknown): KafkaError {
  if (error instanceof KafkaError && error.code === "UNKNOWN_TOPIC_OR_PARTITION") return error;
  throw error;
}

type Page = DescribeTopicPartitionsResponse["topics"][number];

async function describeByPages(
  connection: Connection,
  names: readonly string[],
  responsePartitionLimit: number,
): Promise<TopicDescription[]> {
  const pages: Page[] = [];
  let rest = names;
  let cursor: DescribeTopicPartitionsResponse["nextCursor"] = null;
  do {
    const request = {
      topics: rest.map((name) => ({ name })),
      responsePartitionLimit,
      cursor,
    };
    const response: DescribeTopicPartitionsResponse = await connection.call(
      describeTopicPartitions,
      request,
    );
    for (const { errorCode } of response.topics) throwErrorOf(errorCode);
    pages.push(...response.topics);
    cursor = response.nextCursor;
    const next = cursor?.topicName;
    if (next !== undefined) rest = names.filter((name) => name >= next);
  } while (cursor !== null);
  return [...Map.groupBy(pages, ({ name }) => name ?? "")].map(([name, ofTopic]) => ({
    name,
    topicId: ofTopic[0]!.topicId,
    isInternal: ofTopic[0]!.isInternal,
    partitions: ofTopic
      .flatMap(({ partitions }) => partitions)
      .map((partition) => ({
        partition: partition.partitionIndex,
        leader: leaderOf(partition.leaderId),
        replicas: partition.replicaNodes,
        isr: partition.isrNodes,
        eligibleLeaderReplicas: partition.eligibleLeaderReplicas ?? [],
        lastKnownElr: partition.lastKnownElr ?? [],
      }))
      .toSorted((a, b) => a.partition - b.partition),
  }));
}

async function describeByMetadata(
  cluster: Cluster,
  names: readonly string[],
): Promise<TopicDescription[]> {
  const { topics } = await cluster.metadata(names);
  for (const { errorCode } of topics) throwErrorOf(errorCode);
  return topics
    .map(({ name, topicId, isInternal, partitions }) => ({
      name: name ?? "",
      topicId,
      isInternal,
      partitions: partitions
        .map(({ partitionIndex, leaderId, replicaNodes, isrNodes }) => ({
          partition: partitionIndex,
          leader: leaderOf(leaderId),
          replicas: replicaNodes,
          isr: isrNodes,
          eligibleLeaderReplicas: null,
          lastKnownElr: null,
        }))
        .toSorted((a, b) => a.partition - b.partition),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function leaderOf(leaderId: number): number | null {
  return leaderId < 0 ? null : leaderId;
}
