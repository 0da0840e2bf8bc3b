/**
 * A member that speaks the consumer protocol (KIP-848) as Kafka's consumers do: its heartbeats say
 * who it is and what it owns, and tell it what to own; it gives up before it takes, and says so.
 */
import { randomUuid } from "../../../src/base/uuid.ts";
import type { ResponseOf } from "../../../src/protocol/api.ts";
import { type ErrorName, errorName } from "../../../src/protocol/errors.ts";
import { consumerGroupHeartbeat } from "../../../src/protocol/messages/68-consumer-group-heartbeat.ts";
import type { Mark } from "./committed-offsets.ts";
import type { CoordinatorClient } from "./coordinator-client.ts";
import type { GroupMember, MemberOptions } from "./group-member.ts";
import { type OwnedPartition, Positions } from "./positions.ts";

/** What clients of each age speak. The oldest have their ids given, and know no expressions. */
const AGES = [
  { heartbeat: 0, commit: 9, fetch: 9 },
  { heartbeat: 1, commit: 9, fetch: 9 },
  { heartbeat: 1, commit: 9, fetch: 9 },
  { heartbeat: 1, commit: 10, fetch: 10 },
  { heartbeat: 1, commit: 10, fetch: 10 },
] as const;

const LEAVE_EPOCH = -1;
const LEAVE_STATIC_EPOCH = -2;

/** How long until a member that was refused asks again. */
const RETRY_MS = 200;

type HeartbeatResponse = ResponseOf<typeof consumerGroupHeartbeat>;
type Assignment = NonNullable<HeartbeatResponse["assignment"]>["topicPartitions"];

export class ConsumerMember implements GroupMember {
  readonly protocol = "consumer";
  readonly options: MemberOptions;
  readonly client: CoordinatorClient;
  readonly #positions: Positions;
  topics: readonly string[];
  memberId: string;
  #epoch = 0;
  /** Whether everything has to be said again, since it is not known what has come through. */
  #saysAll = true;
  /** Whether it has to say what it owns. */
  #acknowledges = false;
  /** What it was told to own. */
  #target: readonly OwnedPartition[] = [];
  #isReconciling = false;
  #hasLeft = false;
  /** Ends the wait until the next heartbeat. */
  #hurry: () => void = () => {};

  constructor(client: CoordinatorClient, options: MemberOptions) {
    this.client = client;
    this.options = options;
    this.topics = options.topics;
    this.memberId = this.#versions.heartbeat === 0 ? "" : randomUuid(client.random);
    this.#positions = new Positions(client, this.#versions, true);
  }

  get owned(): readonly OwnedPartition[] {
    return this.#positions.owned;
  }

  get isSettled(): boolean {
    const isAtRest = !this.#isReconciling && !this.#acknowledges && !this.#saysAll;
    return this.#epoch > 0 && isAtRest && this.#isSame(this.owned, this.#target);
  }

  describe(): string {
    const { name } = this.options;
    const doing = this.#isReconciling ? "reconciling" : this.#acknowledges ? "acknowledging" : "";
    return `${name} (${this.memberId}, consumer, epoch ${this.#epoch} ${doing})`;
  }

  async run(): Promise<void> {
    const { client, options } = this;
    while (!client.isStopped && !this.#hasLeft) {
      const isAnswered = await this.#heartbeat();
      if (client.isStopped || this.#hasLeft) return;
      if (!isAnswered) await client.rest(RETRY_MS);
      else if (!this.#acknowledges) await this.#untilNext(options.heartbeatMs);
      if (!client.history.isIdle) this.#consume();
    }
  }

  subscribe(topics: readonly string[]): void {
    this.topics = topics;
    this.#saysAll = true;
    this.#hurry();
  }

  leave(isForGood: boolean): void {
    void this.#leave(isForGood).catch((error: Error) => this.client.cluster.world.fail(error));
  }

  get #versions() {
    return AGES[this.options.age]!;
  }

  async #leave(isForGood: boolean): Promise<void> {
    const { client, options } = this;
    this.#hasLeft = true;
    this.#hurry();
    await this.#commit();
    this.#own([]);
    const isStatic = options.instanceId !== null;
    const memberEpoch = isStatic && !isForGood ? LEAVE_STATIC_EPOCH : LEAVE_EPOCH;
    if (this.memberId !== "") {
      const { memberId } = this;
      const { groupId } = client.history.stored;
      const request = { groupId, memberId, memberEpoch, instanceId: options.instanceId };
      await client.ask(consumerGroupHeartbeat, this.#versions.heartbeat, request);
    }
    client.stop();
  }

  /** Whether there was an answer. */
  async #heartbeat(): Promise<boolean> {
    const { client } = this;
    const saysAll = this.#saysAll || this.#epoch === 0;
    const acknowledges = this.#acknowledges;
    const saysOwned = saysAll || acknowledges;
    if (saysOwned) client.history.keeps(this.options.name, this.owned.map(placeOf));
    this.#saysAll = false;
    this.#acknowledges = false;
    const answer = await client.ask(
      consumerGroupHeartbeat,
      this.#versions.heartbeat,
      this.#request(saysAll, saysOwned),
      (answer, sent) => this.#arrived(answer, sent),
    );
    if (answer?.errorCode !== 0) {
      this.#saysAll = true;
      this.#acknowledges ||= acknowledges;
    }
    if (!answer || client.isStopped) return false;
    if (answer.errorCode !== 0) return this.#refused(errorName(answer.errorCode));
    this.memberId = answer.memberId ?? this.memberId;
    this.#epoch = answer.memberEpoch;
    if (answer.assignment) this.#assigned(answer.assignment.topicPartitions);
    return true;
  }

  #request(saysAll: boolean, saysOwned: boolean) {
    const { instanceId, rebalanceTimeoutMs } = this.options;
    const regex = this.#versions.heartbeat > 0 ? this.options.regex : null;
    const byTopic = Map.groupBy(this.owned, ({ topicId }) => topicId);
    const topicPartitions = [...byTopic].map(([topicId, owned]) => ({
      topicId,
      partitions: owned.map(({ partition }) => partition),
    }));
    return {
      groupId: this.client.history.stored.groupId,
      memberId: this.memberId,
      memberEpoch: this.#epoch,
      instanceId,
      rebalanceTimeoutMs: saysAll ? rebalanceTimeoutMs : -1,
      subscribedTopicNames: saysAll ? (regex === null ? [...this.topics] : []) : null,
      ...(regex !== null && saysAll ? { subscribedTopicRegex: regex } : {}),
      topicPartitions: saysOwned ? topicPartitions : null,
    };
  }

  #arrived(answer: HeartbeatResponse, sent: Mark): void {
    if (answer.errorCode !== 0 || this.#hasLeft) return;
    const { name, instanceId } = this.options;
    const memberId = answer.memberId ?? this.memberId;
    const told = { name, memberId, instanceId, epoch: answer.memberEpoch, sent };
    const { history } = this.client;
    history.told(told);
    if (!answer.assignment) return;
    history.gains(told, this.#partitionsOf(answer.assignment.topicPartitions).map(placeOf));
  }

  /** What becomes of a member that is refused: always false. */
  #refused(error: ErrorName): boolean {
    const react = this.#reactions[error];
    if (react) react();
    else this.client.history.fail(`${this.describe()} was refused with ${error}.`);
    return false;
  }

  readonly #reactions: Partial<Record<ErrorName, () => void>> = {
    UNKNOWN_MEMBER_ID: () => this.#fenced(),
    FENCED_MEMBER_EPOCH: () => this.#fenced(),
    GROUP_ID_NOT_FOUND: () => this.#fenced(),
    FENCED_INSTANCE_ID: () => {
      this.#own([]);
      this.client.stop();
    },
    COORDINATOR_NOT_AVAILABLE: () => this.client.lost(),
    NOT_COORDINATOR: () => this.client.lost(),
    REQUEST_TIMED_OUT: () => {},
    UNRELEASED_INSTANCE_ID: () => {},
  };

  /** The group has gone on without it: it has nothing, and joins anew. */
  #fenced(): void {
    this.#epoch = 0;
    this.#target = [];
    this.#own([]);
  }

  #assigned(assignment: Assignment): void {
    this.#target = this.#partitionsOf(assignment);
    if (this.#isSame(this.owned, this.#target)) return;
    if (this.#isReconciling) return;
    this.#isReconciling = true;
    void this.#reconcile().catch((error: Error) => this.client.cluster.world.fail(error));
  }

  /** Gives up what it is not to have, and then takes what it is to have; heartbeats go on. */
  async #reconcile(): Promise<void> {
    const { client, options } = this;
    const epoch = this.#epoch;
    while (!this.#isSame(this.owned, this.#target) && this.#isMember(epoch)) {
      const target = await this.#nameTarget();
      const isLess = this.owned.some((owned) => !has(target, owned));
      if (isLess) {
        if (client.random.chance(0.7)) await this.#commit();
        await client.rest(client.dawdle(options.slownessMs));
        if (!this.#isMember(epoch)) break;
        this.#positions.own(this.owned.filter((owned) => has(target, owned)));
      }
      // What it was told meanwhile it takes in the next round.
      if (target === this.#target) this.#positions.own(target);
    }
    this.#isReconciling = false;
    if (client.isStopped || this.#hasLeft || this.#epoch === 0) return;
    this.#acknowledges = true;
    this.#hurry();
    await this.#positions.begin(this.#committer);
  }

  /** What it is to own, by names: a topic may be newer than what it knows. */
  async #nameTarget(): Promise<readonly OwnedPartition[]> {
    const { topics } = this.client.history;
    while (!this.#target.every(({ topicId }) => topics.nameOf(topicId))) {
      if (this.client.isStopped) return [];
      await this.client.rest();
    }
    return (this.#target = this.#target.map((owned) => ({
      ...owned,
      topic: topics.nameOf(owned.topicId)!,
    })));
  }

  /** Whether it is a member still, without having been fenced. */
  #isMember(epoch: number): boolean {
    return !this.client.isStopped && !this.#hasLeft && this.#epoch >= epoch;
  }

  #consume(): void {
    const { client, options } = this;
    this.#positions.advance();
    if (!client.random.chance(options.commitChance) || this.#hasLeft) return;
    void (async () => {
      await this.#positions.begin(this.#committer);
      await this.#commit();
    })().catch((error: Error) => client.cluster.world.fail(error));
  }

  async #commit(): Promise<void> {
    // What is wrong with a commit the next heartbeat says as well.
    await this.#positions.commit(this.#committer);
  }

  #own(partitions: readonly OwnedPartition[]): void {
    this.#positions.own(partitions);
    this.client.history.keeps(this.options.name, partitions.map(placeOf));
  }

  async #untilNext(delayMs: number): Promise<void> {
    const { client } = this;
    const hurried = new Promise<void>((resolve) => (this.#hurry = resolve));
    await Promise.race([client.rest(delayMs), hurried]);
    await client.rest(1);
  }

  get #committer() {
    const { memberId } = this;
    const { name, instanceId } = this.options;
    return { name, memberId, instanceId, epoch: this.#epoch };
  }

  #partitionsOf(assignment: Assignment): OwnedPartition[] {
    const { topics } = this.client.history;
    return assignment.flatMap(({ topicId, partitions }) => {
      const topic = topics.nameOf(topicId) ?? topicId;
      return partitions.map((partition) => ({ topic, topicId, partition }));
    });
  }

  #isSame(some: readonly OwnedPartition[], others: readonly OwnedPartition[]): boolean {
    return some.length === others.length && some.every((owned) => has(others, owned));
  }
}

function placeOf({ topicId, partition }: OwnedPartition): string {
  return `${topicId}/${partition}`;
}

function has(partitions: readonly OwnedPartition[], owned: OwnedPartition): boolean {
  return partitions.some((other) => placeOf(other) === placeOf(owned));
}
