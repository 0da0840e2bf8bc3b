/** What a producer may be told, by the names of Kafka's configs in camel case. */
import type { CompressionType } from "../../protocol/records/attributes.ts";

export interface ProducerOptions {
  /** 0: nobody answers; 1: the leader has it; -1: all replicas in sync have it. */
  readonly acks: number;
  readonly compressionType: CompressionType;
  /** A batch is sent when it has so many bytes, or when its first record has waited so long. */
  readonly batchSize: number;
  readonly lingerMs: number;
  /** How many bytes of records may wait to be sent before `room` has its callers wait. */
  readonly bufferMemory: number;
  /** How many bytes of batches one request may have. */
  readonly maxRequestSize: number;
  readonly maxInFlightRequestsPerConnection: number;
  /** How often a batch is sent again, and for how long in all. */
  readonly retries: number;
  readonly deliveryTimeoutMs: number;
  /** How long to wait for the metadata of a topic. */
  readonly maxBlockMs: number;
  /** Whether the broker drops what it has already; null for: where acks and retries allow it. */
  readonly enableIdempotence: boolean | null;
}

/** Kafka's defaults. */
export const DEFAULT_PRODUCER_OPTIONS: ProducerOptions = {
  acks: -1,
  compressionType: "none",
  batchSize: 16 * 1024,
  lingerMs: 5,
  bufferMemory: 32 * 1024 * 1024,
  maxRequestSize: 1024 * 1024,
  maxInFlightRequestsPerConnection: 5,
  retries: Infinity,
  deliveryTimeoutMs: 120_000,
  maxBlockMs: 60_000,
  enableIdempotence: null,
};

/** The most requests in flight with which a broker can still tell which batches are new. */
const MAX_IN_FLIGHT_IDEMPOTENT = 5;

/** Whether batches carry sequence numbers. */
export function isIdempotent(options: ProducerOptions): boolean {
  const { acks, retries, maxInFlightRequestsPerConnection: inFlight, enableIdempotence } = options;
  const isPossible = acks === -1 && retries > 0 && inFlight <= MAX_IN_FLIGHT_IDEMPOTENT;
  return enableIdempotence !== false && isPossible;
}
