/** Partitions whose replicas are on their way to other brokers. */
import { listPartitionReassignments } from "../../protocol/messages/46-list-partition-reassignments.ts";
import type { Cluster } from "../cluster.ts";
import { KafkaError, throwErrorOf } from "../kafka-error.ts";
import { partitionName } from "../topic-partition.ts";
import type { TopicDescription } from "./describe-topics.ts";

export interface Reassignment {
  readonly replicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
}

/**
 * The reassignments of these topics by partition. A cluster that does not tell, because it cannot
 * or because the client may not ask, counts as one without any.
 */
export async function listReassignments(
  cluster: Cluster,
  topics: readonly TopicDescription[],
): Promise<Map<string, Reassignment>> {
  try {
    return await cluster.retry("Listing the reassignments", () => list(cluster, topics));
  } catch (error) {
    const isUntold =
      error instanceof KafkaError &&
      (error.code === "UNSUPPORTED_VERSION" || error.code === "CLUSTER_AUTHORIZATION_FAILED");
    if (isUntold) return new Map();
    throw error;
  }
}

async function list(
  cluster: Cluster,
  topics: readonly TopicDescription[],
): Promise<Map<string, Reassignment>> {
  const controller = await cluster.controller();
  const response = await controller.call(listPartitionReassignments, {
    timeoutMs: cluster.options.requestTimeoutMs,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitionIndexes: partitions.map(({ partition }) => partition),
    })),
  });
  throwErrorOf(response.errorCode, response.errorMessage);
  return new Map(
    response.topics.flatMap(({ name, partitions }) =>
      partitions.map((each) => [
        partitionName({ topic: name, partition: each.partitionIndex }),
        each,
      ]),
    ),
  );
}
