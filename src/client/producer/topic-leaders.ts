/** The leaders of the partitions that a producer writes to, looked up again when one has moved. */
import { backoffMs, sleep } from "../backoff.ts";
import type { Cluster } from "../cluster.ts";
import { errorOf, KafkaError } from "../kafka-error.ts";

interface KnownTopic {
  readonly topicId: string;
  /** By partition; null where there is none at the moment. */
  readonly leaders: readonly (number | null)[];
}

export class TopicLeaders {
  readonly #cluster: Cluster;
  #topics = new Map<string, KnownTopic>();
  #refreshing: Promise<void> | null = null;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** How many partitions a topic has; undefined before it was looked up. */
  partitionCount(topic: string): number | undefined {
    return this.#topics.get(topic)?.leaders.length;
  }

  leaderOf(topic: string, partition: number): number | null {
    return this.#topics.get(topic)?.leaders[partition] ?? null;
  }

  topicId(topic: string): string {
    return this.#topics.get(topic)!.topicId;
  }

  /** Looks a topic up, which creates it where brokers do so. */
  async lookUp(topic: string, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (let failures = 1; ; failures++) {
      const error = await this.#tryToLookUp([topic]);
      if (error === null && this.#topics.has(topic)) return;
      if (error !== null && !error.retriable) throw error;
      const wait = backoffMs(this.#cluster.options, failures);
      if (Date.now() + wait > deadline) {
        const late = `Topic ${topic} not present in metadata after ${timeoutMs} ms.`;
        throw new KafkaError("REQUEST_TIMED_OUT", late, error);
      }
      await sleep(wait);
    }
  }

  /** Looks all topics up again, once at a time. What cannot be found out stays as it was. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#tryToLookUp([...this.#topics.keys()])
      .then(() => {})
      .finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #tryToLookUp(names: readonly string[]): Promise<KafkaError | null> {
    try {
      const { topics } = await this.#cluster.metadata(names, { create: true });
      let failure: KafkaError | null = null;
      for (const { name, errorCode, topicId, partitions } of topics) {
        failure ??= errorOf(errorCode);
        if (partitions.length === 0) continue;
        const leaders = new Array<number | null>(partitions.length).fill(null);
        for (const { partitionIndex, leaderId } of partitions) {
          leaders[partitionIndex] = leaderId < 0 ? null : leaderId;
        }
        this.#topics.set(name ?? "", { topicId, leaders });
      }
      return failure;
    } catch (error) {
      if (error instanceof KafkaError) return error;
      throw error;
    }
  }
}
