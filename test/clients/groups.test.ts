/**
 * Groups of real clients while members come, go, die and fall asleep, and while the whole server is
 * away: a partition never has two owners, every record is handled, and none that was committed
 * comes again. `CLIENTS_TARGET=kafka` runs all of it against Apache Kafka.
 */
import type { Admin } from "kafkajs";
import { afterAll, beforeAll, describe, expect } from "vitest";

import type { DeclareTest } from "../support/needs.ts";
import { findProgram, needs } from "../support/needs.ts";
import type { Offsets } from "./group-history.ts";
import { GroupHistory } from "./group-history.ts";
import type { GroupKind, MemberKind } from "./group-kinds.ts";
import { LIGHT_GROUPS, MIXED_GROUPS } from "./group-kinds.ts";
import type { GroupMember, Membership } from "./group-member.ts";
import { GroupMembers } from "./group-member.ts";
import { needsJavaTools } from "./java-tools.ts";
import type { RestartableCluster } from "./restartable-cluster.ts";
import { IMPATIENT, startCluster } from "./restartable-cluster.ts";
import { SteadyProducer } from "./steady-producer.ts";
import { until } from "./until.ts";
import { newKafkajs } from "./writers.ts";

const PARTITIONS = 12;
const SESSION_TIMEOUT_MS = 4_000;
const MAX_POLL_INTERVAL_MS = 5_000;
/** How long before its last sign of life a member may seem to have been heard of. */
const HEARTBEAT_SLACK_MS = 1_500;
const ROUNDS_AFTER_RESTART = 20;

const TIMES = {
  sessionTimeoutMs: SESSION_TIMEOUT_MS,
  heartbeatIntervalMs: 500,
  maxPollIntervalMs: MAX_POLL_INTERVAL_MS,
  autoCommitIntervalMs: 500,
};

let cluster: RestartableCluster;
let admin: Admin;
beforeAll(async () => {
  cluster = await startCluster(IMPATIENT);
  admin = newKafkajs(cluster.bootstrap).admin();
  await admin.connect();
});
afterAll(async () => {
  await admin.disconnect();
  await cluster.stop();
});

/** A group under test: who is in it, and what has happened. */
class Group {
  readonly id: string;
  readonly topic: string;
  readonly history = new GroupHistory();
  readonly members = new GroupMembers(this.history);
  #started = 0;

  constructor(id: string, topic: string) {
    this.id = id;
    this.topic = topic;
  }

  async start(kind: MemberKind): Promise<GroupMember> {
    const { bootstrap } = cluster;
    const membership: Membership = { bootstrap, groupId: this.id, topics: [this.topic], ...TIMES };
    const name = `${kind.name} ${++this.#started}`;
    return this.members.start(name, await kind.program(membership));
  }

  /** Waits until these members, and nobody else, share all partitions evenly. */
  async isSharedBy(...members: GroupMember[]): Promise<void> {
    const least = Math.floor(PARTITIONS / members.length);
    const isShared = () => {
      const shares = members.map((member) => member.owned().length);
      const sum = shares.reduce((total, share) => total + share, 0);
      return sum === PARTITIONS && Math.min(...shares) >= least;
    };
    await until(() => this.#describe(`${this.id} is shared by all of its members`), isShared);
  }

  /** Waits until every record up to these offsets has been handled. */
  async hasHandled(ends: Offsets): Promise<void> {
    const missing = () => this.history.unhandled(ends).join("\n");
    const what = () => this.#describe(`${this.id} has handled everything; but ${missing()}`);
    await until(what, () => missing() === "");
  }

  /** The offsets that the group has committed. */
  async committed(): Promise<Offsets> {
    const { id: groupId, topic } = this;
    const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const committed = answer!.partitions.filter(({ offset }) => offset !== "-1");
    return Object.fromEntries(
      committed.map(({ partition, offset }) => [`${topic}-${partition}`, Number(offset)]),
    );
  }

  #describe(what: string): string {
    return `${what}\n${this.members.describe()}`;
  }
}

/** Declares tests that run side by side: most of their time they wait for a timeout. */
function sideBySide(name: string, groups: readonly GroupKind[], body: (kind: GroupKind) => void) {
  describe(name, () => {
    describe.concurrent("at a time", () => groups.forEach(body));
  });
}

/** Vitest's `test`, or one that leaves the test out where a client of the group is missing. */
function declareFor({ needs: programs }: GroupKind): DeclareTest {
  const withoutJava = programs.filter((program) => program !== "java");
  const isThere = withoutJava.every((program) => findProgram(program) !== null);
  return isThere && programs.includes("java") ? needsJavaTools : needs(...withoutJava);
}

describe("members come, go, die and fall asleep:", () => {
  const tested = (kind: GroupKind) =>
    declareFor(kind)(kind.name, async () => {
      const topic = `churn-${kind.name.replace(/\W+/g, "-")}`;
      const group = new Group(topic, topic);
      const producer = await SteadyProducer.start(cluster.bootstrap, topic, PARTITIONS);
      try {
        await livesThroughAll(group, kind, producer);
        await group.hasHandled(await producer.stop());
        await Promise.all(group.members.running().map((member) => member.stop()));
        expect(group.history.doubleOwners()).toEqual([]);
      } finally {
        await group.members.close();
      }
    });

  sideBySide("clients among themselves", LIGHT_GROUPS, tested);
  sideBySide("clients that share an assignor", MIXED_GROUPS.slice(0, 2), tested);
  sideBySide("clients that share a protocol", MIXED_GROUPS.slice(2), tested);
});

describe("the whole server is away:", () => {
  const kinds = [...LIGHT_GROUPS, ...MIXED_GROUPS];
  const declare = declareFor({ name: "all", needs: ["java", "kcat"], members: [] });

  declare(
    "members go on where they were, and others later where those have stopped",
    async () => {
      const topic = "restarted";
      const producer = await SteadyProducer.start(cluster.bootstrap, topic, PARTITIONS);
      const groups = kinds.map((kind) => new Group(`restart-${kind.name}`, topic));
      try {
        await withMembers(groups, kinds, producer);
        const ends = await producer.stop();
        for (const group of groups) {
          await group.hasHandled(ends);
          await Promise.all(group.members.running().map((member) => member.stop()));
          expect(group.history.doubleOwners()).toEqual([]);
          expect(await group.committed()).toEqual(ends);
        }
        await cluster.restart();
        await withoutMembers(groups, kinds, ends);
      } finally {
        await Promise.all(groups.map((group) => group.members.close()));
      }
    },
    180_000,
  );

  /** Two members of each group live through a restart of the server. */
  async function withMembers(
    groups: readonly Group[],
    kindsOfGroups: readonly GroupKind[],
    producer: SteadyProducer,
  ): Promise<void> {
    for (const [index, group] of groups.entries()) {
      const [first, second] = kindsOfGroups[index]!.members;
      await group.isSharedBy(await group.start(first!), await group.start(second!));
    }
    const committed = await Promise.all(groups.map((group) => group.committed()));
    const marks = groups.map((group) => group.history.length);
    await cluster.restart();
    const { rounds } = producer;
    const isWritten = () => producer.rounds > rounds + ROUNDS_AFTER_RESTART;
    await until("the producer writes again", isWritten);
    await producer.rest(async (ends) => {
      for (const [index, group] of groups.entries()) {
        await group.hasHandled(ends);
        expect(group.history.repeats(committed[index]!, marks[index]!)).toEqual([]);
      }
    });
  }

  /** A new member of each group handles what is new, and nothing else. */
  async function withoutMembers(
    groups: readonly Group[],
    kindsOfGroups: readonly GroupKind[],
    ends: Offsets,
  ): Promise<void> {
    for (const group of groups) expect(await group.committed()).toEqual(ends);
    const producer = await SteadyProducer.start(cluster.bootstrap, "restarted", PARTITIONS);
    const newEnds = await producer.stop();
    for (const [index, group] of groups.entries()) {
      const mark = group.history.length;
      const member = await group.start(kindsOfGroups[index]!.members[0]!);
      await group.hasHandled(newEnds);
      expect(group.history.repeats(ends, mark)).toEqual([]);
      await member.stop();
    }
  }
});

/** A life of a group: what its first members suffer, the others have to make good. */
async function livesThroughAll(
  group: Group,
  kind: GroupKind,
  producer: SteadyProducer,
): Promise<void> {
  const [first, second, third] = kind.members;
  const others: GroupMember[] = [];
  for (const one of kind.members.slice(3)) others.push(await group.start(one));
  let a = await group.start(first!);
  let b = await group.start(second!);
  await group.isSharedBy(a, b, ...others);
  const c = await group.start(third!);
  await group.isSharedBy(a, b, c, ...others);

  const asleepSince = performance.now();
  a.pause();
  await group.isSharedBy(b, c, ...others);
  expect(performance.now() - asleepSince).toBeGreaterThan(SESSION_TIMEOUT_MS - HEARTBEAT_SLACK_MS);
  a.resume();
  if (first!.afterPause === "stays away") {
    await a.kill();
    a = await group.start(first!);
  }
  await group.isSharedBy(a, b, c, ...others);

  if (second!.afterStall !== null) {
    const stalledSince = performance.now();
    b.stall();
    await group.isSharedBy(a, c, ...others);
    const stalledMs = performance.now() - stalledSince;
    expect(stalledMs).toBeGreaterThan(MAX_POLL_INTERVAL_MS - HEARTBEAT_SLACK_MS);
    b.unstall();
    if (second!.afterStall === "ends") {
      await b.ended();
      b = await group.start(second!);
    }
    await group.isSharedBy(a, b, c, ...others);
  }

  const mark = group.history.length;
  const left = c.owned();
  if (third!.leaves === "at any time") await c.stop();
  else {
    await producer.rest(async (ends) => {
      await group.hasHandled(ends);
      await c.stop();
    });
  }
  await group.isSharedBy(a, b, ...others);
  const done = Object.entries(group.history.handledBy(c.name));
  const doneAtTheEnd = Object.fromEntries(done.filter(([partition]) => left.includes(partition)));
  expect(group.history.repeats(doneAtTheEnd, mark, c.name)).toEqual([]);

  const deadSince = performance.now();
  await a.kill();
  await group.isSharedBy(b, ...others);
  expect(performance.now() - deadSince).toBeGreaterThan(SESSION_TIMEOUT_MS - HEARTBEAT_SLACK_MS);
}
