/** `odradek console-consumer`, which stands for kafka-console-consumer: records as lines. */
import * as zlib from "node:zlib";

import type { Command } from "commander";

import type { Cluster } from "../../client/cluster.ts";
import { AssignedConsumer } from "../../client/consumer/assigned-consumer.ts";
import { GroupConsumer } from "../../client/consumer/group-consumer.ts";
import { installZlibCodecs } from "../../protocol/records/zlib-codecs.ts";
import { fetchOptions, groupOptions } from "../consumer-properties.ts";
import { collect, parseInteger, toolCommand, withCluster } from "../kafka-tool.ts";
import type { Properties } from "../properties.ts";
import { RecordOutput } from "../record-output.ts";
import { stopSignal } from "../stop-signal.ts";
import { subscriptionFilter } from "../topic-filter.ts";
import { UsageError } from "../usage-error.ts";
import { consume } from "./consume.ts";
import { formatterOf } from "./formatters.ts";
import type { ConsumerFlags } from "./options.ts";
import {
  consumerProperties,
  deprecations,
  formatterProperties,
  invalidConsumerFlags,
  startOffset,
} from "./options.ts";

installZlibCodecs(zlib);

const FORMATTER_HELP = `
Formatter properties, with what they are unless given:
  print.timestamp=false  print.partition=false  print.offset=false   print.headers=false
  print.key=false        print.value=true       key.separator=\\t     line.separator=\\n
  headers.separator=,    null.literal=null      key.deserializer=    value.deserializer=

Formatters: DefaultMessageFormatter, LoggingMessageFormatter, NoOpMessageFormatter, and for
__consumer_offsets OffsetsMessageFormatter and GroupMetadataMessageFormatter.`;

/** The command with its flags. */
export function command(): Command {
  const self = toolCommand({
    name: "console-consumer",
    tool: "kafka-console-consumer",
    description: "Read records and write them to standard output.",
    examples: [
      "console-consumer --topic orders --from-beginning",
      "console-consumer --topic orders --partition 0 --offset 42 --max-messages 10",
      "console-consumer --topic orders --group billing --formatter-property print.key=true",
      "console-consumer --topic __consumer_offsets --from-beginning --timeout-ms 1000 \\\n" +
        "    --formatter OffsetsMessageFormatter",
    ],
  });
  addSourceFlags(self);
  addFormatFlags(self);
  return self
    .addHelpText("after", FORMATTER_HELP)
    .action((_options, called: Command) => consoleConsumer(called.opts<ConsumerFlags>()));
}

function addSourceFlags(self: Command): void {
  self
    .option("--topic <topic>", "the topic to read")
    .option("--include <regex>", "the topics to read, in place of --topic")
    .option("--partition <id>", "the only partition to read", parseInteger)
    .option("--offset <offset>", "with --partition: where to begin, or earliest, or latest")
    .option("--from-beginning", "begin with the first records, where no offset is committed")
    .option("--group <id>", "the group to read as a member of; commits what was read")
    .option("--max-messages <count>", "end after so many records", parseInteger)
    .option("--timeout-ms <ms>", "end when no record comes for so long", parseInteger)
    .option("--isolation-level <level>", "read_committed or read_uncommitted")
    .option("--command-property <name=value>", "config of the consumer (repeatable)", collect)
    .option("--consumer-property <name=value>", "older name of --command-property", collect)
    .option("--consumer.config <file>", "older name of --command-config");
}

function addFormatFlags(self: Command): void {
  self
    .option("--formatter <class>", "how records are written", "DefaultMessageFormatter")
    .option("--formatter-property <name=value>", "property of the formatter", collect)
    .option("--formatter-config <file>", "file with properties of the formatter")
    .option("--property <name=value>", "older name of --formatter-property", collect)
    .option("--key-deserializer <class>", "as the property key.deserializer")
    .option("--value-deserializer <class>", "as the property value.deserializer")
    .option("--skip-message-on-error", "go on after a record that cannot be written")
    .option("--enable-systest-events", "say shutdown_complete at the end");
}

async function consoleConsumer(flags: ConsumerFlags): Promise<void> {
  const invalid = invalidConsumerFlags(flags);
  if (invalid !== null) throw new UsageError("console-consumer", invalid);
  const properties = consumerProperties(flags);
  for (const line of deprecations(flags)) console.log(line);
  const format = formatterOf(flags.formatter, formatterProperties(flags));
  const { maxMessages = -1, timeoutMs = -1, skipMessageOnError = false } = flags;
  const options = {
    maxMessages: maxMessages < 0 ? Infinity : maxMessages,
    timeoutMs: timeoutMs < 0 ? Infinity : timeoutMs,
    skipMessageOnError,
    signal: stopSignal(),
  };
  let count = 0;
  await withCluster(flags, properties, async (cluster) => {
    const consumer = newConsumer(cluster, flags, properties);
    try {
      count = await consume(consumer, format, new RecordOutput(), options);
    } finally {
      await consumer.close();
      console.error(`Processed a total of ${count} messages`);
    }
  });
  if (flags.enableSystestEvents) console.log("shutdown_complete");
}

function newConsumer(
  cluster: Cluster,
  flags: ConsumerFlags,
  properties: Properties,
): GroupConsumer | AssignedConsumer {
  const { topic, partition } = flags;
  const options = { ...fetchOptions(properties), ...groupOptions(properties) };
  if (topic !== undefined && partition !== undefined) {
    const start = { topic, partition, offset: startOffset(flags) };
    return new AssignedConsumer(cluster, [start], options);
  }
  const selection =
    topic === undefined ? { matches: subscriptionFilter(flags.include!) } : { names: [topic] };
  const groupId = properties.get("group.id");
  return groupId === undefined
    ? new AssignedConsumer(cluster, selection, options)
    : new GroupConsumer(cluster, selection, { ...options, groupId });
}
