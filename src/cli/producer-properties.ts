/** The configs of Kafka's producer, as properties, and what they are to the client library. */
import type { ProducerOptions } from "../client/producer/producer-options.ts";
import { COMPRESSION_TYPES } from "../protocol/records/attributes.ts";
import { CommandError } from "./command-error.ts";
import { integerProperty } from "./kafka-tool.ts";
import type { Properties } from "./properties.ts";

const NUMBERS = {
  batchSize: "batch.size",
  lingerMs: "linger.ms",
  bufferMemory: "buffer.memory",
  maxRequestSize: "max.request.size",
  maxInFlightRequestsPerConnection: "max.in.flight.requests.per.connection",
  retries: "retries",
  deliveryTimeoutMs: "delivery.timeout.ms",
  maxBlockMs: "max.block.ms",
} as const;

/** What the properties say; what they do not is left to the producer. */
export function producerOptions(properties: Properties): Partial<ProducerOptions> {
  const numbers = Object.entries(NUMBERS).flatMap(([option, name]) => {
    const value = properties.get(name);
    return value === undefined ? [] : [[option, integerProperty(name, value)] as const];
  });
  const acks = properties.get("acks");
  const compression = properties.get("compression.type");
  const idempotence = properties.get("enable.idempotence");
  return {
    ...Object.fromEntries(numbers),
    ...(acks !== undefined && { acks: parseAcks(acks) }),
    ...(compression !== undefined && { compressionType: parseCompression(compression) }),
    ...(idempotence !== undefined && { enableIdempotence: idempotence.trim() === "true" }),
  };
}

function parseAcks(text: string): number {
  const acks = text.trim() === "all" ? -1 : Number(text);
  if (acks === 0 || acks === 1 || acks === -1) return acks;
  throw new CommandError(`Invalid value ${text} for configuration acks: it is 0, 1, -1 or all.`);
}

function parseCompression(text: string): ProducerOptions["compressionType"] {
  const found = COMPRESSION_TYPES.find((type) => type === text.trim());
  if (found !== undefined) return found;
  throw new CommandError(`Invalid value ${text} for configuration compression.type: it is one of \
${COMPRESSION_TYPES.join(", ")}.`);
}
