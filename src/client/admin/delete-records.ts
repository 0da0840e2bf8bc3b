/** Deleting what lies before an offset, which moves the beginning of a log. */
import { deleteRecords as deleteRecordsApi } from "../../protocol/messages/21-delete-records.ts";
import type { Cluster } from "../cluster.ts";
import { errorOf } from "../kafka-error.ts";
import type { TopicPartition } from "../topic-partition.ts";
import { byTopic, partitionName } from "../topic-partition.ts";
import type { PartitionOutcome } from "./at-leaders.ts";
import { atLeaders } from "./at-leaders.ts";

/** Up to where a partition's records go; -1 is all that there are. */
export interface RecordsToDelete extends TopicPartition {
  readonly beforeOffset: number;
}

/** Deletes records, and returns where each log begins now: its low watermark. */
export function deleteRecords(
  cluster: Cluster,
  deletions: readonly RecordsToDelete[],
): Promise<PartitionOutcome<number>[]> {
  const offsets = new Map(deletions.map((each) => [partitionName(each), each.beforeOffset]));
  const timeoutMs = cluster.options.requestTimeoutMs;
  return atLeaders(cluster, deletions, async (leader, led) => {
    const { topics } = await leader.call(deleteRecordsApi, {
      topics: [...byTopic(led)].map(([name, ofTopic]) => ({
        name,
        partitions: ofTopic.map((each) => ({
          partitionIndex: each.partition,
          offset: offsets.get(partitionName(each))!,
        })),
      })),
      timeoutMs,
    });
    return topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, lowWatermark, errorCode }): PartitionOutcome<number> => {
        const place = { topic: name, partition: partitionIndex };
        const error = errorOf(errorCode);
        if (error !== null) return { ...place, error, value: null };
        return { ...place, error, value: lowWatermark };
      }),
    );
  });
}
