/** `odradek consumer-groups`, which stands for kafka-consumer-groups. */
import type { Command } from "commander";
import { RE2JS, RE2JSException, RE2JSSyntaxException } from "re2js";

import { describeGroup } from "../../client/admin/describe-groups.ts";
import { listConsumerGroups } from "../../client/admin/groups.ts";
import type { Cluster } from "../../client/cluster.ts";
import { KafkaError } from "../../client/kafka-error.ts";
import { CommandError } from "../command-error.ts";
import { hintFor } from "../hints.ts";
import { javaException } from "../java-exception.ts";
import { collect, commandConfig, parseInteger, toolCommand, withCluster } from "../kafka-tool.ts";
import type { Say } from "../kafka-tool.ts";
import { withProgress } from "../progress.ts";
import { UsageError } from "../usage-error.ts";
import { deleteGroups, deleteOffsets } from "./delete.ts";
import { memberLines } from "./describe-members.ts";
import { describeOffsets } from "./describe-offsets.ts";
import { stateLines } from "./describe-states.ts";
import { tellState } from "./group-state.ts";
import { listLines } from "./list.ts";
import type { GroupsFlags } from "./options.ts";
import { invalidGroupsFlags } from "./options.ts";
import { exportCsv } from "./reset-csv.ts";
import { resetLines, resetOffsets } from "./reset-offsets.ts";

const TIMEOUT_MS = 30_000;

/** The command with its flags. */
export function command(): Command {
  const self = toolCommand({
    name: "consumer-groups",
    tool: "kafka-consumer-groups",
    description: "List, describe and delete groups of consumers; move them to other offsets.",
    examples: [
      "consumer-groups --list --state",
      "consumer-groups --describe --group billing",
      "consumer-groups --describe --all-groups --members --verbose",
      "consumer-groups --reset-offsets --group billing --topic orders --to-earliest --dry-run",
      "consumer-groups --reset-offsets --group billing --all-topics --by-duration PT2H --execute",
      "consumer-groups --delete --group billing",
    ],
  });
  addActions(self);
  addResetFlags(self);
  return self.action((_options, called: Command) => consumerGroups(called.opts<GroupsFlags>()));
}

function addActions(self: Command): void {
  self
    .option("--list", "list all groups")
    .option("--describe", "show offsets and lag of groups, or what the flags below say")
    .option("--delete", "delete groups that have no members")
    .option("--delete-offsets", "delete what a group has committed for topics")
    .option("--reset-offsets", "move a group without members to other offsets")
    .option("--validate-regex <regex>", "say whether a regular expression is valid")
    .option("--group <id>", "the group (repeatable)", collect)
    .option("--all-groups", "all groups")
    .option("--topic <topic>", "topic, or partitions of it as in orders:0,1 (repeatable)", collect)
    .option("--all-topics", "reset-offsets: all topics that the group has offsets of")
    .option("--offsets", "describe: offsets and lag, which is what is shown unless said otherwise")
    .option("--members", "describe: the members of the group")
    .option("--state [states]", "describe: the group's state; list: with states, or only these")
    .option("--type [types]", "list: with types, or only these: classic, consumer")
    .option("--verbose", "describe: more columns")
    .option("--timeout <ms>", "how long all may take", parseInteger, TIMEOUT_MS);
}

function addResetFlags(self: Command): void {
  self
    .option("--dry-run", "reset-offsets: show what would be done; this is the default")
    .option("--execute", "reset-offsets: do it")
    .option("--export", "reset-offsets: print the new offsets as CSV")
    .option("--to-earliest", "reset to the beginning of each log")
    .option("--to-latest", "reset to the end of each log")
    .option("--to-current", "reset to what is committed now")
    .option("--to-offset <offset>", "reset to an offset", parseInteger)
    .option("--shift-by <count>", "reset by so many offsets, back if negative", parseInteger)
    .option("--to-datetime <time>", "reset to a time, as in 2026-11-21T06:00:00.000")
    .option("--by-duration <duration>", "reset to so long ago, as in PT2H or P7D")
    .option("--from-file <file>", "reset to the offsets of a CSV file");
}

async function consumerGroups(flags: GroupsFlags): Promise<void> {
  const invalid = invalidGroupsFlags(flags);
  if (invalid !== null) throw new UsageError("consumer-groups", invalid);
  if (flags.validateRegex !== undefined) return validateRegex(flags.validateRegex);
  if (flags.resetOffsets && !flags.dryRun && !flags.execute) console.error(NOTHING_IS_DONE);
  try {
    await withCluster(flags, commandConfig(flags), (cluster) =>
      withProgress("Working on groups", run(cluster, flags, console.log)),
    );
  } catch (error) {
    const isExpected = error instanceof KafkaError || error instanceof CommandError;
    if (!isExpected) throw error;
    // With this, as with anything that it could not do, Kafka's tool ends with 0.
    const reason = error instanceof KafkaError ? javaException(error) : error.message;
    console.log(`\nError: Executing consumer group command failed due to ${reason}`);
    const hint = hintFor(error);
    if (hint !== null) console.error(hint);
  }
}

const NOTHING_IS_DONE = `WARN: No action will be performed as the --execute option is missing. \
Add --dry-run to say that this is what you want.`;

async function run(cluster: Cluster, flags: GroupsFlags, say: Say): Promise<void> {
  if (flags.list) {
    for (const line of await listLines(cluster, flags)) say(line);
    return;
  }
  if (flags.deleteOffsets) return deleteOffsets(cluster, flags, say);
  const groupIds = flags.allGroups
    ? (await listConsumerGroups(cluster)).map(({ groupId }) => groupId)
    : [...new Set(flags.group)].toSorted();
  if (flags.describe) return describe(cluster, groupIds, flags, say);
  if (flags.delete) return deleteGroups(cluster, groupIds, say);
  const offsets = await resetOffsets(cluster, groupIds, flags, say);
  if (flags.export) say(exportCsv(offsets, flags.group?.length === 1));
  else for (const line of resetLines(offsets)) say(line);
}

async function describe(
  cluster: Cluster,
  groupIds: readonly string[],
  flags: GroupsFlags,
  say: Say,
): Promise<void> {
  if (!flags.members && !flags.state) return describeOffsets(cluster, groupIds, flags, say);
  const lines = flags.members ? memberLines : stateLines;
  const groups = await Promise.all(
    groupIds.map((groupId) => describeGroup(cluster, groupId, flags.timeout)),
  );
  for (const group of groups) {
    tellState(group.groupId, group.groupState, say);
    for (const line of lines(group, flags)) say(line);
  }
}

/** Says whether groups may subscribe to it: their brokers take RE2's expressions alone. */
function validateRegex(regex: string): void {
  try {
    RE2JS.compile(regex);
    console.log(`The regular expression \`${regex}\` is valid.`);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const reason = error instanceof RE2JSSyntaxException ? error.getDescription() : error.message;
    console.log(`The regular expression \`${regex}\` is invalid: ${reason}.`);
  }
}
