/**
 * Clients of other languages at their work: those for Go, Python and C create topics, write with
 * all compressions, share groups and say what they find of them.
 * `CLIENTS_TARGET=kafka` runs all of it against Apache Kafka.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { COMPRESSION_TYPES } from "../../src/protocol/records/attributes.ts";
import type { DeclareTest } from "../support/needs.ts";
import type { Offsets } from "./group-history.ts";
import type { GroupMember } from "./group-member.ts";
import { javaTool, needsJavaTools } from "./java-tools.ts";
import type { LanguageClient, Protocol } from "./language-clients.ts";
import { clientSays, LANGUAGE_CLIENTS, programOf, tryCommand } from "./language-clients.ts";
import type { Description } from "./language-group.ts";
import { LanguageGroup } from "./language-group.ts";
import { realLines } from "./real-text.ts";
import type { RestartableCluster } from "./restartable-cluster.ts";
import { IMPATIENT, startCluster } from "./restartable-cluster.ts";
import { compressionsOf, storedBatches } from "./stored-batches.ts";

const PARTITIONS = 6;
/** Of each part of the text, which is written at one time. */
const PART = 1_000;
/** The first run brings and builds what the programs need. */
const BUILD_PATIENCE_MS = 600_000;
/** Of a whole life of a group, on a machine that has much else to do. */
const PATIENCE_MS = 180_000;

const text = realLines(3 * PART);
const parts = [0, 1, 2].map((part) => text.slice(part * PART, (part + 1) * PART));

let cluster: RestartableCluster;
beforeAll(async () => {
  cluster = await startCluster(IMPATIENT);
});
afterAll(() => cluster?.stop());

/** Vitest's `test`, or one that leaves the test out where the machine lacks what a client needs. */
function needsClients(clients: readonly LanguageClient[], declare: DeclareTest = test) {
  const missing = clients.map((client) => client.missing()).find((reason) => reason !== null);
  if (missing === undefined) return declare;
  const leftOut: DeclareTest = (title) => test(title, ({ skip }) => skip(missing!));
  return leftOut;
}

/** Builds what can be built, before the time of a test runs. */
function buildBefore(clients: readonly LanguageClient[]): void {
  beforeAll(async () => {
    const possible = clients.filter((client) => client.missing() === null);
    await Promise.all(possible.map((client) => programOf(client)));
  }, BUILD_PATIENCE_MS);
}

describe.each(LANGUAGE_CLIENTS)("$name", (client) => {
  buildBefore([client]);
  const declare = needsClients([client]);

  declare("[B1] creates a topic, and hears that it is there already", async () => {
    const create = ["create", cluster.bootstrap, `${client.name}-created`, `${PARTITIONS}`];
    expect(await clientSays(client, create)).toEqual([`created ${client.name}-created 6`]);
    const again = await tryCommand(client, create);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/^failed .*(already exists|AlreadyExists)/m);
  });

  for (const compression of COMPRESSION_TYPES) {
    declare(`[P1, P2, P3] writes as an idempotent producer: ${compression}`, async () => {
      const topic = `${client.name}-${compression}`;
      await createTopic(client, topic);
      await write(client, topic, text, compression);
      const batches = await storedBatches(cluster.bootstrap, topic);
      expect([...compressionsOf(batches)]).toEqual([compression]);
      expect(batches.filter(({ producerId }) => producerId < 0)).toEqual([]);
      expect(batches.filter(({ baseSequence }) => baseSequence === 0)).toHaveLength(PARTITIONS);
    });
  }

  for (const protocol of client.protocols) {
    declare(
      `[C3, C4, C6] shares a group, each record once, and all of it committed: ${protocol}`,
      async () => {
        const topic = `${client.name}-${protocol}`;
        await createTopic(client, topic);
        const group = new LanguageGroup(cluster.bootstrap, topic, protocol);
        try {
          await livesTogether(group, topic, client);
        } finally {
          await group.close();
        }
      },
      PATIENCE_MS,
    );
  }
});

/** A group begins with one member, goes on with two, and ends with the other one. */
async function livesTogether(
  group: LanguageGroup,
  topic: string,
  client: LanguageClient,
): Promise<void> {
  await write(client, topic, parts[0]!);
  const first = await group.join(client, "first");
  await group.isSharedBy(PARTITIONS, first);
  await hasDoneAll(group);

  const second = await group.join(client, "second");
  await group.isSharedBy(PARTITIONS, first, second);
  await write(client, topic, parts[1]!);
  const ends = await hasDoneAll(group);
  const owned = { first: first.owned(), second: second.owned() };
  expect(await group.describedBy(client)).toEqual(description("stable", owned, ends));

  // Whoever leaves while records come in leaves none of them out, and none for a second time.
  await Promise.all([write(client, topic, parts[2]!), leaves(first)]);
  await group.isSharedBy(PARTITIONS, second);
  const lastEnds = await hasDoneAll(group);
  await leaves(second);
  expect(await group.describedBy(client)).toEqual(description("empty", {}, lastEnds));
  expect(group.values.toSorted()).toEqual(text.toSorted());
  expect(group.history.doubleOwners()).toEqual([]);
}

describe("members that the broker divides outlive", () => {
  const clients = knowing("consumer");
  buildBefore(clients);

  for (const client of clients) {
    needsClients([client])(
      `[C4, C6] a sleep, the death of another one, and a restart of all brokers: ${client.name}`,
      async () => {
        const topic = `${client.name}-outlives`;
        await createTopic(client, topic);
        const group = new LanguageGroup(cluster.bootstrap, topic, "consumer");
        try {
          await outlivesAll(group, topic, client);
        } finally {
          await group.close();
        }
      },
      PATIENCE_MS,
    );
  }
});

/** Whoever is given up for lost, and for whatever reason, has no record done twice or left out. */
async function outlivesAll(
  group: LanguageGroup,
  topic: string,
  client: LanguageClient,
): Promise<void> {
  const first = await group.join(client, "first");
  const second = await group.join(client, "second");
  await group.isSharedBy(PARTITIONS, first, second);
  await write(client, topic, parts[0]!);
  await hasDoneAll(group);

  // What it has asked for may reach a sleeper when it wakes, before it hears that it is out.
  first.pause();
  await group.isSharedBy(PARTITIONS, second);
  first.resume();
  await group.isSharedBy(PARTITIONS, first, second);

  await second.kill();
  await group.isSharedBy(PARTITIONS, first);
  await write(client, topic, parts[1]!);
  await hasDoneAll(group);
  await cluster.restart();
  await write(client, topic, parts[2]!);
  await hasDoneAll(group);
  await leaves(first);
  expect(group.values.toSorted()).toEqual(text.toSorted());
  expect(group.history.doubleOwners()).toEqual([]);
}

/** The clients whose groups are tried with a protocol. */
function knowing(protocol: Protocol): LanguageClient[] {
  return LANGUAGE_CLIENTS.filter(({ protocols }) => protocols.includes(protocol));
}

describe("clients of all languages in one group", () => {
  buildBefore(LANGUAGE_CLIENTS);

  const groups = [
    { protocol: "range", clients: LANGUAGE_CLIENTS },
    { protocol: "consumer", clients: knowing("consumer") },
  ] as const;

  for (const { protocol, clients } of groups) {
    needsClients(clients, needsJavaTools)(
      `[C3, C4] agree by ${protocol}, and kafka-consumer-groups sees them all`,
      async () => {
        const topic = `languages-${protocol}`;
        await createTopic(clients[0]!, topic);
        const group = new LanguageGroup(cluster.bootstrap, topic, protocol);
        try {
          const members: GroupMember[] = [];
          for (const client of clients) members.push(await group.join(client, client.name));
          await group.isSharedBy(PARTITIONS, ...members);
          await Promise.all(
            clients.map((client, index) => write(client, topic, parts[index % parts.length]!)),
          );
          const ends = await hasDoneAll(group);
          const owners = Object.fromEntries(
            clients.map(({ name }, index) => [name, members[index]!.owned()]),
          );
          expect(await seenByJava(group)).toEqual(description("stable", owners, ends));
          for (const client of clients) {
            expect(await group.describedBy(client)).toEqual(description("stable", owners, ends));
          }
          await Promise.all(members.map(leaves));
          expect(group.values).toHaveLength(clients.length * PART);
          expect(group.history.doubleOwners()).toEqual([]);
        } finally {
          await group.close();
        }
      },
      PATIENCE_MS,
    );
  }
});

async function createTopic(client: LanguageClient, topic: string): Promise<void> {
  await clientSays(client, ["create", cluster.bootstrap, topic, `${PARTITIONS}`]);
}

/** Writes each line with a key of its own, which spreads them, and has all of them acknowledged. */
async function write(
  client: LanguageClient,
  topic: string,
  lines: readonly string[],
  compression = "lz4",
): Promise<void> {
  const keyed = lines.map((line, index) => `${index}\t${line}\n`).join("");
  const said = await clientSays(client, ["produce", cluster.bootstrap, topic, compression], keyed);
  expect(said).toEqual([`acknowledged ${lines.length}`]);
}

/** Waits until a group has handled and committed all that there is; returns the ends. */
async function hasDoneAll(group: LanguageGroup): Promise<Offsets> {
  const ends = await group.ends();
  await group.hasHandled(ends);
  await group.hasCommitted(ends);
  return ends;
}

/** A member is told to leave its group, and ends well. */
async function leaves(member: GroupMember): Promise<void> {
  await member.stop();
  expect(await member.ended()).toBe(0);
}

/** What everybody should find of a group that has done all. */
function description(state: string, members: Description["members"], ends: Offsets): Description {
  const all = Object.entries(ends).map(([partition, end]) => [partition, `${end} of ${end}`]);
  return { state, members, offsets: Object.fromEntries(all) };
}

/** What Kafka's own tool says of a group. */
async function seenByJava(group: LanguageGroup): Promise<Description> {
  const describe = (what: string) =>
    javaTool("consumer-groups", cluster.bootstrap, ["--describe", what, "--group", group.id]);
  const [stateTable, offsetsTable] = await Promise.all([
    describe("--state"),
    describe("--offsets"),
  ]);
  const rows = (table: string) =>
    table.split("\n").flatMap((line) => {
      const columns = line.trim().split(/\s+/);
      return columns[0] === group.id ? [columns] : [];
    });
  const members: Record<string, string[]> = {};
  const offsets: Record<string, string> = {};
  for (const [, topic, partition, current, end, , , , clientId] of rows(offsetsTable)) {
    offsets[`${topic}-${partition}`] = `${current} of ${end}`;
    (members[clientId!] ??= []).push(`${topic}-${partition}`);
  }
  for (const owned of Object.values(members)) owned.sort();
  const [state] = rows(stateTable).map((columns) => columns.at(-2)!);
  return { state: state!.toLowerCase(), members, offsets };
}
