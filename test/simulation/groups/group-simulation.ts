/**
 * One simulated world of groups from its beginning to its end:
 *
 *     begin --trouble, then calm, twice--> idle --> everybody leaves --> the groups go
 *
 * What must hold at every moment is checked by the history of each group, and the rest here where
 * it must have come true.
 */
import { OFFSETS_TOPIC } from "../../../src/broker/offsets-topic.ts";
import { Cluster, gatewayName, groupName } from "../cluster.ts";
import type { Fate } from "../network.ts";
import { World } from "../world.ts";
import { ClassicMember } from "./classic-member.ts";
import { ConsumerMember } from "./consumer-member.ts";
import { CoordinatorClient } from "./coordinator-client.ts";
import { GroupAdmin } from "./group-admin.ts";
import { misdescribed, misprojected, unsettled } from "./group-checkers.ts";
import { GroupHistory } from "./group-history.ts";
import type { GroupMember } from "./group-member.ts";
import type { GroupFault, GroupPlan, GroupSwarm, Protocol, Seat } from "./group-swarm.ts";
import { Topics } from "./topics.ts";

/** How long a group may take to settle once nothing goes wrong any more. */
const SETTLE_MS = 90_000;
/** Within this time a group has stored what others are known to have of it. */
const NOTED_MS = 15_000;
/** How old a group's picture of its topics may become that was not told of a change. */
const TOPICS_AGE_MS = 300_000;
/** How long it may take until a regular expression is matched again. */
const REGEX_REFRESH_MS = 15_000;
const LOOK_MS = 1000;
/** For how long a group that is gone says so again, in case it was registered late. */
const LATE_MS = 60_000;
const IDLE_MS = 30_000;
const DAY_MS = 86_400_000;

export interface GroupsOutcome {
  readonly trace: string;
  readonly gainCount: number;
  readonly acknowledgedCount: number;
  readonly eventCount: number;
}

/** Runs the world of a seed; what must not happen is an error. */
export async function simulateGroups(
  seed: number,
  newSwarm: (random: World["random"]) => GroupSwarm,
): Promise<GroupsOutcome> {
  const simulation = new GroupSimulation(seed, newSwarm);
  try {
    return await simulation.run();
  } finally {
    simulation.close();
  }
}

/** A seat and the processes that have had it. */
interface Place {
  readonly group: Group;
  seat: Seat;
  readonly processes: GroupMember[];
}

interface Group {
  readonly plan: GroupPlan;
  readonly history: GroupHistory;
}

class GroupSimulation {
  readonly #world: World;
  readonly #swarm: GroupSwarm;
  readonly #cluster: Cluster;
  readonly #admin: GroupAdmin;
  readonly #topics: Topics;
  readonly #groups: readonly Group[];
  readonly #places: readonly Place[];
  #isTroubled = false;
  #processCount = 0;
  /** Whether the topic of the groups was deleted, and what a group wrote to it is gone. */
  #isOffsetsTopicNew = false;

  constructor(seed: number, newSwarm: (random: World["random"]) => GroupSwarm) {
    this.#world = new World(seed);
    this.#swarm = newSwarm(this.#world.random);
    const fate = (...call: [from: string, to: string, method: string]) => this.#fate(...call);
    this.#cluster = new Cluster(this.#world, { ...this.#swarm, fate });
    this.#admin = new GroupAdmin(this.#cluster);
    this.#topics = new Topics(this.#cluster, this.#swarm.topics);
    this.#groups = this.#swarm.groups.map((plan) => this.#newGroup(plan));
    this.#places = this.#groups.flatMap((group) =>
      group.plan.seats.map((seat) => ({ group, seat, processes: [] })),
    );
  }

  async run(): Promise<GroupsOutcome> {
    await this.#finish(this.#topics.begin());
    for (const place of this.#places) {
      this.#world.after(this.#world.random.int(0, 3000), () => this.#start(place));
    }
    await this.#world.runFor(5000);
    for (let round = 0; round < 2; round++) {
      await this.#trouble();
      await this.#calm();
    }
    await this.#idle();
    await this.#leave();
    await this.#end();
    const histories = this.#groups.map(({ history }) => history);
    return {
      trace: this.#world.trace,
      gainCount: histories.reduce((sum, { gainCount }) => sum + gainCount, 0),
      acknowledgedCount: histories.reduce((sum, { offsets }) => sum + offsets.acknowledgedCount, 0),
      eventCount: this.#world.eventCount,
    };
  }

  close(): void {
    this.#cluster.close();
  }

  #newGroup(plan: GroupPlan): Group {
    const history = new GroupHistory(this.#world, plan.groupId, this.#topics);
    const disk = this.#cluster.disk(groupName(plan.groupId));
    disk.onDurable = (writes) => history.stored.take(writes);
    disk.onCrash = () => history.stored.crashed();
    return { plan, history };
  }

  /** A new process takes a seat. */
  #start(place: Place): void {
    const { group, seat, processes } = place;
    const name = `${group.plan.groupId}-${this.#processCount++}`;
    const client = new CoordinatorClient(this.#cluster, group.history);
    const options = { ...seat, name };
    const member =
      seat.protocol === "classic"
        ? new ClassicMember(client, options)
        : new ConsumerMember(client, options);
    processes.push(member);
    this.#world.note(`${name} starts`);
    void member.run().catch((error: Error) => this.#world.fail(error));
  }

  #living(): GroupMember[] {
    return this.#places.flatMap((place) => livingOf(place));
  }

  #membersOf(plan: GroupPlan): GroupMember[] {
    const places = this.#places.filter(({ group }) => group.plan === plan);
    return places.flatMap((place) => livingOf(place));
  }

  async #trouble(): Promise<void> {
    const { random } = this.#world;
    const { pieceCount, maxPauseMs, faultChance } = this.#swarm;
    this.#setTroubled(true);
    for (const { history } of this.#groups) history.isToBeDeleted = false;
    for (let piece = 0; piece < pieceCount; piece++) {
      if (random.chance(faultChance)) this.#fault();
      if (random.chance(0.3)) this.#fill();
      if (random.chance(0.1)) this.#watch();
      await this.#world.runFor(random.int(0, maxPauseMs));
    }
    this.#setTroubled(false);
  }

  #setTroubled(isTroubled: boolean): void {
    this.#isTroubled = isTroubled;
    for (const { history } of this.#groups) history.isTroubled = isTroubled;
  }

  /** Somebody looks at a group: what is described is checked by its history. */
  #watch(): void {
    const { history } = this.#world.random.pick(this.#groups);
    void this.#admin.describeGroup(history).catch(() => null);
  }

  /** Somebody takes a seat that is free. */
  #fill(): void {
    const free = this.#places.filter((place) => livingOf(place).length === 0);
    if (free.length > 0) this.#start(this.#world.random.pick(free));
  }

  /** Nothing goes wrong any more, and soon each group is as it should be. */
  async #calm(): Promise<void> {
    for (const place of this.#places) {
      for (const former of livingOf(place).slice(0, -1)) former.client.vanish();
    }
    await this.#settle();
  }

  async #settle(): Promise<void> {
    const { breakChance, faults } = this.#swarm;
    const isToldOfAll = breakChance === 0 && !faults.includes("crashController");
    const isUntold = faults.includes("changeTopic") && !isToldOfAll;
    const until = this.#world.now + SETTLE_MS + (isUntold ? TOPICS_AGE_MS : 0);
    const stored = new Map(this.#groups.map(({ history }) => [history, history.stored.order]));
    for (;;) {
      await this.#world.runFor(LOOK_MS);
      const wrong = await this.#finish(this.#unsettled(stored));
      if (wrong.length === 0) return;
      if (this.#world.now > until) this.#check("not settled", wrong);
    }
  }

  /** What is wrong, of writes as far as those that were stored by then. */
  async #unsettled(stored: ReadonlyMap<GroupHistory, number>): Promise<string[]> {
    await this.#topics.look();
    await this.#admin.findCoordinator(this.#groups[0]!.plan.groupId);
    const wrong: string[] = [];
    const listed = await this.#admin.list();
    for (const { plan, history } of this.#groups) {
      const members = this.#membersOf(plan);
      wrong.push(...unsettled(members, this.#topics), ...history.offsets.leftovers());
      wrong.push(...misdescribed(await this.#admin.describeGroup(history), members));
      const count = listed.filter(({ groupId }) => groupId === plan.groupId).length;
      const isThere = history.stored.exists;
      if (count !== (isThere ? 1 : 0)) wrong.push(`${plan.groupId} is listed ${count} times.`);
      const mayBeUntold = this.#isOffsetsTopicNew && members.length === 0;
      const projected = { mayBeUntold, upTo: stored.get(history)! };
      wrong.push(...misprojected(history, await this.#offsetsTopicDisks(), projected));
    }
    return wrong;
  }

  async #offsetsTopicDisks() {
    const [partition] = await this.#admin.describeTopic(OFFSETS_TOPIC);
    const prefix = `replica/${partition?.topicId}/`;
    return this.#cluster.disks
      .entries()
      .filter(([name]) => name.startsWith(prefix))
      .map(([, disk]) => disk)
      .toArray();
  }

  /**
   * Members send heartbeats and do nothing else: no row is written, and no call made but a look at
   * the topics every few minutes.
   */
  async #idle(): Promise<void> {
    for (const { history } of this.#groups) history.isIdle = true;
    const isGone = this.#groups.some(({ history }) => !history.stored.exists);
    await this.#world.runFor(isGone ? LATE_MS : REGEX_REFRESH_MS);
    await this.#settle();
    const allowed = ["heartbeat", "consumerHeartbeat", "describeCluster"];
    await this.#quietly("idle", allowed, () => this.#world.runFor(IDLE_MS));
  }

  /** When all members are gone, nothing happens, and no actor has a timer. */
  async #leave(): Promise<void> {
    const { random } = this.#world;
    for (const member of this.#living()) {
      this.#world.after(random.int(0, 1000), () => {
        if (random.chance(0.8)) member.leave(true);
        else member.client.vanish();
      });
    }
    await this.#world.runFor(60_000);
    await this.#quietly("left", [], () => this.#world.runFor(IDLE_MS));
    for (const client of [this.#admin, this.#topics]) client.stop();
    await this.#world.runFor(1000);
    this.#cluster.evictIdle("");
    const awake = this.#cluster.awake("");
    if (awake.length > 0) this.#check("left", [`${awake.join(", ")} cannot be evicted.`]);
  }

  /** Groups are deleted or expire, and nothing is left of them. */
  async #end(): Promise<void> {
    for (const { history } of this.#groups) history.isToBeDeleted = true;
    if (this.#world.random.chance(0.5)) await this.#deleteGroups();
    const isQuiet = await this.#world.runUntilQuiet(60 * DAY_MS);
    if (!isQuiet) this.#check("quiet", ["A timer is left."]);
    for (const { plan } of this.#groups) this.#checkErased(plan.groupId);
  }

  async #deleteGroups(): Promise<void> {
    const admin = new GroupAdmin(this.#cluster);
    for (const { plan, history } of this.#groups) {
      const expected = history.stored.exists ? "NONE" : "GROUP_ID_NOT_FOUND";
      const error = await this.#finish(admin.delete(plan.groupId));
      if (error !== expected) this.#check("deleted", [`${plan.groupId}: ${error}`]);
    }
    admin.stop();
    await this.#world.runFor(60_000);
    for (const { plan } of this.#groups) this.#checkErased(plan.groupId);
  }

  #checkErased(groupId: string): void {
    const tables = this.#cluster.disk(groupName(groupId)).all("SELECT name FROM sqlite_master");
    if (tables.length > 0) this.#check("erased", [`${groupId} still has its storage.`]);
  }

  /** Lets something happen in which no row may be written, and only these methods be called. */
  async #quietly(what: string, allowed: readonly string[], happen: () => Promise<void>) {
    const { network, disks } = this.#cluster;
    const looks = () => network.sent.get("describeCluster") ?? 0;
    const looksBefore = looks();
    await this.#world.runFor(NOTED_MS);
    const commits = new Map([...disks].map(([name, disk]) => [name, disk.commitCount]));
    const before = new Map(network.sent);
    await happen();
    // A look at the topics has regular expressions matched again, a row every few minutes, and
    // somewhat later it is noted that the row was sent to the offsets topic.
    const mayMatch = this.#swarm.groups.some(({ seats }) =>
      seats.some(({ regex }) => regex !== null),
    );
    if (mayMatch && looks() > looksBefore) return;
    for (const [name, { commitCount }] of disks) {
      if (commitCount > (commits.get(name) ?? 0)) this.#check(what, [`${name} wrote a row.`]);
    }
    for (const [method, count] of network.sent) {
      const isMade = count > (before.get(method) ?? 0);
      if (isMade && !allowed.includes(method)) this.#check(what, [`${method} was called.`]);
    }
  }

  /** Lets time pass until something is done. */
  async #finish<Result>(work: Promise<Result>): Promise<Result> {
    let isDone = false;
    const done = work.finally(() => (isDone = true));
    done.catch(() => {});
    while (!isDone) await this.#world.runFor(20);
    return done;
  }

  #fate(_from: string, to: string, method: string): Fate {
    const { random } = this.#world;
    const { breakChance, crashChance, maxDelayMs } = this.#swarm;
    if (!this.#isTroubled) return "made";
    if (to.startsWith("group/") && crashChance > 0 && random.chance(crashChance)) {
      this.#world.after(random.int(0, 4 * maxDelayMs), () => this.#cluster.crash(to));
    }
    if (!random.chance(breakChance)) return "made";
    const fate = random.pick(["lost", "unanswered", "late"] as const);
    // As in Kafka a member that joins says what it owns, and one that is seconds late gives up for
    // the member what it was given meanwhile.
    return fate === "late" && method === "joinGroup" ? "unanswered" : fate;
  }

  #fault(): void {
    const { random } = this.#world;
    if (this.#swarm.faults.length === 0) return;
    const fault = random.pick(this.#swarm.faults);
    const living = this.#living();
    this.#world.note(fault);
    if (living.length > 0) this.#memberFaults[fault]?.(random.pick(living));
    this.#clusterFaults[fault]?.();
  }

  readonly #memberFaults: Partial<Record<GroupFault, (member: GroupMember) => void>> = {
    disconnect: ({ client }) => client.disconnect(),
    freeze: (member) => this.#freeze(member),
    vanish: ({ client }) => {
      if (this.#world.random.chance(0.5)) client.vanish();
      else client.stop();
    },
    leave: (member) => member.leave(this.#world.random.chance(0.5)),
    changeProtocol: (member) => this.#changeProtocol(member),
    subscribe: (member) => {
      const names = this.#swarm.topics.map(({ name }) => name);
      const [steady] = names;
      const { random } = this.#world;
      member.subscribe(names.filter((name) => name === steady || random.chance(0.5)));
    },
  };

  readonly #clusterFaults: Partial<Record<GroupFault, () => void>> = {
    crashGroup: () => this.#crashOneOf("group/"),
    crashController: () => this.#cluster.crash("controller"),
    crashGateway: () => this.#cluster.crash(gatewayName(this.#world.random.int(1, 3))),
    crashReplica: () => this.#crashOneOf("replica/"),
    evictIdle: () => this.#cluster.evictIdle(""),
    changeTopic: () => void this.#topics.change(),
    disband: () => void this.#disband(),
    resetOffsets: () => void this.#resetOffsets(),
    remakeOffsetsTopic: () => void this.#remakeOffsetsTopic(),
    jumpClock: () => {
      this.#world.clockJumpMs += this.#world.random.pick([100, 5000, 65_000, 3_600_000]);
    },
  };

  #crashOneOf(prefix: string): void {
    const awake = this.#cluster.awake(prefix);
    if (awake.length > 0) this.#cluster.crash(this.#world.random.pick(awake));
  }

  /** A process stops for a while, perhaps long enough for another to take its seat. */
  #freeze(member: GroupMember): void {
    const { random } = this.#world;
    member.client.freeze(random.int(0, 3 * member.options.sessionTimeoutMs));
    if (random.chance(0.3)) this.#start(this.#placeOf(member));
  }

  /** A rolling upgrade, or back: another process takes a seat, and speaks the other protocol. */
  #changeProtocol(member: GroupMember): void {
    member.leave(this.#world.random.chance(0.5));
    const place = this.#placeOf(member);
    const other: Record<Protocol, Protocol> = { classic: "consumer", consumer: "classic" };
    place.seat = { ...place.seat, protocol: other[place.seat.protocol] };
    this.#world.after(this.#world.random.int(0, 2000), () => {
      if (this.#isTroubled || livingOf(place).length === 0) this.#start(place);
    });
  }

  #placeOf(member: GroupMember): Place {
    return this.#places.find(({ processes }) => processes.includes(member))!;
  }

  /** All members of a group leave, and the group is deleted soon after. */
  async #disband(): Promise<void> {
    const { history, plan } = this.#world.random.pick(this.#groups);
    for (const member of this.#membersOf(plan)) member.leave(true);
    await this.#admin.pause(this.#world.random.int(0, 2000));
    history.isToBeDeleted = true;
    await this.#admin.delete(plan.groupId).catch(() => null);
  }

  async #resetOffsets(): Promise<void> {
    const { history } = this.#world.random.pick(this.#groups);
    const [topic] = this.#swarm.topics;
    await this.#admin.resetOffset(history, topic!.name).catch(() => null);
  }

  async #remakeOffsetsTopic(): Promise<void> {
    const partitions = await this.#admin.describeTopic(OFFSETS_TOPIC).catch(() => []);
    const [partition] = partitions;
    if (!partition) return;
    this.#isOffsetsTopicNew = true;
    await this.#topics.deleteForeign(partition.topicId);
  }

  #check(what: string, wrong: readonly string[]): void {
    if (wrong.length === 0) return;
    const some = wrong.slice(0, 5).join("\n  ");
    throw new Error(`${what} (${wrong.length}) at ${this.#world.now} ms:\n  ${some}`);
  }
}

function livingOf({ processes }: Place): GroupMember[] {
  return processes.filter(({ client }) => !client.isStopped);
}
