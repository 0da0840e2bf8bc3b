/**
 * The producers of a partition, in memory: who wrote with which sequence numbers, so that a batch
 * that a client sends again is stored once and a gap is noticed. Rebuilt on waking from the last
 * snapshot and the chunks after it.
 */
import type { Millis } from "../base/clock.ts";
import type { ErrorName } from "../protocol/errors.ts";
import type { BatchHeader } from "../protocol/records/batch-header.ts";
import { PRODUCERS_MAX } from "./log-limits.ts";
import {
  type BatchMetadata,
  type ProducerEntry,
  firstSequence,
  incrementSequence,
  mergeEntries,
} from "./producer-entry.ts";

/** The epoch of a batch that names none. */
const NO_EPOCH = -1;

/** What a producer's batch is: next in its sequence, one that is stored already, or refused. */
export type SequenceCheck =
  | { readonly kind: "next" }
  | { readonly kind: "duplicate"; readonly of: BatchMetadata }
  | { readonly kind: "refused"; readonly error: ErrorName; readonly message: string };

/** Entries by producer id, the one that was silent for longest first. */
export class ProducerState {
  readonly #entries = new Map<number, ProducerEntry>();
  /** `producer.id.expiration.ms`. */
  expirationMs: Millis;
  readonly #limit: number;

  constructor(expirationMs: Millis, limit: number = PRODUCERS_MAX) {
    this.expirationMs = expirationMs;
    this.#limit = limit;
  }

  /** The producer's entry, unless it has been silent for `producer.id.expiration.ms`. */
  get(producerId: number, now: Millis): ProducerEntry | undefined {
    const entry = this.#entries.get(producerId);
    return entry && !this.#isExpired(entry, now) ? entry : undefined;
  }

  /** Replaces a producer's entry by a newer one. */
  set(entry: ProducerEntry): void {
    // Deleting first moves the entry to the end of the map's order.
    this.#entries.delete(entry.producerId);
    this.#entries.set(entry.producerId, entry);
    if (this.#entries.size <= this.#limit) return;
    for (const silent of this.#entries.keys()) {
      this.#entries.delete(silent);
      return;
    }
  }

  /** Adds what a stored chunk or snapshot tells of a producer. */
  merge(entry: ProducerEntry): void {
    this.set(mergeEntries(this.#entries.get(entry.producerId), entry));
  }

  /** All producers that have not expired, the one that was silent for longest first. */
  active(now: Millis): ProducerEntry[] {
    return [...this.#entries.values()].filter((entry) => !this.#isExpired(entry, now));
  }

  /** Forgets the producers that have expired. */
  expire(now: Millis): void {
    for (const [producerId, entry] of this.#entries) {
      if (this.#isExpired(entry, now)) this.#entries.delete(producerId);
    }
  }

  #isExpired(entry: ProducerEntry, now: Millis): boolean {
    return now - entry.lastAppendMs >= this.expirationMs;
  }
}

/**
 * Where a batch stands in its producer's sequence. A producer that is not known may begin with any
 * number: its state may have expired. A new epoch begins at 0, but after no epoch, as in Kafka.
 */
export function checkSequence(entry: ProducerEntry | undefined, batch: BatchHeader): SequenceCheck {
  if (!entry) return { kind: "next" };
  const { producerId, producerEpoch, baseSequence, lastOffsetDelta } = batch;
  if (producerEpoch < entry.producerEpoch) {
    const message = `The epoch of producer ${producerId} is ${producerEpoch}, older than its last epoch ${entry.producerEpoch}.`;
    return { kind: "refused", error: "INVALID_PRODUCER_EPOCH", message };
  }
  // After a batch without an epoch there is no order.
  const hasNoOrder = entry.producerEpoch === NO_EPOCH;
  if (producerEpoch > entry.producerEpoch) {
    if (baseSequence === 0 || hasNoOrder) return { kind: "next" };
    const message = `Producer ${producerId} begins epoch ${producerEpoch} with sequence number ${baseSequence} and not with 0.`;
    return { kind: "refused", error: "OUT_OF_ORDER_SEQUENCE_NUMBER", message };
  }
  const lastSequence = incrementSequence(baseSequence, lastOffsetDelta);
  const duplicate = entry.batches.find(
    (of) => of.lastSequence === lastSequence && firstSequence(of) === baseSequence,
  );
  if (duplicate) return { kind: "duplicate", of: duplicate };
  const last = entry.batches.at(-1);
  if (!last || hasNoOrder || baseSequence === incrementSequence(last.lastSequence, 1))
    return { kind: "next" };
  const message = `Producer ${producerId} sent sequence number ${baseSequence} after ${last.lastSequence}.`;
  return { kind: "refused", error: "OUT_OF_ORDER_SEQUENCE_NUMBER", message };
}
