/** `odradek get-offsets`, which stands for kafka-get-offsets: where logs begin, end, or were. */
import type { Command } from "commander";

import { describeTopics } from "../../client/admin/describe-topics.ts";
import { listOffsets, OffsetSpec } from "../../client/admin/list-offsets.ts";
import { listTopics } from "../../client/admin/topics.ts";
import type { Cluster } from "../../client/cluster.ts";
import { KafkaError } from "../../client/kafka-error.ts";
import { partitionName } from "../../client/topic-partition.ts";
import { CommandError } from "../command-error.ts";
import { failWith, hintFor } from "../hints.ts";
import type { ConnectFlags } from "../kafka-tool.ts";
import { commandConfig, toolCommand, withCluster } from "../kafka-tool.ts";
import { withProgress } from "../progress.ts";
import type { PartitionFilter } from "./partition-filter.ts";
import { filterByLists, filterByPatterns } from "./partition-filter.ts";

interface GetOffsetsFlags extends ConnectFlags {
  readonly topic?: string;
  readonly partitions?: string;
  readonly topicPartitions?: string;
  readonly time: string;
  readonly excludeInternalTopics?: true;
}

/** The command with its flags. */
export function command(): Command {
  return toolCommand({
    name: "get-offsets",
    tool: "kafka-get-offsets",
    description: "Show offsets of partitions: the end of each log, its beginning, or a time's.",
    examples: [
      "get-offsets --topic orders",
      "get-offsets --topic orders --partitions 0,1 --time earliest",
      "get-offsets --topic-partitions 'orders:0-2,payments.*' --time 1700000000000",
    ],
  })
    .option("--topic <regex>", "topics to show; all, unless given")
    .option("--partitions <ids>", "partitions to show, as in 0,1; all, unless given")
    .option("--topic-partitions <patterns>", "both in one, as in orders:0-2,payments:-3,audit:5-")
    .option(
      "--time <when>",
      "-1 or latest, -2 or earliest, -3 or max-timestamp, -4 or earliest-local, -5 or " +
        "latest-tiered, -6 or earliest-pending-upload, or milliseconds since 1970",
      "latest",
    )
    .option("--exclude-internal-topics", "leave Kafka's own topics out")
    .action((_options, self: Command) => getOffsets(self.opts<GetOffsetsFlags>()));
}

const SPECS: Readonly<Record<string, number>> = {
  latest: OffsetSpec.LATEST,
  earliest: OffsetSpec.EARLIEST,
  "max-timestamp": OffsetSpec.MAX_TIMESTAMP,
  "earliest-local": OffsetSpec.EARLIEST_LOCAL,
  "latest-tiered": OffsetSpec.LATEST_TIERED,
  "earliest-pending-upload": OffsetSpec.EARLIEST_PENDING_UPLOAD,
};

/** The timestamp that `--time` means. */
export function parseTime(text: string): number {
  const timestamp = SPECS[text] ?? (/^-?\d+$/.test(text) ? Number(text) : NaN);
  if (Number.isSafeInteger(timestamp)) return timestamp;
  throw new CommandError(`Malformed time argument ${text}. Please use -1 or latest / -2 or \
earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or \
earliest-pending-upload, or a specified long format timestamp`);
}

async function getOffsets(flags: GetOffsetsFlags): Promise<void> {
  try {
    const filter = partitionFilter(flags);
    const timestamp = parseTime(flags.time);
    const lines = await withCluster(flags, commandConfig(flags), (cluster) =>
      withProgress("Asking for offsets", offsetLines(cluster, flags, filter, timestamp)),
    );
    for (const line of lines) console.log(line);
  } catch (error) {
    if (!(error instanceof KafkaError || error instanceof CommandError)) throw error;
    console.error(`Error occurred: ${error.message}`);
    failWith(hintFor(error));
  }
}

function partitionFilter(flags: GetOffsetsFlags): PartitionFilter {
  const { topic, partitions, topicPartitions } = flags;
  if (topicPartitions === undefined) return filterByLists(topic, partitions);
  if (topic === undefined && partitions === undefined) return filterByPatterns(topicPartitions);
  throw new CommandError("--topic-partitions cannot be used with --topic or --partitions");
}

async function offsetLines(
  cluster: Cluster,
  flags: GetOffsetsFlags,
  filter: PartitionFilter,
  timestamp: number,
): Promise<string[]> {
  const topics = await listTopics(cluster);
  const names = topics
    .filter(({ isInternal }) => !(isInternal && flags.excludeInternalTopics))
    .map(({ name }) => name)
    .filter(filter.hasTopic);
  const described = await describeTopics(cluster, names);
  const partitions = described
    .flatMap(({ name, partitions: all }) =>
      all.map(({ partition }) => ({ topic: name, partition })),
    )
    .filter(filter.hasPartition);
  if (partitions.length === 0) {
    throw new CommandError("Could not match any topic-partitions with the specified filters");
  }
  const lines: [key: string, line: string][] = [];
  for (const outcome of await listOffsets(cluster, partitions, timestamp)) {
    const { topic, partition, error, value } = outcome;
    const key = partitionName(outcome);
    if (error !== null) {
      console.error(
        `Skip getting offsets for topic-partition ${key} due to error: ${error.message}`,
      );
    } else if (value.offset >= 0) {
      lines.push([key, `${topic}:${partition}:${value.offset}`]);
    }
  }
  // By the text of the partition, as Kafka's tool has it: orders-10 comes before orders-2.
  return lines.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}
