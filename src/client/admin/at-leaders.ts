/**
 * Asking the leaders of partitions, each of which knows only its own: finds them, asks them side by
 * side, and asks again for partitions whose leader has moved or is not there for the moment.
 */
import { backoffMs, sleep } from "../backoff.ts";
import type { Cluster } from "../cluster.ts";
import type { Connection } from "../connection.ts";
import { errorOf, KafkaError } from "../kafka-error.ts";
import type { TopicPartition } from "../topic-partition.ts";
import { partitionName } from "../topic-partition.ts";

/** What became of one partition: a value or an error. */
export type PartitionOutcome<Value> = TopicPartition &
  (
    | { readonly error: null; readonly value: Value }
    | { readonly error: KafkaError; readonly value: null }
  );

/** How a broker is asked about the partitions that it leads. */
export type AskLeader<Value> = (
  leader: Connection,
  partitions: readonly TopicPartition[],
) => Promise<readonly PartitionOutcome<Value>[]>;

/** A topic may be so new that not every broker knows it; one that stays unknown does not exist. */
const UNKNOWN_TOPIC_PATIENCE_MS = 3_000;

/** The outcome of each partition, in the order of the partitions. */
export async function atLeaders<Value>(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  ask: AskLeader<Value>,
  timeoutMs: number = cluster.options.apiTimeoutMs,
): Promise<PartitionOutcome<Value>[]> {
  const outcomes = new Map<string, PartitionOutcome<Value>>();
  const start = Date.now();
  const deadline = start + timeoutMs;
  let pending = partitions;
  for (let failures = 1; pending.length > 0; failures++) {
    for (const outcome of await askOnce(cluster, pending, ask)) {
      outcomes.set(partitionName(outcome), outcome);
    }
    const now = Date.now() + backoffMs(cluster.options, failures);
    pending = pending.filter((partition) => {
      const error = outcomes.get(partitionName(partition))?.error;
      if (!error?.retriable || now > deadline) return false;
      const isUnknown = error.code === "UNKNOWN_TOPIC_OR_PARTITION";
      return !isUnknown || now - start < UNKNOWN_TOPIC_PATIENCE_MS;
    });
    if (pending.length > 0) await sleep(now - Date.now());
  }
  return partitions.map((partition) => outcomes.get(partitionName(partition))!);
}

/** The values of all partitions, or the first error. */
export function allValues<Value>(
  outcomes: readonly PartitionOutcome<Value>[],
): (TopicPartition & { readonly value: Value })[] {
  return outcomes.map(({ topic, partition, error, value }) => {
    if (error !== null) throw error;
    return { topic, partition, value: value as Value };
  });
}

async function askOnce<Value>(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  ask: AskLeader<Value>,
): Promise<PartitionOutcome<Value>[]> {
  const failed = (error: unknown) => (partition: TopicPartition) =>
    failedOutcome<Value>(partition, error);
  let leaders: Map<string, number | KafkaError>;
  try {
    leaders = await findLeaders(cluster, partitions);
  } catch (error) {
    return partitions.map(failed(error));
  }
  const byLeader = Map.groupBy(partitions, (partition) => leaders.get(partitionName(partition))!);
  const asked = [...byLeader].map(async ([leader, led]) => {
    if (leader instanceof KafkaError) return led.map(failed(leader));
    try {
      return await ask(await cluster.broker(leader), led);
    } catch (error) {
      return led.map(failed(error));
    }
  });
  return (await Promise.all(asked)).flat();
}

function failedOutcome<Value>(
  { topic, partition }: TopicPartition,
  error: unknown,
): PartitionOutcome<Value> {
  if (!(error instanceof KafkaError)) throw error;
  return { topic, partition, error, value: null };
}

/** The id of each partition's leader, or why there is none. */
async function findLeaders(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
): Promise<Map<string, number | KafkaError>> {
  const names = new Set(partitions.map(({ topic }) => topic));
  const { topics } = await cluster.metadata([...names]);
  const unknown = new KafkaError("UNKNOWN_TOPIC_OR_PARTITION");
  const leaders = new Map<string, number | KafkaError>(
    partitions.map((partition) => [partitionName(partition), unknown]),
  );
  for (const { errorCode, name, partitions: described } of topics) {
    const error = errorOf(errorCode);
    for (const partition of partitions) {
      if (error !== null && partition.topic === name) leaders.set(partitionName(partition), error);
    }
    for (const { errorCode: code, partitionIndex, leaderId } of described) {
      const key = partitionName({ topic: name ?? "", partition: partitionIndex });
      const missing = leaderId < 0 ? new KafkaError("LEADER_NOT_AVAILABLE") : leaderId;
      if (leaders.has(key)) leaders.set(key, errorOf(code) ?? missing);
    }
  }
  return leaders;
}
