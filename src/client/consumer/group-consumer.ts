/**
 * A consumer that shares topics with the other members of its group: it reads what it is assigned,
 * goes on where the group had come to, and commits how far it has come.
 */
import type { Cluster } from "../cluster.ts";
import { KafkaError } from "../kafka-error.ts";
import type { TopicPartition } from "../topic-partition.ts";
import { partitionName } from "../topic-partition.ts";
import { ClassicMembership } from "./classic-membership.ts";
import { ConsumerMembership } from "./consumer-membership.ts";
import type { FetchOptions, GroupOptions } from "./consumer-options.ts";
import { DEFAULT_GROUP_OPTIONS } from "./consumer-options.ts";
import type { FetchedBatch } from "./fetched-batches.ts";
import { Fetcher } from "./fetcher.ts";
import { commitOffsets, fetchCommitted } from "./group-commits.ts";
import type { Membership } from "./membership.ts";
import type { TopicSelection } from "./topic-selection.ts";

export interface GroupConsumerOptions extends Partial<FetchOptions>, Partial<GroupOptions> {
  readonly groupId: string;
  readonly groupProtocol?: "classic" | "consumer";
  /** Told of partitions as they come and go. */
  readonly onAssigned?: (partitions: readonly TopicPartition[]) => void;
  readonly onRevoked?: (partitions: readonly TopicPartition[]) => void;
}

export class GroupConsumer {
  readonly #cluster: Cluster;
  readonly #options: GroupOptions & GroupConsumerOptions;
  readonly #fetcher: Fetcher;
  readonly #membership: Membership;
  #settling: Promise<void> | null = null;
  #lastCommitMs = Date.now();
  #committing: Promise<void> | null = null;

  constructor(cluster: Cluster, topics: TopicSelection, options: GroupConsumerOptions) {
    this.#cluster = cluster;
    this.#options = { ...DEFAULT_GROUP_OPTIONS, ...options };
    this.#fetcher = new Fetcher(cluster, options);
    const Kind = options.groupProtocol === "consumer" ? ConsumerMembership : ClassicMembership;
    this.#membership = new Kind(cluster, this.#options, topics, {
      onAssigned: (partitions) => this.#takeOver(partitions),
      onRevoked: (partitions) => this.#giveUp(partitions),
      onLost: (partitions) => this.#drop(partitions),
    });
  }

  /** What has come of the partitions that this member owns. Throws what cannot be helped. */
  async poll(timeoutMs: number): Promise<FetchedBatch[]> {
    const start = Date.now();
    this.#settling ??= this.#membership.settle().finally(() => (this.#settling = null));
    const late = Promise.withResolvers<"late">();
    const timer = setTimeout(() => late.resolve("late"), timeoutMs);
    const first = await Promise.race([this.#settling, late.promise]);
    clearTimeout(timer);
    if (first === "late") return [];
    this.#commitNowAndThen();
    return this.#fetcher.poll(Math.max(0, timeoutMs - (Date.now() - start)));
  }

  /** Goes on at another offset, if the partition is this member's. */
  seek(partition: TopicPartition, offset: number): void {
    this.#fetcher.seek(partition, offset);
  }

  /** Commits the position of every partition. */
  async commit(): Promise<void> {
    const offsets = this.#fetcher
      .positions()
      .flatMap(({ offset, ...partition }) => (offset === null ? [] : [{ ...partition, offset }]));
    if (offsets.length === 0) return;
    await commitOffsets(this.#cluster, this.#options, this.#membership, offsets);
  }

  /** What was counted so far, by Kafka's names. */
  metrics(): Record<string, number> {
    return this.#fetcher.metrics.values();
  }

  /** Commits, where it is to by itself, and leaves the group. */
  async close(): Promise<void> {
    await this.#committing;
    await this.#membership.leave();
  }

  #commitNowAndThen(): void {
    const { enableAutoCommit, autoCommitIntervalMs } = this.#options;
    const isDue = Date.now() - this.#lastCommitMs >= autoCommitIntervalMs;
    if (!enableAutoCommit || !isDue || this.#committing !== null) return;
    this.#lastCommitMs = Date.now();
    this.#committing = this.#tryToCommit().finally(() => (this.#committing = null));
  }

  /**
   * A commit that fails is made up for by the next one; or the partitions are not ours any more.
   */
  async #tryToCommit(): Promise<void> {
    try {
      await this.commit();
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
    }
  }

  async #takeOver(partitions: readonly TopicPartition[]): Promise<void> {
    const membership = this.#membership;
    const committed = await fetchCommitted(this.#cluster, this.#options, membership, partitions);
    const added = partitions.map((partition) => ({
      ...partition,
      offset: committed.get(partitionName(partition)) ?? null,
    }));
    this.#fetcher.assign([...this.#fetcher.positions(), ...added]);
    this.#options.onAssigned?.(partitions);
  }

  async #giveUp(partitions: readonly TopicPartition[]): Promise<void> {
    if (this.#options.enableAutoCommit) await this.#tryToCommit();
    this.#drop(partitions);
  }

  #drop(partitions: readonly TopicPartition[]): void {
    const dropped = new Set(partitions.map(partitionName));
    const kept = this.#fetcher.positions().filter((each) => !dropped.has(partitionName(each)));
    this.#fetcher.assign(kept);
    this.#options.onRevoked?.(partitions);
  }
}
