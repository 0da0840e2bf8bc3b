/**
 * One WebSocket that is sent the records of a topic, each as one JSON message: first what is stored
 * from its offsets on, then what the watched tails bring. Partitions go side by side, each in
 * order.
 *
 * All that it is stands in the socket's attachment, so that the gateway can leave memory while
 * nothing happens: `dormant --wake--> following`, per partition, by the first push after that.
 */
import type { Uuid } from "../base/uuid.ts";
import type { Broker } from "../broker/broker.ts";
import type { Hold } from "../broker/byte-budget.ts";
import { failedRead } from "../broker/partition-reader.ts";
import { NO_LEADER } from "../controller/records.ts";
import { ErrorCode, isRetriable, type ErrorName } from "../protocol/errors.ts";
import type { ReadResult } from "../replication/replica-calls.ts";
import { decodedRecords, undecodableJson } from "./decoded-records.ts";
import type { Problem } from "./problem.ts";
import { READ_BYTES, readLog } from "./read-log.ts";
import { readProblem } from "./read-problem.ts";
import { recordJson } from "./record-json.ts";
import type { RecordFormat } from "./record-parameters.ts";
import { tailMoves } from "./tail-wait.ts";
import { lookUpTopic } from "./topic-lookup.ts";
import {
  closeSocket,
  drained,
  isOpen,
  isHeldUp,
  isSlow,
  sendProblem,
  TRY_AGAIN_LATER,
} from "./web-socket.ts";

/** What a socket follows; a structured clone of it is the attachment. */
export interface Subscription {
  readonly kind: "subscriber";
  readonly topicId: Uuid;
  readonly format: RecordFormat;
  /** The offset to send next, by partition. */
  readonly next: Map<number, number>;
}

/** Partitions of one subscriber, at most: an attachment holds 16 KiB. */
export const MAX_SUBSCRIBED_PARTITIONS = 1000;

/** What a read may become once its records are JSON, about. */
const MAX_PASS_BYTES = 8 * READ_BYTES;

/** How long to wait before a read that failed is tried again. */
const FIRST_RETRY_MS = 10;
const MAX_RETRY_MS = 2000;

export class LiveSubscriber {
  readonly #socket: WebSocket;
  readonly #broker: Broker;
  readonly #subscription: Subscription;
  readonly #following = new Set<number>();
  readonly #onStop = new Set<() => void>();

  constructor(socket: WebSocket, broker: Broker, subscription: Subscription) {
    this.#socket = socket;
    this.#broker = broker;
    this.#subscription = subscription;
  }

  /** Follows all of its partitions. */
  start(): void {
    for (const partition of this.#subscription.next.keys()) this.wake(partition);
  }

  /**
   * Follows a partition that was dormant. Its tail is there, opening or open, when this returns.
   */
  wake(partition: number): void {
    if (this.#following.has(partition) || !isOpen(this.#socket)) return;
    this.#following.add(partition);
    const { tails, ports } = this.#broker;
    tails.open(this.#subscription.topicId, partition, ports.clock.now());
    void this.#follow(partition);
  }

  /** The socket has closed. */
  stop(): void {
    for (const end of this.#onStop) end();
  }

  async #follow(partition: number): Promise<void> {
    let failures = 0;
    while (isOpen(this.#socket)) {
      const offset = this.#next(partition);
      const read = await this.#pass(partition, offset);
      if (read.error !== null) {
        if (!mayPass(read.error)) return this.#fail(readProblem(read.error, offset, read));
        await this.#pause(Math.min(FIRST_RETRY_MS * 2 ** failures++, MAX_RETRY_MS));
        continue;
      }
      failures = 0;
      if (read.nextOffset === offset) await this.#untilTailMoves(partition, offset);
    }
  }

  /** Reads at `offset` and sends what there is, within the gateway's memory. */
  async #pass(partition: number, offset: number): Promise<ReadResult> {
    const { subscribers } = this.#broker.memory;
    const hold = await subscribers.whenFree(MAX_PASS_BYTES, () => this.#giveUp());
    try {
      const read = await this.#read(partition, offset);
      if (read.error === null && read.nextOffset > offset) await this.#send(partition, read, hold);
      return read;
    } finally {
      if (isHeldUp(this.#socket)) this.#interrupt(() => hold.release());
      else hold.release();
    }
  }

  /** It reads slowly, and what it does not read is needed elsewhere. */
  #giveUp(): void {
    closeSocket(this.#socket, TRY_AGAIN_LATER, "the server is short of memory");
    this.stop();
  }

  /** A read by a fresh route. Never rejects. */
  async #read(partition: number, offset: number): Promise<ReadResult> {
    const { topicId } = this.#subscription;
    try {
      const topic = await lookUpTopic(this.#broker, { topicId });
      const state = topic?.partitions[partition];
      if (!topic || !state) return failedRead("UNKNOWN_TOPIC_ID", offset);
      if (state.leader === NO_LEADER) this.#broker.refused(topicId, partition);
      const located = { topic, partition, state };
      return await readLog(this.#broker, located, { offset, watch: true });
    } catch {
      // The controller could not be asked.
      return failedRead("LEADER_NOT_AVAILABLE", offset);
    }
  }

  /** Sends the records of a read, as fast as the client takes them. */
  async #send(partition: number, { pieces, nextOffset }: ReadResult, hold: Hold): Promise<void> {
    const { format } = this.#subscription;
    for (const { record, undecodable } of decodedRecords(pieces, this.#next(partition))) {
      const json = record
        ? recordJson(record, partition, format)
        : undecodableJson(undecodable, partition);
      if (!isOpen(this.#socket)) return;
      this.#socket.send(json);
      this.#subscription.next.set(partition, record ? record.offset + 1 : undecodable.next);
      if (isSlow(this.#socket)) {
        this.#remember();
        hold.resize(READ_BYTES + this.#socket.bufferedAmount);
        await drained(this.#socket, this.#broker.ports.timers);
      }
    }
    this.#subscription.next.set(partition, nextOffset);
    this.#remember();
  }

  /**
   * Ends the socket for a reason that will not pass. The client hears of it at once, but the
   * runtime keeps the connection of a hibernating socket that never sent anything for some seconds
   * more.
   */
  #fail(problem: Problem): void {
    sendProblem(this.#socket, problem);
    this.stop();
  }

  #remember(): void {
    if (isOpen(this.#socket)) this.#socket.serializeAttachment(this.#subscription);
  }

  #next(partition: number): number {
    return this.#subscription.next.get(partition)!;
  }

  async #untilTailMoves(partition: number, offset: number): Promise<void> {
    const place = { topicId: this.#subscription.topicId, partition, offset };
    await tailMoves(this.#broker.tails, place, (end) => this.#interrupt(end));
  }

  async #pause(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#broker.ports.timers.after(delayMs, end);
      const forget = this.#interrupt(end);
      function end() {
        cancel();
        forget();
        resolve();
      }
    });
  }

  #interrupt(end: () => void): () => void {
    this.#onStop.add(end);
    return () => this.#onStop.delete(end);
  }
}

/** Whether trying again may help. A topic id that is unknown stays so: ids are never used twice. */
function mayPass(error: ErrorName): boolean {
  return isRetriable(ErrorCode[error]) && error !== "UNKNOWN_TOPIC_ID";
}
