/** Live subscribers: a WebSocket on `/topics/<topic>/records`, against a real server. */
import { setTimeout as sleep } from "node:timers/promises";

import { CompressionCodecs, CompressionTypes, Kafka, logLevel } from "kafkajs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { costOf } from "../support/processes.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";
import type { Message } from "../support/subscriber.ts";
import { Subscriber } from "../support/subscriber.ts";

const PARTITIONS = 4;
/** After this long workerd has evicted every actor that nobody has called. */
const IDLE_MS = 40_000;
/** The last part of it, in which nothing at all should happen. */
const QUIET_MS = 10_000;
const MAX_QUIET_CPU_SHARE = 0.02;
const MAX_WAKING_MS = 1_000;

let odradek: Odradek;
let kafka: Kafka;
let count = 0;
const subscribers: Subscriber[] = [];
const newName = () => `live-${++count}`;

/** kafkajs leaves LZ4 to others; this one writes what nobody can read. */
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async () => Buffer.from("this is no LZ4 frame"),
  decompress: async (bytes: Buffer) => bytes,
});

beforeAll(async () => {
  odradek = await startOdradek();
  kafka = new Kafka({ brokers: odradek.bootstrap.split(","), logLevel: logLevel.NOTHING });
});
afterEach(() => {
  for (const subscriber of subscribers.splice(0)) subscriber.socket.terminate();
});
afterAll(() => odradek.stop());

describe("[A6] a live subscriber", () => {
  test("gets each record as it is committed, in the shape of a read", async () => {
    const topic = newName();
    await post(topic, "before");
    const subscriber = await subscribe(topic);
    await post(topic, "after", "?key=k&timestamp=1764000000000");
    expect(await subscriber.received(1)).toEqual([
      {
        partition: 0,
        offset: 1,
        timestamp: 1764000000000,
        key: "k",
        value: "after",
        headers: [],
      },
    ]);
  });

  test("begins where it says: an offset, the beginning, a time", async () => {
    const topic = newName();
    for (const time of [1000, 2000, 3000]) await post(topic, `${time}`, `?timestamp=${time}`);
    const values = async (query: string, expected: number) =>
      (await (await subscribe(topic, query)).received(expected)).map(({ value }) => value);
    expect(await values("?offset=earliest", 3)).toEqual(["1000", "2000", "3000"]);
    expect(await values("?offset=1&partition=0&format=json", 2)).toEqual([2000, 3000]);
    expect(await values("?timestamp=2500", 1)).toEqual(["3000"]);
  });

  test("gets all partitions, each in order, while they are written", async () => {
    const topic = await createTopic();
    const all = await subscribe(topic, "?offset=earliest");
    const one = await subscribe(topic, "?partition=2");
    const producer = kafka.producer();
    await producer.connect();
    for (let round = 0; round < 20; round++) {
      const messages = Array.from({ length: 100 }, (_, index) => ({
        value: `${round * 100 + index}`,
        partition: index % PARTITIONS,
      }));
      await producer.send({ topic, messages });
    }
    await producer.disconnect();
    expectAllInOrder(await all.received(2000), PARTITIONS, 500);
    const ofOne = await one.received(500);
    expect(ofOne.every(({ partition }) => partition === 2)).toBe(true);
    expectAllInOrder(ofOne, 1, 500);
  });

  test("that reads slowly is paused, loses nothing and does not fill the server", async () => {
    const topic = newName();
    const headers = { "content-type": "application/x-ndjson" };
    const line = "x".repeat(9_990);
    const batches = 200;
    for (let batch = 0; batch < batches; batch++) {
      const lines = Array.from({ length: 50 }, () => line).join("\n");
      await fetch(recordsUrl(topic), { method: "POST", body: lines, headers });
    }
    const subscriber = await subscribe(topic, "?offset=earliest");
    await subscriber.received(1);
    subscriber.socket.pause();
    await sleep(1000);
    const seen = subscriber.messages.length;
    const fast = await subscribe(topic);
    await post(topic, "now");
    await fast.received(1);
    expect(seen).toBeLessThan(batches * 25);
    subscriber.socket.resume();
    expectAllInOrder(await subscriber.received(batches * 50 + 1), 1, batches * 50 + 1);
  });

  test("costs nothing while nothing happens, and gets the first record when all was evicted", async () => {
    const topic = await createTopic();
    const many = await Promise.all(Array.from({ length: 10 }, () => subscribe(topic)));
    await sleep(IDLE_MS - QUIET_MS);
    const before = costOf(odradek.workerdPid());
    await sleep(QUIET_MS);
    const after = costOf(odradek.workerdPid());
    expect(after.writtenBytes - before.writtenBytes).toBe(0);
    expect((after.cpuMs - before.cpuMs) / QUIET_MS).toBeLessThan(MAX_QUIET_CPU_SHARE);

    const producer = kafka.producer();
    await producer.connect();
    const sent = performance.now();
    await producer.send({ topic, messages: [{ value: "woken", partition: 1 }] });
    for (const subscriber of many) {
      expect(await subscriber.received(1)).toMatchObject([{ partition: 1, value: "woken" }]);
    }
    expect(performance.now() - sent).toBeLessThan(MAX_WAKING_MS);
    await producer.send({ topic, messages: [{ value: "again", partition: 3 }] });
    await producer.disconnect();
    for (const subscriber of many) {
      expect((await subscriber.received(2))[1]).toMatchObject({ partition: 3, offset: 0 });
    }
  }, 90_000);

  test.for([
    ["of an unknown topic", (topic: string) => `${topic}-unknown`, "UNKNOWN_TOPIC_OR_PARTITION"],
    [
      "of an unknown partition",
      (topic: string) => `${topic}?partition=7`,
      "UNKNOWN_TOPIC_OR_PARTITION",
    ],
    ["from an offset out of range", (topic: string) => `${topic}?offset=7`, "OFFSET_OUT_OF_RANGE"],
    [
      "with a parameter that makes no sense",
      (topic: string) => `${topic}?format=xml`,
      "INVALID_REQUEST",
    ],
  ] as const)("%s is told why and closed", async ([, where, title]) => {
    const topic = newName();
    await post(topic, "x");
    const [name, query = ""] = where(topic).split("?");
    const subscriber = new Subscriber(`${webSocketUrl(name!)}?${query}`);
    subscribers.push(subscriber);
    expect(await subscriber.closed()).toBe(1008);
    expect(subscriber.messages).toMatchObject([{ title, detail: expect.any(String) as string }]);
  });

  test("of a topic that is deleted is told so and closed", async () => {
    const topic = newName();
    await post(topic, "x");
    const subscriber = await subscribe(topic);
    const closed = subscriber.closed();
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
    expect(await subscriber.received(1)).toMatchObject([{ title: "UNKNOWN_TOPIC_ID" }]);
    expect(await closed).toBe(1008);
  });

  test("goes on after a batch that nobody can decode", async () => {
    const topic = newName();
    await post(topic, "first");
    const subscriber = await subscribe(topic, "?offset=earliest");
    const producer = kafka.producer();
    await producer.connect();
    const messages = [{ value: "a" }, { value: "b" }];
    await producer.send({ topic, compression: CompressionTypes.LZ4, messages });
    await producer.disconnect();
    await post(topic, "last");
    expect(await subscriber.received(3)).toMatchObject([
      { offset: 0, value: "first" },
      { title: "CORRUPT_MESSAGE", partition: 0, offset: 1, next: 3 },
      { offset: 3, value: "last" },
    ]);
    const read = await (await fetch(recordsUrl(topic))).json();
    expect(read).toMatchObject({
      records: [{ offset: 0 }, { offset: 3 }],
      next: 4,
      skipped: [{ title: "CORRUPT_MESSAGE", offset: 1, next: 3 }],
    });
  });

  test("may leave whenever it likes, and is answered", async () => {
    const topic = newName();
    await post(topic, "x");
    const subscriber = await subscribe(topic);
    const left = performance.now();
    subscriber.socket.close(4321, "enough");
    expect(await subscriber.closed()).toBe(4321);
    expect(performance.now() - left).toBeLessThan(2000);
  });

  test("of a foreign page is refused", async () => {
    const topic = newName();
    await post(topic, "x");
    const foreign = new Subscriber(webSocketUrl(topic), { origin: "https://b.example" });
    await expect(foreign.opened()).rejects.toThrow("403");
  });
});

/** Every partition's offsets are 0 to `each` - 1, in this order. */
function expectAllInOrder(messages: readonly Message[], partitions: number, each: number): void {
  const byPartition = Map.groupBy(messages, ({ partition }) => partition);
  expect(byPartition.size).toBe(partitions);
  for (const ofPartition of byPartition.values()) {
    const offsets = ofPartition.map(({ offset }) => offset);
    expect(offsets).toEqual(Array.from({ length: each }, (_, offset) => offset));
  }
}

const recordsUrl = (topic: string) => `${odradek.httpUrl}/topics/${topic}/records`;
const webSocketUrl = (topic: string) => `${odradek.webSocketUrl}/topics/${topic}/records`;

async function subscribe(topic: string, query = ""): Promise<Subscriber> {
  const subscriber = new Subscriber(webSocketUrl(topic) + query);
  subscribers.push(subscriber);
  return subscriber.opened();
}

async function post(topic: string, value: string, query = ""): Promise<void> {
  const response = await fetch(recordsUrl(topic) + query, { method: "POST", body: value });
  expect(response.status, await response.text()).toBe(200);
}

async function createTopic(): Promise<string> {
  const topic = newName();
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }] });
  await admin.disconnect();
  return topic;
}
