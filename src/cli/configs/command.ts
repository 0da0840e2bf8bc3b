/** `odradek configs`, which stands for kafka-configs: shows and changes configs. */
import type { Command } from "commander";

import { alterConfigs } from "../../client/admin/configs.ts";
import type { Cluster } from "../../client/cluster.ts";
import { KafkaError } from "../../client/kafka-error.ts";
import { failWith, hintFor } from "../hints.ts";
import { collect, commandConfig, toolCommand, withCluster } from "../kafka-tool.ts";
import type { Say } from "../kafka-tool.ts";
import { withProgress } from "../progress.ts";
import { describe, RESOURCE_TYPES } from "./describe.ts";
import type { ConfigsFlags } from "./options.ts";
import { configChanges, entityOf } from "./options.ts";

/** The command with its flags. */
export function command(): Command {
  const names: string[] = [];
  const self = toolCommand({
    name: "configs",
    tool: "kafka-configs",
    description: "Show and change configs of topics, brokers and groups.",
    examples: [
      "configs --describe --topic orders",
      "configs --describe --entity-type brokers --entity-name 1 --all",
      "configs --alter --topic orders --add-config retention.ms=60000,cleanup.policy=[compact,delete]",
      "configs --alter --topic orders --delete-config retention.ms",
      "configs --alter --entity-type brokers --entity-default --add-config log.retention.ms=60000",
    ],
  });
  return self
    .option("--describe", "show configs")
    .option("--all", "describe: also those that are not the entity's own")
    .option("--alter", "change configs")
    .option("--add-config <pairs>", "configs to set, as in k1=v1,k2=[v1,v2]")
    .option("--add-config-file <file>", "properties file with configs to set")
    .option("--delete-config <names>", "configs to take back, as in k1,k2", collectNames)
    .option(
      "--entity-type <type>",
      "topics, brokers, broker-loggers, client-metrics, groups",
      collect,
    )
    .option(
      "--entity-name <name>",
      "name of the topic or group, id of the broker",
      (name) => void names.push(name),
    )
    .option("--entity-default", "brokers: what holds for all of them")
    .option("--topic <name>", "short for --entity-type topics --entity-name <name>")
    .option("--broker <id>", "short for --entity-type brokers --entity-name <id>")
    .option("--broker-defaults", "short for --entity-type brokers --entity-default")
    .option("--broker-logger <id>", "short for --entity-type broker-loggers --entity-name <id>")
    .option(
      "--client-metrics <name>",
      "short for --entity-type client-metrics --entity-name <name>",
    )
    .option("--group <id>", "short for --entity-type groups --entity-name <id>")
    .on("option:entity-default", () => names.push(""))
    .action((_options, called: Command) => {
      const entityName = names.length === 0 ? {} : { entityName: names };
      return configs({ ...called.opts<ConfigsFlags>(), ...entityName });
    });
}

function collectNames(text: string, previous: readonly string[] = []): string[] {
  return [...previous, ...text.split(",")];
}

async function configs(flags: ConfigsFlags): Promise<void> {
  const work = (cluster: Cluster) =>
    withProgress("Working on configs", run(cluster, flags, console.log));
  try {
    await withCluster(flags, commandConfig(flags), work);
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    console.error(`Error while executing config command: ${error.message}`);
    failWith(hintFor(error));
  }
}

async function run(cluster: Cluster, flags: ConfigsFlags, say: Say): Promise<void> {
  const entity = entityOf(flags);
  if (flags.describe) return describe(cluster, entity, flags.all ?? false, say);
  const name = entity.name ?? "";
  const resource = { type: RESOURCE_TYPES[entity.type], name };
  await alterConfigs(cluster, resource, configChanges(flags));
  if (name === "") say(`Completed updating default config for ${entity.type} in the cluster.`);
  else say(`Completed updating config for ${entity.type.slice(0, -1)} ${name}.`);
}
