/**
 * A member that speaks the classic protocol as Kafka's consumers do: it joins, leads if it is told
 * to, asks for its assignment, sends heartbeats, and joins again when anything calls for it.
 */
import { ZERO_UUID } from "../../../src/base/uuid.ts";
import type { ResponseOf } from "../../../src/protocol/api.ts";
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from "../../../src/protocol/consumer-protocol.ts";
import { ErrorCode, type ErrorName, errorName } from "../../../src/protocol/errors.ts";
import { joinGroup } from "../../../src/protocol/messages/11-join-group.ts";
import { heartbeat } from "../../../src/protocol/messages/12-heartbeat.ts";
import { leaveGroup } from "../../../src/protocol/messages/13-leave-group.ts";
import { syncGroup } from "../../../src/protocol/messages/14-sync-group.ts";
import type { Mark } from "./committed-offsets.ts";
import type { CoordinatorClient } from "./coordinator-client.ts";
import type { Told } from "./group-history.ts";
import type { GroupMember, MemberOptions } from "./group-member.ts";
import { type OwnedPartition, Positions } from "./positions.ts";
import { type PlannedPartition, rangePlan, withoutOwned } from "./range-plan.ts";

/** What clients of each age speak. The oldest know no static members. */
const AGES = [
  { join: 2, sync: 1, heartbeat: 1, leave: 1, commit: 3, fetch: 3 },
  { join: 5, sync: 3, heartbeat: 3, leave: 3, commit: 7, fetch: 7 },
  { join: 7, sync: 5, heartbeat: 4, leave: 4, commit: 8, fetch: 8 },
  { join: 9, sync: 5, heartbeat: 4, leave: 5, commit: 9, fetch: 9 },
  { join: 9, sync: 5, heartbeat: 4, leave: 5, commit: 10, fetch: 10 },
] as const;

/** From here on there are static members. */
const FIRST_INSTANCE_VERSION = 3;
const FIRST_JOIN_INSTANCE_VERSION = 5;
const FIRST_MANY_LEAVE_VERSION = 3;
const FIRST_TOLD_LEADER_VERSION = 9;

/** How often a leader looks whether the topics have changed, in heartbeats. */
const METADATA_AGE = 4;

/** What a commit can hear that says something about its member. */
const ABOUT_MEMBERS: readonly ErrorName[] = [
  "REBALANCE_IN_PROGRESS",
  "UNKNOWN_MEMBER_ID",
  "ILLEGAL_GENERATION",
  "FENCED_INSTANCE_ID",
];

type JoinResponse = ResponseOf<typeof joinGroup>;

export class ClassicMember implements GroupMember {
  readonly protocol = "classic";
  readonly options: MemberOptions;
  readonly client: CoordinatorClient;
  readonly #positions: Positions;
  topics: readonly string[];
  memberId = "";
  #generationId = -1;
  #isLeader = false;
  /** A consumer group has none; when it becomes a classic group nobody is told who leads. */
  #hasLeader = true;
  #isStable = false;
  /** When it joins again; null while nothing calls for it. */
  #rejoinAt: number | null = null;
  /** The topics that the group subscribes to, and what the leader last saw of them. */
  #watched: readonly string[] = [];
  #seen = "";
  #beats = 0;

  constructor(client: CoordinatorClient, options: MemberOptions) {
    this.client = client;
    this.options = options;
    this.topics = options.topics;
    this.#positions = new Positions(client, this.#versions, false);
  }

  get owned(): readonly OwnedPartition[] {
    return this.#positions.owned;
  }

  get isSettled(): boolean {
    return this.#isStable && this.#rejoinAt === null;
  }

  describe(): string {
    const { name } = this.options;
    const state = this.#isStable ? "stable" : "joining";
    return `${name} (${this.memberId}, classic, ${state}, generation ${this.#generationId})`;
  }

  async run(): Promise<void> {
    const { client } = this;
    while (!client.isStopped) {
      if (await this.#join()) await this.#stay();
      else await client.rest();
    }
  }

  subscribe(topics: readonly string[]): void {
    this.topics = topics;
    this.#rejoinAt ??= this.client.cluster.world.now;
  }

  leave(isForGood: boolean): void {
    void this.#leave(isForGood).catch((error: Error) => this.client.cluster.world.fail(error));
  }

  get #versions() {
    return AGES[this.options.age]!;
  }

  get #instanceId(): string | null {
    return this.options.instanceId;
  }

  async #leave(isForGood: boolean): Promise<void> {
    const { client } = this;
    await this.#positions.commit(this.#committer);
    // A static member that will be back says nothing.
    if ((isForGood || this.#instanceId === null) && this.memberId !== "") {
      const { memberId } = this;
      const members = [{ memberId, groupInstanceId: this.#instanceId }];
      const { groupId } = client.history.stored;
      const isOld = this.#versions.leave < FIRST_MANY_LEAVE_VERSION;
      const request = isOld ? { groupId, memberId } : { groupId, members };
      this.#giveUpAll();
      await client.ask(leaveGroup, this.#versions.leave, request);
    }
    client.stop();
    this.#giveUpAll();
  }

  /** Joins and asks for the assignment. Whether it is a member of a generation then. */
  async #join(): Promise<boolean> {
    this.#isStable = false;
    this.#rejoinAt = null;
    if (!this.options.isCooperative) this.#giveUpAll();
    const answer = await this.#askToJoin();
    if (!answer || this.client.isStopped) return false;
    if (answer.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      this.memberId = answer.memberId;
      return this.#join();
    }
    if (answer.errorCode !== 0) return this.#heard(errorName(answer.errorCode));
    this.#generationId = answer.generationId;
    this.memberId = answer.memberId;
    this.#isLeader = answer.leader === answer.memberId;
    this.#hasLeader = answer.leader !== "";
    const assignments = this.#isLeader ? await this.#assign(answer) : [];
    if (assignments === null) return false;
    return this.#sync(answer, answer.skipAssignment ? [] : assignments);
  }

  #askToJoin(): Promise<JoinResponse | null> {
    const { sessionTimeoutMs, rebalanceTimeoutMs, isCooperative } = this.options;
    const { client, topics, memberId } = this;
    const byTopic = Map.groupBy(this.owned, ({ topic }) => topic);
    const metadata = encodeSubscription({
      topics: [...topics],
      ownedPartitions: [...byTopic].map(([topic, owned]) => ({
        topic,
        partitions: owned.map(({ partition }) => partition),
      })),
      generationId: this.#generationId,
    });
    const version = this.#versions.join;
    return client.ask(
      joinGroup,
      version,
      {
        groupId: client.history.stored.groupId,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        memberId,
        groupInstanceId: version >= FIRST_JOIN_INSTANCE_VERSION ? this.#instanceId : null,
        protocolType: "consumer",
        protocols: [{ name: isCooperative ? "cooperative-sticky" : "range", metadata }],
      },
      (answer, sent) => this.#joined(answer, sent),
    );
  }

  #joined(answer: JoinResponse, sent: Mark): void {
    if (answer.errorCode !== 0) return;
    const { history } = this.client;
    const told = this.#told(answer.memberId, answer.generationId, sent);
    history.told(told);
    if (answer.members.length === 0) return;
    const identities = answer.members.map((member) => member.groupInstanceId ?? member.memberId);
    history.toldMembers(told, identities);
  }

  /** What a leader assigns; null if it cannot find out about the topics. */
  async #assign({ members }: JoinResponse) {
    const planned = members.map(({ memberId, metadata }) => {
      const { topics, ownedPartitions, generationId } = decodeSubscription(metadata);
      return { memberId, topics, owned: ownedPartitions, generationId };
    });
    this.#watched = [...new Set(planned.flatMap((member) => member.topics))].sort();
    const counts = await this.#look();
    if (counts === null) return null;
    const plan = rangePlan(planned, counts);
    const isCooperative = this.options.isCooperative;
    const assigned = isCooperative ? withoutOwned(plan, planned) : plan;
    // Who was kept from something joins again when the others have given it up.
    return [...assigned].map(([memberId, partitions]) => ({
      memberId,
      assignment: encodeAssignment({ assignedPartitions: topicsOf(partitions) }),
    }));
  }

  /** How many partitions each of the group's topics has; null if that cannot be found out. */
  async #look(): Promise<Map<string, number> | null> {
    const counts = new Map<string, number>();
    for (const topic of this.#watched) {
      if (this.client.isStopped) return null;
      const partitions = await this.client.describeTopic(topic).catch(() => null);
      if (partitions === null) return null;
      if (partitions.length > 0) counts.set(topic, partitions.length);
    }
    this.#seen = JSON.stringify([...counts]);
    return counts;
  }

  async #sync(
    { generationId, protocolType, protocolName }: JoinResponse,
    assignments: { memberId: string; assignment: Uint8Array }[],
  ): Promise<boolean> {
    const { client, memberId } = this;
    const { history } = client;
    const version = this.#versions.sync;
    const answer = await client.ask(
      syncGroup,
      version,
      {
        groupId: history.stored.groupId,
        generationId,
        memberId,
        groupInstanceId: version >= FIRST_INSTANCE_VERSION ? this.#instanceId : null,
        protocolType,
        protocolName,
        assignments,
      },
      (answer, sent) => {
        if (answer.errorCode !== 0) return;
        const told = this.#told(memberId, generationId, sent);
        const owned = this.#ownedBy(answer.assignment);
        history.assigned(
          told,
          owned.map((each) => this.#placeOf(each)),
        );
        // Under one name may be two topics, of which the member does not know.
        const steady = owned.filter(({ topic }) => !history.topics.isChurned(topic));
        history.gains(
          told,
          steady.map((each) => this.#placeOf(each)),
        );
      },
    );
    if (!answer || client.isStopped) return false;
    if (answer.errorCode !== 0) return this.#heard(errorName(answer.errorCode));
    this.#takeAssignment(this.#ownedBy(answer.assignment));
    return true;
  }

  #takeAssignment(assigned: readonly OwnedPartition[]): void {
    const isLess = this.owned.some(
      (owned) => !assigned.some((other) => this.#placeOf(other) === this.#placeOf(owned)),
    );
    this.#positions.own(assigned);
    this.client.history.keeps(
      this.options.name,
      assigned.map((owned) => this.#placeOf(owned)),
    );
    this.#isStable = true;
    // A cooperative member that has given up something lets the others have it.
    if (isLess) this.#rejoinAt = this.client.cluster.world.now;
  }

  /** Is a member until something calls for another join. */
  async #stay(): Promise<void> {
    const { client, options } = this;
    const { world } = client.cluster;
    while (!client.isStopped) {
      if (this.#rejoinAt !== null && world.now >= this.#rejoinAt) {
        if (client.random.chance(0.7)) await this.#commit();
        return;
      }
      if (!client.history.isIdle) await this.#work();
      if (this.#rejoinAt === null) await client.rest(options.heartbeatMs);
      else
        await client.rest(Math.min(options.heartbeatMs, Math.max(1, this.#rejoinAt - world.now)));
      await this.#heartbeat();
    }
  }

  /** Consumes, commits, and leads if it is to. */
  async #work(): Promise<void> {
    const { client, options } = this;
    await this.#positions.begin(this.#committer);
    this.#positions.advance();
    if (client.random.chance(options.commitChance)) {
      if (client.random.chance(0.5)) await this.#commit();
      else void this.#commit();
    }
    await this.#lead();
  }

  /** A leader joins again when the topics have changed. */
  async #lead(): Promise<void> {
    // Before KIP-814 a static member that came back was not told that it leads.
    const isUntold = this.#instanceId !== null && this.#versions.join < FIRST_TOLD_LEADER_VERSION;
    if (!this.#isLeader && this.#hasLeader && !isUntold) return;
    if (++this.#beats % METADATA_AGE !== 0) return;
    if (!this.#isLeader) this.#watched = this.topics;
    const before = this.#seen;
    const counts = await this.#look();
    const isChanged = counts !== null && before !== this.#seen;
    if (isChanged) this.#rejoinAt ??= this.client.cluster.world.now;
  }

  async #heartbeat(): Promise<void> {
    const { client, memberId } = this;
    const version = this.#versions.heartbeat;
    const answer = await client.ask(heartbeat, version, {
      groupId: client.history.stored.groupId,
      generationId: this.#generationId,
      memberId,
      groupInstanceId: version >= FIRST_INSTANCE_VERSION ? this.#instanceId : null,
    });
    if (answer && answer.errorCode !== 0) this.#heard(errorName(answer.errorCode));
  }

  async #commit(): Promise<void> {
    const { memberId, epoch } = this.#committer;
    const errors = await this.#positions.commit(this.#committer);
    // It may be another by now, or in another generation.
    if (memberId !== this.memberId || epoch !== this.#generationId) return;
    for (const error of errors) if (ABOUT_MEMBERS.includes(error)) this.#heard(error);
  }

  /** What becomes of a member that hears an error: always false. */
  #heard(error: ErrorName): boolean {
    const react = this.#reactions[error];
    if (react) react();
    else this.client.history.fail(`${this.describe()} was refused with ${error}.`);
    return false;
  }

  readonly #reactions: Partial<Record<ErrorName, () => void>> = {
    REBALANCE_IN_PROGRESS: () => {
      const { client, options } = this;
      this.#rejoinAt ??= client.cluster.world.now + client.dawdle(options.slownessMs);
    },
    UNKNOWN_MEMBER_ID: () => {
      this.memberId = "";
      this.#forgotten();
    },
    ILLEGAL_GENERATION: () => this.#forgotten(),
    COORDINATOR_NOT_AVAILABLE: () => this.client.lost(),
    NOT_COORDINATOR: () => this.client.lost(),
    FENCED_INSTANCE_ID: () => this.#end(),
    REQUEST_TIMED_OUT: () => {},
  };

  /** Its generation has gone on without it: it has nothing, and joins anew. */
  #forgotten(): void {
    this.#generationId = -1;
    this.#rejoinAt = this.client.cluster.world.now;
    this.#giveUpAll();
  }

  /** Another process has its place. */
  #end(): void {
    this.#giveUpAll();
    this.client.stop();
  }

  #giveUpAll(): void {
    this.#positions.own([]);
    this.client.history.keeps(this.options.name, []);
  }

  get #committer() {
    const { memberId } = this;
    const { name, instanceId } = this.options;
    return { name, memberId, instanceId, epoch: this.#generationId };
  }

  #told(memberId: string, epoch: number, sent: Mark): Told {
    const { name, instanceId } = this.options;
    return { name, memberId, instanceId, epoch, sent };
  }

  #ownedBy(assignment: Uint8Array): OwnedPartition[] {
    if (assignment.length === 0) return [];
    const { topics } = this.client.history;
    const { assignedPartitions } = decodeAssignment(assignment);
    return assignedPartitions.flatMap(({ topic, partitions }) => {
      const topicId = topics.byName(topic)?.topicId ?? ZERO_UUID;
      return partitions.map((partition) => ({ topic, topicId, partition }));
    });
  }

  #placeOf({ topic, partition }: OwnedPartition): string {
    return this.client.history.placeOf(topic, partition);
  }
}

function topicsOf(partitions: readonly PlannedPartition[]) {
  const byTopic = Map.groupBy(partitions, ({ topic }) => topic);
  return [...byTopic].map(([topic, ofTopic]) => ({
    topic,
    partitions: ofTopic.map(({ partition }) => partition),
  }));
}
