/** Offsets of partitions: where a log begins, where it ends, and where it was at a time. */
import { listOffsets as listOffsetsApi } from "../../protocol/messages/02-list-offsets.ts";
import type { Cluster } from "../cluster.ts";
import { errorOf } from "../kafka-error.ts";
import type { TopicPartition } from "../topic-partition.ts";
import { byTopic } from "../topic-partition.ts";
import type { PartitionOutcome } from "./at-leaders.ts";
import { atLeaders } from "./at-leaders.ts";

/** What ListOffsets takes in place of a timestamp. */
export const OffsetSpec = {
  LATEST: -1,
  EARLIEST: -2,
  MAX_TIMESTAMP: -3,
  EARLIEST_LOCAL: -4,
  LATEST_TIERED: -5,
  EARLIEST_PENDING_UPLOAD: -6,
} as const;

export const IsolationLevel = { READ_UNCOMMITTED: 0, READ_COMMITTED: 1 } as const;

/** A place in a log. An offset of -1 says that there is none for what was asked. */
export interface ListedOffset {
  readonly offset: number;
  readonly timestamp: number;
  readonly leaderEpoch: number;
}

export interface ListOffsetsOptions {
  /** With READ_COMMITTED the end of a log is its lastStableOffset. */
  readonly isolationLevel?: number;
  readonly timeoutMs?: number;
}

/** The consumer's id as a replica, which it is not. */
const NOT_A_REPLICA = -1;

/** The offset of each partition for a timestamp or an {@link OffsetSpec}. */
export function listOffsets(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  timestamp: number,
  options: ListOffsetsOptions = {},
): Promise<PartitionOutcome<ListedOffset>[]> {
  const { isolationLevel = IsolationLevel.READ_UNCOMMITTED, timeoutMs } = options;
  const patience = timeoutMs ?? cluster.options.apiTimeoutMs;
  return atLeaders(
    cluster,
    partitions,
    async (leader, led) => {
      const { topics } = await leader.call(listOffsetsApi, (version) => ({
        replicaId: NOT_A_REPLICA,
        ...(version >= 2 && { isolationLevel }),
        topics: [...byTopic(led)].map(([name, ofTopic]) => ({
          name,
          partitions: ofTopic.map(({ partition }) => ({ partitionIndex: partition, timestamp })),
        })),
        timeoutMs: patience,
      }));
      return topics.flatMap(({ name, partitions: answers }) =>
        answers.map((answer): PartitionOutcome<ListedOffset> => {
          const { partitionIndex, offset, timestamp: time, leaderEpoch, errorCode } = answer;
          const place = { topic: name, partition: partitionIndex };
          const error = errorOf(errorCode);
          if (error !== null) return { ...place, error, value: null };
          return { ...place, error, value: { offset, timestamp: time, leaderEpoch } };
        }),
      );
    },
    patience,
  );
}
