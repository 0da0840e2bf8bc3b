/** `odradek serve --override`: broker configs under Kafka's names, as clients notice them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Admin } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { needs } from "../support/needs.ts";
import { startServe } from "../support/serve-process.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";
import { runKcat } from "./kcat.ts";
import { newKafkajs, newKafkajsProducer } from "./writers.ts";

let odradek: Odradek;
let admin: Admin;

async function start(overrides: Readonly<Record<string, string>>): Promise<void> {
  odradek = await startOdradek({ overrides });
  admin = newKafkajs(odradek.bootstrap).admin();
  await admin.connect();
}
async function stop(): Promise<void> {
  await admin.disconnect();
  await odradek.stop();
}

describe("higher limits and more partitions", () => {
  beforeAll(() => start({ "message.max.bytes": "3000000", "num.partitions": "5" }));
  afterAll(stop);

  needs("kcat")("[P3] message.max.bytes=3000000 lets a record of 2 MB in and out", async () => {
    const value = "thread".repeat(350_000);
    const limit = ["-X", "message.max.bytes=4000000"];
    const to = ["-P", "-t", "large", "-p", "0", ...limit];
    expect(await runKcat(odradek.bootstrap, to, { input: value })).toMatchObject({ code: 0 });
    const from = ["-C", "-t", "large", "-p", "0", "-o", "beginning", "-e", "-q"];
    const { stdout } = await runKcat(odradek.bootstrap, from);
    expect(stdout.length).toBe(value.length + 1);
    expect(stdout === `${value}\n`).toBe(true);
  });

  test("[B1] num.partitions=5 is what topics get that do not say", async () => {
    await send("auto-created", "value");
    await admin.createTopics({ topics: [{ topic: "created" }] });
    const { topics } = await admin.fetchTopicMetadata({ topics: ["auto-created", "created"] });
    expect(topics.map(({ partitions }) => partitions.length)).toEqual([5, 5]);
  });
});

describe("lower limits and no topics by accident", () => {
  beforeAll(() => start({ "message.max.bytes": "10000", "auto.create.topics.enable": "false" }));
  afterAll(stop);

  test("[P3] message.max.bytes=10000 refuses a larger batch and takes a smaller one", async () => {
    await admin.createTopics({ topics: [{ topic: "small", numPartitions: 1 }] });
    const refused = send("small", "x".repeat(10_000));
    await expect(refused).rejects.toMatchObject({ type: "MESSAGE_TOO_LARGE" });
    await send("small", "x".repeat(9_000));
    const [offsets] = await admin.fetchTopicOffsets("small");
    expect(offsets).toMatchObject({ high: "1" });
  });

  test("[B1] auto.create.topics.enable=false leaves an unknown topic unknown", async () => {
    const refused = send("nobody-created-it", "value");
    const cause = { type: "UNKNOWN_TOPIC_OR_PARTITION" };
    await expect(refused).rejects.toMatchObject({ cause });
    expect(await admin.listTopics()).not.toContain("nobody-created-it");
  });
});

describe("values that are not valid", () => {
  test.each([
    ["num.partitions=many", "Invalid value many for configuration num.partitions"],
    ["log.retention.hours=long", "Invalid value long for configuration log.retention.hours"],
    ["log.segment.bytes=1", "Invalid value 1 for configuration log.segment.bytes"],
    [
      "group.consumer.assignors=range,nobody",
      "Invalid value nobody for configuration group.consumer.assignors: There is no such assignor, there are uniform, range.",
    ],
    [
      "group.consumer.session.timeout.ms=1000",
      "group.consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms.",
    ],
  ])("%s keeps the server from starting, which says why", async (override, sentence) => {
    const data = mkdtempSync(join(tmpdir(), "odradek-overrides-"));
    const server = await startServe({ data, flags: ["--override", override] });
    expect(await server.ended()).toBe(1);
    expect(server.said()).toContain(sentence);
    expect(server.said()).toContain("--override");
    expect(server.said()).not.toContain("    at ");
    rmSync(data, { recursive: true });
  });
});

async function send(topic: string, value: string): Promise<void> {
  const producer = newKafkajsProducer(odradek.bootstrap, { retry: { retries: 3 } });
  await producer.connect();
  try {
    await producer.send({ topic, messages: [{ value }] });
  } finally {
    await producer.disconnect();
  }
}
