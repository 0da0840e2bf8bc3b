import type { SqlValue } from "../../../src/base/sql.ts";
/**
 * What the coordinator of a group has stored, followed write by write as it becomes durable: it is
 * what nobody can have been told without. What must hold of every such step is checked here.
 *
 * A group has several lives: after it was deleted, or an empty one replaced by one of the other
 * protocol, its numbers begin anew, as in Kafka.
 */
import {
  type CoordinatorRecord,
  decodeCoordinatorRecord,
} from "../../../src/protocol/coordinator-records.ts";
import type { Statement } from "../disk.ts";

/** A record that was stored, now or once. */
export interface StoredRecord {
  /** Rises with every write. */
  readonly order: number;
  /** Its number in the store, which begins anew when the store is erased. */
  readonly sequence: number;
  readonly record: CoordinatorRecord;
  readonly key: string;
  readonly value: Uint8Array | null;
}

export type GroupKind = "none" | "classic" | "consumer";

export interface StoredGroupPorts {
  /** What must not happen has happened. */
  fail(why: string): void;
  onOffset(record: Extract<CoordinatorRecord, { type: "OffsetCommit" }>): void;
}

/** A consumer group is in it before it was ever written down. */
const FIRST_EPOCH = 1;

const NOBODY: ReadonlySet<string> = new Set();

type RecordOf<Type extends CoordinatorRecord["type"]> = Extract<CoordinatorRecord, { type: Type }>;

export class StoredGroup {
  readonly groupId: string;
  readonly #ports: StoredGroupPorts;
  /** The last record of each key, tombstones too while they are stored. */
  readonly records = new Map<string, StoredRecord>();
  /** All records that were ever stored, by key, in order. */
  readonly history = new Map<string, StoredRecord[]>();
  life = 0;
  kind: GroupKind = "none";
  /** The generation or the group epoch. */
  number = 0;
  /** The number before the writes that became durable last. */
  #numberBefore = 0;
  /** The generation in which classic members are, or were last in this life. */
  classicGeneration = 0;
  /** The last one that has its assignment: a coordinator that starts again begins there. */
  #assignedGeneration = 0;
  #classicMembers = new Set<string>();
  readonly #consumerMembers = new Set<string>();
  /** Whether the group that went had members, so that the next one goes on with its number. */
  #isConverting = false;
  #order = 0;
  /** The member that has a partition, or is giving it up, as its last record says. */
  readonly #owners = new Map<string, string>();
  readonly #owned = new Map<string, readonly string[]>();
  /** The highest epoch that each member of the consumer group had. */
  readonly #epochs = new Map<string, number>();
  /** The highest epoch of each member that is no more, or that began anew. */
  readonly #fenced = new Map<string, number>();

  constructor(groupId: string, ports: StoredGroupPorts) {
    this.groupId = groupId;
    this.#ports = ports;
  }

  /** Takes what has become durable. */
  take(writes: readonly Statement[]): void {
    this.#numberBefore = this.number;
    for (const { query, bindings } of writes) {
      if (query === null) this.#erased();
      else if (query.includes("INTO records")) this.#wrote(bindings);
      else if (query.includes("FROM records")) this.#forgot(bindings);
      else if (query.includes("INTO properties") && bindings[0] === "generation") {
        this.#begun(JSON.parse(bindings[1] as string) as number);
      }
    }
  }

  /** What the coordinator had in memory is gone. */
  crashed(): void {
    this.classicGeneration = this.#assignedGeneration;
  }

  /** The ids of the members that are stored. */
  get memberIds(): ReadonlySet<string> {
    if (this.kind === "none") return NOBODY;
    return this.kind === "consumer" ? this.#consumerMembers : this.#classicMembers;
  }

  /** Whether there is a group: one that only commits offsets has no record but those. */
  get exists(): boolean {
    return this.kind !== "none" || [...this.records.values()].some(({ value }) => value !== null);
  }

  /** The epoch of a member of the consumer group; -2 is a static member's that is away. */
  epochOf(memberId: string): number | undefined {
    return this.#assignmentOf(memberId)?.memberEpoch;
  }

  /** Since which epoch a member of the consumer group has a partition, or is giving it up. */
  assignmentEpochOf(memberId: string, topicId: string, partition: number): number | undefined {
    const has = this.#assignmentOf(memberId);
    if (!has) return undefined;
    for (const topic of [...has.assignedPartitions, ...has.partitionsPendingRevocation]) {
      const index = topic.topicId === topicId ? topic.partitions.indexOf(partition) : -1;
      if (index >= 0) return topic.assignmentEpochs?.[index];
    }
    return undefined;
  }

  ownerOf(topicId: string, partition: number): string | undefined {
    return this.#owners.get(placeOf(topicId, partition));
  }

  /** The number of the last write. */
  get order(): number {
    return this.#order;
  }

  /** Whether whoever was told something in an epoch, or a generation, is fenced by now. */
  isSuperseded(told: { memberId: string; epoch: number; life: number }): boolean {
    const { memberId, epoch, life } = told;
    if (life !== this.life || epoch < this.classicGeneration) return true;
    if (this.kind === "consumer" && !this.#consumerMembers.has(memberId)) return true;
    return (this.#fenced.get(memberId) ?? -1) >= epoch;
  }

  #assignmentOf(memberId: string) {
    const type = "ConsumerGroupCurrentMemberAssignment";
    const record = this.records.get(`${type} ${memberId}`)?.record;
    return record?.type === type ? record.value : null;
  }

  #wrote([key, value, sequence]: readonly SqlValue[]): void {
    const record = decodeCoordinatorRecord(key as Uint8Array, value as Uint8Array | null)!;
    const stored = {
      order: ++this.#order,
      sequence: sequence as number,
      record,
      key: nameOf(record),
      value: value as Uint8Array | null,
    };
    this.records.set(stored.key, stored);
    const history = this.history.get(stored.key);
    if (history) history.push(stored);
    else this.history.set(stored.key, [stored]);
    this.#apply(record);
  }

  /** A tombstone is no longer kept, unless there is a later record of its key. */
  #forgot([key, sequence]: readonly SqlValue[]): void {
    const name = nameOf(decodeCoordinatorRecord(key as Uint8Array, null)!);
    const stored = this.records.get(name);
    if (!stored || stored.sequence !== sequence) return;
    if (stored.value) this.#ports.fail(`${name} was forgotten, but not deleted.`);
    this.records.delete(name);
  }

  #erased(): void {
    for (const { key, value } of this.records.values()) {
      if (value !== null) this.#ports.fail(`The storage was freed, but ${key} was in it.`);
    }
    this.records.clear();
  }

  /** A classic generation that members are about to be told of. */
  #begun(generationId: number): void {
    if (generationId === 0) return;
    // A group that only committed offsets before has no record of itself.
    if (this.kind === "none") this.#begin("classic", 0, false);
    if (generationId <= this.number) {
      this.#ports.fail(`Generation ${generationId} began after ${this.number}.`);
    }
    this.number = generationId;
    this.classicGeneration = generationId;
  }

  #apply(record: CoordinatorRecord): void {
    switch (record.type) {
      case "OffsetCommit":
        return this.#ports.onOffset(record);
      case "GroupMetadata":
        return this.#classic(record);
      case "ConsumerGroupMetadata":
        return this.#consumer(record);
      case "ConsumerGroupMemberMetadata":
        return this.#member(record);
      case "ConsumerGroupCurrentMemberAssignment":
        return this.#assigned(record);
      case "ConsumerGroupTargetAssignmentMetadata":
      case "ConsumerGroupTargetAssignmentMember":
      case "ConsumerGroupRegularExpression":
    }
  }

  #classic({ value }: RecordOf<"GroupMetadata">): void {
    if (value === null) {
      this.#isConverting = this.memberIds.size > 0;
      this.kind = "none";
      return;
    }
    const { generation, members } = value;
    // Only a group that goes on has members in its first record.
    if (this.kind === "none") this.#begin("classic", generation, members.length > 0);
    else if (generation < this.classicGeneration) this.#wentBack(generation);
    this.number = Math.max(this.number, generation);
    this.classicGeneration = generation;
    this.#assignedGeneration = generation;
    const memberIds = new Set(members.map(({ memberId }) => memberId));
    for (const memberId of this.#classicMembers) {
      if (!memberIds.has(memberId)) this.#fence(memberId, generation);
    }
    this.#classicMembers = memberIds;
  }

  #consumer({ value }: RecordOf<"ConsumerGroupMetadata">): void {
    if (value === null) {
      this.kind = "none";
      this.#isConverting = false;
      return;
    }
    if (this.kind === "none") this.#begin("consumer", value.epoch, this.#isConverting);
    else if (value.epoch < this.number) this.#wentBack(value.epoch);
    this.number = Math.max(this.number, value.epoch);
  }

  #member({ key: { memberId }, value }: RecordOf<"ConsumerGroupMemberMetadata">): void {
    if (value === null) {
      this.#consumerMembers.delete(memberId);
      return;
    }
    // A group whose topics are yet to be matched has no epoch to write down.
    if (this.kind === "none" && !this.#isConverting) this.#begin("consumer", 0, false);
    this.#consumerMembers.add(memberId);
  }

  #begin(kind: GroupKind, number: number, isConverted: boolean): void {
    this.kind = kind;
    if (isConverted) {
      // As in Kafka an epoch may be written down in the turn that converts the group, and skipped.
      if (number < this.#numberBefore) this.#wentBack(number);
      this.number = number;
      return;
    }
    this.life += 1;
    this.number = number;
    this.classicGeneration = 0;
    this.#assignedGeneration = 0;
    this.#classicMembers.clear();
    this.#epochs.clear();
    this.#fenced.clear();
  }

  #wentBack(number: number): void {
    this.#ports.fail(`The group went from ${this.number} to ${number}.`);
  }

  #assigned({ key: { memberId }, value }: RecordOf<"ConsumerGroupCurrentMemberAssignment">): void {
    for (const place of this.#owned.get(memberId) ?? []) this.#owners.delete(place);
    this.#owned.delete(memberId);
    if (value === null) {
      this.#fence(memberId, this.#epochs.get(memberId) ?? -1);
      this.#epochs.delete(memberId);
      return;
    }
    const { memberEpoch } = value;
    if (memberEpoch > Math.max(this.number, FIRST_EPOCH)) {
      this.#ports.fail(`${memberId} is in epoch ${memberEpoch} of ${this.number}.`);
    }
    const before = this.#epochs.get(memberId) ?? -1;
    if (memberEpoch > 0 && memberEpoch < before) {
      this.#ports.fail(`${memberId} went from epoch ${before} to ${memberEpoch}.`);
    }
    this.#epochs.set(memberId, Math.max(before, memberEpoch));
    const places = [...value.assignedPartitions, ...value.partitionsPendingRevocation].flatMap(
      ({ topicId, partitions }) => partitions.map((partition) => placeOf(topicId, partition)),
    );
    for (const place of places) {
      const owner = this.#owners.get(place);
      if (owner !== undefined) this.#ports.fail(`${place} is ${owner}'s, and now ${memberId}'s.`);
      this.#owners.set(place, memberId);
    }
    this.#owned.set(memberId, places);
  }

  #fence(memberId: string, epoch: number): void {
    this.#fenced.set(memberId, Math.max(epoch, this.#fenced.get(memberId) ?? -1));
  }
}

export function placeOf(topicId: string, partition: number): string {
  return `${topicId}/${partition}`;
}

/** A record's key as a word: two records of one key have the same. */
export function nameOf(record: CoordinatorRecord): string {
  const { type } = record;
  switch (type) {
    case "OffsetCommit":
      return `${type} ${record.key.topic}/${record.key.partition}`;
    case "ConsumerGroupMemberMetadata":
    case "ConsumerGroupTargetAssignmentMember":
    case "ConsumerGroupCurrentMemberAssignment":
      return `${type} ${record.key.memberId}`;
    case "ConsumerGroupRegularExpression":
      return `${type} ${record.key.regularExpression}`;
    case "GroupMetadata":
    case "ConsumerGroupMetadata":
    case "ConsumerGroupTargetAssignmentMetadata":
      return type;
  }
}
