/**
 * What `odradek consumer-perf-test` measures: how much was read, how fast, and how long the group
 * took to share out the partitions, which is not counted as reading.
 */
import type { FetchedBatch } from "../../client/consumer/fetched-batches.ts";
import type { Say } from "../kafka-tool.ts";

const MEGABYTE = 1024 * 1024;
const HEADER_END =
  "data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, \
fetch.MB.sec, fetch.nMsg.sec";

/** The line above the numbers. */
export function headerLine(isDetailed: boolean): string {
  return `${isDetailed ? "time, threadId" : "start.time, end.time"}, ${HEADER_END}`;
}

export interface MeasureOptions {
  readonly numRecords: number;
  /** How long no record may come before it ends. */
  readonly timeoutMs: number;
  readonly reportingIntervalMs: number;
  readonly isDetailed: boolean;
  readonly format: (time: number) => string;
  readonly say: Say;
}

/** How long the member has been without partitions. */
export class JoinTime {
  totalMs = 0;
  /** Since the last report. */
  roundMs = 0;
  #owned = 0;
  #since = Date.now();

  assigned(count: number): void {
    if (this.#owned === 0) {
      const elapsed = Date.now() - this.#since;
      this.totalMs += elapsed;
      this.roundMs += elapsed;
    }
    this.#owned += count;
  }

  revoked(count: number): void {
    this.#owned = Math.max(0, this.#owned - count);
    if (this.#owned === 0) this.#since = Date.now();
  }
}

interface Amount {
  bytes: number;
  records: number;
  atMs: number;
}

/** Reads until there is enough, or nothing comes any more; resolves with the line of totals. */
export async function measure(
  poll: (timeoutMs: number) => Promise<FetchedBatch[]>,
  joinTime: JoinTime,
  options: MeasureOptions,
): Promise<string> {
  const { numRecords, timeoutMs, reportingIntervalMs, isDetailed, say } = options;
  const start = Date.now();
  const read: Amount = { bytes: 0, records: 0, atMs: start };
  let reported: Amount = { ...read };
  let lastRecordMs = start;
  while (read.records < numRecords && read.atMs - lastRecordMs <= timeoutMs) {
    const batches = await poll(100);
    read.atMs = Date.now();
    if (batches.length > 0) lastRecordMs = read.atMs;
    add(read, batches);
    if (batches.length === 0 || read.atMs - reported.atMs < reportingIntervalMs) continue;
    if (isDetailed) say(progressLine(read, reported, joinTime.roundMs, options));
    joinTime.roundMs = 0;
    reported = { ...read };
  }
  if (read.records < numRecords) {
    say(`WARNING: Exiting before consuming the expected number of records: timeout (${timeoutMs} \
ms) exceeded. You can use the --timeout option to increase the timeout.`);
  }
  return totalLine(start, read, joinTime.totalMs, options);
}

function add(read: Amount, batches: readonly FetchedBatch[]): void {
  for (const { records } of batches) {
    read.records += records.length;
    for (const { key, value } of records) read.bytes += (key?.length ?? 0) + (value?.length ?? 0);
  }
}

function totalLine(
  start: number,
  { bytes, records }: Amount,
  joinMs: number,
  { format }: MeasureOptions,
): string {
  const end = Date.now();
  const seconds = (end - start) / 1000;
  const fetchMs = end - start - joinMs;
  const megabytes = bytes / MEGABYTE;
  return [
    format(start),
    format(end),
    megabytes.toFixed(4),
    (megabytes / seconds).toFixed(4),
    records,
    (records / seconds).toFixed(4),
    joinMs,
    fetchMs,
    (megabytes / (fetchMs / 1000)).toFixed(4),
    (records / (fetchMs / 1000)).toFixed(4),
  ].join(", ");
}

function progressLine(
  read: Amount,
  last: Amount,
  joinMs: number,
  { format }: MeasureOptions,
): string {
  const elapsedMs = read.atMs - last.atMs;
  const fetchMs = elapsedMs - joinMs;
  const megabytes = (read.bytes - last.bytes) / MEGABYTE;
  const records = read.records - last.records;
  const perFetch = (amount: number) => (fetchMs <= 0 ? 0 : (1000 * amount) / fetchMs).toFixed(4);
  return [
    format(read.atMs),
    0,
    (read.bytes / MEGABYTE).toFixed(4),
    ((1000 * megabytes) / elapsedMs).toFixed(4),
    read.records,
    ((1000 * records) / elapsedMs).toFixed(4),
    joinMs,
    fetchMs,
    perFetch(megabytes),
    perFetch(records),
  ].join(", ");
}
