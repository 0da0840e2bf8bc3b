/** The flags of `odradek consumer-groups`, and what they mean when they come together. */
import type { ConnectFlags } from "../kafka-tool.ts";

export interface GroupsFlags extends ConnectFlags {
  readonly list?: true;
  readonly describe?: true;
  readonly delete?: true;
  readonly resetOffsets?: true;
  readonly deleteOffsets?: true;
  readonly validateRegex?: string;
  readonly group?: readonly string[];
  readonly allGroups?: true;
  readonly topic?: readonly string[];
  readonly allTopics?: true;
  readonly members?: true;
  readonly offsets?: true;
  readonly verbose?: true;
  /** True where it was given without a value. */
  readonly state?: string | true;
  readonly type?: string | true;
  readonly timeout: number;
  readonly dryRun?: true;
  readonly execute?: true;
  readonly export?: true;
  readonly toOffset?: number;
  readonly toDatetime?: string;
  readonly byDuration?: string;
  readonly toEarliest?: true;
  readonly toLatest?: true;
  readonly toCurrent?: true;
  readonly shiftBy?: number;
  readonly fromFile?: string;
}

type Flag = keyof GroupsFlags;

const ACTIONS: readonly Flag[] = [
  "list",
  "describe",
  "delete",
  "resetOffsets",
  "deleteOffsets",
  "validateRegex",
];

/** The flags that say where offsets are reset to, of which there can be one. */
const SCENARIOS: readonly Flag[] = [
  "toOffset",
  "shiftBy",
  "toDatetime",
  "byDuration",
  "toEarliest",
  "toLatest",
  "toCurrent",
  "fromFile",
];

/** With which of the actions each flag makes sense. */
const ACTIONS_OF: readonly (readonly [Flag, readonly Flag[]])[] = [
  ["members", ["describe"]],
  ["offsets", ["describe"]],
  ["verbose", ["describe"]],
  ["state", ["describe", "list"]],
  ["type", ["list"]],
  ["group", ["describe", "delete", "resetOffsets", "deleteOffsets"]],
  ["topic", ["delete", "resetOffsets", "deleteOffsets"]],
];

/** Says what is wrong with the flags as a whole, or returns null. */
export function invalidGroupsFlags(flags: GroupsFlags): string | null {
  const given = (flag: Flag) => flags[flag] !== undefined;
  if (ACTIONS.filter(given).length !== 1) {
    return `Command must include exactly one action: ${ACTIONS.map(named).join(", ")}`;
  }
  const action = ACTIONS.find(given)!;
  for (const [flag, actions] of ACTIONS_OF) {
    if (given(flag) && !actions.includes(action)) return conflict(flag, action);
  }
  if (given("group") && given("allGroups")) return conflict("group", "allGroups");
  const needsGroup = flags.describe ?? flags.delete ?? flags.resetOffsets;
  if (needsGroup && !given("group") && !given("allGroups")) {
    return `Option [${kebab(action)}] takes one of these options: [group], [all-groups]`;
  }
  if (flags.describe) return invalidDescribe(flags, given);
  if (flags.delete && given("topic")) {
    return "The consumer does not support topic-specific offset deletion from a consumer group.";
  }
  if (flags.deleteOffsets && !(given("group") && given("topic"))) {
    return "Option [delete-offsets] takes the following options: [group], [topic]";
  }
  return flags.resetOffsets ? invalidReset(flags, given) : null;
}

function invalidDescribe(flags: GroupsFlags, given: (flag: Flag) => boolean): string | null {
  const parts: readonly Flag[] = ["members", "offsets", "state"];
  if (parts.filter(given).length > 1) {
    return "Option [describe] takes at most one of these options: [members], [offsets], [state]";
  }
  const hasValue = typeof flags.state === "string";
  return hasValue ? "Option [describe] does not take a value for [state]" : null;
}

function invalidReset(flags: GroupsFlags, given: (flag: Flag) => boolean): string | null {
  if (flags.dryRun && flags.execute) {
    return "Option [reset-offsets] only accepts one of [execute] and [dry-run]";
  }
  const [scenario, another] = SCENARIOS.filter(given);
  if (scenario === undefined) {
    const possible = SCENARIOS.map((flag) => `[${kebab(flag)}]`).join(", ");
    return `Option '[reset-offsets]' requires one of the following scenarios: ${possible}`;
  }
  if (another !== undefined) return conflict(scenario, another);
  if (given("allTopics") || given("topic") || given("fromFile")) return null;
  return "One of the reset scopes should be defined: --all-topics, --topic.";
}

function conflict(flag: Flag, other: Flag): string {
  return `Option "[${kebab(flag)}]" can't be used with option "[${kebab(other)}]"`;
}

function named(flag: Flag): string {
  return `--${kebab(flag)}`;
}

function kebab(flag: Flag): string {
  return flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
