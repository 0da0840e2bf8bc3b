/** `odradek delete-records`, which stands for kafka-delete-records: moves the beginning of logs. */
import type { Command } from "commander";

import { deleteRecords } from "../../client/admin/delete-records.ts";
import { comparePartitions, partitionName } from "../../client/topic-partition.ts";
import { javaException } from "../java-exception.ts";
import type { ConnectFlags } from "../kafka-tool.ts";
import { commandConfig, toolCommand, withCluster } from "../kafka-tool.ts";
import { withProgress } from "../progress.ts";
import { readTextFile } from "../properties.ts";
import { parseOffsetJson } from "./offset-json.ts";

interface DeleteRecordsFlags extends ConnectFlags {
  readonly offsetJsonFile: string;
}

const FILE_HELP = `
The file says up to which offset the records of each partition go; -1 is all that there are:
  {"partitions": [{"topic": "orders", "partition": 0, "offset": 42}], "version": 1}`;

/** The command with its flags. */
export function command(): Command {
  return toolCommand({
    name: "delete-records",
    tool: "kafka-delete-records",
    description: "Delete the records of partitions that lie before an offset.",
    examples: ["delete-records --offset-json-file offsets.json"],
  })
    .requiredOption("--offset-json-file <file>", "JSON file with an offset for each partition")
    .addHelpText("after", FILE_HELP)
    .action((_options, self: Command) => run(self.opts<DeleteRecordsFlags>()));
}

async function run(flags: DeleteRecordsFlags): Promise<void> {
  const deletions = parseOffsetJson(readTextFile(flags.offsetJsonFile));
  console.log("Executing records delete operation");
  const outcomes = await withCluster(flags, commandConfig(flags), (cluster) =>
    withProgress("Deleting records", deleteRecords(cluster, deletions)),
  );
  console.log("Records delete operation completed:");
  for (const outcome of outcomes.toSorted(comparePartitions)) {
    const { error, value } = outcome;
    const result = error === null ? `low_watermark: ${value}` : `error: ${javaException(error)}`;
    console.log(`partition: ${partitionName(outcome)}\t${result}`);
  }
}
