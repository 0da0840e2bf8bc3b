/** What `consumer-groups --describe` prints: how far the group is in each of its partitions. */
import { describeGroup } from "../../client/admin/describe-groups.ts";
import type { GroupDescription, GroupMember } from "../../client/admin/describe-groups.ts";
import type { CommittedOffset } from "../../client/admin/group-offsets.ts";
import { listGroupOffsets } from "../../client/admin/group-offsets.ts";
import { listOffsets, OffsetSpec } from "../../client/admin/list-offsets.ts";
import type { Cluster } from "../../client/cluster.ts";
import type { TopicPartition } from "../../client/topic-partition.ts";
import { comparePartitions, partitionName } from "../../client/topic-partition.ts";
import { row, widthOf } from "../columns.ts";
import type { Say } from "../kafka-tool.ts";
import { tellState } from "./group-state.ts";
import type { GroupsFlags } from "./options.ts";

/** A group, its commits and the ends of its partitions' logs, as far as there are any. */
export interface GroupProgress {
  readonly group: GroupDescription;
  readonly committed: readonly CommittedOffset[];
  readonly logEndOffsets: ReadonlyMap<string, number>;
}

/** Describes the offsets of groups. */
export async function describeOffsets(
  cluster: Cluster,
  groupIds: readonly string[],
  flags: GroupsFlags,
  say: Say,
): Promise<void> {
  const groups = await Promise.all(
    groupIds.map((groupId) => askProgress(cluster, groupId, flags.timeout)),
  );
  for (const progress of groups) {
    const { groupId, groupState } = progress.group;
    const rows = progressRows(progress);
    if (!tellState(groupId, groupState, say) || rows.length === 0) continue;
    for (const line of progressLines(rows, flags)) say(line);
  }
}

async function askProgress(
  cluster: Cluster,
  groupId: string,
  timeoutMs: number,
): Promise<GroupProgress> {
  const group = await describeGroup(cluster, groupId, timeoutMs);
  const committed = await listGroupOffsets(cluster, groupId, timeoutMs);
  const owned = group.members.flatMap(({ assignment }) => assignment);
  const partitions = new Map(
    [...owned, ...committed].map((each) => [partitionName(each), each] as const),
  );
  const ends = await listOffsets(cluster, [...partitions.values()], OffsetSpec.LATEST, {
    timeoutMs,
  });
  const known = ends.flatMap((end) =>
    end.error === null ? [[partitionName(end), end.value.offset] as const] : [],
  );
  return { group, committed, logEndOffsets: new Map(known) };
}

/** A line's cells by column. */
export type ProgressRow = Readonly<
  Record<
    | "group"
    | "topic"
    | "partition"
    | "leaderEpoch"
    | "currentOffset"
    | "logEndOffset"
    | "lag"
    | "consumerId"
    | "host"
    | "clientId",
    string
  >
>;

const MISSING = "-";

/** A row for each partition: those with an owner first, members with many of them before others. */
export function progressRows(progress: GroupProgress): ProgressRow[] {
  const { members } = progress.group;
  const owners = members
    .filter(({ assignment }) => assignment.length > 0)
    .toSorted((a, b) => b.assignment.length - a.assignment.length);
  const owned = new Set(owners.flatMap(({ assignment }) => assignment.map(partitionName)));
  const ownerless = progress.committed.filter((each) => !owned.has(partitionName(each)));
  return [
    ...owners.flatMap((member) => rowsOf(progress, member.assignment, member)),
    ...rowsOf(progress, ownerless, null),
  ];
}

function rowsOf(
  { group, committed, logEndOffsets }: GroupProgress,
  partitions: readonly TopicPartition[],
  owner: GroupMember | null,
): ProgressRow[] {
  const commits = new Map(committed.map((each) => [partitionName(each), each]));
  return partitions.toSorted(comparePartitions).map((each) => {
    const commit = commits.get(partitionName(each));
    const end = logEndOffsets.get(partitionName(each));
    const isKnown = commit !== undefined && end !== undefined;
    const epoch = commit?.leaderEpoch ?? -1;
    return {
      group: group.groupId,
      topic: each.topic,
      partition: `${each.partition}`,
      leaderEpoch: epoch < 0 ? MISSING : `${epoch}`,
      currentOffset: `${commit?.offset ?? MISSING}`,
      logEndOffset: `${end ?? MISSING}`,
      lag: isKnown ? `${end - commit.offset}` : MISSING,
      consumerId: owner?.memberId ?? MISSING,
      host: owner?.clientHost ?? MISSING,
      clientId: owner?.clientId ?? MISSING,
    };
  });
}

/** The table of these rows, with an empty line before it. */
export function progressLines(
  rows: readonly ProgressRow[],
  { verbose }: Pick<GroupsFlags, "verbose">,
): string[] {
  const widths = [
    widthOf(
      15,
      rows.map(({ group }) => group),
    ),
    widthOf(
      15,
      rows.map(({ topic }) => topic),
    ),
    10,
    ...(verbose ? [15] : []),
    15,
    15,
    15,
    widthOf(
      15,
      rows.map(({ consumerId }) => consumerId),
    ),
    widthOf(
      15,
      rows.map(({ host }) => host),
    ),
  ];
  const cells = (each: ProgressRow) => [
    each.group,
    each.topic,
    each.partition,
    ...(verbose ? [each.leaderEpoch] : []),
    each.currentOffset,
    each.logEndOffset,
    each.lag,
    each.consumerId,
    each.host,
    each.clientId,
  ];
  return ["", ...[HEADER, ...rows].map((each) => row(widths, cells(each)))];
}

const HEADER: ProgressRow = {
  group: "GROUP",
  topic: "TOPIC",
  partition: "PARTITION",
  leaderEpoch: "LEADER-EPOCH",
  currentOffset: "CURRENT-OFFSET",
  logEndOffset: "LOG-END-OFFSET",
  lag: "LAG",
  consumerId: "CONSUMER-ID",
  host: "HOST",
  clientId: "CLIENT-ID",
};
