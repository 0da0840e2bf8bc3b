/**
 * An idempotent producer's way to one partition, as a correct client goes it: up to five batches in
 * flight on one connection, sequence numbers without gaps, and after a broken connection or an
 * answer to be tried again all that was not acknowledged is sent again, as it was and in order.
 */
import { setTimeout as sleep } from "node:timers/promises";

import type { Uuid } from "../../src/base/uuid.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import { Wire } from "../conformance/wire.ts";
import type { SeededRandom } from "../simulation/seeded-random.ts";
import type { Acknowledgement } from "./acknowledged-history.ts";

/** `max.in.flight.requests.per.connection` of an idempotent producer, at most. */
const MAX_IN_FLIGHT = 5;
const RETRY_MS = 20;

/** Answers after which a client sends the same batch again; others end the test. */
const RETRIABLE: readonly ErrorName[] = [
  "REQUEST_TIMED_OUT",
  "NOT_LEADER_OR_FOLLOWER",
  "LEADER_NOT_AVAILABLE",
];

/** Now and then a batch is larger than one BLOB may be, so that its parts may be torn. */
const LARGE_BATCH_CHANCE = 0.002;
const LARGE_VALUE_BYTES = 2_500_000;

export interface LaneOptions {
  readonly address: string;
  readonly topicId: Uuid;
  readonly partition: number;
  /** The producer's place among the test's producers, which is what its records say. */
  readonly producer: number;
  readonly producerId: number;
  readonly random: SeededRandom;
}

interface SentBatch {
  readonly baseSequence: number;
  readonly recordsCount: number;
  readonly bytes: Uint8Array;
}

export class IdempotentLane {
  readonly acknowledged: Acknowledgement[] = [];
  /** How many batches were sent more than once. */
  retried = 0;
  /** Answers that asked for another try, by name. */
  readonly refusals: ErrorName[] = [];
  readonly #options: LaneOptions;
  readonly #unacknowledged: SentBatch[] = [];
  #nextSequence = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Writes until `signal`, then until all is acknowledged. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted || this.#unacknowledged.length > 0) {
      const wire = await Wire.open(this.#options.address).catch(() => null);
      try {
        if (wire) await this.#write(wire, signal);
      } finally {
        wire?.close();
      }
      await sleep(RETRY_MS);
    }
  }

  /** Uses one connection until there is nothing to write, or it breaks, or an answer asks so. */
  async #write(wire: Wire, signal: AbortSignal): Promise<void> {
    for (const batch of this.#unacknowledged) this.#send(wire, batch);
    this.retried += this.#unacknowledged.length;
    for (;;) {
      const inFlight = signal.aborted ? 0 : this.#options.random.int(1, MAX_IN_FLIGHT);
      while (this.#unacknowledged.length < inFlight) this.#send(wire, this.#newBatch());
      const [oldest] = this.#unacknowledged;
      if (!oldest) return;
      const answer = await wire.receive(produce, 13).catch(() => null);
      if (!answer) return;
      const { errorCode, baseOffset } = answer.response.responses[0]!.partitionResponses[0]!;
      const error = errorName(errorCode);
      if (error === "NONE") this.#acknowledge(oldest, baseOffset);
      else if (RETRIABLE.includes(error)) return void this.refusals.push(error);
      else throw new Error(`Sequence ${oldest.baseSequence} was answered with ${error}.`);
    }
  }

  #acknowledge({ baseSequence, recordsCount }: SentBatch, baseOffset: number): void {
    const { partition, producer } = this.#options;
    this.#unacknowledged.shift();
    this.acknowledged.push({ partition, producer, baseSequence, recordsCount, baseOffset });
  }

  #send(wire: Wire, { bytes }: SentBatch): void {
    const { topicId, partition } = this.#options;
    const partitionData = [{ index: partition, records: bytes }];
    const topicData = [{ topicId, partitionData }];
    wire.send(produce, 13, { acks: -1, timeoutMs: 10_000, topicData });
  }

  #newBatch(): SentBatch {
    const { producer, producerId, random } = this.#options;
    const baseSequence = this.#nextSequence;
    const isLarge = random.chance(LARGE_BATCH_CHANCE);
    const recordsCount = isLarge ? 1 : random.int(1, 8);
    const values = Array.from({ length: recordsCount }, (_, index) => {
      const name = `${producer} ${baseSequence + index} `;
      return name.padEnd(isLarge ? LARGE_VALUE_BYTES : random.int(20, 2_000), ".");
    });
    const bytes = encodeBatch(
      values.map((value) => ({
        timestamp: Date.now(),
        key: null,
        value: new TextEncoder().encode(value),
        headers: [],
      })),
      { producerId, producerEpoch: 0, baseSequence },
    );
    this.#nextSequence += recordsCount;
    const batch = { baseSequence, recordsCount, bytes };
    this.#unacknowledged.push(batch);
    return batch;
  }
}
