/**
 * The projection of a group to `__consumer_offsets`: its records, as Kafka's coordinator would have
 * written them, appended to the group's partition of the topic. It may lag behind the group and
 * never leads it; nothing that a group decides is read from there.
 *
 * What waits is kept by key, so that of two records of one key only the later is sent. A batch is
 * sent until it is known to be stored, and the next one after that, each under its sequence number:
 * one that arrives late, or twice, is no longer stored. A coordinator that starts again writes in a
 * new producer epoch, which fences what its predecessor may still have under way.
 */
import type { Millis } from "../base/clock.ts";
import type { Uuid } from "../base/uuid.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { encodeBatch } from "../protocol/records/encode.ts";
import { coordinatorPartition } from "./coordinator-partition.ts";
import type { GroupStore, StoredRecord } from "./group-store.ts";

/**
 * Groups send in rounds, and those that share a partition at the same moments: their replica then
 * joins what many groups send into one row. So a record waits for up to this long.
 */
const ROUND_MS = 2000;

/** The moments of a round, as many as Kafka's topic has partitions: not all groups send at once. */
const MOMENTS = 50;

/** Bytes of keys and values in one batch, or one record that is larger. */
const MAX_BATCH_BYTES = 512 * 1024;

/** How long until a batch that was not stored is sent again, at first and at most. */
const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 30_000;

/**
 * How long it may take until it is stored what the topic has. A coordinator that nobody calls is
 * evicted a little later (workerd does it after ten seconds), and would send that again.
 */
const MARK_MS = 8000;

/** Kafka's producer epochs end here; the next one is another producer's. */
const MAX_PRODUCER_EPOCH = 32_766;

export interface ProjectionPorts {
  readonly groupId: string;
  now(): Millis;
  after(delayMs: Millis, run: () => void): () => void;
  allocateProducerId(): Promise<number>;
  /**
   * Appends a batch to the group's partition and says of which topic that was. Rejects when it is
   * not known what became of it.
   */
  appendToOffsetsTopic(batch: Uint8Array): Promise<ProjectionAppend>;
  /** Nothing waits any more. */
  onCaughtUp(): void;
}

export interface ProjectionAppend {
  readonly topicId: Uuid;
  readonly error: ErrorName | null;
}

/** As whom batches are written while this coordinator is in memory. */
interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
  nextSequence: number;
}

/** A batch that is not known to be stored. It is sent again as it is, or not at all. */
interface Sending {
  readonly records: readonly StoredRecord[];
  readonly batch: Uint8Array;
}

/** Errors after which another producer epoch begins, with new sequence numbers. */
const FENCED: readonly ErrorName[] = [
  "INVALID_PRODUCER_EPOCH",
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "UNKNOWN_PRODUCER_ID",
];

/** Errors that no repetition mends: the topic's configs refuse the batch. */
const REFUSED: readonly ErrorName[] = [
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_RECORD",
];

export class OffsetsProjection {
  readonly #store: GroupStore;
  readonly #ports: ProjectionPorts;
  /** By key as text; the longest unchanged first, which is the order of their sequences. */
  readonly #waiting = new Map<string, StoredRecord>();
  #producer: Producer | null = null;
  #sending: Sending | null = null;
  #isRunning = false;
  #isMarking = false;
  #retryMs = FIRST_RETRY_MS;

  constructor(store: GroupStore, ports: ProjectionPorts) {
    this.#store = store;
    this.#ports = ports;
  }

  get isCaughtUp(): boolean {
    return this.#waiting.size === 0;
  }

  /** Takes what is stored and may not be in the topic, after a start. */
  resume(stored: readonly StoredRecord[]): void {
    const projected = this.#store.get("projected")?.sequence ?? 0;
    const missing = stored.filter(({ sequence }) => sequence > projected);
    this.project(missing);
  }

  /** Takes records that were just stored, in their order. */
  project(records: readonly StoredRecord[]): void {
    this.#wait(records);
    if (this.isCaughtUp || this.#isRunning) return;
    this.#isRunning = true;
    this.#runNextRound();
  }

  #runNextRound(): void {
    const { after, groupId, now } = this.#ports;
    const moment = (coordinatorPartition(groupId, MOMENTS) * ROUND_MS) / MOMENTS;
    const sinceMoment = (now() + ROUND_MS - moment) % ROUND_MS;
    after(ROUND_MS - sinceMoment, () => void this.#run());
  }

  async #run(): Promise<void> {
    let isFenced = false;
    try {
      this.#producer ??= await this.#newProducer();
      this.#sending ??= this.#nextBatch(this.#producer);
      const { records, batch } = this.#sending;
      const { topicId, error } = await this.#ports.appendToOffsetsTopic(batch.slice());
      isFenced = error !== null && FENCED.includes(error);
      if (isFenced) this.#producer = null;
      else if (error === null || REFUSED.includes(error)) this.#projected(records, topicId);
      else return this.#retry();
    } catch {
      return this.#retry();
    }
    this.#sending = null;
    this.#retryMs = FIRST_RETRY_MS;
    if (isFenced) return this.#run();
    if (!this.isCaughtUp) return this.#runNextRound();
    this.#isRunning = false;
    this.#ports.onCaughtUp();
  }

  #retry(): void {
    const delayMs = this.#retryMs;
    this.#retryMs = Math.min(2 * delayMs, MAX_RETRY_MS);
    this.#ports.after(delayMs, () => void this.#run());
  }

  /** The same producer as before in its next epoch, or another one. */
  async #newProducer(): Promise<Producer> {
    const before = this.#store.get("producer");
    const isUsedUp = before === null || before.producerEpoch >= MAX_PRODUCER_EPOCH;
    const producerId = isUsedUp ? await this.#ports.allocateProducerId() : before.producerId;
    const producerEpoch = isUsedUp ? 0 : before.producerEpoch + 1;
    this.#store.set("producer", { producerId, producerEpoch });
    return { producerId, producerEpoch, nextSequence: 0 };
  }

  #nextBatch(producer: Producer): Sending {
    const records: StoredRecord[] = [];
    let bytes = 0;
    for (const record of this.#waiting.values()) {
      bytes += record.key.length + (record.value?.length ?? 0);
      if (records.length > 0 && bytes > MAX_BATCH_BYTES) break;
      records.push(record);
    }
    const timestamp = this.#ports.now();
    const { producerId, producerEpoch, nextSequence } = producer;
    const batch = encodeBatch(
      records.map(({ key, value }) => ({ timestamp, key, value, headers: [] })),
      { producerId, producerEpoch, baseSequence: nextSequence },
    );
    // After the largest int32 comes 0, as for every producer.
    producer.nextSequence = (nextSequence + records.length) % 2 ** 31;
    return { records, batch };
  }

  /** The topic has these records, unless it is another topic than the one that had those before. */
  #projected(records: readonly StoredRecord[], topicId: Uuid): void {
    const store = this.#store;
    const before = store.get("projected");
    for (const record of records) {
      const key = textOf(record.key);
      if (this.#waiting.get(key) === record) this.#waiting.delete(key);
    }
    store.forget(records.filter(({ value }) => value === null));
    // Another topic lacks what the one before had, and the mark must not say otherwise.
    if (before !== null && before.topicId !== topicId) this.#wait(store.stored());
    const [next] = this.#waiting.values();
    const sequence = next ? next.sequence - 1 : store.lastSequence;
    store.setLazily("projected", { topicId, sequence });
    this.#markLater();
  }

  /** Most often the group writes before that, and the mark with it. */
  #markLater(): void {
    if (this.#isMarking) return;
    this.#isMarking = true;
    this.#ports.after(MARK_MS, () => {
      this.#isMarking = false;
      this.#store.writeLazy();
    });
  }

  #wait(records: readonly StoredRecord[]): void {
    for (const record of records.toSorted((a, b) => a.sequence - b.sequence)) {
      const key = textOf(record.key);
      this.#waiting.delete(key);
      this.#waiting.set(key, record);
    }
  }
}

/** Bytes as a key of a map: one character each. */
function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
