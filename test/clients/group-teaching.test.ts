/**
 * What Kafka's manuals teach about groups, with real clients: how partitions are divided, where a
 * group begins to read, and what its commits are good for. `CLIENTS_TARGET=kafka` runs all of it
 * against Apache Kafka.
 */
import type { Producer } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { needs } from "../support/needs.ts";
import type { MemberEvent, TopicPartition } from "./group-history.ts";
import { consoleMember, verifiableMember } from "./group-member-java.ts";
import { kcatMember } from "./group-member-kcat.ts";
import { nodeMember } from "./group-member-node.ts";
import type { GroupMember, MemberProgram, Membership } from "./group-member.ts";
import { GroupUnderTest } from "./group-under-test.ts";
import { needsJavaTools } from "./java-tools.ts";
import type { CommitPolicy, NodeMembership } from "./member-report.ts";
import type { RestartableCluster } from "./restartable-cluster.ts";
import { IMPATIENT, startCluster } from "./restartable-cluster.ts";
import { createTopic } from "./steady-producer.ts";
import { newKafkajsProducer } from "./writers.ts";

// Most tests wait for processes that start side by side.
vi.setConfig({ testTimeout: 120_000 });

/** A member that is given up only if it is dead: the machine may be slow. */
const PATIENT = { sessionTimeoutMs: 20_000, heartbeatIntervalMs: 500 };
/** Where one dies, its successor waits for no longer than this. */
const MORTAL = { sessionTimeoutMs: 4_000, heartbeatIntervalMs: 500 };
/** As good as never. */
const LATE_MS = 600_000;

const NODE_CLIENTS = ["kafkajs", "platformatic", "platformatic, consumer protocol"] as const;

let cluster: RestartableCluster;
let producer: Producer;
const groups: GroupUnderTest[] = [];
beforeAll(async () => {
  cluster = await startCluster(IMPATIENT);
  producer = newKafkajsProducer(cluster.bootstrap);
  await producer.connect();
});
afterAll(async () => {
  await Promise.all(groups.map((group) => group.close()));
  await producer?.disconnect();
  await cluster?.stop();
});

describe.concurrent("partitions are divided", () => {
  needsJavaTools("by range: seven among three are three, two and two", async () => {
    await createTopic(cluster.bootstrap, "seven", 7);
    const group = newGroup("range", ["seven"]);
    const by = (clientId: string) => group.membership({ clientId, assignor: "range" });
    const java = await verifiableMember({ ...by("c1"), groupProtocol: "classic" });
    await comeToOwn(group, [
      [java, ["seven-0", "seven-1", "seven-2"]],
      [kcatMember(by("c2")), ["seven-3", "seven-4"]],
      [kcatMember(by("c3")), ["seven-5", "seven-6"]],
    ]);
  });

  test("by the broker's range as well, whoever comes first", async () => {
    await createTopic(cluster.bootstrap, "seven-by-broker", 7);
    const group = newGroup("broker-range", ["seven-by-broker"]);
    const client = "platformatic, consumer protocol" as const;
    const start = () => startNode(group, { client, assignor: "range" });
    const members = [start(), start(), start()];
    const shares = () => members.map((member) => member.owned().join(" ")).toSorted();
    const ranges = [
      "seven-by-broker-0 seven-by-broker-1 seven-by-broker-2",
      "seven-by-broker-3 seven-by-broker-4",
      "seven-by-broker-5 seven-by-broker-6",
    ];
    await group.becomes("each has a range", () => shares().join() === ranges.join());
    await group.members.stop();
  });

  needs("kcat")("by roundrobin: those of three topics among three in turns", async () => {
    const topics = await threeTopics("turn");
    const group = newGroup("roundrobin", topics);
    const by = (clientId: string) =>
      kcatMember(group.membership({ clientId, assignor: "roundrobin" }));
    await comeToOwn(group, [
      [by("c0"), ["turn0-0", "turn2-0"]],
      [by("c1"), ["turn1-0", "turn2-1"]],
      [by("c2"), ["turn1-1", "turn2-2"]],
    ]);
  });

  needs("kcat")("by roundrobin: only to those who want the topic", async () => {
    const [t0, t1, t2] = await threeTopics("want");
    const group = newGroup("subscriptions", []);
    const by = (clientId: string, topics: string[]) =>
      kcatMember(group.membership({ clientId, topics, assignor: "roundrobin" }));
    await comeToOwn(group, [
      [by("c0", [t0!]), ["want0-0"]],
      [by("c1", [t0!, t1!]), ["want1-0"]],
      [by("c2", [t0!, t1!, t2!]), ["want1-1", "want2-0", "want2-1", "want2-2"]],
    ]);
  });

  test.each(NODE_CLIENTS)(
    "the fourth of three stays idle, until it is needed: %s",
    async (client) => {
      const topic = named("three", client);
      await createTopic(cluster.bootstrap, topic, 3);
      const group = newGroup(topic, [topic]);
      const members = [1, 2, 3, 4].map(() => startNode(group, { client }));
      const shares = () => members.map((member) => `${member.owned().length}`).toSorted();
      await group.becomes("three have one each", () => shares().join() === "0,1,1,1");
      const idle = members.find((member) => member.owned().length === 0)!;
      const owner = members.find((member) => member.owned().length === 1)!;
      await owner.stop();
      await group.becomes("the fourth is needed", () => idle.owned().length === 1);
      await produce(topic, 3, 10);
      await group.hasHandled({ [`${topic}-0`]: 10, [`${topic}-1`]: 10, [`${topic}-2`]: 10 });
      await group.members.stop();
      expect(group.history.doubleOwners()).toEqual([]);
    },
  );

  needs("kcat")("anew for each group: two groups both get everything", async () => {
    await createTopic(cluster.bootstrap, "news", 2);
    await produce("news", 2, 50);
    const ends = { "news-0": 50, "news-1": 50 };
    const [one, two] = [newGroup("readers", ["news"]), newGroup("listeners", ["news"])];
    startNode(one, { client: "kafkajs" });
    two.run("kcat", kcatMember(two.membership({})));
    for (const group of [one, two]) {
      await group.hasHandled(ends);
      await group.members.stop();
      expect(await group.committed()).toEqual(ends);
    }
  });

  needs("kcat")("only among members that know one assignor in common", async () => {
    await createTopic(cluster.bootstrap, "strangers", 3);
    const group = newGroup("strangers", ["strangers"]);
    const member = group.run("kcat", kcatMember(group.membership({})));
    await group.isSharedBy(3, member);
    const stranger = startNode(group, { client: "kafkajs" });
    const reasons = () => events(group, stranger, "failed").map(({ reason }) => reason);
    await group.becomes("the stranger is refused", () => reasons().length > 0);
    expect(reasons().join()).toContain("supported protocols are incompatible");
    expect(member.owned()).toHaveLength(3);
    await group.members.stop();
  });

  /** Starts the members and waits until each owns what it should. */
  async function comeToOwn(
    group: GroupUnderTest,
    expected: [program: MemberProgram, owned: TopicPartition[]][],
  ): Promise<void> {
    const members = expected.map(([program, owned], index) => {
      return { member: group.run(`c${index}`, program), owned: owned.join() };
    });
    const isSo = () => members.every(({ member, owned }) => member.owned().join() === owned);
    await group.becomes(`they own ${JSON.stringify(members.map(({ owned }) => owned))}`, isSo);
    await group.members.stop();
  }

  /** Topics of one, two and three partitions. */
  async function threeTopics(prefix: string): Promise<string[]> {
    const topics = [0, 1, 2].map((index) => `${prefix}${index}`);
    for (const [index, topic] of topics.entries()) {
      await createTopic(cluster.bootstrap, topic, index + 1);
    }
    return topics;
  }
});

describe.concurrent("a group that has committed nothing begins", () => {
  const EXISTING = 5;

  interface Reader {
    readonly name: string;
    program(membership: Membership): MemberProgram | Promise<MemberProgram>;
    /** What it says of having nowhere to begin; null where it knows of no such setting. */
    readonly complaint: RegExp | null;
  }
  const java: Reader = {
    name: "the Java consumer",
    program: (membership) => verifiableMember({ ...membership, groupProtocol: "classic" }),
    complaint: /NoOffsetForPartitionException/,
  };
  const kcat: Reader = {
    name: "kcat",
    program: kcatMember,
    complaint: /no previously committed offset available/,
  };
  const others = NODE_CLIENTS.map((client): Reader => {
    return {
      name: client,
      program: (membership) => nodeMember({ ...membership, client }),
      complaint: client === "kafkajs" ? null : /has no committed offset on partition 0/,
    };
  });
  const declared = others.map((reader) => [test, reader] as const);
  const readers = [...declared, [needs("kcat"), kcat], [needsJavaTools, java]] as const;

  for (const [declare, reader] of readers) {
    declare(`at the beginning or at the end, as ${reader.name} is told`, () => begins(reader));
    if (reader.complaint) {
      declare(`nowhere, which ${reader.name} is told to take for an error`, () => fails(reader));
    }
  }

  needsJavaTools("nowhere, for a Java consumer whom the broker assigns to", async () => {
    await fails({
      name: "the Java consumer of the new protocol",
      program: (membership) => consoleMember({ ...membership, groupProtocol: "consumer" }),
      complaint: /NoOffsetForPartitionException/,
    });
  });

  async function begins(reader: Reader): Promise<void> {
    const topic = named("begins", reader.name);
    await createTopic(cluster.bootstrap, topic, 1);
    await produce(topic, 1, EXISTING);
    const [early, late] = [newGroup(`${topic}-early`, [topic]), newGroup(`${topic}-late`, [topic])];
    const earliest = early.membership({ autoOffsetReset: "earliest" as const });
    const latest = late.membership({ autoOffsetReset: "latest" as const });
    const first = early.run(reader.name, await reader.program(earliest));
    const second = late.run(reader.name, await reader.program(latest));
    const partition = `${topic}-0`;
    await early.hasHandled({ [partition]: EXISTING });
    await late.becomes("it is assigned", () => second.owned().length === 1);
    // Where the end is it asks after it was assigned; what comes before the answer is not for it.
    await late.becomes("it gets what is new", async () => {
      await produce(topic, 1, 1);
      return handled(late, second).length > 0;
    });
    expect(handled(late, second)[0]).toBeGreaterThanOrEqual(EXISTING);
    expect(handled(early, first).slice(0, EXISTING)).toEqual([0, 1, 2, 3, 4]);
    await Promise.all([early.members.stop(), late.members.stop()]);
  }

  async function fails(reader: Reader): Promise<void> {
    const topic = named("fails", reader.name);
    await createTopic(cluster.bootstrap, topic, 1);
    await produce(topic, 1, EXISTING);
    const group = newGroup(topic, [topic]);
    const none = group.membership({ autoOffsetReset: "none" as const });
    const member = group.run(reader.name, await reader.program(none));
    await group.becomes("it has ended", () => member.hasEnded());
    await member.ended();
    const reasons = events(group, member, "failed").map(({ reason }) => reason);
    expect(reasons.join("\n")).toMatch(reader.complaint!);
    expect(handled(group, member)).toEqual([]);
    expect(await group.committed()).toEqual({});
  }
});

describe.concurrent("commits", () => {
  needs("kcat")("come by themselves, also while a member stays: kcat", async () => {
    const group = await groupWithRecords("auto-kcat", 20);
    const often = kcatMember(group.membership({ autoCommitIntervalMs: 200 }));
    await commitsAndIsNotRepeated(group, often, kcatMember(group.membership({})));
  });

  needsJavaTools("come by themselves, also while a member stays: Java", async () => {
    const group = await groupWithRecords("auto-java", 20);
    const often = group.membership({
      autoCommitIntervalMs: 200,
      groupProtocol: "classic" as const,
    });
    await commitsAndIsNotRepeated(group, await consoleMember(often), await consoleMember(often));
  });

  test("come by themselves, also while a member stays: kafkajs", async () => {
    const group = await groupWithRecords("auto-kafkajs", 20);
    const member = nodeMember(group.membership({ client: "kafkajs" as const }));
    await commitsAndIsNotRepeated(group, member, member);
  });

  needsJavaTools("are what the Java consumer commits synchronously: last + 1", async () => {
    const group = await groupWithRecords("sync-java", 20);
    const member = await verifiableMember(group.membership({ groupProtocol: "classic" as const }));
    const { name } = await commitsAndIsNotRepeated(group, member, member, (first) =>
      events(group, first, "committed").some(({ offset }) => offset === 20),
    );
    const history = group.history.eventsOf(name);
    const commits = history.filter((event) => event.kind === "committed");
    for (const commit of commits) {
      const before = history.slice(0, history.indexOf(commit));
      const last = before.filter((event) => event.kind === "handled").at(-1);
      expect(commit).toMatchObject({ offset: last!.last + 1 });
    }
  });

  test.each(NODE_CLIENTS)("are those of given offsets: %s", async (client) => {
    const group = await groupWithRecords(named("given", client), 12);
    const [partition] = Object.keys(await group.ends());
    const member = startNode(group, { client, commit: { when: "after", every: 5 } });
    await group.hasHandled(await group.ends());
    await group.becomes("it has committed twice", async () => {
      return (await group.committed())[partition!] === 10;
    });
    const commits = new Set(events(group, member, "committed").map(({ offset }) => offset));
    expect([...commits]).toEqual([5, 10]);
    await member.stop();
    expect(await group.committed()).toEqual({ [partition!]: 10 });
  });

  /** One member commits, and dies only then; the next one handles what is new, and that alone. */
  async function commitsAndIsNotRepeated(
    group: GroupUnderTest,
    program: MemberProgram,
    successor: MemberProgram,
    says: (member: GroupMember) => boolean = () => true,
  ): Promise<GroupMember> {
    const ends = await group.ends();
    const member = group.run("first", program);
    await group.hasHandled(ends);
    const isCommitted = async () =>
      says(member) && JSON.stringify(await group.committed()) === JSON.stringify(ends);
    await group.becomes("all is committed", isCommitted);
    await member.kill();
    const [end] = Object.values(ends);
    await produce(group.membership({}).topics[0]!, 1, 1);
    const next = group.run("second", successor);
    await group.hasHandled(await group.ends());
    await next.stop();
    expect(handled(group, next)).toEqual([end]);
    return member;
  }
});

describe.concurrent("a member dies", () => {
  const RECORDS = 12;
  const all = Array.from({ length: RECORDS }, (_, offset) => offset);
  const from = (offset: number) => all.slice(offset);

  interface Death {
    readonly title: string;
    readonly commit: CommitPolicy;
    readonly diesAt: NonNullable<NodeMembership["diesAt"]>;
    /** Where its successor begins. */
    readonly next: number;
  }
  const deaths: Death[] = [
    {
      title: "before it has committed: all that it did is done again",
      commit: "never",
      diesAt: { offset: 7, once: "handled" },
      next: 0,
    },
    {
      title: "between two commits: what it did since the last is done again",
      commit: { when: "after", every: 5 },
      diesAt: { offset: 7, once: "handled" },
      next: 5,
    },
    {
      title: "after it has committed each record that it did: nothing is done again",
      commit: { when: "after", every: 1 },
      diesAt: { offset: 7, once: "committed" },
      next: 8,
    },
    {
      title: "after it has committed what it was yet to do: that is lost",
      commit: { when: "before", every: 5 },
      diesAt: { offset: 7, once: "handled" },
      next: 10,
    },
  ];

  describe.each(NODE_CLIENTS)("%s", (client) => {
    test.each(deaths)("$title", async ({ title, commit, diesAt, next }) => {
      const group = await groupWithRecords(named(client, title), RECORDS);
      const first = startNode(group, { client, commit, diesAt });
      expect(await first.ended()).toBe("SIGKILL");
      expect(handled(group, first)).toEqual(all.slice(0, diesAt.offset + 1));
      const second = startNode(group, { client });
      const isDone = () => handled(group, second).at(-1) === RECORDS - 1;
      await group.becomes("the successor has handled the last record", isDone);
      await second.stop();
      expect(handled(group, second)).toEqual(from(next));
      expect(await group.committed()).toEqual(await group.ends());
    });
  });

  needs("kcat")("kcat, whose automatic commit was still to come", async () => {
    const group = await groupWithRecords("late-kcat", RECORDS);
    const program = () => kcatMember(group.membership({ autoCommitIntervalMs: LATE_MS }));
    await isDoneAgain(group, program(), program());
  });

  needsJavaTools("the Java consumer, whose automatic commit was still to come", async () => {
    const group = await groupWithRecords("late-java", RECORDS);
    const late = { autoCommitIntervalMs: LATE_MS, groupProtocol: "consumer" as const };
    const membership = group.membership(late);
    const first = await verifiableMember(membership, { autoCommit: true });
    await isDoneAgain(group, first, await verifiableMember(membership));
  });

  async function isDoneAgain(
    group: GroupUnderTest,
    program: MemberProgram,
    successor: MemberProgram,
  ): Promise<void> {
    const first = group.run("first", program);
    await group.hasHandled(await group.ends());
    await first.kill();
    expect(await group.committed()).toEqual({});
    const second = group.run("second", successor);
    const isDone = () => handled(group, second).length === RECORDS;
    await group.becomes("the successor has handled all again", isDone);
    await second.stop();
    expect(handled(group, second)).toEqual(all);
    expect(await group.committed()).toEqual(await group.ends());
  }
});

function newGroup(groupId: string, topics: string[], times = PATIENT): GroupUnderTest {
  const { bootstrap } = cluster;
  const group = new GroupUnderTest({ bootstrap, groupId, topics, ...times });
  groups.push(group);
  return group;
}

/** A group of which somebody dies, and its topic of one partition, which holds so many records. */
async function groupWithRecords(name: string, records: number): Promise<GroupUnderTest> {
  await createTopic(cluster.bootstrap, name, 1);
  await produce(name, 1, records);
  return newGroup(name, [name], MORTAL);
}

function startNode(
  group: GroupUnderTest,
  more: Partial<NodeMembership> & Pick<NodeMembership, "client">,
): GroupMember {
  return group.run(more.client, nodeMember(group.membership(more)));
}

/** Writes so many records to each partition. */
async function produce(topic: string, partitions: number, records: number): Promise<void> {
  for (let partition = 0; partition < partitions; partition++) {
    const messages = Array.from({ length: records }, (_, index) => ({
      partition,
      value: `record ${index}`,
    }));
    await producer.send({ topic, messages });
  }
}

/** What a member reported of one kind, in order. */
function events<Kind extends MemberEvent["kind"]>(
  group: GroupUnderTest,
  member: GroupMember,
  kind: Kind,
): Extract<MemberEvent, { kind: Kind }>[] {
  const isOfKind = (event: MemberEvent): event is Extract<MemberEvent, { kind: Kind }> =>
    event.kind === kind;
  return group.history.eventsOf(member.name).filter(isOfKind);
}

/**
 * The offsets that a member handled, in order; for topics of one partition. A slow machine may have
 * it lose its place and handle some of them again, which is not what is looked at here.
 */
function handled(group: GroupUnderTest, member: GroupMember): number[] {
  return [...new Set(events(group, member, "handled").map(({ first }) => first))];
}

function named(what: string, whose: string): string {
  return `${what}-${whose}`.replace(/\W+/g, "-");
}
