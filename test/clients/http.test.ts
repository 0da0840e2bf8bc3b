/** HTTP as curl and programs meet it, against a real server. */
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { murmur2 } from "../../src/base/murmur2.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

const PARTITIONS = 5;
/** How far a record's time may be from ours; the server is on this machine, which may be busy. */
const CLOCK_TOLERANCE_MS = 10_000;

let odradek: Odradek;
let count = 0;
const newName = () => `http-${++count}`;

beforeAll(async () => {
  const overrides = { "message.max.bytes": "4194304" };
  odradek = await startOdradek({ overrides, flags: ["--allow-origin", "https://a.example"] });
});
afterAll(() => odradek.stop());

describe("[A4] POST /topics/<topic>/records", () => {
  test("creates the topic, stores the body byte for byte and says where", async () => {
    const topic = newName();
    const body = Uint8Array.from({ length: 1000 }, (_, index) => (index * 7) % 256);
    const posted = await post(topic, body);
    expect(posted.status).toBe(200);
    expect(posted.body).toEqual({
      offsets: [{ partition: 0, offset: 0, timestamp: expect.any(Number) as number }],
    });
    const [{ timestamp }] = posted.body["offsets"] as [{ timestamp: number }];
    expect(Math.abs(timestamp - Date.now())).toBeLessThan(CLOCK_TOLERANCE_MS);

    const { records } = await read(topic, "format=base64");
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      partition: 0,
      offset: 0,
      timestamp,
      key: null,
      headers: [],
    });
    expect(Buffer.from(records[0]!["value"] as string, "base64")).toEqual(Buffer.from(body));
  });

  test("takes a key, a time and headers with any characters", async () => {
    const topic = newName();
    const header = Buffer.from("é✓").toString("latin1");
    const query = `key=${encodeURIComponent("clé ✓")}&timestamp=1764000000000`;
    await post(topic, "value", { query, headers: { "Kafka-Header-Trace": header } });
    expect((await read(topic)).records).toEqual([
      {
        partition: 0,
        offset: 0,
        timestamp: 1764000000000,
        key: "clé ✓",
        value: "value",
        headers: [{ key: "trace", value: "é✓" }],
      },
    ]);
  });

  test("appends each line of NDJSON, with consecutive offsets", async () => {
    const topic = newName();
    const headers = { "content-type": "application/x-ndjson" };
    const { body } = await post(topic, '{"a":1}\n\n{"a":2}\n{"a":3}', { headers });
    expect(body["offsets"]).toMatchObject([{ offset: 0 }, { offset: 1 }, { offset: 2 }]);
    const { records } = await read(topic, "format=json");
    expect(records.map(({ value }) => value)).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
    expect((await post(topic, "\n\n", { headers })).body).toMatchObject({ status: 400 });
  });

  test("sends a key to the partition that Java's client would choose, on whichever broker", async () => {
    const topic = await createTopic(PARTITIONS);
    for (const key of ["a", "b", "c", "hello", "order-42"]) {
      const partition = (murmur2(Buffer.from(key)) & 0x7fffffff) % PARTITIONS;
      const { body } = await post(topic, key, { query: `key=${key}` });
      expect(body["offsets"], key).toMatchObject([{ partition }]);
    }
    expect((await post(topic, "x", { query: "partition=3" })).body).toMatchObject({
      offsets: [{ partition: 3 }],
    });
  });

  test("spreads requests without a key, but keeps each in one partition", async () => {
    const topic = await createTopic(PARTITIONS);
    const headers = { "content-type": "application/x-ndjson" };
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => post(topic, "1\n2\n3", { headers })),
    );
    const used = answers.map(({ body }) => {
      const partitions = (body["offsets"] as { partition: number }[]).map((at) => at.partition);
      expect(new Set(partitions).size).toBe(1);
      return partitions[0];
    });
    expect(new Set(used).size).toBeGreaterThan(1);
  });

  test("gives many requests at once each its own offset", async () => {
    const topic = newName();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => post(topic, String(index))),
    );
    const offsets = answers.map(({ body }) => (body["offsets"] as { offset: number }[])[0]!.offset);
    expect(offsets.toSorted((a, b) => a - b)).toEqual([...offsets.keys()]);
    const { records } = await read(topic, "limit=200");
    for (const { offset, value } of records) expect(offsets[Number(value)]).toBe(offset);
  });

  test("refuses what is too large, malformed or nowhere, with Kafka's names", async () => {
    const topic = newName();
    const tooLarge = await post(topic, new Uint8Array(5_000_000));
    expect(tooLarge.body).toMatchObject({ title: "MESSAGE_TOO_LARGE", status: 413 });
    // It is refused by its size and not read: a client that still writes may not get to the answer.
    const refuse = () => post(topic, new Uint8Array(40_000_000)).catch(() => null);
    const farTooLarge = (await refuse()) ?? (await refuse()) ?? (await refuse());
    expect(farTooLarge?.body).toMatchObject({ title: "MESSAGE_TOO_LARGE", status: 413 });
    expect((await post("a b", "x")).body).toMatchObject({ title: "INVALID_TOPIC_EXCEPTION" });
    const nowhere = await post(topic, "x", { query: "partition=7" });
    expect(nowhere.body).toMatchObject({ title: "UNKNOWN_TOPIC_OR_PARTITION", status: 404 });
    const badTime = await post(topic, "x", { query: "timestamp=soon" });
    expect(badTime.body).toMatchObject({ status: 400, parameter: "timestamp" });
    expect((await post(topic, "x")).body).toMatchObject({ offsets: [{ offset: 0 }] });
  });
});

describe("[A5] GET /topics/<topic>/records", () => {
  test("reads from an offset, an end or a time, and says where to read on", async () => {
    const topic = newName();
    for (const time of [1000, 2000, 3000])
      await post(topic, `${time}`, { query: `timestamp=${time}` });
    const valuesOf = async (query: string) => {
      const { records, next } = await read(topic, query);
      return [records.map(({ value }) => value).join(), next];
    };
    expect(await valuesOf("")).toEqual(["1000,2000,3000", 3]);
    expect(await valuesOf("offset=1")).toEqual(["2000,3000", 3]);
    expect(await valuesOf("offset=earliest&limit=2")).toEqual(["1000,2000", 2]);
    expect(await valuesOf("offset=latest")).toEqual(["", 3]);
    expect(await valuesOf("timestamp=1500")).toEqual(["2000,3000", 3]);
    expect(await valuesOf("timestamp=4000")).toEqual(["", 3]);
    expect(await valuesOf("offset=3")).toEqual(["", 3]);
  });

  test("reads on in pages through batches that are larger than a page", async () => {
    const topic = newName();
    const headers = { "content-type": "application/x-ndjson" };
    const lines = Array.from({ length: 5000 }, (_, index) => `line ${index}`);
    await post(topic, lines.slice(0, 3000).join("\n"), { headers });
    await post(topic, lines.slice(3000).join("\n"), { headers });
    const found: unknown[] = [];
    for (let next = 0; found.length < lines.length;) {
      const page = await read(topic, `offset=${next}&limit=777`);
      expect(page.records.length).toBeGreaterThan(0);
      found.push(...page.records.map(({ value }) => value));
      next = page.next;
    }
    expect(found).toEqual(lines);
  });

  test("reads what Kafka's clients have written, compressed and null", async () => {
    const topic = await createTopic(1);
    const kafka = new Kafka({
      brokers: [odradek.bootstrap.split(",")[0]!],
      logLevel: logLevel.NOTHING,
    });
    const producer = kafka.producer();
    await producer.connect();
    const messages = [
      { key: "k", value: "v".repeat(1000), headers: { h: "1" } },
      { key: "gone", value: null },
    ];
    await producer.send({ topic, messages, compression: 1 });
    await producer.disconnect();
    const { records } = await read(topic);
    expect(records).toMatchObject([
      { key: "k", value: "v".repeat(1000), headers: [{ key: "h", value: "1" }] },
      { key: "gone", value: null },
    ]);
  });

  test("waits for the first record, and no longer than it was told", async () => {
    const topic = newName();
    await post(topic, "first");
    const empty = performance.now();
    expect((await read(topic, "offset=latest&wait=300")).records).toEqual([]);
    expect(performance.now() - empty).toBeGreaterThan(280);

    const waiting = read(topic, "offset=latest&wait=20000");
    await new Promise((resolve) => setTimeout(resolve, 300));
    const posted = performance.now();
    await post(topic, "second");
    expect((await waiting).records).toMatchObject([{ offset: 1, value: "second" }]);
    expect(performance.now() - posted).toBeLessThan(2000);
  });

  test("refuses an offset out of range with the range, and unknown topics without making them", async () => {
    const topic = newName();
    await post(topic, "x");
    expect((await get(`/topics/${topic}/records?offset=9`)).body).toMatchObject({
      title: "OFFSET_OUT_OF_RANGE",
      status: 416,
      logStartOffset: 0,
      highWatermark: 1,
    });
    const unknown = newName();
    for (const path of [`/topics/${unknown}/records`, `/topics/${topic}/records?partition=1`]) {
      expect((await get(path)).body).toMatchObject({
        title: "UNKNOWN_TOPIC_OR_PARTITION",
        status: 404,
      });
    }
    const { topics } = (await get("/topics")).body as { topics: { name: string }[] };
    expect(topics.map(({ name }) => name)).not.toContain(unknown);
  });
});

describe("other requests over HTTP", () => {
  test("[A5] GET /topics says what runs here, by the address that one came by", async () => {
    const topic = await createTopic(PARTITIONS);
    const { body } = await get("/topics");
    const [port] = odradek.ports;
    expect(body["brokers"]).toMatchObject([
      { nodeId: 1, host: "127.0.0.1", port },
      { nodeId: 2 },
      { nodeId: 3 },
    ]);
    const topics = body["topics"] as { name: string; partitions: { leader: number }[] }[];
    const found = topics.find(({ name }) => name === topic)!;
    expect(found.partitions).toHaveLength(PARTITIONS);
    expect(new Set(found.partitions.map(({ leader }) => leader))).toEqual(new Set([1, 2, 3]));
  });

  test("[A5] to nowhere, or by a method that is not there, say what there is", async () => {
    const nowhere = await get("/nowhere");
    expect(nowhere.body).toMatchObject({ title: "RESOURCE_NOT_FOUND", status: 404 });
    expect(nowhere.body["detail"]).toContain("/topics/<topic>/records");
    const removed = await ask("/topics/x/records", { method: "DELETE" });
    expect([removed.status, removed.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
    expect((await get("/kafka/4")).status).toBe(404);
    expect((await get("/kafka/2")).status).toBe(426);
    const head = await fetch(`${odradek.httpUrl}/`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test("[A5] from foreign pages are refused, unless they are listed or on this machine", async () => {
    const from = (origin: string) => ask("/topics", { headers: { origin } });
    expect((await from("https://b.example")).status).toBe(403);
    expect((await from("null")).status).toBe(403);
    expect((await from("https://a.example")).status).toBe(200);
    expect((await from("http://localhost:3000")).status).toBe(200);
    const topic = newName();
    const foreign = await post(topic, "x", { headers: { origin: "https://b.example" } });
    expect(foreign.body).toMatchObject({ title: "CLUSTER_AUTHORIZATION_FAILED", status: 403 });
    expect((await get(`/topics/${topic}/records`)).status).toBe(404);
  });
});

interface PostOptions {
  readonly query?: string;
  readonly headers?: Record<string, string>;
}

function post(
  topic: string,
  body: string | Uint8Array<ArrayBuffer>,
  { query = "", headers = {} }: PostOptions = {},
) {
  const path = `/topics/${encodeURIComponent(topic)}/records?${query}`;
  return ask(path, { method: "POST", body, headers });
}

const get = (path: string) => ask(path);

async function ask(path: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(odradek.httpUrl + path, init);
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body, headers: response.headers };
}

async function read(topic: string, query = "") {
  const { status, body } = await get(`/topics/${topic}/records?${query}`);
  expect(body, JSON.stringify(body)).toHaveProperty("next");
  expect(status).toBe(200);
  return body as { records: Record<string, unknown>[]; next: number };
}

async function createTopic(numPartitions: number): Promise<string> {
  const topic = newName();
  const brokers = odradek.bootstrap.split(",");
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions }] });
  await admin.disconnect();
  return topic;
}
