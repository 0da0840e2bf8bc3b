/** `odradek console-producer`, which stands for kafka-console-producer: lines as records. */
import * as zlib from "node:zlib";

import type { Command } from "commander";

import { KafkaError } from "../../client/kafka-error.ts";
import { Producer } from "../../client/producer/producer.ts";
import { installZlibCodecs } from "../../protocol/records/zlib-codecs.ts";
import { collect, toolCommand, withCluster } from "../kafka-tool.ts";
import { producerOptions } from "../producer-properties.ts";
import { UsageError } from "../usage-error.ts";
import type { LineReader } from "./line-reader.ts";
import { lineReader } from "./line-reader.ts";
import { linesOf } from "./lines.ts";
import type { ProducerFlags } from "./options.ts";
import {
  deprecations,
  invalidProducerFlags,
  producerProperties,
  readerProperties,
} from "./options.ts";

installZlibCodecs(zlib);

const READER_HELP = `
Reader properties, with what they are unless given:
  parse.key=false      key.separator=\\t      headers.delimiter=\\t       ignore.error=false
  parse.headers=false  headers.separator=,   headers.key.separator=:    null.marker=
With keys and headers a line is "h1:v1,h2:v2 TAB key TAB value".`;

/** The command with its flags. */
export function command(): Command {
  const self = toolCommand({
    name: "console-producer",
    tool: "kafka-console-producer",
    description: "Write each line of standard input as a record.",
    examples: [
      "console-producer --topic orders < lines.txt",
      "console-producer --topic orders --reader-property parse.key=true \\\n" +
        "    --reader-property key.separator=:",
      "console-producer --topic orders --compression-codec zstd --sync",
    ],
  });
  addReaderFlags(self);
  addProducerFlags(self);
  return self
    .addHelpText("after", READER_HELP)
    .action((_options, called: Command) => consoleProducer(called.opts<ProducerFlags>()));
}

function addReaderFlags(self: Command): void {
  self
    .option("--topic <topic>", "the topic to write to")
    .option("--reader-property <name=value>", "property of the reader (repeatable)", collect)
    .option("--reader-config <file>", "file with properties of the reader")
    .option("--property <name=value>", "older name of --reader-property", collect)
    .option("--line-reader <class>", "LineMessageReader, which is the only one")
    .option("--command-property <name=value>", "config of the producer (repeatable)", collect)
    .option("--producer-property <name=value>", "older name of --command-property", collect)
    .option("--producer.config <file>", "older name of --command-config");
}

function addProducerFlags(self: Command): void {
  self
    .option("--sync", "wait for each record before the next")
    .option("--compression-codec [codec]", "none, gzip, snappy, lz4 or zstd; gzip without a value")
    .option("--request-required-acks <acks>", "0, 1, or all, which is -1 (all)")
    .option("--timeout <ms>", "linger.ms: how long a record waits for others (1000)")
    .option("--batch-size <bytes>", "batch.size: how large a batch may become (16384)")
    .option("--message-send-max-retries <count>", "retries: how often it is sent again (3)")
    .option("--retry-backoff-ms <ms>", "retry.backoff.ms: how long to wait before that (100)")
    .option("--request-timeout-ms <ms>", "request.timeout.ms: how long an answer takes (1500)")
    .option("--max-block-ms <ms>", "max.block.ms: how long to wait for the topic (60000)")
    .option("--max-memory-bytes <bytes>", "buffer.memory: bytes that may wait (33554432)")
    .option("--max-partition-memory-bytes <bytes>", "older name of --batch-size")
    .option("--metadata-expiry-ms <ms>", "accepted; metadata is asked for when it is wrong")
    .option("--socket-buffer-size <bytes>", "accepted; the system chooses");
}

async function consoleProducer(flags: ProducerFlags): Promise<void> {
  const invalid = invalidProducerFlags(flags);
  if (invalid !== null) throw new UsageError("console-producer", invalid);
  for (const line of deprecations(flags)) console.log(line);
  const properties = producerProperties(flags);
  const read = lineReader(readerProperties(flags));
  await withCluster(flags, properties, async (cluster) => {
    const producer = new Producer(cluster, producerOptions(properties));
    try {
      await produceLines(producer, flags, read);
    } finally {
      await producer.flush();
    }
  });
}

async function produceLines(
  producer: Producer,
  flags: ProducerFlags,
  read: LineReader,
): Promise<void> {
  const topic = flags.topic!;
  const prompts = process.stdin.isTTY && process.stdout.isTTY;
  const prompt = () => void (prompts && process.stdout.write(">"));
  let lineNumber = 0;
  prompt();
  for await (const line of linesOf(process.stdin)) {
    const record = { topic, ...read(line, ++lineNumber) };
    if (flags.sync) await producer.send(record);
    else if (await isReady(producer, topic)) {
      producer.enqueue(record, (error) => {
        if (error !== null) report(topic, record, error);
      });
    }
    prompt();
  }
}

/**
 * Waits for the topic and for room. A topic that does not come is told, and Kafka's tool goes on.
 */
async function isReady(producer: Producer, topic: string): Promise<boolean> {
  if (producer.isReady(topic)) return true;
  try {
    await producer.ready(topic);
    return true;
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    report(topic, { key: null, value: null }, error);
    return false;
  }
}

function report(
  topic: string,
  { key, value }: { key: Uint8Array | null; value: Uint8Array | null },
  error: KafkaError,
): void {
  const size = (bytes: Uint8Array | null) => (bytes === null ? "null" : `${bytes.length} bytes`);
  const what = `with key: ${size(key)}, value: ${size(value)}`;
  console.error(`ERROR Error when sending message to topic ${topic} ${what} with error:`);
  console.error(`${error.code}: ${error.message}`);
}
