/** What a consumer counts of its fetches, by the names that Kafka's consumer has for it. */
import type { FetchedBatch } from "./fetched-batches.ts";

export class FetchMetrics {
  #fetches = 0;
  #latencySum = 0;
  #latencyMax = 0;
  #bytes = 0;
  #records = 0;

  fetched(latencyMs: number): void {
    this.#fetches++;
    this.#latencySum += latencyMs;
    this.#latencyMax = Math.max(this.#latencyMax, latencyMs);
  }

  received(bytes: number, batches: readonly FetchedBatch[]): void {
    this.#bytes += bytes;
    for (const { records } of batches) this.#records += records.length;
  }

  /** All of it, by name. */
  values(): Record<string, number> {
    const perFetch = (sum: number) => (this.#fetches === 0 ? NaN : sum / this.#fetches);
    return {
      "bytes-consumed-total": this.#bytes,
      "fetch-latency-avg": perFetch(this.#latencySum),
      "fetch-latency-max": this.#latencyMax,
      "fetch-size-avg": perFetch(this.#bytes),
      "fetch-total": this.#fetches,
      "records-consumed-total": this.#records,
      "records-per-request-avg": perFetch(this.#records),
    };
  }
}
