/** `odradek consumer-perf-test`, which stands for kafka-consumer-perf-test: reads and measures. */
import * as zlib from "node:zlib";

import type { Command } from "commander";

import { GroupConsumer } from "../../client/consumer/group-consumer.ts";
import { installZlibCodecs } from "../../protocol/records/zlib-codecs.ts";
import { fetchOptions, groupOptions } from "../consumer-properties.ts";
import type { ConnectFlags } from "../kafka-tool.ts";
import { collect, commandConfig, parseInteger, toolCommand, withCluster } from "../kafka-tool.ts";
import { metricsTable } from "../metrics-table.ts";
import type { Properties } from "../properties.ts";
import { keyValues, merged } from "../properties.ts";
import { subscriptionFilter } from "../topic-filter.ts";
import { UsageError } from "../usage-error.ts";
import { dateFormat } from "./date-format.ts";
import { headerLine, JoinTime, measure } from "./measure.ts";

installZlibCodecs(zlib);

interface PerfFlags extends ConnectFlags {
  readonly topic?: string;
  readonly include?: string;
  readonly numRecords?: number;
  readonly messages?: number;
  readonly group?: string;
  readonly fetchSize: number;
  readonly fromLatest?: true;
  readonly timeout: number | true;
  readonly reportingInterval: number;
  readonly dateFormat: string;
  readonly hideHeader?: true;
  readonly showDetailedStats?: true;
  readonly printMetrics?: true;
  readonly commandProperty?: readonly string[];
  readonly "consumer.config"?: string;
}

const TIMEOUT_MS = 10_000;
const FETCH_BYTES = 1024 * 1024;
const REPORTING_INTERVAL_MS = 5_000;
const DATE_FORMAT = "yyyy-MM-dd HH:mm:ss:SSS";

/** The command with its flags. */
export function command(): Command {
  return toolCommand({
    name: "consumer-perf-test",
    tool: "kafka-consumer-perf-test",
    description: "Read many records and measure how fast they come.",
    examples: [
      "consumer-perf-test --topic perf --num-records 1000000",
      "consumer-perf-test --topic perf --num-records 1000000 --show-detailed-stats \\\n" +
        "    --reporting-interval 1000",
    ],
  })
    .option("--topic <topic>", "the topic to read")
    .option("--include <regex>", "the topics to read, in place of --topic")
    .option("--num-records <count>", "how many records to read", parseInteger)
    .option("--messages <count>", "older name of --num-records", parseInteger)
    .option("--group <id>", "the group to read as a member of; a new one, unless given")
    .option(
      "--fetch-size <bytes>",
      "most bytes of a partition in a fetch",
      parseInteger,
      FETCH_BYTES,
    )
    .option("--from-latest", "begin at the end of the log where no offset is committed")
    .option("--timeout [ms]", "end when no record comes for so long", parseInteger, TIMEOUT_MS)
    .option(
      "--reporting-interval <ms>",
      "time between reports",
      parseInteger,
      REPORTING_INTERVAL_MS,
    )
    .option("--show-detailed-stats", "report while reading, in place of a line at the end")
    .option("--date-format <pattern>", "how times are written", DATE_FORMAT)
    .option("--hide-header", "leave the line above the numbers out")
    .option("--print-metrics", "print what the consumer counted")
    .option("--command-property <name=value>", "config of the consumer (repeatable)", collect)
    .option("--consumer.config <file>", "older name of --command-config")
    .option("--socket-buffer-size <bytes>", "accepted; the system chooses")
    .action((_options, self: Command) => perfTest(self.opts<PerfFlags>()));
}

/** Says what is wrong with the flags as a whole, or returns null. */
function invalidPerfFlags(flags: PerfFlags): string | null {
  if ((flags.topic === undefined) === (flags.include === undefined)) {
    return "Exactly one of the following arguments is required: [topic], [include]";
  }
  if ((flags.numRecords === undefined) === (flags.messages === undefined)) {
    return "Exactly one of the following arguments is required: [messages], [num-records]";
  }
  if (flags.commandConfig !== undefined && flags["consumer.config"] !== undefined) {
    return 'Option "[consumer.config]" can\'t be used with option "[command-config]"';
  }
  return flags.reportingInterval > 0 ? null : "Reporting interval must be greater than 0.";
}

async function perfTest(flags: PerfFlags): Promise<void> {
  const invalid = invalidPerfFlags(flags);
  if (invalid !== null) throw new UsageError("consumer-perf-test", invalid);
  if (flags.messages !== undefined) {
    console.log("Warning: --messages is deprecated. Use --num-records instead.");
  }
  if (flags["consumer.config"] !== undefined) {
    console.log("Warning: --consumer.config is deprecated. Use --command-config instead.");
  }
  const properties = perfProperties(flags);
  const options = {
    numRecords: flags.numRecords ?? flags.messages!,
    timeoutMs: flags.timeout === true ? TIMEOUT_MS : flags.timeout,
    reportingIntervalMs: flags.reportingInterval,
    isDetailed: flags.showDetailedStats ?? false,
    format: dateFormat(flags.dateFormat),
    say: console.log,
  };
  if (!flags.hideHeader) console.log(headerLine(options.isDetailed));
  const selection =
    flags.topic === undefined
      ? { matches: subscriptionFilter(flags.include!) }
      : { names: [flags.topic] };
  await withCluster(flags, properties, async (cluster) => {
    const joinTime = new JoinTime();
    const consumer = new GroupConsumer(cluster, selection, {
      ...fetchOptions(properties),
      ...groupOptions(properties),
      groupId: properties.get("group.id")!,
      onAssigned: (partitions) => joinTime.assigned(partitions.length),
      onRevoked: (partitions) => joinTime.revoked(partitions.length),
    });
    try {
      const total = await measure((timeoutMs) => consumer.poll(timeoutMs), joinTime, options);
      if (!options.isDetailed) console.log(total);
    } finally {
      await consumer.close();
    }
    if (!flags.printMetrics) return;
    const clientId = properties.get("client.id")!;
    const table = metricsTable("consumer-fetch-manager-metrics", clientId, consumer.metrics());
    for (const line of table) console.log(line);
  });
}

function perfProperties(flags: PerfFlags): Properties {
  const file = flags.commandConfig ?? flags["consumer.config"];
  const properties = merged(
    commandConfig(file === undefined ? {} : { commandConfig: file }),
    keyValues(flags.commandProperty ?? []),
  );
  const newGroup = `perf-consumer-${Math.floor(Math.random() * 100_000)}`;
  properties.set("group.id", flags.group ?? newGroup);
  properties.set("max.partition.fetch.bytes", String(flags.fetchSize));
  properties.set("auto.offset.reset", flags.fromLatest ? "latest" : "earliest");
  if (!properties.has("client.id")) properties.set("client.id", "perf-consumer-client");
  return properties;
}
