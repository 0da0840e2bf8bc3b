/**
 * What must hold of groups when nothing has gone wrong for a while. A checker returns what is
 * wrong, in sentences.
 */
import { parseLogConfig } from "../../../src/log/log-config.ts";
import { PartitionLog } from "../../../src/log/partition-log.ts";
import { decodeCoordinatorRecord } from "../../../src/protocol/coordinator-records.ts";
import { batchHeaders } from "../../../src/protocol/records/batch-header.ts";
import { decodeRecords } from "../../../src/protocol/records/decode.ts";
import type { Disk } from "../disk.ts";
import type { DescribedGroup } from "./group-admin.ts";
import type { GroupHistory } from "./group-history.ts";
import type { GroupMember } from "./group-member.ts";
import { nameOf, type StoredRecord } from "./stored-group.ts";
import type { Topics } from "./topics.ts";

/** All living members are settled, and each partition that they subscribe to is one member's. */
export function unsettled(members: readonly GroupMember[], topics: Topics): string[] {
  const restless = members.filter(({ isSettled, client }) => !isSettled || client.isFrozen);
  const owners = new Map<string, string[]>();
  for (const member of members) {
    for (const { topic, topicId, partition } of member.owned) {
      const place = `${topic}/${partition}`;
      owners.set(place, [...(owners.get(place) ?? []), member.options.name]);
      // A member that speaks the classic protocol knows topics by their names.
      if (member.protocol === "classic" || topics.byName(topic)?.topicId === topicId) continue;
      return [`${member.describe()} has ${place} of a topic ${topicId} that is no more.`];
    }
  }
  const wrong = [...topics.living].flatMap(({ name, partitionCount }) => {
    const subscribers = members.filter((member) => subscribes(member, name));
    return Array.from({ length: partitionCount }, (_, partition) => {
      const place = `${name}/${partition}`;
      const found = owners.get(place) ?? [];
      owners.delete(place);
      const names = subscribers.map(({ options }) => options.name);
      const isRight =
        subscribers.length === 0
          ? found.length === 0
          : found.length === 1 && names.includes(found[0]!);
      return isRight ? [] : [`${place} is ${found.join(" and ") || "nobody"}'s.`];
    }).flat();
  });
  return [
    ...restless.map((member) => `${member.describe()} is not settled.`),
    ...wrong,
    ...[...owners.keys()].map((place) => `${place} is owned and does not exist.`),
  ];
}

/** The group is as its members are: those that are gone are forgotten. */
export function misdescribed(
  group: DescribedGroup | null,
  members: readonly GroupMember[],
): string[] {
  const memberIds = members.map(({ memberId }) => memberId).sort();
  const described = (group?.memberIds ?? []).toSorted();
  if (described.join() !== memberIds.join()) {
    return [`The group has ${described.join()}, where ${memberIds.join()} are.`];
  }
  const state = group?.state ?? "Empty";
  const expected = members.length > 0 ? ["Stable"] : ["Empty", "Dead"];
  return expected.includes(state) ? [] : [`The group is ${state}.`];
}

/** How much of what a group has stored is to be in the topic. */
export interface Projected {
  /** The group may not know that the topic was made anew. */
  readonly mayBeUntold: boolean;
  /** The last write that is to be there: groups that go on committing are never done. */
  readonly upTo: number;
}

/**
 * The topic has nothing but what the group has stored, in its order, and after a while all of it.
 * `disks` are those of the replicas of the topic as it is now. A group that has stored nothing
 * since the topic was made anew does not know of that, and its records are not in it.
 */
export function misprojected(
  { stored }: GroupHistory,
  disks: Iterable<Disk>,
  { mayBeUntold, upTo }: Projected,
): string[] {
  const wrong: string[] = [];
  const last = new Map<string, { order: number; value: Uint8Array | null }>();
  for (const disk of disks) {
    for (const { key, value } of recordsOn(disk)) {
      const record = decodeCoordinatorRecord(key!, value);
      if (!record) continue;
      const groupId = "group" in record.key ? record.key.group : record.key.groupId;
      if (groupId !== stored.groupId) continue;
      const name = nameOf(record);
      const before = last.get(name)?.order ?? 0;
      const source = stored.history
        .get(name)
        ?.find((write) => write.order >= before && isEqual(write.value, value));
      if (source) last.set(name, { order: source.order, value });
      else wrong.push(`The topic has ${name}, which was not stored, or not then.`);
    }
  }
  if (mayBeUntold && last.size === 0) return wrong;
  const names = new Set([...last.keys(), ...stored.records.keys()]);
  const behind = [...names].filter((name) => {
    const record = stored.records.get(name);
    if (record && record.order > upTo) return false;
    const projected = last.get(name)?.value ?? null;
    return !isEqual(projected, valueOf(record));
  });
  return [...wrong, ...behind.map((name) => `The topic does not have ${name} as it is stored.`)];
}

function subscribes({ topics, options, protocol }: GroupMember, name: string): boolean {
  if (protocol === "classic" || options.regex === null) return topics.includes(name);
  return new RegExp(`^(?:${options.regex})$`).test(name);
}

function valueOf(record: StoredRecord | undefined): Uint8Array | null {
  return record?.value ?? null;
}

function isEqual(one: Uint8Array | null, other: Uint8Array | null): boolean {
  if (one === null || other === null) return one === other;
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** All records that a replica has on its disk. */
function* recordsOn(disk: Disk) {
  const log = PartitionLog.open(disk, parseLogConfig({}), 0);
  for (let next = 0; next < log.logEndOffset;) {
    const options = { maxBytes: 1 << 20, minOneBatch: true, upperBound: log.logEndOffset };
    const read = log.read(next, options);
    if (read === "OFFSET_OUT_OF_RANGE") throw new Error(`Offset ${next} is not stored.`);
    for (const piece of read.pieces) {
      for (const header of batchHeaders(piece)) {
        for (const record of decodeRecords(piece, header)) {
          next = record.offset + 1;
          yield record;
        }
      }
    }
  }
}
