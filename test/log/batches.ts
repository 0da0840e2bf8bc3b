/** Batches and logs for the log's tests: what a producer would send, and what was stored of it. */
import { concatBytes } from "../../src/base/concat-bytes.ts";
import { type LogConfig, parseLogConfig } from "../../src/log/log-config.ts";
import type { PartitionLog } from "../../src/log/partition-log.ts";
import { batchHeaders } from "../../src/protocol/records/batch-header.ts";
import { decodeRecords } from "../../src/protocol/records/decode.ts";
import { type BatchOptions, encodeBatch } from "../../src/protocol/records/encode.ts";

/** The clock of tests that do not care; records have it too. */
export const NOW = 1_700_000_000_000;

export interface TestBatch extends BatchOptions {
  readonly timestamps?: readonly number[];
  readonly count?: number;
  /** The size of each record's value. */
  readonly valueSize?: number;
  readonly key?: Uint8Array | null;
}

/** A batch as a producer sends it: base offset 0, one record a timestamp. */
export function batch(options: TestBatch = {}): Uint8Array {
  const { count = 1, timestamps, valueSize = 8, key = null, ...batchOptions } = options;
  const times = timestamps ?? Array.from({ length: count }, () => NOW);
  const records = times.map((timestamp, index) => ({
    timestamp,
    key,
    value: new Uint8Array(valueSize).fill(index + 1),
    headers: [],
  }));
  return encodeBatch(records, batchOptions);
}

/** A batch of an idempotent producer. */
export function idempotent(
  baseSequence: number,
  options: TestBatch & { producerId?: number; producerEpoch?: number } = {},
): Uint8Array {
  return batch({ producerId: 7, producerEpoch: 0, ...options, baseSequence });
}

/** A config with these overrides over Kafka's defaults. */
export function config(overrides: Readonly<Record<string, string>> = {}): LogConfig {
  return parseLogConfig(overrides);
}

/** Appends in epoch 0, and lets the high watermark follow as it does without other replicas. */
export function append(log: PartitionLog, ...batches: Uint8Array[]) {
  return appendAt(log, NOW, ...batches);
}

/** As {@link append}, with a clock. */
export function appendAt(log: PartitionLog, now: number, ...batches: Uint8Array[]) {
  const results = log.append(batches, { now, leaderEpoch: Math.max(log.latestLeaderEpoch, 0) });
  log.advanceHighWatermark(log.logEndOffset);
  return results;
}

/** All that a reader with this budget gets from `offset` to the log's end, joined. */
export function readAll(log: PartitionLog, offset = log.logStartOffset, maxBytes = 1 << 20) {
  const pieces: Uint8Array[] = [];
  while (offset < log.logEndOffset) {
    const read = log.read(offset, { maxBytes, upperBound: log.logEndOffset, minOneBatch: true });
    if (read === "OFFSET_OUT_OF_RANGE") throw new Error(`${offset} is out of range.`);
    if (read.endOffset <= offset) throw new Error(`The read at ${offset} came to nothing.`);
    pieces.push(...read.pieces);
    offset = read.endOffset;
  }
  return concatBytes(pieces);
}

/** The offsets and timestamps of all records in `bytes`. */
export function recordsIn(bytes: Uint8Array) {
  return batchHeaders(bytes).flatMap((header) =>
    decodeRecords(bytes, header).map(({ offset, timestamp }) => ({ offset, timestamp })),
  );
}

/** Does all maintenance that is due, and returns how many steps it took. */
export function maintainAll(log: PartitionLog, now = NOW): number {
  for (let steps = 1; ; steps++) {
    if (!log.maintain(now)) return steps;
    if (steps > 10_000) throw new Error("Maintenance does not come to an end.");
  }
}
