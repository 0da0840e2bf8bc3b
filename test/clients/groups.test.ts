/**
 * Groups of real clients while members come, go, die and fall asleep, and while the whole server is
 * away: a partition never has two owners, every record is handled, and none that was committed
 * comes again. `CLIENTS_TARGET=kafka` runs all of it against Apache Kafka.
 */
import { afterAll, beforeAll, describe, expect } from "vitest";

import type { DeclareTest } from "../support/needs.ts";
import { findProgram, needs } from "../support/needs.ts";
import type { Offsets } from "./group-history.ts";
import type { GroupKind } from "./group-kinds.ts";
import { LIGHT_GROUPS, MIXED_GROUPS } from "./group-kinds.ts";
import type { GroupMember } from "./group-member.ts";
import { GroupUnderTest } from "./group-under-test.ts";
import { needsJavaTools } from "./java-tools.ts";
import type { RestartableCluster } from "./restartable-cluster.ts";
import { IMPATIENT, startCluster } from "./restartable-cluster.ts";
import { SteadyProducer } from "./steady-producer.ts";
import { until } from "./until.ts";

const PARTITIONS = 12;
const SESSION_TIMEOUT_MS = 4_000;
const MAX_POLL_INTERVAL_MS = 5_000;
/** How long before its last sign of life a member may seem to have been heard of. */
const HEARTBEAT_SLACK_MS = 1_500;
/** Of a whole life of a group, on a machine that has much else to do. */
const PATIENCE_MS = 240_000;
const ROUNDS_AFTER_RESTART = 10;

const TIMES = {
  sessionTimeoutMs: SESSION_TIMEOUT_MS,
  heartbeatIntervalMs: 500,
  maxPollIntervalMs: MAX_POLL_INTERVAL_MS,
  autoCommitIntervalMs: 500,
};

let cluster: RestartableCluster;
beforeAll(async () => {
  cluster = await startCluster(IMPATIENT);
});
afterAll(() => cluster?.stop());

/** A group of which the members and their broker lose patience soon. */
function newGroup(id: string, topic: string): GroupUnderTest {
  const { bootstrap } = cluster;
  return new GroupUnderTest({ bootstrap, groupId: id, topics: [topic], ...TIMES });
}

/** Does the same with all groups at a time. */
function each<Result>(
  groups: readonly GroupUnderTest[],
  body: (group: GroupUnderTest, index: number) => Promise<Result>,
): Promise<Result[]> {
  return Promise.all(groups.map(body));
}

/** A name that says what happens to which group. */
function named(what: string, kind: GroupKind): string {
  return `${what} ${kind.name}`.replace(/\W+/g, "-");
}

/** Declares tests that run side by side: most of their time they wait for a timeout. */
function sideBySide(name: string, groups: readonly GroupKind[], body: (kind: GroupKind) => void) {
  describe(name, () => {
    describe.concurrent("side by side", () => groups.forEach(body));
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
    declareFor(kind)(
      kind.name,
      async () => {
        const topic = named("churn", kind);
        const group = newGroup(topic, topic);
        const producer = await SteadyProducer.start(cluster.bootstrap, topic, PARTITIONS);
        try {
          await livesThroughAll(group, kind, producer);
          await group.hasCommitted(await group.ends());
          const ends = await producer.stop();
          await group.hasHandled(ends);
          await group.hasCommitted(ends);
          await group.members.stop();
          expect(group.history.doubleOwners()).toEqual([]);
          expect(await group.committed()).toEqual(ends);
        } finally {
          await group.close();
        }
      },
      PATIENCE_MS,
    );

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
      const groups = kinds.map((kind) => newGroup(named("restart", kind), topic));
      try {
        await withMembers(groups, kinds, producer);
        const ends = await producer.stop();
        await each(groups, async (group) => {
          await group.hasHandled(ends);
          await group.hasCommitted(ends);
          await group.members.stop();
          expect(group.history.doubleOwners()).toEqual([]);
          expect(await group.committed()).toEqual(ends);
        });
        await cluster.restart();
        await withoutMembers(groups, kinds, ends);
      } finally {
        await each(groups, (group) => group.close());
      }
    },
    PATIENCE_MS,
  );

  /** Two members of each group live through a restart of the server. */
  async function withMembers(
    groups: readonly GroupUnderTest[],
    kindsOfGroups: readonly GroupKind[],
    producer: SteadyProducer,
  ): Promise<void> {
    const pairs = await each(groups, async (group, index) => {
      const [first, , third] = kindsOfGroups[index]!.members;
      const pair = [await group.start(first!), await group.start(third!)] as const;
      await group.isSharedBy(PARTITIONS, ...pair);
      const isUnderWay = async () => Object.keys(await group.committed()).length === PARTITIONS;
      await group.becomes("it commits in every partition", isUnderWay);
      return [
        { kind: first!, member: pair[0] },
        { kind: third!, member: pair[1] },
      ];
    });
    const committed = await each(groups, (group) => group.committed());
    const marks = groups.map((group) => group.history.length);
    await cluster.restart();
    await each(groups, async (group, index) => {
      for (const { kind, member } of pairs[index]!) {
        if (kind.afterOutage === "goes on") continue;
        await member.kill();
        await group.start(kind);
      }
    });
    const { rounds } = producer;
    const isWritten = () => producer.rounds > rounds + ROUNDS_AFTER_RESTART;
    await until("the producer writes again", isWritten);
    await producer.rest(async (ends) => {
      await each(groups, async (group, index) => {
        await group.hasHandled(ends);
        expect(group.history.repeats(committed[index]!, marks[index]!)).toEqual([]);
      });
    });
  }

  /** A new member of each group handles what is new, and nothing else. */
  async function withoutMembers(
    groups: readonly GroupUnderTest[],
    kindsOfGroups: readonly GroupKind[],
    ends: Offsets,
  ): Promise<void> {
    for (const group of groups) expect(await group.committed()).toEqual(ends);
    const producer = await SteadyProducer.start(cluster.bootstrap, "restarted", PARTITIONS);
    const newEnds = await producer.stop();
    await each(groups, async (group, index) => {
      const mark = group.history.length;
      const member = await group.start(kindsOfGroups[index]!.members[0]!);
      await group.hasHandled(newEnds);
      expect(group.history.repeats(ends, mark)).toEqual([]);
      await member.stop();
    });
  }
});

/** A life of a group: what its first members suffer, the others have to make good. */
async function livesThroughAll(
  group: GroupUnderTest,
  kind: GroupKind,
  producer: SteadyProducer,
): Promise<void> {
  const [first, second, third] = kind.members;
  const others: GroupMember[] = [];
  for (const one of kind.members.slice(3)) others.push(await group.start(one));
  let a = await group.start(first!);
  let b = await group.start(second!);
  await group.isSharedBy(PARTITIONS, a, b, ...others);
  const c = await group.start(third!);
  await group.isSharedBy(PARTITIONS, a, b, c, ...others);

  const asleepSince = performance.now();
  a.pause();
  await group.isSharedBy(PARTITIONS, b, c, ...others);
  expect(performance.now() - asleepSince).toBeGreaterThan(SESSION_TIMEOUT_MS - HEARTBEAT_SLACK_MS);
  a.resume();
  if (first!.afterPause === "stays away") {
    await a.kill();
    a = await group.start(first!);
  }
  await group.isSharedBy(PARTITIONS, a, b, c, ...others);

  if (second!.afterStall !== null) {
    const stalledSince = performance.now();
    b.stall();
    await group.isSharedBy(PARTITIONS, a, c, ...others);
    const stalledMs = performance.now() - stalledSince;
    expect(stalledMs).toBeGreaterThan(MAX_POLL_INTERVAL_MS - HEARTBEAT_SLACK_MS);
    b.unstall();
    if (second!.afterStall === "ends") {
      await b.ended();
      b = await group.start(second!);
    }
    await group.isSharedBy(PARTITIONS, a, b, c, ...others);
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
  await group.isSharedBy(PARTITIONS, a, b, ...others);
  const done = Object.entries(group.history.handledBy(c.name));
  const doneAtTheEnd = Object.fromEntries(done.filter(([partition]) => left.includes(partition)));
  expect(group.history.repeats(doneAtTheEnd, mark, c.name)).toEqual([]);

  const deadSince = performance.now();
  await a.kill();
  await group.isSharedBy(PARTITIONS, b, ...others);
  expect(performance.now() - deadSince).toBeGreaterThan(SESSION_TIMEOUT_MS - HEARTBEAT_SLACK_MS);
}
