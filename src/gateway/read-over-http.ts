/**
 * `GET /topics/<topic>/records`: the records of one partition from an offset or a time on, as JSON.
 * At the end of the log it waits for a first record if the request says so, without polling. `next`
 * is the offset to ask for in order to read on.
 */
import type { Uuid } from "../base/uuid.ts";
import type { Broker } from "../broker/broker.ts";
import type { ReadResult } from "../replication/replica-calls.ts";
import { decodedRecords, undecodableJson } from "./decoded-records.ts";
import { jsonResponse } from "./json-response.ts";
import { Problem } from "./problem.ts";
import { readLog } from "./read-log.ts";
import { readProblem } from "./read-problem.ts";
import { recordJson } from "./record-json.ts";
import {
  formatParameter,
  limitParameter,
  partitionParameter,
  startParameter,
  waitParameter,
  type RecordFormat,
} from "./record-parameters.ts";
import { startOffset } from "./start-offset.ts";
import { tailMoves } from "./tail-wait.ts";
import { findTopic, locatePartition, onFreshRoute } from "./topic-lookup.ts";

/** An answer ends after the record with which it has this many characters. */
const MAX_ANSWER_CHARACTERS = 8 * 1024 * 1024;

/** Reads from `topicName` as the request's parameters say. */
export async function readOverHttp(
  broker: Broker,
  request: Request,
  topicName: string,
): Promise<Response> {
  const { searchParams: query } = new URL(request.url);
  const reader = new PartitionReader(broker, {
    topicName,
    partition: partitionParameter(query) ?? 0,
    limit: limitParameter(query),
    format: formatParameter(query),
  });
  const start = startParameter(query, "earliest");
  const deadline = broker.ports.clock.now() + waitParameter(query);
  const from = await onFreshRoute(async () => startOffset(broker, await reader.locate(), start));
  if (from.error !== null) throw new Problem(from.error);
  await reader.readFrom(from.offset, deadline);
  return jsonResponse(reader.json(), broker.memory);
}

interface Reading {
  readonly topicName: string;
  readonly partition: number;
  readonly limit: number;
  readonly format: RecordFormat;
}

class PartitionReader {
  readonly #broker: Broker;
  readonly #reading: Reading;
  readonly #records: string[] = [];
  readonly #undecodable: string[] = [];
  #characters = 0;
  #next = 0;

  constructor(broker: Broker, reading: Reading) {
    this.#broker = broker;
    this.#reading = reading;
  }

  async locate() {
    const { topicName, partition } = this.#reading;
    const topic = await findTopic(this.#broker, topicName, partition);
    return locatePartition(this.#broker, topic, partition);
  }

  /** Reads until the answer is full, or the log's end and the deadline have come. */
  async readFrom(offset: number, deadline: number): Promise<void> {
    const { clock, timers } = this.#broker.ports;
    this.#next = offset;
    for (;;) {
      const remainingMs = deadline - clock.now();
      const topicId = await this.#readToEnd(remainingMs > 0);
      if (remainingMs <= 0 || this.#records.length > 0 || this.#isFull()) return;
      const place = { topicId, partition: this.#reading.partition, offset: this.#next };
      await tailMoves(this.#broker.tails, place, (end) => timers.after(remainingMs, end));
    }
  }

  /** Reads until the answer is full, or the log's end has come; `watch` if that is waited at. */
  async #readToEnd(watch: boolean): Promise<Uuid> {
    const hold = await this.#broker.memory.answers.whenFree(MAX_ANSWER_CHARACTERS, () => {});
    try {
      for (;;) {
        const { result, topicId } = await this.#read(watch && this.#records.length === 0);
        this.#take(result);
        if (this.#isFull() || result.nextOffset >= result.highWatermark) return topicId;
      }
    } finally {
      hold.release();
    }
  }

  /** The answer. What was skipped is mentioned only if there is any. */
  json(): string {
    const skipped = this.#undecodable.length > 0 ? `,"skipped":[${this.#undecodable.join()}]` : "";
    return `{"records":[${this.#records.join()}],"next":${this.#next}${skipped}}`;
  }

  async #read(watch: boolean) {
    const { error, result, topicId } = await onFreshRoute(async () => {
      const located = await this.locate();
      const result = await readLog(this.#broker, located, { offset: this.#next, watch });
      return { error: result.error, result, topicId: located.topic.topicId };
    });
    if (error !== null) throw readProblem(error, this.#next, result);
    return { result, topicId };
  }

  #take({ pieces, nextOffset }: ReadResult): void {
    const { partition, format } = this.#reading;
    for (const { record, undecodable } of decodedRecords(pieces, this.#next)) {
      if (this.#isFull()) return;
      if (undecodable) {
        this.#undecodable.push(undecodableJson(undecodable, partition));
        this.#next = undecodable.next;
      } else {
        const json = recordJson(record, partition, format);
        this.#records.push(json);
        this.#characters += json.length;
        this.#next = record.offset + 1;
      }
    }
    // Batches may end in offsets whose records are gone or are not for readers.
    this.#next = nextOffset;
  }

  #isFull(): boolean {
    const isLong = this.#characters >= MAX_ANSWER_CHARACTERS;
    return isLong || this.#records.length + this.#undecodable.length >= this.#reading.limit;
  }
}
