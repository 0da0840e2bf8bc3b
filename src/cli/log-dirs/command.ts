/** `odradek log-dirs`, which stands for kafka-log-dirs: how much lies in which directory. */
import type { Command } from "commander";

import { liveBrokers } from "../../client/admin/live-brokers.ts";
import type { BrokerLogDirs } from "../../client/admin/log-dirs.ts";
import { describeLogDirs } from "../../client/admin/log-dirs.ts";
import type { Cluster } from "../../client/cluster.ts";
import { errorOf } from "../../client/kafka-error.ts";
import { comparePartitions, partitionName } from "../../client/topic-partition.ts";
import { CommandError } from "../command-error.ts";
import { javaException } from "../java-exception.ts";
import type { ConnectFlags } from "../kafka-tool.ts";
import { commandConfig, toolCommand, withCluster } from "../kafka-tool.ts";
import { withProgress } from "../progress.ts";
import { UsageError } from "../usage-error.ts";

interface LogDirsFlags extends ConnectFlags {
  readonly describe?: true;
  readonly topicList: string;
  readonly brokerList: string;
}

/** The command with its flags. */
export function command(): Command {
  return toolCommand({
    name: "log-dirs",
    tool: "kafka-log-dirs",
    description: "Show the log directories of brokers and the size of each partition in them.",
    examples: ["log-dirs --describe", "log-dirs --describe --broker-list 1,2 --topic-list orders"],
  })
    .option("--describe", "describe the directories; there is nothing else to do")
    .option("--broker-list <ids>", "brokers to ask, as in 1,2; all, unless given", "")
    .option("--topic-list <topics>", "topics to show, as in orders,payments; all, unless given", "")
    .action((_options, self: Command) => run(self.opts<LogDirsFlags>()));
}

async function run(flags: LogDirsFlags): Promise<void> {
  if (!flags.describe) throw new UsageError("log-dirs", 'Missing required argument "[describe]"');
  await withCluster(flags, commandConfig(flags), async (cluster) => {
    const brokers = await brokersToAsk(cluster, flags);
    console.log("Querying brokers for log directories information");
    const described = await withProgress("Asking brokers", describeLogDirs(cluster, brokers));
    console.log(`Received log directory information from brokers ${brokers.join(",")}`);
    console.log(logDirsJson(described, listOf(flags.topicList)));
  });
}

async function brokersToAsk(cluster: Cluster, { brokerList }: LogDirsFlags): Promise<number[]> {
  const live = await liveBrokers(cluster);
  const ids = listOf(brokerList);
  const wrong = ids.find((id) => !/^-?\d+$/.test(id));
  if (wrong !== undefined) throw new CommandError(`For input string: "${wrong}"`);
  const wanted = ids.map(Number);
  const missing = wanted.filter((broker) => !live.has(broker));
  if (missing.length > 0) {
    throw new CommandError(`ERROR: The given brokers do not exist from --broker-list: \
${missing.join(",")}. Current existent brokers: ${[...live].join(",")}`);
  }
  return (wanted.length > 0 ? [...new Set(wanted)] : [...live]).toSorted((a, b) => a - b);
}

/** The description as the JSON that Kafka's tool prints, with its keys in the same order. */
export function logDirsJson(brokers: readonly BrokerLogDirs[], topics: readonly string[]): string {
  return JSON.stringify({
    brokers: brokers.map(({ broker, logDirs }) => ({
      broker,
      logDirs: logDirs.map((directory) => ({
        partitions: partitionsOf(directory, topics),
        error: errorText(directory.errorCode),
        logDir: directory.logDir,
      })),
    })),
    version: 1,
  });
}

function partitionsOf(
  directory: BrokerLogDirs["logDirs"][number],
  topics: readonly string[],
): object[] {
  return directory.topics
    .filter(({ name }) => topics.length === 0 || topics.includes(name))
    .flatMap(({ name, partitions }) =>
      partitions.map((each) => ({ topic: name, partition: each.partitionIndex, each })),
    )
    .toSorted(comparePartitions)
    .map(({ each, ...place }) => ({
      partition: partitionName(place),
      size: each.partitionSize,
      offsetLag: each.offsetLag,
      isFuture: each.isFutureKey,
    }));
}

/** The class of an error, as Kafka's tool has it, or null. */
function errorText(errorCode: number): string | null {
  const error = errorOf(errorCode);
  return error === null ? null : javaException(error).split(":")[0]!;
}

function listOf(text: string): string[] {
  return text.split(",").filter((part) => part !== "");
}
