/** `odradek topics`, which stands for kafka-topics: creates, lists, describes, grows, deletes. */
import type { Command } from "commander";

import { KafkaError } from "../../client/kafka-error.ts";
import { CommandError } from "../command-error.ts";
import { failWith, hintFor } from "../hints.ts";
import { collect, commandConfig, parseInteger, toolCommand, withCluster } from "../kafka-tool.ts";
import { withProgress } from "../progress.ts";
import { UsageError } from "../usage-error.ts";
import { runTopics } from "./actions.ts";
import type { TopicsFlags } from "./options.ts";
import { invalidTopicsFlags } from "./options.ts";

/** The command with its flags. */
export function command(): Command {
  return toolCommand({
    name: "topics",
    tool: "kafka-topics",
    description: "Create, list, describe, change and delete topics.",
    examples: [
      "topics --create --topic orders --partitions 6 --config retention.ms=86400000",
      "topics --list --exclude-internal",
      "topics --describe --topic orders",
      "topics --alter --topic orders --partitions 12",
      "topics --delete --topic 'orders|payments'",
    ],
  })
    .option("--create", "create a topic")
    .option("--list", "list all topics")
    .option("--describe", "show partitions, replicas and configs of topics")
    .option("--alter", "raise the number of partitions")
    .option("--delete", "delete topics")
    .option("--topic <name>", "the topic; a regular expression, except with --create")
    .option("--topic-id <id>", "the id of a topic to describe")
    .option("--partitions <count>", "how many partitions there are to be", parseInteger)
    .option("--replication-factor <count>", "replicas of each new partition", parseInteger)
    .option(
      "--replica-assignment <ids>",
      "brokers of each partition's replicas, as in 1:2,2:3 for two partitions",
    )
    .option("--config <name=value>", "config of a new topic (repeatable)", collect)
    .option("--delete-config <name>", "not supported any longer; see odradek configs")
    .option("--if-not-exists", "create: no error if the topic is there already")
    .option("--if-exists", "alter, describe, delete: no error if there is no such topic")
    .option("--exclude-internal", "list, describe: leave Kafka's own topics out")
    .option("--under-replicated-partitions", "describe: partitions with replicas out of sync")
    .option("--unavailable-partitions", "describe: partitions without a live leader")
    .option("--under-min-isr-partitions", "describe: partitions below min.insync.replicas")
    .option("--at-min-isr-partitions", "describe: partitions with exactly min.insync.replicas")
    .option("--topics-with-overrides", "describe: topics with configs of their own")
    .option("--partition-size-limit-per-response <count>", "partitions of a page", parseInteger)
    .action((_options, self: Command) => topics(self.opts<TopicsFlags>()));
}

async function topics(flags: TopicsFlags): Promise<void> {
  const invalid = invalidTopicsFlags(flags);
  if (invalid !== null) throw new UsageError("topics", invalid);
  try {
    await withCluster(flags, commandConfig(flags), (cluster) =>
      withProgress("Working on topics", runTopics(cluster, flags, console.log)),
    );
  } catch (error) {
    if (!(error instanceof KafkaError || error instanceof CommandError)) throw error;
    console.log(`Error while executing topic command : ${error.message}`);
    failWith(hintFor(error));
  }
}
