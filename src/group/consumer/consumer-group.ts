/**
 * A consumer group (KIP-848): the coordinator assigns, and each member moves on its own from what
 * it has to what it is to have. The group epoch rises when another target assignment is needed; the
 * assignment epoch follows when it has been computed; and the members follow that.
 *
 * All that lasts comes from the group's records: `replay` alone changes it.
 */
import { assert, unreachable } from "../../base/assert.ts";
import type { Millis } from "../../base/clock.ts";
import { CONSUMER_PROTOCOL_TYPE } from "../../protocol/consumer-protocol.ts";
import type {
  ConsumerGroupCurrentMemberAssignmentRecord,
  ConsumerGroupMemberMetadataRecord,
  ConsumerGroupRegularExpressionRecord,
  ConsumerGroupTargetAssignmentMemberRecord,
} from "../../protocol/coordinator-records/consumer-group.ts";
import type { ErrorName } from "../../protocol/errors.ts";
import type { MemberAssignment } from "../assignors/assignor.ts";
import type { CommitOffsetsCall, FetchOffsetsCall } from "../group-calls.ts";
import type { GroupConfig } from "../group-config.ts";
import type { GroupRecord } from "../group-record.ts";
import type { CheckPartition, Group } from "../group.ts";
import { NO_PARTITIONS } from "./assigned-partitions.ts";
import { LEAVE_GROUP_MEMBER_EPOCH, isReconciledTo, newMember } from "./consumer-group-member.ts";
import type { ConsumerGroupMember } from "./consumer-group-member.ts";
import { groupTombstones } from "./group-records.ts";
import type { ConsumerGroupRecord } from "./group-records.ts";
import { earliest, noDeadlines } from "./member-deadlines.ts";
import type { MemberDeadlines } from "./member-deadlines.ts";
import { withCurrentAssignment, withMetadata } from "./member-records.ts";
import { invalidOffsetFetch, validateOffsetCommit } from "./offset-checks.ts";
import { PartitionEpochs } from "./partition-epochs.ts";
import { Subscriptions } from "./subscriptions.ts";

/** Kafka's names. Its `Dead` is a group that is not there. */
export type ConsumerGroupState = "Empty" | "Assigning" | "Reconciling" | "Stable";

/** A group's first epoch, for which the target assignment is that nobody gets anything. */
const FIRST_EPOCH = 1;

const NO_TARGET: MemberAssignment = new Map();

/** The assignment epoch of a group that is being deleted. */
const NO_ASSIGNMENT_EPOCH = -1;

export class ConsumerGroup implements Group {
  readonly groupType = "consumer";
  readonly protocolType = CONSUMER_PROTOCOL_TYPE;
  readonly groupId: string;

  #groupEpoch = FIRST_EPOCH;
  #metadataHash = 0;
  #assignmentEpoch = FIRST_EPOCH;
  #assignmentTimestamp: Millis = 0;
  readonly #members = new Map<string, ConsumerGroupMember>();
  /** From group instance id to member id. */
  readonly #staticMembers = new Map<string, string>();
  readonly #targets = new Map<string, MemberAssignment>();

  readonly subscriptions = new Subscriptions();
  readonly partitionEpochs = new PartitionEpochs();

  /** When to look again whether the topics are what the group epoch was made for. */
  metadataRefreshDeadline: Millis = 0;
  /** Whether there may be topics that the regular expressions have not been matched against. */
  hasNewTopics = true;
  /** Whether the host has the regular expressions and is about to say what they stand for. */
  isResolvingRegularExpressions = false;
  readonly #deadlines = new Map<string, MemberDeadlines>();

  constructor(groupId: string) {
    this.groupId = groupId;
  }

  get groupEpoch(): number {
    return this.#groupEpoch;
  }

  get metadataHash(): number {
    return this.#metadataHash;
  }

  /** The group epoch that the target assignment is for. */
  get assignmentEpoch(): number {
    return this.#assignmentEpoch;
  }

  /** When the target assignment was computed; 0 is not known. */
  get assignmentTimestamp(): Millis {
    return this.#assignmentTimestamp;
  }

  get members(): ReadonlyMap<string, ConsumerGroupMember> {
    return this.#members;
  }

  get targetAssignment(): ReadonlyMap<string, MemberAssignment> {
    return this.#targets;
  }

  get stateName(): ConsumerGroupState {
    if (this.isEmpty) return "Empty";
    if (this.#groupEpoch > this.#assignmentEpoch) return "Assigning";
    const members = [...this.#members.values()];
    const isStable = members.every((member) => isReconciledTo(member, this.#assignmentEpoch));
    return isStable ? "Stable" : "Reconciling";
  }

  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  /** How many members speak the classic protocol. */
  get classicMemberCount(): number {
    return [...this.#members.values()].filter((member) => member.classic !== null).length;
  }

  staticMember(instanceId: string): ConsumerGroupMember | undefined {
    const memberId = this.#staticMembers.get(instanceId);
    return memberId === undefined ? undefined : this.#members.get(memberId);
  }

  targetOf(memberId: string): MemberAssignment {
    return this.#targets.get(memberId) ?? NO_TARGET;
  }

  /** The assignor that most members ask for, the first of the broker's where it is a draw. */
  preferredAssignor({ consumerAssignors }: GroupConfig): string {
    const [first, ...others] = consumerAssignors;
    assert(first !== undefined, "There is at least one assignor.");
    const votes = new Map<string, number>();
    for (const { serverAssignor } of this.#members.values()) {
      if (serverAssignor === null) continue;
      votes.set(serverAssignor, (votes.get(serverAssignor) ?? 0) + 1);
    }
    const votesFor = (assignor: string) => votes.get(assignor) ?? 0;
    return others.reduce((most, next) => (votesFor(next) > votesFor(most) ? next : most), first);
  }

  isSubscribedTo(topicName: string): boolean {
    return this.subscriptions.includes(topicName);
  }

  validateOffsetCommit(call: CommitOffsetsCall): ErrorName | CheckPartition {
    return validateOffsetCommit(this.#members, call);
  }

  invalidOffsetFetch(call: FetchOffsetsCall): ErrorName | null {
    return invalidOffsetFetch(this.#members, call);
  }

  invalidOffsetDelete(): ErrorName | null {
    return null;
  }

  agesFrom(commitTimestamp: Millis): Millis | null {
    return commitTimestamp;
  }

  tombstones(): GroupRecord[] {
    return groupTombstones(this);
  }

  /** A regular expression may match any topic that is yet to come. */
  topicsToWatch(): Iterable<string> | null {
    const { subscriptions } = this;
    return subscriptions.hasRegularExpressions ? null : subscriptions.topicNames();
  }

  /** Topics to watch came, went or grew: the next heartbeat looks what that means. */
  topicsChanged(): void {
    this.metadataRefreshDeadline = 0;
    this.hasNewTopics = true;
  }

  /** Begins the sessions of all members anew, once the group's records have been replayed. */
  onLoaded(now: Millis, config: GroupConfig): void {
    for (const member of this.#members.values()) {
      const { memberId, memberEpoch, state, rebalanceTimeoutMs } = member;
      const deadlines = this.deadlinesOf(memberId);
      deadlines.session = now + config.consumerSessionTimeoutMs;
      if (state === "UNREVOKED_PARTITIONS") {
        deadlines.rebalance = { at: now + rebalanceTimeoutMs, memberEpoch };
      }
    }
  }

  deadlinesOf(memberId: string): MemberDeadlines {
    const known = this.#deadlines.get(memberId);
    if (known !== undefined) return known;
    const deadlines = noDeadlines();
    this.#deadlines.set(memberId, deadlines);
    return deadlines;
  }

  nextDeadline(): Millis | null {
    let next = Infinity;
    for (const deadlines of this.#deadlines.values()) {
      next = Math.min(next, earliest(deadlines) ?? Infinity);
    }
    return next === Infinity ? null : next;
  }

  /**
   * Applies a record of this group. That which deletes it can only check that nothing is left of
   * it; whoever has the group lets go of it.
   */
  replay(record: ConsumerGroupRecord): void {
    switch (record.type) {
      case "ConsumerGroupMetadata":
        if (record.value === null) return this.#assertNothingIsLeft();
        this.#groupEpoch = record.value.epoch;
        this.#metadataHash = record.value.metadataHash;
        return;
      case "ConsumerGroupTargetAssignmentMetadata":
        this.#assignmentEpoch = record.value?.assignmentEpoch ?? NO_ASSIGNMENT_EPOCH;
        this.#assignmentTimestamp = record.value?.assignmentTimestamp ?? 0;
        return;
      case "ConsumerGroupTargetAssignmentMember":
        return this.#replayTarget(record);
      case "ConsumerGroupMemberMetadata":
        return this.#replayMember(record);
      case "ConsumerGroupCurrentMemberAssignment":
        return this.#replayCurrentAssignment(record);
      case "ConsumerGroupRegularExpression":
        return this.#replayRegularExpression(record);
      default:
        return unreachable(record);
    }
  }

  #replayTarget({ key: { memberId }, value }: ConsumerGroupTargetAssignmentMemberRecord): void {
    if (value === null) {
      this.#targets.delete(memberId);
      return;
    }
    const topics = value.topicPartitions.map((topic) => [topic.topicId, topic.partitions] as const);
    this.#targets.set(memberId, new Map(topics));
  }

  #replayMember({ key: { memberId }, value }: ConsumerGroupMemberMetadataRecord): void {
    const member = this.#members.get(memberId);
    if (value !== null) {
      this.#setMember(member, withMetadata(member ?? newMember(memberId), value));
    } else if (member !== undefined) {
      assert(member.memberEpoch === LEAVE_GROUP_MEMBER_EPOCH, "What it has goes first.");
      assert(!this.#targets.has(memberId), "What it is to have goes first.");
      this.#members.delete(memberId);
      this.#forget(member);
      this.#deadlines.delete(memberId);
    }
  }

  #replayCurrentAssignment(record: ConsumerGroupCurrentMemberAssignmentRecord): void {
    const { memberId } = record.key;
    const member = this.#members.get(memberId);
    if (record.value !== null) {
      this.#setMember(member, withCurrentAssignment(member ?? newMember(memberId), record.value));
    } else if (member !== undefined) {
      this.#setMember(member, {
        ...member,
        memberEpoch: LEAVE_GROUP_MEMBER_EPOCH,
        previousMemberEpoch: LEAVE_GROUP_MEMBER_EPOCH,
        assignedPartitions: NO_PARTITIONS,
        partitionsPendingRevocation: NO_PARTITIONS,
      });
    }
  }

  #replayRegularExpression({ key, value }: ConsumerGroupRegularExpressionRecord): void {
    const resolved =
      value === null ? null : { topics: new Set(value.topics), timestamp: value.timestamp };
    this.subscriptions.resolve(key.regularExpression, resolved);
  }

  #setMember(before: ConsumerGroupMember | undefined, member: ConsumerGroupMember): void {
    if (before !== undefined) this.#forget(before);
    this.#members.set(member.memberId, member);
    this.subscriptions.add(member);
    this.partitionEpochs.add(member);
    if (member.instanceId !== null) this.#staticMembers.set(member.instanceId, member.memberId);
  }

  /** Takes back what a member's state has put into the group's own. */
  #forget(member: ConsumerGroupMember): void {
    this.subscriptions.remove(member);
    this.partitionEpochs.remove(member);
    if (member.instanceId !== null) this.#staticMembers.delete(member.instanceId);
  }

  #assertNothingIsLeft(): void {
    assert(this.isEmpty && this.#targets.size === 0, "A group that is deleted has no members.");
    assert(this.#assignmentEpoch === NO_ASSIGNMENT_EPOCH, "Its assignment is deleted before it.");
  }
}
