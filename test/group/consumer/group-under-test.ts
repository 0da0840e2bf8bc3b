/** A consumer group, its clients, its topics and its clock, in the words of a test. */
import type { Uuid } from "../../../src/base/uuid.ts";
import { ClassicGroup } from "../../../src/group/classic/classic-group.ts";
import { expireClassicGroup } from "../../../src/group/classic/expire-classic-group.ts";
import type { ConsumerGroupMember } from "../../../src/group/consumer/consumer-group-member.ts";
import { ConsumerGroup } from "../../../src/group/consumer/consumer-group.ts";
import { describeConsumerGroup } from "../../../src/group/consumer/describe-consumer-group.ts";
import { expireConsumerGroup } from "../../../src/group/consumer/expire-consumer-group.ts";
import { consumerHeartbeat } from "../../../src/group/consumer/heartbeat.ts";
import type * as calls from "../../../src/group/group-calls.ts";
import type { GroupRecord } from "../../../src/group/group-record.ts";
import type { GroupState } from "../../../src/group/group-state.ts";
import { loadGroup, replay } from "../../../src/group/load-group.ts";
import {
  heartbeatConsumerGroup,
  leaveConsumerGroup,
  syncConsumerGroup,
} from "../../../src/group/migration/classic-members.ts";
import { joinConsumerGroup } from "../../../src/group/migration/join-consumer-group.ts";
import { CommittedOffsets } from "../../../src/group/offsets/committed-offsets.ts";
import { TopicsImage } from "../../../src/group/topics-image.ts";
import { decodeAssignment, encodeSubscription } from "../../../src/protocol/consumer-protocol.ts";
import type { CoordinatorRecord } from "../../../src/protocol/coordinator-records.ts";
import type { ErrorName } from "../../../src/protocol/errors.ts";
import { TestTurn } from "../test-turn.ts";

export const SESSION_TIMEOUT_MS = 45_000;
export const REBALANCE_TIMEOUT_MS = 60_000;

/** Longer than `group.consumer.assignment.interval.ms`. */
export const ASSIGNMENT_INTERVAL_MS = 1000;

/** Partitions by topic name, as tests write them. */
export type Partitions = Readonly<Record<string, readonly number[]>>;

export type HeartbeatOptions = Partial<Omit<calls.ConsumerHeartbeatCall, "topicPartitions">> & {
  readonly owned?: Partitions | null;
};

export type JoinOptions = Partial<calls.JoinGroupCall> & {
  readonly topics?: readonly string[];
  readonly owned?: Partitions;
};

/** The id of a topic that tests name so. */
export function idOf(topic: string): Uuid {
  return topic.padEnd(21, "_") + "A";
}

/** A protocol of the classic kind with a subscription. */
export function protocol(
  name: string,
  topics: readonly string[],
  owned: Partitions = {},
): calls.ClassicProtocol {
  const ownedPartitions = Object.entries(owned).map(([topic, partitions]) => ({
    topic,
    partitions: [...partitions],
  }));
  return { name, metadata: encodeSubscription({ topics: [...topics], ownedPartitions }, 1) };
}

export class GroupUnderTest {
  readonly turn: TestTurn;
  state: GroupState = { groupId: "group", group: null, offsets: new CommittedOffsets() };
  readonly #topics = new Map<string, number>();
  /** The last record of each key. */
  readonly #stored = new Map<string, CoordinatorRecord>();
  #nextTicket = 1;

  constructor(configs: Readonly<Record<string, string>> = {}, seed = 1) {
    const store = (record: GroupRecord) => {
      replay(this.state, record);
      if (record.type === "ClassicGeneration") return;
      this.#stored.set(`${record.type} ${JSON.stringify(record.key)}`, record);
    };
    this.turn = new TestTurn(configs, store, seed);
  }

  get group(): ConsumerGroup {
    if (this.state.group instanceof ConsumerGroup) return this.state.group;
    throw new Error("It is no consumer group.");
  }

  get classic(): ClassicGroup {
    if (this.state.group instanceof ClassicGroup) return this.state.group;
    throw new Error("It is no classic group.");
  }

  member(memberId: string): ConsumerGroupMember {
    const member = this.group.members.get(memberId);
    if (member === undefined) throw new Error(`There is no member ${memberId}.`);
    return member;
  }

  /** Makes a topic, gives it more partitions, or with 0 deletes it. */
  topic(name: string, partitionCount: number): this {
    if (partitionCount === 0) this.#topics.delete(name);
    else this.#topics.set(name, partitionCount);
    this.turn.topics = new TopicsImage(
      [...this.#topics].map(([topic, count]) => ({
        name: topic,
        topicId: idOf(topic),
        partitionCount: count,
      })),
    );
    if (this.state.group instanceof ConsumerGroup) this.group.topicsChanged();
    return this;
  }

  get topicNames(): string[] {
    return [...this.#topics.keys()];
  }

  heartbeat(
    memberId: string,
    memberEpoch: number,
    { owned = null, ...options }: HeartbeatOptions = {},
  ): calls.ConsumerHeartbeatAnswer {
    const call: calls.ConsumerHeartbeatCall = {
      memberId,
      memberEpoch,
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: null,
      subscribedTopicRegex: null,
      serverAssignor: null,
      topicPartitions:
        owned &&
        Object.entries(owned).map(([topic, partitions]) => ({ topicId: idOf(topic), partitions })),
      client: { clientId: "client", clientHost: "/127.0.0.1" },
      ...options,
    };
    return consumerHeartbeat(this.state, call, this.turn);
  }

  /** The first heartbeat, or the first after being fenced. */
  joinAs(
    memberId: string,
    topics: readonly string[],
    options: HeartbeatOptions = {},
  ): calls.ConsumerHeartbeatAnswer {
    return this.heartbeat(memberId, 0, {
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      subscribedTopicNames: topics,
      owned: {},
      ...options,
    });
  }

  /** A member that owns all that it has been assigned heartbeats in its epoch. */
  beat(memberId: string, options: HeartbeatOptions = {}): calls.ConsumerHeartbeatAnswer {
    const { memberEpoch, instanceId } = this.member(memberId);
    const owned = this.assigned(memberId);
    return this.heartbeat(memberId, memberEpoch, { owned, instanceId, ...options });
  }

  /** What the member is assigned, by topic name. */
  assigned(memberId: string): Partitions {
    const { assignedPartitions } = this.member(memberId);
    return byName([...assignedPartitions].map(([id, epochs]) => [id, [...epochs.keys()]]));
  }

  /** What the member is to have, by topic name. */
  target(memberId: string): Partitions {
    return byName([...this.group.targetOf(memberId)]);
  }

  /** All members heartbeat as they should until nothing more happens. */
  settle(): void {
    for (let round = 0; round < 100; round++) {
      const before = this.turn.records.length;
      this.pass(ASSIGNMENT_INTERVAL_MS);
      for (const { memberId, classic } of this.group.members.values()) {
        if (classic === null) this.beat(memberId);
        else this.#classicBeat(memberId);
      }
      if (this.turn.records.length === before) return;
    }
    throw new Error("The group does not settle.");
  }

  /** A member of the classic protocol heartbeats, and joins again if that is the answer. */
  #classicBeat(memberId: string): void {
    const { memberEpoch, subscribedTopicNames, instanceId } = this.member(memberId);
    if (this.classicHeartbeat(memberId, memberEpoch) === null) return;
    const owned = this.assigned(memberId);
    const options = { topics: subscribedTopicNames, owned, groupInstanceId: instanceId };
    const { generationId } = this.join(memberId, options);
    this.sync(memberId, generationId);
  }

  join(memberId: string, options: JoinOptions = {}): calls.JoinGroupAnswer {
    const { topics = ["orders"], owned, ...rest } = options;
    const ticket = this.#nextTicket++;
    const call: calls.JoinGroupCall = {
      memberId,
      groupInstanceId: null,
      protocolType: "consumer",
      protocols: [protocol("range", topics, owned)],
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      client: { clientId: "classic", clientHost: "/127.0.0.1" },
      requiresKnownMemberId: false,
      supportsSkippingAssignment: false,
      ...rest,
    };
    joinConsumerGroup(this.state, call, ticket, this.turn);
    return this.turn.joins.get(ticket)!;
  }

  sync(
    memberId: string,
    generationId: number,
    options: Partial<calls.SyncGroupCall> = {},
  ): { error: ErrorName | null; assigned: Partitions } {
    const ticket = this.#nextTicket++;
    const call: calls.SyncGroupCall = {
      memberId,
      groupInstanceId: null,
      generationId,
      protocolType: "consumer",
      protocolName: "range",
      assignments: [],
      ...options,
    };
    syncConsumerGroup(this.group, call, ticket, this.turn);
    const { error, assignment } = this.turn.syncs.get(ticket)!;
    return { error, assigned: partitionsOf(assignment) };
  }

  classicHeartbeat(memberId: string, generationId: number): ErrorName | null {
    const call = { memberId, groupInstanceId: null, generationId };
    return heartbeatConsumerGroup(this.group, call, this.turn);
  }

  leave(...members: calls.LeaveGroupCall["members"][number][]): (ErrorName | null)[] {
    const answer = leaveConsumerGroup(this.state, { members }, this.turn);
    return answer.members.map(({ error }) => error);
  }

  describe(): calls.ConsumerGroupDescription {
    return describeConsumerGroup(this.state, this.turn.topics, this.turn.config);
  }

  /** Time passes, and what is due happens. */
  pass(ms: number): void {
    this.turn.now += ms;
    expireConsumerGroup(this.state, this.turn);
  }

  /** The same for a classic group. */
  passClassic(ms: number): void {
    this.turn.now += ms;
    expireClassicGroup(this.classic, this.turn);
  }

  /** The types of what has been recorded since `count` records were, one after the other. */
  recordedSince(count: number): string[] {
    return this.turn.records.slice(count).map(({ type }) => type);
  }

  /** The group as it would be after a restart. */
  reloaded(): GroupState {
    const records = [...this.#stored.values()].filter(({ value }) => value !== null);
    return loadGroup("group", records, 0, this.turn);
  }

  /** The process ends and starts again. */
  restart(): void {
    this.state = this.reloaded();
  }
}

/** All that is durable of a group, in a form that can be compared. */
export function durable({ group }: GroupState): unknown {
  if (!(group instanceof ConsumerGroup)) return null;
  const { members, subscriptions, partitionEpochs } = group;
  const epochs = [...members.values()].flatMap(
    ({ memberId, assignedPartitions, partitionsPendingRevocation }) =>
      [assignedPartitions, partitionsPendingRevocation].flatMap((assigned) =>
        [...assigned].flatMap(([topicId, partitions]) =>
          [...partitions.keys()].map((at) => [
            memberId,
            topicId,
            at,
            partitionEpochs.get(topicId, at),
          ]),
        ),
      ),
  );
  return {
    groupEpoch: group.groupEpoch,
    metadataHash: group.metadataHash,
    assignmentEpoch: group.assignmentEpoch,
    assignmentTimestamp: group.assignmentTimestamp,
    members: new Map(members),
    targets: new Map(group.targetAssignment),
    resolved: new Map(subscriptions.resolvedRegularExpressions),
    topics: new Set(subscriptions.topicNames()),
    regexes: new Set(subscriptions.regularExpressions),
    type: subscriptions.subscriptionType(members.size),
    epochs: new Set(epochs.map((epoch) => epoch.join(" "))),
  };
}

function partitionsOf(assignment: Uint8Array): Partitions {
  if (assignment.length === 0) return {};
  const { assignedPartitions } = decodeAssignment(assignment);
  return Object.fromEntries(assignedPartitions.map(({ topic, partitions }) => [topic, partitions]));
}

function byName(topics: readonly (readonly [Uuid, readonly number[]])[]): Partitions {
  return Object.fromEntries(
    topics.map(([topicId, partitions]) => [
      topicId.replace(/_*A$/, ""),
      partitions.toSorted((one, other) => one - other),
    ]),
  );
}
