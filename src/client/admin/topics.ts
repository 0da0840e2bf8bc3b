/** Topics as an Admin client lists, creates, grows and deletes them. */
import { ZERO_UUID } from "../../base/uuid.ts";
import { createTopics } from "../../protocol/messages/19-create-topics.ts";
import { deleteTopics as deleteTopicsApi } from "../../protocol/messages/20-delete-topics.ts";
import { createPartitions as createPartitionsApi } from "../../protocol/messages/37-create-partitions.ts";
import type { Cluster } from "../cluster.ts";
import { throwErrorOf } from "../kafka-error.ts";

/** A topic in a list of all topics. */
export interface TopicListing {
  readonly name: string;
  readonly topicId: string;
  readonly isInternal: boolean;
}

/** A topic to be created. What is -1 is the cluster's to choose. */
export interface NewTopic {
  readonly name: string;
  readonly numPartitions: number;
  readonly replicationFactor: number;
  /** The brokers of each partition's replicas; if there are any, the numbers above are -1. */
  readonly assignments: readonly (readonly number[])[];
  readonly configs: Readonly<Record<string, string>>;
}

/** How many partitions a topic is to have, and where the new ones go; null leaves it open. */
export interface NewPartitions {
  readonly name: string;
  readonly count: number;
  readonly assignments: readonly (readonly number[])[] | null;
}

/** All topics that this client may see, by name. */
export function listTopics(cluster: Cluster): Promise<TopicListing[]> {
  return cluster.retry("Listing the topics", async () => {
    const { topics } = await cluster.metadata(null);
    return topics
      .flatMap(({ name, topicId, isInternal }) =>
        name === null ? [] : [{ name, topicId, isInternal }],
      )
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  });
}

/** Creates a topic. */
export function createTopic(cluster: Cluster, topic: NewTopic): Promise<void> {
  const { name, numPartitions, replicationFactor, assignments, configs } = topic;
  return cluster.retry(`Creating the topic ${name}`, async () => {
    const controller = await cluster.controller();
    const { topics } = await controller.call(createTopics, {
      topics: [
        {
          name,
          numPartitions,
          replicationFactor,
          assignments: assignments.map((brokerIds, partitionIndex) => ({
            partitionIndex,
            brokerIds,
          })),
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ],
      timeoutMs: cluster.options.requestTimeoutMs,
    });
    for (const { errorCode, errorMessage } of topics) throwErrorOf(errorCode, errorMessage);
  });
}

/** Deletes topics; fails with the first of the errors, though others may be gone by then. */
export async function deleteTopics(cluster: Cluster, names: readonly string[]): Promise<void> {
  const timeoutMs = cluster.options.requestTimeoutMs;
  await cluster.retry("Deleting the topics", async () => {
    const controller = await cluster.controller();
    const { responses } = await controller.call(deleteTopicsApi, (version) =>
      version < 6
        ? { topicNames: names, timeoutMs }
        : { topics: names.map((name) => ({ name, topicId: ZERO_UUID })), timeoutMs },
    );
    for (const { errorCode, errorMessage } of responses) throwErrorOf(errorCode, errorMessage);
  });
}

/** Raises the number of partitions of topics. */
export function createPartitions(
  cluster: Cluster,
  topics: readonly NewPartitions[],
): Promise<void> {
  return cluster.retry("Creating the partitions", async () => {
    const controller = await cluster.controller();
    const { results } = await controller.call(createPartitionsApi, {
      topics: topics.map(({ name, count, assignments }) => ({
        name,
        count,
        assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
      })),
      timeoutMs: cluster.options.requestTimeoutMs,
      validateOnly: false,
    });
    for (const { errorCode, errorMessage } of results) throwErrorOf(errorCode, errorMessage);
  });
}
