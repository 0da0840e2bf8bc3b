/** What a producer counts of itself, by the names that Kafka's producer has for it. */

export class ProducerMetrics {
  #batches = 0;
  #records = 0;
  #recordBytes = 0;
  #batchBytes = 0;
  #retries = 0;
  #errors = 0;
  #requests = 0;
  #latencySum = 0;
  #latencyMax = 0;

  sent(records: number, recordBytes: number, batchBytes: number): void {
    this.#batches++;
    this.#records += records;
    this.#recordBytes += recordBytes;
    this.#batchBytes += batchBytes;
  }

  retried(records: number): void {
    this.#retries += records;
  }

  failed(records: number): void {
    this.#errors += records;
  }

  request(latencyMs: number): void {
    this.#requests++;
    this.#latencySum += latencyMs;
    this.#latencyMax = Math.max(this.#latencyMax, latencyMs);
  }

  /** All of it, by name. */
  values(): Record<string, number> {
    const of = (sum: number, count: number) => (count === 0 ? NaN : sum / count);
    return {
      "batch-size-avg": of(this.#batchBytes, this.#batches),
      "outgoing-byte-total": this.#batchBytes,
      "record-error-total": this.#errors,
      "record-retry-total": this.#retries,
      "record-send-total": this.#records,
      "record-size-avg": of(this.#recordBytes, this.#records),
      "records-per-request-avg": of(this.#records, this.#requests),
      "request-latency-avg": of(this.#latencySum, this.#requests),
      "request-latency-max": this.#latencyMax,
      "request-total": this.#requests,
    };
  }
}
