/**
 * Writes records: gathers them into batches by partition and hands these to the {@link Sender}. A
 * record is delivered once, in the order in which it was sent, unless the options say otherwise.
 */
import type { NewRecord } from "../../protocol/records/record.ts";
import type { Cluster } from "../cluster.ts";
import { Partitioner } from "./partitioner.ts";
import type { OnDelivery, RecordMetadata } from "./producer-batch.ts";
import { estimatedSize } from "./producer-batch.ts";
import type { ProducerOptions } from "./producer-options.ts";
import { DEFAULT_PRODUCER_OPTIONS } from "./producer-options.ts";
import { Sender } from "./sender.ts";
import { TopicLeaders } from "./topic-leaders.ts";

/** A record to be written; what is left out is empty, or now. */
export interface ProducerRecord extends Partial<NewRecord> {
  readonly topic: string;
  /** Chosen by key, unless it is given. */
  readonly partition?: number;
}

/** A waiting caller looks at the buffer at least so often. */
const ROOM_CHECK_MS = 1_000;

export class Producer {
  readonly #options: ProducerOptions;
  readonly #leaders: TopicLeaders;
  readonly #sender: Sender;
  readonly #partitioners = new Map<string, Partitioner>();
  #bufferedBytes = 0;

  constructor(cluster: Cluster, options: Partial<ProducerOptions> = {}) {
    this.#options = { ...DEFAULT_PRODUCER_OPTIONS, ...options };
    this.#leaders = new TopicLeaders(cluster);
    this.#sender = new Sender(cluster, this.#options, this.#leaders, (bytes) => {
      this.#bufferedBytes -= bytes;
    });
  }

  /** Writes a record; resolves when it has been acknowledged. */
  async send(record: ProducerRecord): Promise<RecordMetadata> {
    await this.ready(record.topic);
    const { promise, resolve, reject } = Promise.withResolvers<RecordMetadata>();
    this.enqueue(record, (error, metadata) => {
      if (error !== null) reject(error);
      else resolve(metadata!);
    });
    return promise;
  }

  /**
   * Resolves when the topic is known and the buffer has room, so that {@link enqueue} may follow.
   */
  async ready(topic: string): Promise<void> {
    const { maxBlockMs, bufferMemory } = this.#options;
    if (this.#leaders.partitionCount(topic) === undefined) {
      await this.#leaders.lookUp(topic, maxBlockMs);
    }
    while (this.#bufferedBytes > bufferMemory) await this.#sender.settled.wait(ROOM_CHECK_MS);
  }

  /** Whether {@link enqueue} may be called at once. */
  isReady(topic: string): boolean {
    const hasRoom = this.#bufferedBytes <= this.#options.bufferMemory;
    return hasRoom && this.#leaders.partitionCount(topic) !== undefined;
  }

  /** Adds a record to the batches. Its bytes belong to the producer until it is delivered. */
  enqueue(given: ProducerRecord, onDelivery?: OnDelivery): void {
    const { topic, key = null, value = null, headers = [], timestamp = Date.now() } = given;
    const record = { key, value, headers, timestamp };
    const { batchSize, lingerMs } = this.#options;
    const size = estimatedSize(record);
    const count = this.#leaders.partitionCount(topic)!;
    const partition = given.partition ?? this.#partitionerOf(topic).partitionFor(key, size, count);
    this.#bufferedBytes += size;
    const queue = this.#sender.queueOf(topic, partition);
    const isReady = queue.add(record, size, batchSize, onDelivery);
    this.#sender.wake(isReady ? 0 : lingerMs);
  }

  /** Sends everything at once and resolves when all of it was delivered or has failed. */
  flush(): Promise<void> {
    return this.#sender.flush();
  }

  /** What was counted so far, by Kafka's names. */
  metrics(): Record<string, number> {
    return this.#sender.metrics.values();
  }

  #partitionerOf(topic: string): Partitioner {
    let partitioner = this.#partitioners.get(topic);
    if (!partitioner) {
      partitioner = new Partitioner(this.#options.batchSize);
      this.#partitioners.set(topic, partitioner);
    }
    return partitioner;
  }
}
