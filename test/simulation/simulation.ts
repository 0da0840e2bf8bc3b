/**
 * One simulated world from its beginning to its end:
 *
 *     work --trouble, then calm, twice--> idle --> woken once more --> everybody leaves
 *
 * What was promised is checked where it must have come true, and of the whole history at the end.
 */
import { Admin } from "./admin.ts";
import {
  endOf,
  lateRecords,
  lostRecords,
  misplacedRecords,
  readStored,
  type Trouble,
  wronglyFetched,
} from "./checkers.ts";
import { Cluster, gatewayName, replicaName } from "./cluster.ts";
import type { Disk } from "./disk.ts";
import { Fetcher } from "./fetcher.ts";
import { History, placeOf } from "./history.ts";
import type { Fate } from "./network.ts";
import { Producer } from "./producer.ts";
import { CHURNED, type Fault, newSwarm, type Swarm } from "./swarm.ts";
import { World } from "./world.ts";

/** A tail that was silent for a minute is confirmed by its next reader, who may wait 30 s first. */
const SILENCE_ECHO_MS = 95_000;
/** How long whoever was cut off may take to come back. */
const RETURN_MS = 3000;
const IDLE_MS = 130_000;

export interface Outcome {
  readonly trace: string;
  readonly acknowledgedCount: number;
  readonly fetchedCount: number;
  readonly eventCount: number;
  readonly swarm: Swarm;
}

/** Runs the world of a seed; what must not happen is an error. */
export async function simulate(seed: number): Promise<Outcome> {
  const simulation = new Simulation(seed);
  try {
    return await simulation.run();
  } finally {
    simulation.close();
  }
}

class Simulation {
  readonly #world: World;
  readonly #swarm: Swarm;
  readonly #cluster: Cluster;
  readonly #history = new History();
  readonly #admin: Admin;
  readonly #troubles: Trouble[] = [];
  #producers: Producer[] = [];
  #fetchers: Fetcher[] = [];
  #topicIds = new Map<string, string>();
  readonly #brokenPushes = new Set<string>();
  #isTroubled = false;
  #isRemaking = false;

  constructor(seed: number) {
    this.#world = new World(seed);
    this.#swarm = newSwarm(this.#world.random);
    const { maxDelayMs, maxDiskLatencyMs } = this.#swarm;
    const fate = (...call: [from: string, to: string, method: string]) => this.#fate(...call);
    this.#cluster = new Cluster(this.#world, { maxDelayMs, maxDiskLatencyMs, fate });
    this.#admin = new Admin(this.#cluster);
  }

  async run(): Promise<Outcome> {
    await this.#begin();
    for (let round = 0; round < 2; round++) {
      await this.#trouble();
      await this.#calm();
    }
    await this.#idle();
    await this.#wake();
    const stored = this.#readAll();
    await this.#leave();
    this.#check("lost", lostRecords(this.#history, stored));
    this.#check("misplaced", misplacedRecords(this.#history, stored));
    this.#check("wrongly fetched", wronglyFetched(this.#history, stored));
    this.#check("late", lateRecords(this.#history, this.#promptness));
    const { acknowledged, followings } = this.#history;
    return {
      trace: this.#world.trace,
      acknowledgedCount: acknowledged.length,
      fetchedCount: followings.reduce((sum, { fetched }) => sum + fetched.length, 0),
      eventCount: this.#world.eventCount,
      swarm: this.#swarm,
    };
  }

  close(): void {
    this.#cluster.close();
  }

  async #begin(): Promise<void> {
    const { topics, producers, fetchers } = this.#swarm;
    void (async () => {
      for (const { name, partitionCount } of topics) {
        await this.#admin.create(name, partitionCount);
        await this.#learn(name);
      }
    })();
    this.#producers = producers.map((o) => new Producer(this.#cluster, this.#history, o));
    this.#fetchers = fetchers.map((o) => new Fetcher(this.#cluster, this.#history, o));
    for (const client of [...this.#producers, ...this.#fetchers]) void client.start();
    await this.#world.runFor(2000);
  }

  /** Much work, in which anything may go wrong, and often just before the work is done. */
  async #trouble(): Promise<void> {
    const { random } = this.#world;
    this.#isTroubled = true;
    const { faultChance, maxPauseMs, pieceCount } = this.#swarm;
    for (let piece = 0; piece < pieceCount; piece++) {
      if (random.chance(faultChance)) this.#world.after(0, () => this.#fault());
      if (random.chance(0.6)) this.#produce(random.int(0, Math.min(maxPauseMs, 150)));
      await this.#world.runFor(random.int(0, maxPauseMs));
    }
    this.#isTroubled = false;
  }

  /** Nothing goes wrong any more, and after a while nothing has to. */
  async #calm(): Promise<void> {
    const { random } = this.#world;
    const echoes = this.#troubles.map(({ echoMs }) => echoMs);
    await this.#work(Math.max(0, ...echoes), 5000);
    await this.#work(random.int(500, 2000), 30);
    await this.#settle();
  }

  #produce(delayMs = 0): void {
    const { random } = this.#world;
    const producer = random.pick(this.#producers);
    this.#world.after(delayMs, () => producer.produce(random.int(1, 3)));
  }

  async #work(durationMs: number, maxPauseMs: number): Promise<void> {
    const { random } = this.#world;
    const until = this.#world.now + durationMs;
    while (this.#world.now < until) {
      this.#produce();
      await this.#world.runFor(random.int(0, maxPauseMs));
    }
  }

  /** All that was produced is acknowledged, and all that is stored is fetched. */
  async #settle(): Promise<void> {
    await this.#world.runFor(35_000);
    if (this.#producers.some(({ hasUnacknowledged }) => hasUnacknowledged)) {
      this.#check("not acknowledged", ["A producer still waits, though nothing is broken."]);
    }
    this.#check("not fetched", this.#stuck());
  }

  /** Fetchers wait at the end: no row is written, and no call made but a look every minute. */
  async #idle(): Promise<void> {
    const { network } = this.#cluster;
    const commits = this.#cluster.commitCount;
    const before = new Map(network.sent);
    for (let passed = 0; passed < IDLE_MS; passed += 10_000) {
      await this.#world.runFor(10_000);
      for (const actors of ["replica/", "controller"]) this.#cluster.evictIdle(actors);
    }
    if (this.#cluster.commitCount > commits) this.#check("idle", ["A row was written."]);
    // Readers that come at the same time may all look.
    const readerCount = this.#history.followings.length;
    for (const [method, count] of network.sent) {
      const made = count - (before.get(method) ?? 0);
      const allowed = method === "read" ? readerCount * Math.ceil(IDLE_MS / 60_000) : 0;
      if (made > allowed) this.#check("idle", [`${made} calls of ${method} were made.`]);
    }
  }

  /** Replicas have gone to sleep; their readers have not. */
  async #wake(): Promise<void> {
    for (const producer of this.#producers) {
      this.#world.after(0, () => producer.produceEach());
    }
    await this.#settle();
  }

  /** When everybody has left, nothing is left to happen. */
  async #leave(): Promise<void> {
    for (const client of [...this.#producers, ...this.#fetchers, this.#admin]) client.stop();
    if (!(await this.#world.runUntilQuiet(60_000))) this.#check("quiet", ["A timer is left."]);
    for (const [name, disk] of this.#cluster.disks) {
      const [, topicId, partition] = name.split("/");
      if (!this.#history.deleted.has(placeOf(topicId ?? "", Number(partition)))) continue;
      // One that asked what it is, and was never told, may keep what it called itself.
      const tables = disk.all("SELECT name FROM sqlite_master WHERE name = 'chunks'");
      if (tables.length > 0) this.#check("erased", [`${name} still holds its storage.`]);
    }
  }

  /** Which fetchers have not got everything, though they had time. */
  #stuck(): string[] {
    const places = this.#replicas().map(
      ([place, disk]) => [place, disk ? endOf(disk) : 0] as const,
    );
    const ends = new Map(places);
    return this.#fetchers.flatMap((fetcher, index) =>
      fetcher.hasReached(ends)
        ? []
        : [`Fetcher ${index} has not got everything: ${fetcher.describe(ends)}`],
    );
  }

  #readAll(): Map<string, readonly string[]> {
    return new Map(
      this.#replicas().map(([place, disk]) => [place, disk ? readStored(disk) : []] as const),
    );
  }

  /** Every partition that there is, and its replica's disk if it was ever touched. */
  #replicas(): (readonly [place: string, disk: Disk | undefined])[] {
    return this.#swarm.topics.flatMap(({ name, partitionCount }) => {
      const topicId = this.#topicIds.get(name)!;
      return Array.from({ length: partitionCount }, (_, partition) => {
        const names = [1, 2, 3].map((nodeId) => replicaName({ topicId, partition, nodeId }));
        const disk = names.map((each) => this.#cluster.disks.get(each)).find(Boolean);
        return [placeOf(topicId, partition), disk] as const;
      });
    });
  }

  #fate(from: string, to: string, method: string): Fate {
    const { random } = this.#world;
    const pushing = `${from} pushes to ${to}`;
    const isMade = !this.#isTroubled || !random.chance(this.#swarm.breakChance);
    const isSecond = this.#brokenPushes.delete(pushing);
    if (isMade) return "made";
    const at = this.#world.now;
    if (method === "push") this.#brokenPushes.add(pushing);
    // A push is made twice; if both break, the gateway is forgotten until it asks.
    const echoMs = isSecond ? SILENCE_ECHO_MS : RETURN_MS;
    this.#troubles.push({ at, actor: from, echoMs }, { at, actor: to, echoMs });
    return random.pick(["lost", "unanswered", "late"]);
  }

  #fault(): void {
    const { random } = this.#world;
    if (this.#swarm.faults.length === 0) return;
    const fault = random.pick(this.#swarm.faults);
    this.#world.note(fault);
    this.#faults[fault]();
  }

  readonly #faults: Record<Fault, () => void> = {
    crashGateway: () => this.#crash(gatewayName(this.#world.random.int(1, 3))),
    crashReplica: () => {
      const awake = this.#cluster.awake("replica/");
      if (awake.length > 0) this.#crash(this.#world.random.pick(awake));
    },
    crashController: () => this.#crash("controller"),
    disconnect: () => {
      this.#world.random.pick([...this.#producers, ...this.#fetchers]).disconnect();
    },
    remakeTopic: () => void this.#remakeTopic(),
    jumpClock: () => {
      this.#world.clockJumpMs += this.#world.random.pick([100, 65_000, 3_600_000]);
    },
    evictIdle: () => this.#cluster.evictIdle("replica/"),
  };

  #crash(actor: string): void {
    // What a replica was about to push is forgotten; readers that ask find it.
    const echoMs = actor.startsWith("replica") ? SILENCE_ECHO_MS : RETURN_MS;
    this.#troubles.push({ at: this.#world.now, actor, echoMs });
    this.#cluster.crash(actor);
  }

  async #remakeTopic(): Promise<void> {
    if (this.#isRemaking) return;
    this.#isRemaking = true;
    const { partitionCount } = this.#swarm.topics.find(({ name }) => name === CHURNED)!;
    const topicId = this.#topicIds.get(CHURNED)!;
    for (let partition = 0; partition < partitionCount; partition++) {
      this.#history.deleted.add(placeOf(topicId, partition));
    }
    await this.#admin.delete(topicId);
    await this.#admin.create(CHURNED, partitionCount);
    await this.#learn(CHURNED);
    this.#isRemaking = false;
  }

  async #learn(topic: string): Promise<void> {
    const [partition] = (await this.#admin.partitionsOf(topic)) ?? [];
    this.#topicIds.set(topic, partition!.topicId);
  }

  get #promptness() {
    const { maxDelayMs, maxDiskLatencyMs } = this.#swarm;
    const boundMs = 50 * maxDelayMs + 10 * maxDiskLatencyMs;
    return { boundMs, returnMs: RETURN_MS, troubles: this.#troubles };
  }

  #check(what: string, wrong: readonly string[]): void {
    if (wrong.length === 0) return;
    const some = wrong.slice(0, 5).join("\n  ");
    throw new Error(`${what} (${wrong.length}) at ${this.#world.now} ms:\n  ${some}`);
  }
}
