/**
 * A classic group: its members agree on a protocol, one of them assigns, and all begin again with a
 * new generation whenever something changes. Between its GroupMetadata records it lives in memory,
 * as in Kafka; what happens to it is in the other files of this folder.
 */
import type { Millis } from "../../base/clock.ts";
import { CONSUMER_PROTOCOL_TYPE } from "../../protocol/consumer-protocol.ts";
import type { GroupMetadataRecord } from "../../protocol/coordinator-records/group-metadata.ts";
import type { ErrorName } from "../../protocol/errors.ts";
import type { CommitOffsetsCall } from "../group-calls.ts";
import type { GroupRecord } from "../group-record.ts";
import type { CheckPartition, Group } from "../group.ts";
import { ClassicMember } from "./classic-member.ts";
import { Membership } from "./membership.ts";
import { subscribedTopics } from "./subscribed-topics.ts";

/** Kafka's names. Its `Dead` is a group that is not there. */
export type ClassicGroupState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable";

/** When the join phase ends, whoever has joined by then. */
export type JoinDeadline =
  | { readonly kind: "RebalanceTimeout"; readonly at: Millis }
  | {
      /** The first members of an empty group wait for others to come. */
      readonly kind: "InitialDelay";
      readonly at: Millis;
      readonly delayMs: Millis;
      /** How much longer it may become while others do come. */
      readonly remainingMs: Millis;
    };

export type GroupMetadata = NonNullable<GroupMetadataRecord["value"]>;

export class ClassicGroup implements Group {
  readonly groupType = "classic";
  readonly groupId: string;

  state: ClassicGroupState = "Empty";
  /** Since when; null in records that old brokers wrote. */
  stateTimestamp: Millis | null;
  /** Whether the rebalance that is prepared is the first since the group was empty. */
  isInitialRebalance = false;
  /** Whether somebody has joined since the initial delay was last looked at. */
  newMemberAdded = false;

  generationId = 0;
  /** The highest generation that members were ever told, which may be ahead of the stored one. */
  begunGenerationId = 0;
  /** Empty until the first member joins. */
  protocolType = "";
  protocolName: string | null = null;
  /** What members of the `consumer` protocol subscribe to; null where that is not known. */
  subscribedTopics: ReadonlySet<string> | null = null;

  readonly membership = new Membership();

  joinDeadline: JoinDeadline | null = null;
  /** When members that have not asked for their assignment are removed. */
  syncDeadline: Millis | null = null;

  constructor(groupId: string, stateTimestamp: Millis | null) {
    this.groupId = groupId;
    this.stateTimestamp = stateTimestamp;
  }

  /**
   * A group as its last records say, with new sessions for all members. `begunGenerationId` is that
   * of its ClassicGeneration record, 0 if it has none.
   */
  static load(
    groupId: string,
    metadata: GroupMetadata,
    begunGenerationId: number,
    now: Millis,
  ): ClassicGroup {
    const { currentStateTimestamp, protocol } = metadata;
    const group = new ClassicGroup(
      groupId,
      currentStateTimestamp === -1 ? null : currentStateTimestamp,
    );
    group.generationId = metadata.generation;
    group.begunGenerationId = Math.max(metadata.generation, begunGenerationId);
    group.protocolType = metadata.protocolType;
    group.protocolName = protocol;
    for (const stored of metadata.members) {
      const { memberId, groupInstanceId, clientId, clientHost, sessionTimeout } = stored;
      const member = new ClassicMember(
        {
          memberId,
          groupInstanceId,
          client: { clientId, clientHost },
          rebalanceTimeoutMs:
            stored.rebalanceTimeout === -1 ? sessionTimeout : stored.rebalanceTimeout,
          sessionTimeoutMs: sessionTimeout,
          protocols: [{ name: protocol ?? "", metadata: stored.subscription }],
        },
        stored.assignment,
      );
      member.renewSession(now);
      group.membership.add(member);
    }
    if (group.members.size > 0) {
      group.state = "Stable";
      group.membership.leaderId = metadata.leader ?? group.membership.leaderId;
    }
    group.subscribedTopics = subscribedTopics(group);
    return group;
  }

  /**
   * A stable group of these members, of which the first leads, with the protocol that they choose:
   * what becomes of a consumer group whose members all speak the classic protocol. Their
   * assignments, in that protocol, may be set afterwards.
   */
  static stable(
    groupId: string,
    generationId: number,
    members: readonly ClassicMember[],
    now: Millis,
  ): ClassicGroup {
    const group = new ClassicGroup(groupId, now);
    group.state = "Stable";
    group.generationId = generationId;
    group.begunGenerationId = generationId;
    group.protocolType = CONSUMER_PROTOCOL_TYPE;
    for (const member of members) {
      member.renewSession(now);
      group.membership.add(member);
    }
    group.protocolName = group.membership.selectProtocol();
    group.subscribedTopics = subscribedTopics(group);
    return group;
  }

  get members(): ReadonlyMap<string, ClassicMember> {
    return this.membership.members;
  }

  get leaderId(): string | null {
    return this.membership.leaderId;
  }

  get stateName(): string {
    return this.state;
  }

  get isEmpty(): boolean {
    return this.state === "Empty";
  }

  moveTo(state: ClassicGroupState, now: Millis): void {
    this.isInitialRebalance = state === "PreparingRebalance" && this.state === "Empty";
    this.state = state;
    this.stateTimestamp = now;
  }

  isSubscribedTo(topicName: string): boolean {
    return this.subscribedTopics?.has(topicName) ?? this.#speaksConsumerProtocol;
  }

  /** None: which topics there are is for the leader to see. */
  topicsToWatch(): readonly string[] {
    return [];
  }

  validateOffsetCommit(call: CommitOffsetsCall): ErrorName | CheckPartition {
    const { generationIdOrMemberEpoch: generationId, memberId, groupInstanceId } = call;
    if (generationId < 0 && this.isEmpty) return anyPartition;
    if (generationId < 0 && memberId === "" && groupInstanceId === null) {
      return "UNKNOWN_MEMBER_ID";
    }
    const member = this.membership.find(memberId, groupInstanceId);
    if (typeof member === "string") return member;
    if (generationId !== this.generationId) return "ILLEGAL_GENERATION";
    if (this.state === "CompletingRebalance") return "REBALANCE_IN_PROGRESS";
    return anyPartition;
  }

  invalidOffsetFetch(): ErrorName | null {
    return null;
  }

  invalidOffsetDelete(): ErrorName | null {
    return this.isEmpty || this.#speaksConsumerProtocol ? null : "NON_EMPTY_GROUP";
  }

  agesFrom(commitTimestamp: Millis): Millis | null {
    if (this.protocolType === "") return commitTimestamp;
    if (this.isEmpty) return this.stateTimestamp ?? commitTimestamp;
    const isKnown = this.#speaksConsumerProtocol && this.subscribedTopics !== null;
    return isKnown && this.state === "Stable" ? commitTimestamp : null;
  }

  tombstones(): GroupRecord[] {
    return [
      { type: "GroupMetadata", key: { group: this.groupId }, value: null },
      { type: "ClassicGeneration", key: {}, value: null },
    ];
  }

  nextDeadline(): Millis | null {
    let next = Math.min(this.joinDeadline?.at ?? Infinity, this.syncDeadline ?? Infinity);
    for (const deadline of this.membership.pendingJoins.values()) next = Math.min(next, deadline);
    for (const { sessionDeadline } of this.members.values()) {
      next = Math.min(next, sessionDeadline ?? Infinity);
    }
    return next === Infinity ? null : next;
  }

  get #speaksConsumerProtocol(): boolean {
    return this.protocolType === CONSUMER_PROTOCOL_TYPE;
  }
}

function anyPartition(): null {
  return null;
}
