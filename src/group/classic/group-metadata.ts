/** The GroupMetadata record: all of a classic group that survives a restart. */
import { assert } from "../../base/assert.ts";
import type { Millis } from "../../base/clock.ts";
import { MalformedFrame } from "../../base/malformed-frame.ts";
import { sizeOfVarint } from "../../base/varint.ts";
import { encodeCoordinatorRecord } from "../../protocol/coordinator-records.ts";
import type { GroupMetadataRecord } from "../../protocol/coordinator-records/group-metadata.ts";
import { BATCH_HEADER_SIZE } from "../../protocol/records/batch-header.ts";
import { ClassicGroup } from "./classic-group.ts";

/** The largest batch of `__consumer_offsets`, which is the default of `max.message.bytes`. */
const MAX_BATCH_SIZE = 1_048_588;

/** What a record in a batch has besides its key and its value, while its deltas are zero. */
const RECORD_OVERHEAD = 4;

/** A group that nobody has joined yet, and that may only ever commit offsets. */
export function newClassicGroup(groupId: string, now: Millis): ClassicGroup {
  return new ClassicGroup(groupId, now);
}

/** A group with the assignments that its members have. */
export function groupMetadata(group: ClassicGroup): GroupMetadataRecord {
  const { protocolName } = group;
  const members = [...group.members.values()].map((member) => {
    const subscription = protocolName === null ? undefined : member.metadata(protocolName);
    assert(subscription !== undefined, "All members support the protocol that was chosen.");
    return {
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.client.clientId,
      clientHost: member.client.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription,
      assignment: member.assignment,
    };
  });
  return {
    type: "GroupMetadata",
    key: { group: group.groupId },
    value: {
      protocolType: group.protocolType,
      generation: group.generationId,
      protocol: protocolName,
      leader: group.leaderId,
      currentStateTimestamp: group.stateTimestamp ?? -1,
      members,
    },
  };
}

/** A group as it is before its first generation, whoever is about to join it. */
export function emptyGroupMetadata(group: ClassicGroup): GroupMetadataRecord {
  return {
    type: "GroupMetadata",
    key: { group: group.groupId },
    value: {
      protocolType: "",
      generation: 0,
      protocol: null,
      leader: null,
      currentStateTimestamp: group.stateTimestamp ?? -1,
      members: [],
    },
  };
}

/**
 * Whether the group has become too large for the topic. So is one with a name that is too long to
 * be written, which a member gets whose client id is as long as a string can be.
 */
export function isTooLarge(record: GroupMetadataRecord): boolean {
  try {
    const { key, value } = encodeCoordinatorRecord(record);
    return batchSize(key.length, value?.length ?? 0) > MAX_BATCH_SIZE;
  } catch (error) {
    if (error instanceof MalformedFrame) return true;
    throw error;
  }
}

/** The size of a batch with one record. */
function batchSize(keySize: number, valueSize: number): number {
  const key = sizeOfVarint(keySize) + keySize;
  const value = sizeOfVarint(valueSize) + valueSize;
  const record = RECORD_OVERHEAD + key + value;
  return BATCH_HEADER_SIZE + sizeOfVarint(record) + record;
}
