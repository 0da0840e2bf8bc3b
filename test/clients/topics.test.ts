/**
 * Topics come and go: many at a time, without waking a replica; with their storage really freed;
 * and with producers that keep writing while the ground moves.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Admin } from "kafkajs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { recordsIn } from "../conformance/batches.ts";
import { Cluster } from "../conformance/cluster.ts";
import { LATEST } from "../conformance/partition.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";
import { javaTool, needsJavaTools } from "./java-tools.ts";
import { newKafkajs, newKafkajsProducer } from "./writers.ts";

const TOPICS = 100;
const PARTITIONS = 10;
const BROKERS = 3;

/** What workerd leaves of an object: an empty database of one page. */
const EMPTY_BYTES = 4096;
const FREED_WITHIN_MS = 10_000;

let odradek: Odradek;
let admin: Admin;
let cluster: Cluster;
beforeAll(async () => {
  odradek = await startOdradek({ brokers: BROKERS });
  admin = newKafkajs(odradek.bootstrap).admin();
  await admin.connect();
  cluster = new Cluster(odradek.bootstrap);
});
afterEach(async () => {
  await admin.deleteTopics({ topics: await admin.listTopics() });
});
afterAll(async () => {
  await admin.disconnect();
  await cluster.close();
  await odradek.stop();
});

describe(`${TOPICS} topics of ${PARTITIONS} partitions`, () => {
  const names = Array.from({ length: TOPICS }, (_, index) => `spool-${index}`);
  const topics = names.map((topic) => ({ topic, numPartitions: PARTITIONS }));

  test("[B1, B2, B7] they are created, listed and deleted, and no replica wakes", async () => {
    const before = replicaFiles().length;
    expect(await admin.createTopics({ topics })).toBe(true);
    expect((await admin.listTopics()).toSorted()).toEqual(names.toSorted());
    const metadata = await admin.fetchTopicMetadata({ topics: names });
    const partitions = metadata.topics.flatMap((topic) => topic.partitions);
    expect(partitions).toHaveLength(TOPICS * PARTITIONS);
    for (const nodeId of [1, 2, 3]) {
      const led = partitions.filter(({ leader }) => leader === nodeId).length;
      expect(led).toBeGreaterThan(partitions.length / BROKERS - TOPICS);
    }
    await admin.deleteTopics({ topics: names });
    expect(await admin.listTopics()).toEqual([]);
    expect(replicaFiles()).toHaveLength(before);
  });

  test("[B1, L5] what ten of them hold is freed within seconds of their deletion", async () => {
    const written = names.slice(0, 10);
    await admin.createTopics({ topics });
    const before = new Set(replicaFiles());
    const producer = newKafkajsProducer(odradek.bootstrap);
    await producer.connect();
    const value = Buffer.alloc(500_000, "thread");
    for (const topic of [...written, ...written]) {
      await producer.send({ topic, messages: [{ partition: 7, value }] });
    }
    await producer.disconnect();
    const files = replicaFiles().filter((path) => !before.has(path));
    expect(databases(files)).toHaveLength(written.length);
    expect(totalSize(files)).toBeGreaterThan(2 * written.length * value.length);

    await admin.deleteTopics({ topics: names });
    const deletedAt = performance.now();
    const left = () => replicaFiles().filter((path) => !before.has(path));
    while (totalSize(left()) > written.length * EMPTY_BYTES) {
      expect(performance.now() - deletedAt, `${left().join("\n")}`).toBeLessThan(FREED_WITHIN_MS);
      await sleep(20);
    }
  });
});

describe("a name that is used again", () => {
  test("[B1] it is another topic, with another id and no records", async () => {
    const old = await created("again");
    const producer = newKafkajsProducer(odradek.bootstrap);
    await producer.connect();
    const send = (value: string) => producer.send({ topic: "again", messages: [{ value }] });
    await send("one");
    await send("two");
    await admin.deleteTopics({ topics: ["again"] });
    const fresh = await created("again");
    expect(fresh.topicId).not.toBe(old.topicId);
    expect(await fresh.listOffset(LATEST)).toMatchObject({ error: "NONE", offset: 0 });
    expect(await old.fetch()).toMatchObject({ error: "UNKNOWN_TOPIC_ID" });
    await send("three");
    await producer.disconnect();
    expect(await valuesOf("again")).toEqual(["three"]);
  });

  test("[B1] a producer that writes all the while goes on in the new topic", async () => {
    const workerd = odradek.workerdPid();
    await created("moving");
    const producer = newKafkajsProducer(odradek.bootstrap, { allowAutoTopicCreation: false });
    await producer.connect();
    const acknowledged: { readonly value: string; readonly sentAt: number }[] = [];
    const failures = new Set<string>();
    const stop = new AbortController();
    const writing = Array.from({ length: 4 }, async (_, lane) => {
      for (let sequence = 0; !stop.signal.aborted; sequence++) {
        const value = `${lane}:${sequence}`;
        const sentAt = performance.now();
        try {
          await producer.send({ topic: "moving", messages: [{ value }] });
          acknowledged.push({ value, sentAt });
        } catch (error) {
          const { cause } = error as { cause?: { type?: string } };
          failures.add(cause?.type ?? String(error));
        }
      }
    });
    await sleep(500);
    const deletedAt = performance.now();
    await admin.deleteTopics({ topics: ["moving"] });
    await sleep(300);
    await created("moving");
    const createdAt = performance.now();
    const isBack = () => acknowledged.some(({ sentAt }) => sentAt > createdAt + 500);
    while (!isBack()) {
      expect(performance.now() - createdAt, [...failures].join()).toBeLessThan(20_000);
      await sleep(20);
    }
    stop.abort();
    await Promise.all(writing);
    await producer.disconnect();

    const stored = await valuesOf("moving");
    const before = acknowledged.filter(({ sentAt }) => sentAt < deletedAt - 100);
    const after = acknowledged.filter(({ sentAt }) => sentAt > createdAt);
    expect(before.length).toBeGreaterThan(0);
    expect(stored).not.toEqual(expect.arrayContaining([before[0]!.value]));
    expect(stored).toEqual(expect.arrayContaining(after.map(({ value }) => value)));
    expect(odradek.workerdPid()).toBe(workerd);
    for (const type of failures) expect(type).toBe("UNKNOWN_TOPIC_OR_PARTITION");
  });

  needsJavaTools("[B1, P2] so does the idempotent Java producer", async () => {
    await created("verified");
    const rate = ["--throughput", "200", "--max-messages", "1000", "--acks", "-1"];
    const producing = javaTool("verifiable-producer", odradek.bootstrap, [
      "--topic",
      "verified",
      ...rate,
    ]);
    const [partition] = await cluster.settled("verified");
    while ((await partition!.listOffset(LATEST)).offset < 100) await sleep(20);
    await admin.deleteTopics({ topics: ["verified"] });
    await created("verified");
    const events = (await producing)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { name: string; value?: string });
    const sent = events.filter(({ name }) => name === "producer_send_success");
    const stored = await valuesOf("verified");
    expect(stored.length).toBeGreaterThan(100);
    expect(stored.length).toBeLessThan(1000);
    expect(stored.at(-1)).toBe("999");
    expect(sent.at(-1)).toMatchObject({ value: "999", offset: stored.length - 1 });
  });
});

/** Creates a topic of one partition and waits until it answers. */
async function created(topic: string) {
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
  const [partition] = await cluster.settled(topic);
  return partition!;
}

/** The values of all records in the one partition of a topic. */
async function valuesOf(topic: string): Promise<string[]> {
  const [partition] = await cluster.settled(topic);
  const values: string[] = [];
  for (;;) {
    const { error, records } = await partition!.fetch({ fetchOffset: values.length });
    expect(error).toBe("NONE");
    const read = recordsIn(records).filter(({ offset }) => offset >= values.length);
    if (read.length === 0) return values;
    for (const { value } of read) values.push(new TextDecoder().decode(value!));
  }
}

/** All that is stored for replicas: databases and what SQLite keeps beside them. */
function replicaFiles(): string[] {
  const directory = join(odradek.dataDirectory, "do/odradek-PartitionReplicaActor");
  try {
    return readdirSync(directory)
      .filter((name) => /^[0-9a-f]{64}\.sqlite/.test(name))
      .map((name) => join(directory, name));
  } catch {
    return []; // No replica ever woke.
  }
}

function databases(files: readonly string[]): string[] {
  return files.filter((path) => path.endsWith(".sqlite"));
}

function totalSize(files: readonly string[]): number {
  return files.reduce(
    (sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
