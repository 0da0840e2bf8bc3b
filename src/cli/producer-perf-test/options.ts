/** The flags of `odradek producer-perf-test`, and what they mean when they come together. */
import { CommandError } from "../command-error.ts";
import type { ConnectFlags } from "../kafka-tool.ts";
import { commandConfig } from "../kafka-tool.ts";
import type { Properties } from "../properties.ts";
import { merged } from "../properties.ts";

export interface PerfFlags extends ConnectFlags {
  readonly topic: string;
  readonly numRecords: number;
  readonly throughput: number;
  readonly recordSize?: number;
  readonly payloadFile?: string;
  readonly payloadDelimiter: string;
  readonly payloadMonotonic?: true;
  readonly warmupRecords: number;
  readonly reportingInterval: number;
  readonly printMetrics?: true;
  readonly commandProperty?: readonly string[];
  readonly producerProps?: readonly string[];
  readonly "producer.config"?: string;
  readonly transactionalId?: string;
  readonly transactionDurationMs?: number;
}

/** Says what is wrong with the flags as a whole, or returns null. */
export function invalidPerfFlags(flags: PerfFlags): string | null {
  const { recordSize, payloadFile, payloadMonotonic } = flags;
  const payloads = [recordSize, payloadFile, payloadMonotonic].filter((one) => one !== undefined);
  if (payloads.length !== 1) {
    return "Exactly one of --record-size, --payload-file or --payload-monotonic is required.";
  }
  if (flags.numRecords <= 0) return "--num-records should be greater than zero.";
  if (flags.warmupRecords >= flags.numRecords) {
    return "The value for --warmup-records must be strictly fewer than the number of records in \
the test, --num-records.";
  }
  if (recordSize !== undefined && recordSize <= 0)
    return "--record-size should be greater than zero.";
  if (flags.reportingInterval <= 0) return "--reporting-interval should be greater than zero.";
  if (flags.commandProperty && flags.producerProps) {
    return "--command-property and --producer-props cannot be specified together.";
  }
  if (flags.commandConfig !== undefined && flags["producer.config"] !== undefined) {
    return "--command-config and --producer.config cannot be specified together.";
  }
  const isTransactional = flags.transactionalId ?? flags.transactionDurationMs;
  return isTransactional === undefined ? null : "Transactions are not supported by this command.";
}

/** What to tell somebody who uses a flag that Kafka is about to give up, in Kafka's words. */
export function deprecations(flags: PerfFlags): string[] {
  const lines = {
    producerProps:
      "--producer-props has been deprecated and will be removed in a future version. \
Use --command-property instead.",
    "producer.config":
      "--producer.config has been deprecated and will be removed in a future \
version. Use --command-config instead.",
  };
  return Object.entries(lines)
    .filter(([flag]) => flags[flag as keyof typeof lines] !== undefined)
    .map(([, line]) => `Option ${line}`);
}

/** The configs of the producer, from files and flags. */
export function perfProperties(flags: PerfFlags): Properties {
  const file = flags.commandConfig ?? flags["producer.config"];
  const pairs = flags.commandProperty ?? flags.producerProps ?? [];
  const properties = merged(
    commandConfig(file === undefined ? {} : { commandConfig: file }),
    new Map(pairs.map(parsePair)),
  );
  if (!properties.has("client.id")) properties.set("client.id", "perf-producer-client");
  if (properties.has("transactional.id")) {
    throw new CommandError("Transactions are not supported by this command.");
  }
  return properties;
}

function parsePair(text: string): [string, string] {
  const [name, value, ...more] = text.split("=");
  if (name && value && more.length === 0) return [name, value];
  throw new CommandError(`Invalid property: ${text}`);
}
