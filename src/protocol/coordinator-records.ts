/**
 * What Kafka's group coordinator writes into `__consumer_offsets`: one record per fact, the last
 * one of each key counting. Records are encoded as Kafka 4.3 writes them, byte for byte, and
 * decoded in every version that there has been.
 */
import {
  consumerGroupCurrentMemberAssignment,
  consumerGroupMemberMetadata,
  consumerGroupMetadata,
  consumerGroupRegularExpression,
  consumerGroupTargetAssignmentMember,
  consumerGroupTargetAssignmentMetadata,
} from "./coordinator-records/consumer-group.ts";
import type {
  ConsumerGroupCurrentMemberAssignmentRecord,
  ConsumerGroupMemberMetadataRecord,
  ConsumerGroupMetadataRecord,
  ConsumerGroupRegularExpressionRecord,
  ConsumerGroupTargetAssignmentMemberRecord,
  ConsumerGroupTargetAssignmentMetadataRecord,
} from "./coordinator-records/consumer-group.ts";
import { groupMetadata } from "./coordinator-records/group-metadata.ts";
import type { GroupMetadataRecord } from "./coordinator-records/group-metadata.ts";
import { legacyOffsetCommit, offsetCommit } from "./coordinator-records/offset-commit.ts";
import type { OffsetCommitRecord } from "./coordinator-records/offset-commit.ts";
import type { RecordType } from "./coordinator-records/record-type.ts";
import { Reader } from "./reader.ts";

/** A fact about a group; a value that is null says that it is one no longer. */
export type CoordinatorRecord =
  | OffsetCommitRecord
  | GroupMetadataRecord
  | ConsumerGroupMetadataRecord
  | ConsumerGroupMemberMetadataRecord
  | ConsumerGroupTargetAssignmentMetadataRecord
  | ConsumerGroupTargetAssignmentMemberRecord
  | ConsumerGroupCurrentMemberAssignmentRecord
  | ConsumerGroupRegularExpressionRecord;

/** A record as the log holds it. */
export interface EncodedCoordinatorRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

const typesByName: { readonly [Type in CoordinatorRecord["type"]]: RecordType } = {
  OffsetCommit: offsetCommit,
  GroupMetadata: groupMetadata,
  ConsumerGroupMetadata: consumerGroupMetadata,
  ConsumerGroupMemberMetadata: consumerGroupMemberMetadata,
  ConsumerGroupTargetAssignmentMetadata: consumerGroupTargetAssignmentMetadata,
  ConsumerGroupTargetAssignmentMember: consumerGroupTargetAssignmentMember,
  ConsumerGroupCurrentMemberAssignment: consumerGroupCurrentMemberAssignment,
  ConsumerGroupRegularExpression: consumerGroupRegularExpression,
};

const typesById: ReadonlyMap<number, RecordType> = new Map(
  [legacyOffsetCommit, ...Object.values(typesByName)].map((type) => [type.id, type]),
);

/**
 * The record's bytes, in tight arrays that are the caller's. Throws MalformedFrame for a string
 * that is longer than the protocol allows, which a client can bring about.
 */
export function encodeCoordinatorRecord(record: CoordinatorRecord): EncodedCoordinatorRecord {
  const type = typesByName[record.type];
  const value = record.value === null ? null : type.encodeValue(record.value);
  return { key: type.encodeKey(record.key), value };
}

/**
 * The record that the bytes are, or null if they are of a type that is not for us, which a
 * coordinator passes over, as Kafka's does. The record is a copy: it keeps neither the bytes nor
 * the batch that they lie in. Throws MalformedFrame; whoever loads the partition catches it.
 */
export function decodeCoordinatorRecord(
  key: Uint8Array,
  value: Uint8Array | null,
): CoordinatorRecord | null {
  const reader = new Reader(key);
  const type = typesById.get(reader.int16());
  if (type === undefined) return null;
  return {
    type: type.type,
    key: type.decodeKey(reader),
    value: value === null ? null : type.decodeValue(new Reader(value.slice())),
  } as CoordinatorRecord;
}
