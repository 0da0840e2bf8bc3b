/** Partitions as `--topic` takes them: `orders:0,1,2` is three, `orders` is all of a topic. */
import { describeTopics } from "../../client/admin/describe-topics.ts";
import type { Cluster } from "../../client/cluster.ts";
import type { TopicPartition } from "../../client/topic-partition.ts";
import { UsageError } from "../usage-error.ts";

/** The partitions of a text such as `orders:0,1,2`. */
export function parsePartitions(text: string): TopicPartition[] {
  const [topic, list, ...more] = text.split(":");
  if (!topic || !list || more.length > 0) {
    const message = `Invalid topic arg '${text}', expected topic name and partitions`;
    throw new UsageError("consumer-groups", message);
  }
  return list.split(",").map((partition) => {
    if (/^\d+$/.test(partition)) return { topic, partition: Number(partition) };
    const message = `Invalid partition '${partition}' specified in topic arg '${text}'`;
    throw new UsageError("consumer-groups", message);
  });
}

/** All partitions that the texts name; whole topics are looked up. */
export async function resolvePartitions(
  cluster: Cluster,
  texts: readonly string[],
): Promise<TopicPartition[]> {
  const { named = [], whole = [] } = Object.groupBy(texts, (text) =>
    text.includes(":") ? "named" : "whole",
  );
  const described = await describeTopics(cluster, whole);
  return [
    ...named.flatMap(parsePartitions),
    ...described.flatMap(({ name, partitions }) =>
      partitions.map(({ partition }) => ({ topic: name, partition })),
    ),
  ];
}
