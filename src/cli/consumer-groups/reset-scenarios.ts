/** The scenarios of `--reset-offsets`: each says at which offset a group is to go on. */
import { allValues } from "../../client/admin/at-leaders.ts";
import type { CommittedOffset } from "../../client/admin/group-offsets.ts";
import { listOffsets, OffsetSpec } from "../../client/admin/list-offsets.ts";
import type { Cluster } from "../../client/cluster.ts";
import type { TopicPartition } from "../../client/topic-partition.ts";
import { partitionName } from "../../client/topic-partition.ts";
import { CommandError } from "../command-error.ts";
import { readTextFile } from "../properties.ts";
import { UsageError } from "../usage-error.ts";
import type { GroupsFlags } from "./options.ts";
import { parseCsv } from "./reset-csv.ts";
import { parseDateTime, parseDuration } from "./reset-times.ts";

/** A partition with an offset. */
export interface PartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** A group whose offsets are reset. */
export interface ResetGroup {
  readonly groupId: string;
  readonly committed: readonly CommittedOffset[];
}

/** The new offsets by the scenario that the flags name. */
export async function newOffsets(
  cluster: Cluster,
  group: ResetGroup,
  partitions: readonly TopicPartition[],
  flags: GroupsFlags,
): Promise<PartitionOffset[]> {
  const { toOffset, shiftBy, toDatetime, byDuration, fromFile } = flags;
  if (toOffset !== undefined) {
    return inRange(
      cluster,
      partitions.map((each) => ({ ...each, offset: toOffset })),
    );
  }
  if (flags.toEarliest) return offsetsAt(cluster, partitions, OffsetSpec.EARLIEST);
  if (flags.toLatest) return offsetsAt(cluster, partitions, OffsetSpec.LATEST);
  if (shiftBy !== undefined) return inRange(cluster, shifted(group, partitions, shiftBy));
  if (toDatetime !== undefined) {
    return offsetsForTime(cluster, partitions, parseDateTime(toDatetime));
  }
  if (byDuration !== undefined) {
    return offsetsForTime(cluster, partitions, Date.now() - parseDuration(byDuration));
  }
  if (fromFile !== undefined) return inRange(cluster, planned(group, flags));
  return toCurrent(cluster, group, partitions);
}

async function offsetsAt(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  timestamp: number,
): Promise<PartitionOffset[]> {
  return allValues(await listOffsets(cluster, partitions, timestamp)).map(
    ({ topic, partition, value }) => ({ topic, partition, offset: value.offset }),
  );
}

/** The first offsets from a time on; where nothing was written since, the end of the log. */
async function offsetsForTime(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  timestamp: number,
): Promise<PartitionOffset[]> {
  const offsets = await offsetsAt(cluster, partitions, Math.max(0, timestamp));
  const empty = offsets.filter(({ offset }) => offset < 0);
  for (const { topic, partition } of empty) {
    console.log(`\nWarn: Partition ${partition} from topic ${topic} is empty. \
Falling back to latest known offset.`);
  }
  const found = offsets.filter(({ offset }) => offset >= 0);
  return [...found, ...(await offsetsAt(cluster, empty, OffsetSpec.LATEST))];
}

function shifted(
  { committed }: ResetGroup,
  partitions: readonly TopicPartition[],
  shiftBy: number,
): PartitionOffset[] {
  const current = offsetsByPartition(committed);
  return partitions.map((each) => {
    const offset = current.get(partitionName(each));
    if (offset !== undefined) return { ...placeOf(each), offset: offset + shiftBy };
    const message = `Cannot shift offset for partition ${partitionName(each)} since there is no \
current committed offset`;
    throw new UsageError("consumer-groups", message);
  });
}

function planned({ groupId }: ResetGroup, flags: GroupsFlags): PartitionOffset[] {
  const singleGroup = flags.group?.length === 1 ? groupId : null;
  const plan = parseCsv(readTextFile(flags.fromFile!), singleGroup);
  const ofGroup = plan.filter((each) => each.groupId === groupId);
  if (ofGroup.length === 0) throw new CommandError(`No reset plan for group ${groupId} found`);
  return ofGroup.map((each) => ({ ...placeOf(each), offset: each.offset }));
}

/** What is committed stays as it is; what is not goes to the end of its log. */
async function toCurrent(
  cluster: Cluster,
  { committed }: ResetGroup,
  partitions: readonly TopicPartition[],
): Promise<PartitionOffset[]> {
  const current = offsetsByPartition(committed);
  const isKnown = (each: TopicPartition) => current.has(partitionName(each));
  const others = partitions.filter((each) => !isKnown(each));
  return [
    ...partitions
      .filter(isKnown)
      .map((each) => ({ ...placeOf(each), offset: current.get(partitionName(each))! })),
    ...(await offsetsAt(cluster, others, OffsetSpec.LATEST)),
  ];
}

/** The same offsets, but none before the beginning of its log and none behind its end. */
async function inRange(
  cluster: Cluster,
  wanted: readonly PartitionOffset[],
): Promise<PartitionOffset[]> {
  const [starts, ends] = await Promise.all([
    offsetsAt(cluster, wanted, OffsetSpec.EARLIEST),
    offsetsAt(cluster, wanted, OffsetSpec.LATEST),
  ]);
  const lowest = offsetsByPartition(starts);
  const highest = offsetsByPartition(ends);
  return wanted.map((each) => {
    const name = partitionName(each);
    const start = lowest.get(name)!;
    const end = highest.get(name)!;
    const offset = Math.max(start, Math.min(end, each.offset));
    if (offset !== each.offset) {
      const where = each.offset > end ? "higher than latest" : "lower than earliest";
      console.error(`WARN New offset (${each.offset}) is ${where} offset for topic partition \
${name}. Value will be set to ${offset}`);
    }
    return { ...placeOf(each), offset };
  });
}

function offsetsByPartition(offsets: readonly PartitionOffset[]): Map<string, number> {
  return new Map(offsets.map((each) => [partitionName(each), each.offset]));
}

function placeOf({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
