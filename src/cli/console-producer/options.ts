/** The flags of `odradek console-producer`, and what they mean when they come together. */
import type { ConnectFlags } from "../kafka-tool.ts";
import { commandConfig } from "../kafka-tool.ts";
import type { Properties } from "../properties.ts";
import { keyValues, merged, readPropertiesFile } from "../properties.ts";

export interface ProducerFlags extends ConnectFlags {
  readonly topic?: string;
  readonly sync?: true;
  /** True where it was given without a value. */
  readonly compressionCodec?: string | true;
  readonly batchSize?: string;
  readonly maxPartitionMemoryBytes?: string;
  readonly messageSendMaxRetries?: string;
  readonly retryBackoffMs?: string;
  readonly timeout?: string;
  readonly requestRequiredAcks?: string;
  readonly requestTimeoutMs?: string;
  readonly maxBlockMs?: string;
  readonly maxMemoryBytes?: string;
  readonly metadataExpiryMs?: string;
  readonly socketBufferSize?: string;
  readonly readerProperty?: readonly string[];
  readonly readerConfig?: string;
  readonly property?: readonly string[];
  readonly commandProperty?: readonly string[];
  readonly producerProperty?: readonly string[];
  readonly "producer.config"?: string;
  readonly lineReader?: string;
}

const RENAMED = [
  ["producer.config", "command-config"],
  ["producer-property", "command-property"],
  ["property", "reader-property"],
] as const;

/** Flags that are configs of the producer, and what they are unless said. */
const CONFIGS: readonly (readonly [flag: keyof ProducerFlags, config: string, value: string])[] = [
  ["timeout", "linger.ms", "1000"],
  ["requestRequiredAcks", "acks", "-1"],
  ["requestTimeoutMs", "request.timeout.ms", "1500"],
  ["messageSendMaxRetries", "retries", "3"],
  ["retryBackoffMs", "retry.backoff.ms", "100"],
  ["maxMemoryBytes", "buffer.memory", "33554432"],
  ["batchSize", "batch.size", "16384"],
  ["maxBlockMs", "max.block.ms", "60000"],
];

/** Says what is wrong with the flags as a whole, or returns null. */
export function invalidProducerFlags(flags: ProducerFlags): string | null {
  if (flags.topic === undefined) return 'Missing required argument "[topic]"';
  for (const [old, current] of RENAMED) {
    if (given(flags, old) && given(flags, current)) {
      return `Options --${current} and --${old} cannot be specified together.`;
    }
  }
  const reader = flags.lineReader?.split(".").at(-1) ?? "LineMessageReader";
  if (reader === "LineMessageReader") return null;
  return `There is no reader ${flags.lineReader} here: LineMessageReader is the only one.`;
}

/** What to tell somebody who uses a flag that Kafka is about to give up, in Kafka's words. */
export function deprecations(flags: ProducerFlags): string[] {
  const renamed = [...RENAMED]
    .filter(([old]) => given(flags, old))
    .map(
      ([old, current]) =>
        `Warning: --${old} is deprecated and will be removed in a future version. \
Use --${current} instead.`,
    );
  if (flags.maxPartitionMemoryBytes === undefined) return renamed;
  return [
    ...renamed,
    "Warning: --max-partition-memory-bytes is deprecated and will be removed in Apache Kafka 5.0. \
Use --batch-size instead.",
  ];
}

/** The configs of the producer: a flag goes before a property, a property before what is usual. */
export function producerProperties(flags: ProducerFlags): Properties {
  const file = flags.commandConfig ?? flags["producer.config"];
  const properties = merged(
    commandConfig(file === undefined ? {} : { commandConfig: file }),
    keyValues(flags.commandProperty ?? flags.producerProperty ?? []),
  );
  for (const [flag, config, value] of CONFIGS) {
    const said = flags[flag];
    if (typeof said === "string") properties.set(config, said);
    else if (!properties.has(config)) properties.set(config, value);
  }
  const { maxPartitionMemoryBytes: batchSize, compressionCodec: codec } = flags;
  if (batchSize !== undefined) properties.set("batch.size", batchSize);
  properties.set("compression.type", codec === true ? "gzip" : (codec ?? "none"));
  if (!properties.has("client.id")) properties.set("client.id", "console-producer");
  return properties;
}

/** What the reader of lines is told. */
export function readerProperties(flags: ProducerFlags): Properties {
  const { readerConfig } = flags;
  const file = readerConfig === undefined ? new Map() : readPropertiesFile(readerConfig);
  return merged(file, keyValues(flags.readerProperty ?? flags.property ?? []));
}

function given(flags: ProducerFlags, name: string): boolean {
  const camel = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return flags[camel as keyof ProducerFlags] !== undefined;
}
