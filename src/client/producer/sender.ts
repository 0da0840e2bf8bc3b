/**
 * Sends the batches that are ready to their leaders, several requests at a time to each, and sees
 * to it that each batch is delivered or failed.
 */
import { produce } from "../../protocol/messages/00-produce.ts";
import { encodeBatch } from "../../protocol/records/encode.ts";
import { backoffMs } from "../backoff.ts";
import type { Cluster } from "../cluster.ts";
import { errorOf, KafkaError } from "../kafka-error.ts";
import { Signal } from "../signal.ts";
import { byTopic, partitionName } from "../topic-partition.ts";
import { PartitionQueue } from "./partition-queue.ts";
import type { ProducerBatch } from "./producer-batch.ts";
import type { ProducerIdentity } from "./producer-identity.ts";
import { newIdentity, NO_IDENTITY } from "./producer-identity.ts";
import { ProducerMetrics } from "./producer-metrics.ts";
import type { ProducerOptions } from "./producer-options.ts";
import { isIdempotent } from "./producer-options.ts";
import type { TopicLeaders } from "./topic-leaders.ts";

/** A batch in a request. */
interface SentBatch {
  readonly topic: string;
  readonly partition: number;
  readonly queue: PartitionQueue;
  readonly batch: ProducerBatch;
}

/** The longest that a timer waits; what is due later is looked at again then. */
const MAX_SLEEP_MS = 1_000;

export class Sender {
  readonly metrics = new ProducerMetrics();
  /** Notified whenever something was delivered or failed. */
  readonly settled = new Signal();
  readonly #cluster: Cluster;
  readonly #options: ProducerOptions;
  readonly #leaders: TopicLeaders;
  /** Told how many bytes of records have been delivered, or have failed. */
  readonly #onSettled: (bytes: number) => void;
  readonly #queues: PartitionQueue[] = [];
  /** The same by topic and partition. */
  readonly #queuesOf = new Map<string, PartitionQueue[]>();
  /** Requests in flight by leader. */
  readonly #inFlight = new Map<number, number>();
  #identity: ProducerIdentity | null;
  /** The sequence numbers have a gap: only a new producer id makes it good. */
  #mustReset = false;
  #isAcquiring = false;
  #timer: { readonly at: number; readonly handle: ReturnType<typeof setTimeout> } | null = null;
  #lingerMs: number;

  constructor(
    cluster: Cluster,
    options: ProducerOptions,
    leaders: TopicLeaders,
    onSettled: (bytes: number) => void,
  ) {
    this.#cluster = cluster;
    this.#onSettled = onSettled;
    this.#options = options;
    this.#leaders = leaders;
    this.#lingerMs = options.lingerMs;
    this.#identity = isIdempotent(options) ? null : NO_IDENTITY;
  }

  /** The queue of a partition. Whoever adds to it calls {@link wake}. */
  queueOf(topic: string, partition: number): PartitionQueue {
    const ofTopic = this.#queuesOf.get(topic) ?? [];
    let queue = ofTopic[partition];
    if (!queue) {
      queue = new PartitionQueue(topic, partition);
      ofTopic[partition] = queue;
      this.#queuesOf.set(topic, ofTopic);
      this.#queues.push(queue);
    }
    return queue;
  }

  /** Sends what is ready, now or after `afterMs`. */
  wake(afterMs = 0): void {
    if (afterMs <= 0) return this.#drain();
    const at = Date.now() + Math.min(afterMs, MAX_SLEEP_MS);
    if (this.#timer !== null && this.#timer.at <= at) return;
    if (this.#timer !== null) clearTimeout(this.#timer.handle);
    const handle = setTimeout(() => {
      this.#timer = null;
      this.#drain();
    }, at - Date.now());
    this.#timer = { at, handle };
  }

  /** Sends everything, however short it has waited, and resolves when nothing is left. */
  async flush(): Promise<void> {
    this.#lingerMs = 0;
    this.#drain();
    while (this.#queues.some(({ isEmpty }) => !isEmpty)) {
      await this.settled.wait(MAX_SLEEP_MS);
    }
    this.#lingerMs = this.#options.lingerMs;
    if (this.#timer !== null) clearTimeout(this.#timer.handle);
    this.#timer = null;
  }

  #drain(): void {
    const now = Date.now();
    this.#expire(now);
    if (this.#mustReset || this.#identity === null) return void this.#acquire();
    const { batchSize, maxInFlightRequestsPerConnection: limit } = this.#options;
    const ready = new Map<number, PartitionQueue[]>();
    let next = Infinity;
    let isLeaderless = false;
    for (const queue of this.#queues) {
      const at = queue.readyAt(batchSize, this.#lingerMs);
      if (at > now) next = Math.min(next, at);
      if (at > now) continue;
      const leader = this.#leaders.leaderOf(queue.topic, queue.partition);
      if (leader === null) isLeaderless = true;
      else ready.set(leader, [...(ready.get(leader) ?? []), queue]);
    }
    for (const [leader, queues] of ready) {
      while ((this.#inFlight.get(leader) ?? 0) < limit) {
        const batches = this.#takeRequest(queues, now);
        if (batches.length === 0) break;
        void this.#send(leader, batches, this.#identity);
      }
    }
    if (isLeaderless) void this.#refresh();
    if (next < Infinity) this.wake(next - now);
  }

  /** A batch of each partition that has one ready, as long as they fit into a request. */
  #takeRequest(queues: readonly PartitionQueue[], now: number): SentBatch[] {
    const taken: SentBatch[] = [];
    let size = 0;
    for (const queue of queues) {
      if (queue.readyAt(this.#options.batchSize, this.#lingerMs) > now) continue;
      if (size > 0 && size + this.#options.batchSize > this.#options.maxRequestSize) break;
      const { topic, partition } = queue;
      const batch = queue.take(this.#identity !== NO_IDENTITY);
      size += batch.size;
      taken.push({ topic, partition, queue, batch });
    }
    return taken;
  }

  async #send(
    leader: number,
    batches: readonly SentBatch[],
    identity: ProducerIdentity,
  ): Promise<void> {
    this.#inFlight.set(leader, (this.#inFlight.get(leader) ?? 0) + 1);
    const start = performance.now();
    try {
      await this.#exchange(leader, batches, identity);
    } catch (error) {
      const failure = error instanceof KafkaError ? error : unexpected(error);
      for (const sent of batches) this.#undelivered(sent, failure);
    }
    this.metrics.request(performance.now() - start);
    this.#inFlight.set(leader, this.#inFlight.get(leader)! - 1);
    this.settled.notify();
    this.#drain();
  }

  async #exchange(
    leader: number,
    batches: readonly SentBatch[],
    identity: ProducerIdentity,
  ): Promise<void> {
    const { acks } = this.#options;
    const timeoutMs = this.#cluster.options.requestTimeoutMs;
    const topicData = [...byTopic(batches)].map(([name, ofTopic]) => ({
      name,
      topicId: this.#leaders.topicId(name),
      partitionData: ofTopic.map(({ partition, batch }) => ({
        index: partition,
        records: this.#encode(batch, identity),
      })),
    }));
    const connection = await this.#cluster.broker(leader);
    const request = { acks, timeoutMs, topicData };
    if (acks === 0) {
      connection.tell(produce, request);
      for (const sent of batches) this.#delivered(sent, -1);
      return;
    }
    const response = await connection.call(produce, request);
    const answers = new Map(
      response.responses.flatMap(({ name, topicId, partitionResponses }) =>
        partitionResponses.map((answer) => [`${name || topicId}-${answer.index}`, answer]),
      ),
    );
    for (const sent of batches) {
      const id = this.#leaders.topicId(sent.topic);
      const answer = answers.get(partitionName(sent)) ?? answers.get(`${id}-${sent.partition}`);
      const error = answer
        ? errorOf(answer.errorCode, answer.errorMessage)
        : new KafkaError("NETWORK_EXCEPTION", "The broker did not answer for this partition.");
      if (error === null) this.#delivered(sent, answer!.baseOffset);
      else this.#undelivered(sent, error);
    }
  }

  #encode(batch: ProducerBatch, identity: ProducerIdentity): Uint8Array {
    batch.bytes ??= encodeBatch(batch.records, {
      compression: this.#options.compressionType,
      ...identity,
      baseSequence: batch.baseSequence,
    });
    this.metrics.sent(batch.records.length, batch.size, batch.bytes.length);
    return batch.bytes;
  }

  #delivered({ queue, batch, topic, partition }: SentBatch, baseOffset: number): void {
    queue.settle(batch);
    this.#onSettled(batch.size);
    batch.delivered(topic, partition, baseOffset);
  }

  #undelivered(sent: SentBatch, error: KafkaError): void {
    const { queue, batch } = sent;
    const { retries, deliveryTimeoutMs } = this.#options;
    if (error.code === "DUPLICATE_SEQUENCE_NUMBER") return this.#delivered(sent, -1);
    const isGap = LOST_SEQUENCES.has(error.code) && this.#identity !== NO_IDENTITY;
    const age = Date.now() - batch.createdMs;
    if ((error.retriable || isGap) && batch.attempts <= retries && age < deliveryTimeoutMs) {
      // Behind a batch that failed, others are out of order; they are not once it has arrived.
      if (isGap && queue.isOldest(batch)) this.#mustReset = true;
      this.metrics.retried(batch.records.length);
      queue.notBefore = Date.now() + backoffMs(this.#cluster.options, batch.attempts);
      queue.retry(batch);
      void this.#leaders.refresh();
      return;
    }
    queue.settle(batch);
    this.#fail(batch, error);
  }

  #fail(batch: ProducerBatch, error: KafkaError): void {
    if (batch.baseSequence >= 0) this.#mustReset = true;
    this.metrics.failed(batch.records.length);
    this.#onSettled(batch.size);
    batch.failed(error);
  }

  /** Fails what has waited for too long. */
  #expire(now: number): void {
    const { deliveryTimeoutMs } = this.#options;
    for (const queue of this.#queues) {
      for (const batch of queue.takeExpired(now - deliveryTimeoutMs)) {
        const what = `${batch.records.length} record(s) for ${partitionName(queue)}`;
        const late = `Expiring ${what}: ${deliveryTimeoutMs} ms has passed since batch creation`;
        this.#fail(batch, new KafkaError("REQUEST_TIMED_OUT", late));
      }
    }
    this.settled.notify();
  }

  /** Gets a producer id, a new one if there was one, when nothing is in flight any more. */
  async #acquire(): Promise<void> {
    if (this.#isAcquiring || this.#queues.some(({ isInFlight }) => isInFlight)) return;
    this.#isAcquiring = true;
    try {
      this.#identity = await newIdentity(this.#cluster);
      this.#mustReset = false;
      for (const queue of this.#queues) queue.resetSequences();
      this.wake();
    } catch (error) {
      const failure = error instanceof KafkaError ? error : unexpected(error);
      for (const queue of this.#queues) {
        for (const batch of queue.takeExpired(Infinity)) this.#fail(batch, failure);
      }
      this.#mustReset = false;
      this.settled.notify();
    }
    this.#isAcquiring = false;
  }

  async #refresh(): Promise<void> {
    await this.#leaders.refresh();
    this.wake(this.#cluster.options.retryBackoffMs);
  }
}

/** Errors by which a broker says that it does not know what came before a batch. */
const LOST_SEQUENCES: ReadonlySet<string> = new Set([
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "UNKNOWN_PRODUCER_ID",
  "INVALID_PRODUCER_EPOCH",
]);

function unexpected(error: unknown): KafkaError {
  const reason = error instanceof Error ? error.message : String(error);
  return new KafkaError("UNKNOWN_SERVER_ERROR", reason, error);
}
