/**
 * The batches of one partition on their way to its leader. Several may be in flight; what has to be
 * sent again goes out before anything newer, once nothing of the partition is in flight, so that
 * the order of records stays.
 */
import type { NewRecord } from "../../protocol/records/record.ts";
import type { OnDelivery } from "./producer-batch.ts";
import { ProducerBatch } from "./producer-batch.ts";

/** Sequence numbers are int32 without a sign; after the last comes 0. */
const SEQUENCES = 0x8000_0000;

export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** Waiting, the oldest first; the last one may still be filling. */
  #waiting: ProducerBatch[] = [];
  readonly #inFlight = new Set<ProducerBatch>();
  #toRetry: ProducerBatch[] = [];
  #nextSequence = 0;
  #batches = 0;
  /** Nothing is sent before this time. */
  notBefore = 0;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get isEmpty(): boolean {
    return this.#waiting.length + this.#inFlight.size + this.#toRetry.length === 0;
  }

  get isInFlight(): boolean {
    return this.#inFlight.size > 0;
  }

  /** Adds a record to the batch that is filling. Returns whether a batch has become ready by it. */
  add(record: NewRecord, size: number, batchSize: number, onDelivery?: OnDelivery): boolean {
    let batch = this.#waiting.at(-1);
    const isFirst = !batch || batch.attempts > 0 || batch.size + size > batchSize;
    if (!batch || isFirst) {
      batch = new ProducerBatch(this.#batches++);
      this.#waiting.push(batch);
    }
    batch.add(record, size, onDelivery);
    return batch.size >= batchSize || (isFirst && this.#waiting.length > 1);
  }

  /**
   * When the oldest batch may be sent: now if it is full, or after it has lingered; never if none.
   */
  readyAt(batchSize: number, lingerMs: number): number {
    const oldest = this.#waiting[0];
    if (!oldest || this.#toRetry.length > 0) return Infinity;
    const isFull = oldest.size >= batchSize || this.#waiting.length > 1 || oldest.attempts > 0;
    return Math.max(this.notBefore, isFull ? 0 : oldest.createdMs + lingerMs);
  }

  /** Takes the oldest batch to be sent; with sequence numbers it gets its own. */
  take(hasSequences: boolean): ProducerBatch {
    const batch = this.#waiting.shift()!;
    this.#inFlight.add(batch);
    batch.attempts++;
    if (hasSequences && batch.baseSequence < 0) {
      batch.baseSequence = this.#nextSequence;
      this.#nextSequence = (this.#nextSequence + batch.records.length) % SEQUENCES;
    }
    return batch;
  }

  /** The batch has arrived, or never will. */
  settle(batch: ProducerBatch): void {
    this.#inFlight.delete(batch);
    this.#requeue();
  }

  /** Whether nothing older than the batch is on its way. */
  isOldest({ id }: ProducerBatch): boolean {
    return [...this.#inFlight, ...this.#toRetry].every((other) => other.id >= id);
  }

  /** The batch has to be sent again. */
  retry(batch: ProducerBatch): void {
    this.#inFlight.delete(batch);
    this.#toRetry.push(batch);
    this.#requeue();
  }

  /** Begins to count from 0, for a new producer id. Nothing may be in flight. */
  resetSequences(): void {
    this.#nextSequence = 0;
    for (const batch of this.#waiting) {
      batch.baseSequence = -1;
      batch.bytes = null;
    }
  }

  /** Takes out what has waited since before `time`, to be failed. */
  takeExpired(time: number): ProducerBatch[] {
    const expired: ProducerBatch[] = [];
    while (this.#waiting.length > 0 && this.#waiting[0]!.createdMs < time) {
      expired.push(this.#waiting.shift()!);
    }
    return expired;
  }

  #requeue(): void {
    if (this.#inFlight.size > 0 || this.#toRetry.length === 0) return;
    const inOrder = this.#toRetry.toSorted((a, b) => a.id - b.id);
    this.#waiting.unshift(...inOrder);
    this.#toRetry = [];
  }
}
