/**
 * A consumer without a group: it reads all partitions of some topics, or those it is given, and
 * remembers nothing. New partitions, and new topics that match its pattern, are looked for now and
 * then and read from their beginning.
 */
import { OffsetSpec } from "../admin/list-offsets.ts";
import { backoffMs, sleep } from "../backoff.ts";
import type { Cluster } from "../cluster.ts";
import { KafkaError } from "../kafka-error.ts";
import type { TopicPartition } from "../topic-partition.ts";
import { partitionName } from "../topic-partition.ts";
import type { FetchOptions } from "./consumer-options.ts";
import { DEFAULT_GROUP_OPTIONS } from "./consumer-options.ts";
import type { FetchedBatch } from "./fetched-batches.ts";
import type { StartPosition } from "./fetcher.ts";
import { Fetcher } from "./fetcher.ts";
import type { TopicSelection } from "./topic-selection.ts";
import { selectedTopics } from "./topic-selection.ts";

export interface AssignedConsumerOptions extends Partial<FetchOptions> {
  /** How often it looks for new partitions and topics. */
  readonly metadataMaxAgeMs?: number;
}

export class AssignedConsumer {
  readonly #cluster: Cluster;
  readonly #fetcher: Fetcher;
  readonly #selection: TopicSelection | null;
  readonly #metadataMaxAgeMs: number;
  #looking: Promise<void> | null = null;
  #lookedAt: number | null = null;
  #failures = 0;

  constructor(
    cluster: Cluster,
    source: TopicSelection | readonly StartPosition[],
    options: AssignedConsumerOptions = {},
  ) {
    const { metadataMaxAgeMs = DEFAULT_GROUP_OPTIONS.metadataMaxAgeMs } = options;
    this.#cluster = cluster;
    this.#fetcher = new Fetcher(cluster, options);
    this.#metadataMaxAgeMs = metadataMaxAgeMs;
    this.#selection = isSelection(source) ? source : null;
    if (!isSelection(source)) this.#fetcher.assign(source);
  }

  /** What has come, or nothing if nothing comes in time. Throws what cannot be helped. */
  async poll(timeoutMs: number): Promise<FetchedBatch[]> {
    const isDue = this.#lookedAt === null || Date.now() - this.#lookedAt >= this.#metadataMaxAgeMs;
    if (this.#selection !== null && isDue) {
      this.#looking ??= this.#look(this.#selection).finally(() => (this.#looking = null));
      if (this.#lookedAt === null) {
        await Promise.race([this.#looking, sleep(timeoutMs)]);
        if (this.#lookedAt === null) return [];
      }
    }
    return this.#fetcher.poll(timeoutMs);
  }

  /** Goes on at another offset. */
  seek(partition: TopicPartition, offset: number): void {
    this.#fetcher.seek(partition, offset);
  }

  /** Ends it; there is nobody to be told. */
  async close(): Promise<void> {
    this.#fetcher.assign([]);
    // Nobody asks any more whether it found its topics.
    this.#looking?.catch(() => {});
  }

  async #look(selection: TopicSelection): Promise<void> {
    try {
      const counts = await selectedTopics(this.#cluster, selection);
      // A topic that is only now being created is looked for again soon.
      if ("names" in selection && counts.size === 0) return await sleep(this.#backoff());
      const known = new Set(this.#fetcher.positions().map(partitionName));
      const isFirst = known.size === 0 && this.#lookedAt === null;
      const found = [...counts].flatMap(([topic, count]) =>
        Array.from({ length: count }, (_, partition) => ({ topic, partition })),
      );
      const added = found
        .filter((partition) => !known.has(partitionName(partition)))
        .map((each) => ({ ...each, offset: isFirst ? null : OffsetSpec.EARLIEST }));
      this.#fetcher.assign([...this.#fetcher.positions(), ...added]);
      this.#lookedAt = Date.now();
      this.#failures = 0;
    } catch (error) {
      if (!(error instanceof KafkaError && error.retriable)) throw error;
      await sleep(this.#backoff());
    }
  }

  #backoff(): number {
    return backoffMs(this.#cluster.options, ++this.#failures);
  }
}

function isSelection(source: TopicSelection | readonly StartPosition[]): source is TopicSelection {
  return !Array.isArray(source);
}
