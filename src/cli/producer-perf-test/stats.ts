/**
 * What `odradek producer-perf-test` measures: how many records were acknowledged, how fast, and how
 * long each took. The lines, and how the percentiles are sampled, are those of Kafka's tool.
 */
import type { Say } from "../kafka-tool.ts";

/** At most so many latencies are kept. */
const SAMPLES = 500_000;
const PERCENTILES = [0.5, 0.95, 0.99, 0.999];
const MEGABYTE = 1024 * 1024;

export interface StatsOptions {
  readonly numRecords: number;
  readonly reportingIntervalMs: number;
  /** Whether these are the records after those to warm up with. */
  readonly isSteadyState: boolean;
  readonly now: () => number;
  readonly say: Say;
}

/** A count of records with their bytes and latencies. */
class Window {
  readonly start: number;
  count = 0;
  bytes = 0;
  latencySum = 0;
  latencyMax = 0;

  constructor(start: number) {
    this.start = start;
  }

  add(latencyMs: number, bytes: number): void {
    this.count++;
    this.bytes += bytes;
    this.latencySum += latencyMs;
    this.latencyMax = Math.max(this.latencyMax, latencyMs);
  }

  recordsPerSecond(now: number): number {
    return (1000 * this.count) / (now - this.start);
  }

  megabytesPerSecond(now: number): number {
    return (1000 * this.bytes) / (now - this.start) / MEGABYTE;
  }
}

export class Stats {
  readonly #options: StatsOptions;
  readonly #total: Window;
  #window: Window;
  readonly #latencies: Int32Array;
  readonly #sampling: number;
  #samples = 0;
  #isSilent = false;

  constructor(options: StatsOptions) {
    const { numRecords, now } = options;
    this.#options = options;
    this.#total = new Window(now());
    this.#window = new Window(now());
    this.#sampling = Math.floor(numRecords / Math.min(numRecords, SAMPLES));
    this.#latencies = new Int32Array(Math.floor(numRecords / this.#sampling) + 1);
  }

  /** Counts a record that was acknowledged now, and reports when it is time to. */
  record(latencyMs: number, bytes: number): void {
    const { reportingIntervalMs, isSteadyState, now, say } = this.#options;
    if (this.#total.count % this.#sampling === 0) this.#latencies[this.#samples++] = latencyMs;
    this.#total.add(latencyMs, bytes);
    this.#window.add(latencyMs, bytes);
    const time = now();
    if (time - this.#window.start < reportingIntervalMs) return;
    if (isSteadyState && this.#total.count === this.#window.count) say("In steady state.");
    if (!this.#isSilent) say(windowLine(this.#window, time));
    this.#window = new Window(time);
  }

  /** Reports nothing more until the end: others do. */
  silence(): void {
    this.#isSilent = true;
  }

  /** The line for all records. */
  totalLine(): string {
    const { count, latencySum, latencyMax } = this.#total;
    const now = this.#options.now();
    const steady = this.#options.isSteadyState ? " steady state" : "";
    const rate = this.#total.recordsPerSecond(now).toFixed(6);
    const megabytes = this.#total.megabytesPerSecond(now).toFixed(2);
    const [p50, p95, p99, p999] = this.#percentiles();
    return `${count}${steady} records sent, ${rate} records/sec (${megabytes} MB/sec), \
${(latencySum / count).toFixed(2)} ms avg latency, ${latencyMax.toFixed(2)} ms max latency, \
${p50} ms 50th, ${p95} ms 95th, ${p99} ms 99th, ${p999} ms 99.9th.`;
  }

  #percentiles(): number[] {
    const sorted = this.#latencies.subarray(0, this.#samples).toSorted();
    return PERCENTILES.map((part) => sorted[Math.floor(part * this.#samples)] ?? 0);
  }
}

function windowLine(window: Window, now: number): string {
  const { count, latencySum, latencyMax } = window;
  const rate = window.recordsPerSecond(now).toFixed(1);
  const megabytes = window.megabytesPerSecond(now).toFixed(2);
  const average = (latencySum / count).toFixed(1);
  return `${count} records sent, ${rate} records/sec (${megabytes} MB/sec), ${average} ms avg \
latency, ${latencyMax.toFixed(1)} ms max latency.`;
}
