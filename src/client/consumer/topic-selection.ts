/** The topics that a consumer subscribes to: some by name, or all whose names match. */
import { ErrorCode } from "../../protocol/errors.ts";
import type { Cluster } from "../cluster.ts";
import { throwErrorOf } from "../kafka-error.ts";

/** Errors of topics that do not exist yet, or not any more. */
const PASSING: ReadonlySet<number> = new Set([
  ErrorCode.NONE,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.LEADER_NOT_AVAILABLE,
]);

export type TopicSelection =
  | { readonly names: readonly string[] }
  | { readonly matches: (name: string) => boolean };

/** Topics that exist, and how many partitions each has. */
export type PartitionCounts = ReadonlyMap<string, number>;

/**
 * Looks up which topics are selected now. Topics that are named are created where brokers do so.
 */
export async function selectedTopics(
  cluster: Cluster,
  selection: TopicSelection,
): Promise<PartitionCounts> {
  if ("names" in selection) return partitionCounts(cluster, selection.names, { create: true });
  const all = await partitionCounts(cluster, null);
  return new Map([...all].filter(([name]) => selection.matches(name)));
}

/** The topics among these that exist; null asks for all. */
export async function partitionCounts(
  cluster: Cluster,
  names: readonly string[] | null,
  options: { readonly create?: boolean } = {},
): Promise<PartitionCounts> {
  const { topics } = await cluster.metadata(names, options);
  const counts = new Map<string, number>();
  for (const { name, errorCode, partitions } of topics) {
    if (partitions.length > 0) counts.set(name ?? "", partitions.length);
    else if (!PASSING.has(errorCode)) throwErrorOf(errorCode);
  }
  return counts;
}

/** Whether both are the same topics with as many partitions. */
export function areSame(a: PartitionCounts, b: PartitionCounts): boolean {
  return a.size === b.size && [...a].every(([name, count]) => b.get(name) === count);
}
