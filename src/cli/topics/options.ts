/** The flags of `odradek topics`, and what they mean when they come together. */
import { CommandError } from "../command-error.ts";
import type { ConnectFlags } from "../kafka-tool.ts";

export interface TopicsFlags extends ConnectFlags {
  readonly list?: true;
  readonly create?: true;
  readonly delete?: true;
  readonly alter?: true;
  readonly describe?: true;
  readonly topic?: string;
  readonly topicId?: string;
  readonly config?: readonly string[];
  readonly deleteConfig?: string;
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly replicaAssignment?: string;
  readonly underReplicatedPartitions?: true;
  readonly unavailablePartitions?: true;
  readonly underMinIsrPartitions?: true;
  readonly atMinIsrPartitions?: true;
  readonly topicsWithOverrides?: true;
  readonly ifExists?: true;
  readonly ifNotExists?: true;
  readonly excludeInternal?: true;
  readonly partitionSizeLimitPerResponse?: number;
}

type Flag = keyof TopicsFlags;

const ACTIONS: readonly Flag[] = ["create", "list", "alter", "describe", "delete"];
const REPORTS: readonly Flag[] = [
  "underReplicatedPartitions",
  "underMinIsrPartitions",
  "atMinIsrPartitions",
  "unavailablePartitions",
];

/** With which of the actions each flag makes sense. */
const ACTIONS_OF: readonly (readonly [Flag, readonly Flag[]])[] = [
  ["config", ["alter", "create"]],
  ["partitions", ["alter", "create"]],
  ["replicationFactor", ["create"]],
  ["replicaAssignment", ["alter", "create"]],
  ...REPORTS.map((report) => [report, ["describe"]] as const),
  ["topicsWithOverrides", ["describe"]],
  ["ifExists", ["alter", "delete", "describe"]],
  ["ifNotExists", ["create"]],
  ["excludeInternal", ["list", "describe"]],
];

/** Says what is wrong with the flags as a whole, in Kafka's words, or returns null. */
export function invalidTopicsFlags(flags: TopicsFlags): string | null {
  const given = (flag: Flag) => flags[flag] !== undefined;
  if (ACTIONS.filter(given).length !== 1) {
    return "Command must include exactly one action: --list, --describe, --create, --alter or --delete";
  }
  if (given("describe") && given("ifExists") && !given("topic") && !given("topicId")) {
    return "--topic or --topic-id is required to describe a topic";
  }
  if (!given("list") && !given("describe") && !given("topic")) return missing("topic");
  if (given("alter") && given("config")) {
    return `Option combination "[[bootstrap-server], [config]]" can't be used with option "[alter]" \
(To alter topic configurations, the kafka-configs tool can be used.)`;
  }
  if (given("alter") && !given("partitions")) return missing("partitions");
  return conflicting(flags, given);
}

function conflicting(flags: TopicsFlags, given: (flag: Flag) => boolean): string | null {
  for (const [flag, allowed] of ACTIONS_OF) {
    const other = ACTIONS.find((action) => given(action) && !allowed.includes(action));
    if (given(flag) && other !== undefined) return conflict(flag, other);
  }
  if (flags.create && flags.replicaAssignment !== undefined) {
    const other = (["partitions", "replicationFactor"] as const).find(given);
    if (other !== undefined) return conflict("replicaAssignment", other);
  }
  const report = flags.topicsWithOverrides && REPORTS.find(given);
  return report ? conflict(report, "topicsWithOverrides") : null;
}

/** The brokers of each partition's replicas, of a text such as `1:2,2:3`; none, unless given. */
export function parseReplicaAssignment({ replicaAssignment = "" }: TopicsFlags): number[][] {
  if (replicaAssignment === "") return [];
  const assignment = replicaAssignment.split(",").map((part) => part.split(":").map(brokerId));
  for (const [partition, brokers] of assignment.entries()) {
    const twice = brokers.filter((broker, index) => brokers.indexOf(broker) !== index);
    if (twice.length > 0) {
      const ids = [...new Set(twice)].join(",");
      throw new CommandError(`Partition replica lists may not contain duplicate entries: ${ids}`);
    }
    if (brokers.length !== assignment[0]!.length) {
      const ids = brokers.join(", ");
      throw new CommandError(`Partition ${partition} has different replication factor: [${ids}]`);
    }
  }
  return assignment;
}

/** The configs of a new topic, of texts such as `retention.ms=1000`. */
export function parseTopicConfigs(texts: readonly string[]): Record<string, string> {
  const pairs = texts.map((text) => text.split("=").map((part) => part.trim()));
  if (pairs.every((pair) => pair.length === 2 && pair[1] !== "")) return Object.fromEntries(pairs);
  throw new CommandError(`requirement failed: Invalid topic config: all configs to be added must \
be in the format "key=val".`);
}

function brokerId(text: string): number {
  const id = text.trim();
  if (/^\d+$/.test(id)) return Number(id);
  throw new CommandError(`For input string: "${id}": a broker id is a whole number.`);
}

function missing(name: string): string {
  return `Missing required argument "[${name}]"`;
}

function conflict(flag: Flag, other: Flag): string {
  return `Option "[${kebab(flag)}]" can't be used with option "[${kebab(other)}]"`;
}

function kebab(flag: Flag): string {
  return flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
