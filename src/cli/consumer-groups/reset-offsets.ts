/**
 * `consumer-groups --reset-offsets`: works out where a group is to go on, by one of eight
 * scenarios, shows it, and commits it where `--execute` says so.
 */
import { describeGroup } from "../../client/admin/describe-groups.ts";
import { describeTopics } from "../../client/admin/describe-topics.ts";
import type { CommittedOffset } from "../../client/admin/group-offsets.ts";
import { alterGroupOffsets, listGroupOffsets } from "../../client/admin/group-offsets.ts";
import type { Cluster } from "../../client/cluster.ts";
import { KafkaError } from "../../client/kafka-error.ts";
import type { TopicPartition } from "../../client/topic-partition.ts";
import { byTopic, comparePartitions, partitionName } from "../../client/topic-partition.ts";
import { row, widthOf } from "../columns.ts";
import { CommandError } from "../command-error.ts";
import type { Say } from "../kafka-tool.ts";
import type { GroupsFlags } from "./options.ts";
import { resolvePartitions } from "./partitions.ts";
import { newOffsets } from "./reset-scenarios.ts";

/** Where a group is to go on. */
export interface NewOffset extends TopicPartition {
  readonly groupId: string;
  readonly offset: number;
}

/** Works out the new offsets of groups, and commits them if it is to. */
export async function resetOffsets(
  cluster: Cluster,
  groupIds: readonly string[],
  flags: GroupsFlags,
  say: Say,
): Promise<NewOffset[]> {
  const all: NewOffset[] = [];
  for (const groupId of groupIds) {
    const state = await stateOf(cluster, groupId, flags.timeout);
    if (state !== "Empty" && state !== "Dead") {
      say(`\nError: Assignments can only be reset if the group '${groupId}' is inactive, but the \
current state is ${state}.`);
      continue;
    }
    all.push(...(await resetGroup(cluster, groupId, flags)));
  }
  return all;
}

/** The table of new offsets, with an empty line before it. */
export function resetLines(offsets: readonly NewOffset[]): string[] {
  const widths = [
    widthOf(
      15,
      offsets.map(({ groupId }) => groupId),
    ),
    widthOf(
      15,
      offsets.map(({ topic }) => topic),
    ),
    10,
  ];
  return [
    "",
    row(widths, ["GROUP", "TOPIC", "PARTITION", "NEW-OFFSET"]),
    ...offsets.map(({ groupId, topic, partition, offset }) =>
      row(widths, [groupId, topic, `${partition}`, `${offset}`]),
    ),
  ];
}

/** The state of a group; one that does not exist is as good as empty. */
async function stateOf(cluster: Cluster, groupId: string, timeoutMs: number): Promise<string> {
  try {
    return (await describeGroup(cluster, groupId, timeoutMs)).groupState;
  } catch (error) {
    if (error instanceof KafkaError && error.code === "GROUP_ID_NOT_FOUND") return "Dead";
    throw error;
  }
}

async function resetGroup(
  cluster: Cluster,
  groupId: string,
  flags: GroupsFlags,
): Promise<NewOffset[]> {
  const committed = await listGroupOffsets(cluster, groupId, flags.timeout);
  const partitions = await partitionsToReset(cluster, committed, flags);
  await checkPartitions(cluster, partitions);
  const group = { groupId, committed };
  const offsets = await newOffsets(cluster, group, partitions, flags);
  if (flags.execute) {
    const commits = offsets.map((each) => ({ ...each, leaderEpoch: -1 }));
    await alterGroupOffsets(cluster, groupId, commits, flags.timeout);
  }
  return offsets.map((each) => ({ groupId, ...each })).toSorted(comparePartitions);
}

async function partitionsToReset(
  cluster: Cluster,
  committed: readonly CommittedOffset[],
  flags: GroupsFlags,
): Promise<readonly TopicPartition[]> {
  if (flags.allTopics) return committed;
  return flags.topic === undefined ? [] : resolvePartitions(cluster, flags.topic);
}

/** Throws when a partition does not exist or has no leader that could be asked. */
async function checkPartitions(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
): Promise<void> {
  const topics = await describeTopics(cluster, [...byTopic(partitions).keys()]);
  const leaders = new Map(
    topics.flatMap(({ name, partitions: ofTopic }) =>
      ofTopic.map(({ partition, leader }) => [partitionName({ topic: name, partition }), leader]),
    ),
  );
  const names = partitions.map(partitionName);
  const missing = names.filter((name) => !leaders.has(name));
  if (missing.length > 0) {
    throw new CommandError(`The partitions "${missing.join(",")}" do not exist`);
  }
  const leaderless = names.filter((name) => leaders.get(name) === null);
  if (leaderless.length > 0) {
    throw new CommandError(`The partitions "${leaderless.join(",")}" have no leader`);
  }
}
