/**
 * Kafka's own tools on groups of real clients: what `kafka-consumer-groups` tells of them and
 * changes, and what Kafka's formatters find in `__consumer_offsets`. `CLIENTS_TARGET=kafka` runs
 * all of it against Apache Kafka.
 */
import type { ChildProcess } from "node:child_process";

import type { Producer } from "kafkajs";
import { afterAll, beforeAll, describe, expect } from "vitest";

import { spawnTool } from "../oracle/tool.ts";
import type { Offsets } from "./group-history.ts";
import { nodeMember } from "./group-member-node.ts";
import type { GroupMember } from "./group-member.ts";
import { GroupUnderTest } from "./group-under-test.ts";
import { javaTool, needsJavaTools, tryJavaTool } from "./java-tools.ts";
import type { RestartableCluster } from "./restartable-cluster.ts";
import { IMPATIENT, startCluster } from "./restartable-cluster.ts";
import { createTopic } from "./steady-producer.ts";
import { until } from "./until.ts";
import { newKafkajsProducer } from "./writers.ts";

/** The first record of `orders-0` is from then, and each later one a second younger. */
const FIRST_TIMESTAMP = Date.now() - 60_000;
const WRITTEN: Offsets = { "bills-0": 5, "orders-0": 10, "orders-1": 7 };

/** A classic group of two topics, and one that the broker divides. */
let classic: GroupUnderTest;
let modern: GroupUnderTest;

let cluster: RestartableCluster;
let producer: Producer;
beforeAll(async () => {
  cluster = await startCluster(IMPATIENT);
  const { bootstrap } = cluster;
  producer = newKafkajsProducer(bootstrap);
  await producer.connect();
  await createTopic(bootstrap, "orders", 3);
  await createTopic(bootstrap, "bills", 1);
  await produce("orders", 0, 10);
  await produce("orders", 1, 7);
  await produce("bills", 0, 5);
  const topics = ["orders", "bills"];
  classic = new GroupUnderTest({ bootstrap, groupId: "classic", topics });
  modern = new GroupUnderTest({ bootstrap, groupId: "modern", topics: ["orders"] });
  startAccountant();
  const client = "platformatic, consumer protocol" as const;
  modern.run("clerk", nodeMember(modern.membership({ client, clientId: "clerk" })));
  await has(classic, WRITTEN);
  await has(modern, { "orders-0": 10, "orders-1": 7 });
});
afterAll(async () => {
  await Promise.all([classic, modern].map((group) => group?.close()));
  await producer?.disconnect();
  await cluster?.stop();
});

describe("kafka-consumer-groups, while the members are there,", () => {
  needsJavaTools("lists them with state and type, all or some", async () => {
    const [header, ...listed] = lines(await groups("--list", "--state", "--type"));
    expect(header).toBe("GROUP TYPE STATE");
    expect(listed.toSorted()).toEqual(["classic Classic Stable", "modern Consumer Stable"]);
    const byType = lines(await groups("--list", "--type", "consumer"));
    expect(byType.slice(1)).toEqual(["modern Consumer"]);
    expect(lines(await groups("--list", "--state", "empty")).slice(1)).toEqual([]);
  });

  needsJavaTools("describes their offsets and who owns which partition", async () => {
    const described = rows(await groups("--describe", "--offsets", "--all-groups"));
    const owned = described.filter(([group]) => group !== "GROUP");
    const offsets = owned.map((columns) => columns.toSpliced(6, 1).join(" ")).toSorted();
    expect(offsets).toEqual([
      "classic bills 0 5 5 0 /127.0.0.1 accountant",
      "classic orders 0 10 10 0 /127.0.0.1 accountant",
      "classic orders 1 7 7 0 /127.0.0.1 accountant",
      "classic orders 2 - 0 - /127.0.0.1 accountant",
      "modern orders 0 10 10 0 /127.0.0.1 clerk",
      "modern orders 1 7 7 0 /127.0.0.1 clerk",
      "modern orders 2 - 0 - /127.0.0.1 clerk",
    ]);
    const memberIds = new Set(owned.map((columns) => columns[6]!));
    expect(memberIds.size).toBe(2);
    expect([...memberIds].filter((id) => id.startsWith("accountant-"))).toHaveLength(1);
  });

  needsJavaTools("describes their members and what each is assigned", async () => {
    const described = await groups("--describe", "--members", "--verbose", "--all-groups");
    expect(described).toMatch(
      /^classic +accountant-\S+ \/127\.0\.0\.1 +accountant +4 +- +bills:0;orders:0,1,2 +- +- *$/m,
    );
    expect(described).toMatch(
      /^modern +\S+ +\/127\.0\.0\.1 +clerk +3 +(\d+) +orders:0,1,2 +\1 +orders:0,1,2 *$/m,
    );
  });

  needsJavaTools("describes their state, their coordinator and their assignor", async () => {
    const described = await groups("--describe", "--state", "--verbose", "--all-groups");
    const coordinator = "127\\.0\\.0\\.1:\\d+ +\\(\\d\\)";
    expect(described).toMatch(
      new RegExp(`^classic +${coordinator} +RoundRobinAssigner +Stable +- +- +1 *$`, "m"),
    );
    expect(described).toMatch(
      new RegExp(`^modern +${coordinator} +uniform +Stable +(\\d+) +\\1 +1 *$`, "m"),
    );
  });

  needsJavaTools("refuses what would pull the ground from under them", async () => {
    const topic = ["--group", "classic", "--topic", "orders"];
    const before = await classic.committed();
    const reset = await groups("--reset-offsets", ...topic, "--to-earliest", "--execute");
    expect(reset).toContain("the current state is Stable");
    const offsets = await groups("--delete-offsets", ...topic);
    expect(offsets.match(/GroupSubscribedToTopicException/g)).toHaveLength(3);
    const deleted = await groups("--delete", "--group", "classic");
    expect(deleted).toContain("GroupNotEmptyException");
    expect(await classic.committed()).toEqual(before);
    const unknown = await groups("--describe", "--group", "nobody");
    expect(unknown).toContain("Group nobody not found.");
  });
});

describe("kafka-get-offsets", () => {
  needsJavaTools("tells ends, beginnings and what was written from a time on", async () => {
    const time = FIRST_TIMESTAMP + 3_500;
    const [latest, earliest, since] = await Promise.all([
      javaTool("get-offsets", cluster.bootstrap, ["--topic", "orders"]),
      javaTool("get-offsets", cluster.bootstrap, ["--topic", "orders", "--time", "earliest"]),
      javaTool("get-offsets", cluster.bootstrap, [
        "--topic-partitions",
        "orders:0",
        "--time",
        `${time}`,
      ]),
    ]);
    expect(lines(latest)).toEqual(["orders:0:10", "orders:1:7", "orders:2:0"]);
    expect(lines(earliest)).toEqual(["orders:0:0", "orders:1:0", "orders:2:0"]);
    expect(lines(since)).toEqual(["orders:0:4"]);
  });
});

describe("kafka-consumer-groups, once the members have left,", () => {
  const ends = { ...WRITTEN, "orders-1": 10, "orders-2": 0 };

  beforeAll(async () => {
    await Promise.all([classic, modern].map((group) => group.members.stop()));
    await produce("orders", 1, 3);
  });

  needsJavaTools("says so, and what they have committed and left to do", async () => {
    const state = await groups("--describe", "--state", "--group", "classic");
    expect(state).toMatch(/^classic +127\.0\.0\.1:\d+ +\(\d\) +- +Empty +0 *$/m);
    expect(state).toContain("Consumer group 'classic' has no active members.");
    const offsets = lines(await groups("--describe", "--group", "modern"));
    expect(offsets.filter((line) => line.startsWith("modern ")).toSorted()).toEqual([
      "modern orders 0 10 10 0 - - -",
      "modern orders 1 7 10 3 - - -",
    ]);
  });

  needsJavaTools("plans a reset without doing it", async () => {
    const before = await classic.committed();
    expect(await reset("--topic", "orders", "--to-earliest", "--dry-run")).toEqual({
      "orders-0": 0,
      "orders-1": 0,
      "orders-2": 0,
    });
    expect(await classic.committed()).toEqual(before);
  });

  needsJavaTools("resets offsets in all ways, and never beyond the ends", async () => {
    const beginnings = { "orders-0": 0, "orders-1": 0, "orders-2": 0 };
    await isReset(["--topic", "orders", "--to-earliest"], beginnings);
    await isReset(["--all-topics", "--to-latest"], ends);
    await isReset(["--topic", "orders:0", "--to-offset", "6"], { "orders-0": 6 });
    await isReset(["--topic", "orders:0", "--shift-by", "-2"], { "orders-0": 4 });
    await isReset(["--topic", "orders:0,1", "--shift-by", "100"], {
      "orders-0": 10,
      "orders-1": 10,
    });
    const datetime = new Date(FIRST_TIMESTAMP + 6_500).toISOString();
    await isReset(["--topic", "orders:0", "--to-datetime", datetime], { "orders-0": 7 });
  });

  needsJavaTools("makes a client begin where it has put its group", async () => {
    await reset("--all-topics", "--to-latest", "--execute");
    await isReset(["--topic", "orders:0", "--to-offset", "3"], { "orders-0": 3 });
    const accountant = startAccountant();
    await has(classic, ends);
    await accountant.stop();
    const handled = classic.history
      .eventsOf(accountant.name)
      .flatMap((event) => (event.kind === "handled" ? [`${event.partition} ${event.first}`] : []));
    expect(handled).toEqual([3, 4, 5, 6, 7, 8, 9].map((offset) => `orders-0 ${offset}`));
  });

  needsJavaTools("deletes offsets of a topic, and whole groups", async () => {
    const topic = ["--group", "classic", "--topic", "orders"];
    const deleted = lines(await groups("--delete-offsets", ...topic));
    expect(deleted.filter((line) => line.startsWith("orders ")).toSorted()).toEqual([
      "orders 0 Successful",
      "orders 1 Successful",
      "orders 2 Successful",
    ]);
    expect(await classic.committed()).toEqual({ "bills-0": 5 });
    const gone = await groups("--delete", "--group", "classic", "--group", "modern");
    expect(gone).toMatch(/Deletion of requested consumer groups \(.*\) was successful\./);
    expect(await modern.committed()).toEqual({});
    const again = await groups("--delete", "--group", "classic");
    expect(again).toContain("GroupIdNotFoundException");
    expect(lines(await groups("--list"))).toEqual([]);
  });

  /** Runs a reset of the classic group and returns the offsets that it tells. */
  async function reset(...args: string[]): Promise<Offsets> {
    const told = rows(await groups("--reset-offsets", "--group", "classic", ...args));
    const offsets = told.filter(([group]) => group === "classic");
    return Object.fromEntries(
      offsets.map(([, topic, partition, offset]) => [`${topic}-${partition}`, Number(offset)]),
    );
  }

  /** Executes a reset, which has to tell and to commit these offsets, and to keep all others. */
  async function isReset(args: string[], expected: Offsets): Promise<void> {
    const before = await classic.committed();
    expect(await reset(...args, "--execute")).toEqual(expected);
    expect(await classic.committed()).toEqual({ ...before, ...expected });
  }
});

describe("Kafka's console consumer reads __consumer_offsets:", () => {
  needsJavaTools("the committed offsets and the members of a group", async () => {
    const { bootstrap } = cluster;
    const topics = ["orders", "bills"];
    const group = new GroupUnderTest({ bootstrap, groupId: "recorded", topics });
    const membership = group.membership({ client: "kafkajs" as const, clientId: "recorded" });
    const member = group.run("kafkajs", nodeMember(membership));
    await group.becomes("it has committed", async () => (await group.committed())["bills-0"] === 5);
    const readers = await Promise.all([
      OffsetsReader.start("OffsetsMessageFormatter"),
      OffsetsReader.start("GroupMetadataMessageFormatter"),
    ]);
    const [offsets, metadata] = readers;
    try {
      const committed = (topic: string, partition: number) => {
        const key = { type: 1, data: { group: "recorded", topic, partition } };
        return offsets!.last(key)?.data["offset"];
      };
      await until("the last commits are there", async () => {
        const found = [committed("bills", 0), committed("orders", 0), committed("orders", 1)];
        const { "bills-0": bills, "orders-0": first, "orders-1": second } = await group.committed();
        return found.join() === [bills, first, second].join();
      });
      const recorded = () => metadata!.last({ type: 2, data: { group: "recorded" } });
      const isStable = () => (recorded()?.data["members"] as unknown[])?.length === 1;
      await until("the group with its member is there", isStable);
      expect(recorded()!.data).toMatchObject({
        protocolType: "consumer",
        protocol: "RoundRobinAssigner",
        leader: expect.stringMatching(/^recorded-/),
        members: [{ clientId: "recorded", clientHost: "/127.0.0.1" }],
      });
      await member.stop();
      const isEmpty = () => (recorded()?.data["members"] as unknown[])?.length === 0;
      await until("the group without members is there", isEmpty);
    } finally {
      for (const reader of readers) reader.stop();
      await group.close();
    }
  });
});

interface CoordinatorRecord {
  readonly key: { readonly type: number; readonly data: Readonly<Record<string, unknown>> };
  readonly value: { readonly data: Readonly<Record<string, unknown>> } | null;
}

/** Kafka's console consumer on the topic of the coordinators, with one of Kafka's formatters. */
class OffsetsReader {
  readonly #consumer: ChildProcess;
  #output = "";

  private constructor(consumer: ChildProcess) {
    this.#consumer = consumer;
    consumer.stdout!.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
  }

  static async start(formatter: string): Promise<OffsetsReader> {
    const from = ["--bootstrap-server", cluster.bootstrap, "--topic", "__consumer_offsets"];
    const as = ["--formatter", `org.apache.kafka.tools.consumer.${formatter}`];
    return new OffsetsReader(
      await spawnTool("console-consumer", [...from, "--from-beginning", ...as]),
    );
  }

  /** The value of the newest record with this key. */
  last(key: CoordinatorRecord["key"]): CoordinatorRecord["value"] | undefined {
    const isTheKey = ({ key: found }: CoordinatorRecord) =>
      JSON.stringify(found) === JSON.stringify(key);
    return this.#records().findLast(isTheKey)?.value;
  }

  stop(): void {
    this.#consumer.kill("SIGKILL");
  }

  /** The formatters put nothing between two records; the last one may not be whole yet. */
  #records(): CoordinatorRecord[] {
    const texts = this.#output.replaceAll('}{"key":', '}\n{"key":').split("\n");
    return texts.flatMap((text) => {
      try {
        return [JSON.parse(text) as CoordinatorRecord];
      } catch {
        return [];
      }
    });
  }
}

/** Runs `kafka-consumer-groups` and returns all that it says; it ends well even when it fails. */
async function groups(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await tryJavaTool("consumer-groups", cluster.bootstrap, args);
  expect(code).toBe(0);
  return stdout + stderr;
}

/** The lines of a table that a tool wrote, with one space between two columns. */
function lines(table: string): string[] {
  const written = table.split("\n").map((line) => line.trim().replace(/\s+/g, " "));
  return written.filter((line) => line !== "");
}

/** The same as columns. */
function rows(table: string): string[][] {
  return lines(table).map((line) => line.split(" "));
}

function startAccountant(): GroupMember {
  const membership = classic.membership({ client: "kafkajs" as const, clientId: "accountant" });
  return classic.run("accountant", nodeMember(membership));
}

/** Waits until the group has committed these offsets, whatever else. */
async function has(group: GroupUnderTest, offsets: Offsets): Promise<void> {
  await group.becomes(`it has committed ${JSON.stringify(offsets)}`, async () => {
    const committed = await group.committed();
    return Object.entries(offsets).every(([partition, offset]) => committed[partition] === offset);
  });
}

async function produce(topic: string, partition: number, records: number): Promise<void> {
  const messages = Array.from({ length: records }, (_, index) => ({
    partition,
    value: `record ${index}`,
    timestamp: `${FIRST_TIMESTAMP + index * 1_000}`,
  }));
  await producer.send({ topic, messages });
}
