/** Kafka's protocol over a WebSocket: kafkajs by a socket factory, and frames cut anywhere. */
import { once } from "node:events";

import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";

import { concatBytes } from "../../src/base/concat-bytes.ts";
import { decodeResponseFrame, encodeRequestFrame } from "../../src/protocol/frame.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { webSocketFactory } from "../support/kafkajs-websocket.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";

const METADATA_VERSION = 12;
const SIZE_BYTES = 4;
/** After this long workerd has evicted a gateway that only holds sleeping sockets. */
const EVICTION_MS = 25_000;

let odradek: Odradek;

beforeAll(async () => {
  odradek = await startOdradek({ overrides: { "socket.request.max.bytes": "1000000" } });
});
afterAll(() => odradek.stop());

describe("[A2] Kafka over a WebSocket", () => {
  test("serves kafkajs: topics on all brokers, produced and read back", async () => {
    const [firstPort] = odradek.ports;
    const kafka = new Kafka({
      brokers: [`127.0.0.1:${firstPort}`],
      socketFactory: webSocketFactory(odradek.webSocketUrl, firstPort!),
      logLevel: logLevel.NOTHING,
    });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: "spool", numPartitions: 6 }] });
    const producer = kafka.producer();
    await producer.connect();
    const messages = Array.from({ length: 600 }, (_, index) => ({
      value: `${index}`.padStart(2000, "-"),
      partition: index % 6,
    }));
    await producer.send({ topic: "spool", messages });
    const offsets = await admin.fetchTopicOffsets("spool");
    expect(offsets.map(({ high }) => high)).toEqual(Array.from({ length: 6 }, () => "100"));
    await producer.disconnect();
    await admin.disconnect();

    const url = `${odradek.httpUrl}/topics/spool/records?partition=5`;
    const { records } = (await (await fetch(url)).json()) as { records: { value: string }[] };
    expect(records.map(({ value }) => value)).toEqual(
      messages.filter(({ partition }) => partition === 5).map(({ value }) => value),
    );
  });

  test("speaks the subprotocol that it is offered, without compression", async () => {
    const offering = await connect("/kafka", ["mqtt", "kafka"]);
    expect([offering.protocol, offering.extensions]).toEqual(["kafka", ""]);
    const silent = await connect("/kafka/2", []);
    expect(silent.protocol).toBe("");
    for (const socket of [offering, silent]) socket.terminate();
  });

  test("takes requests cut anywhere, and answers each in one frame, in order", async () => {
    const socket = await connect("/kafka/2");
    const stream = concatBytes([1, 2, 3].flatMap((id) => [...request(id)]));
    const answers = received(socket, 3);
    for (let start = 0; start < stream.length;) {
      const end = Math.min(start + 1 + ((start * 7) % 11), stream.length);
      socket.send(stream.subarray(start, end));
      start = end;
    }
    const responses = (await answers).map(answer);
    expect(responses.map(({ correlationId }) => correlationId)).toEqual([1, 2, 3]);
    const together = received(socket, 2);
    socket.send(concatBytes([...request(4), ...request(5)]));
    expect((await together).map(answer).map(({ correlationId }) => correlationId)).toEqual([4, 5]);
    socket.terminate();
  });

  test("advertises the host by which the client came", async () => {
    const socket = await connect("/kafka", ["kafka"], "localhost");
    const answers = received(socket, 1);
    socket.send(concatBytes([...request(1)]));
    const { response } = answer((await answers)[0]!);
    expect(response.brokers.map(({ host }) => host)).toEqual([
      "localhost",
      "localhost",
      "localhost",
    ]);
    expect(response.brokers.map(({ port }) => port)).toEqual(odradek.ports);
    socket.terminate();
  });

  test("closes a connection that breaks the rules, after what came before is answered", async () => {
    const text = await connect("/kafka");
    text.send("hello");
    expect((await once(text, "close"))[0]).toBe(1003);
    const large = await connect("/kafka");
    large.send(Uint8Array.of(0x7f, 0xff, 0xff, 0xff));
    expect((await once(large, "close"))[0]).toBe(1008);
    const unknownApi = await connect("/kafka");
    const answers = received(unknownApi, 1);
    const closed = once(unknownApi, "close");
    const unknown = Uint8Array.of(0, 0, 0, 10, 0x7f, 0xff, 0, 0, 0, 0, 0, 1, 0xff, 0xff);
    unknownApi.send(concatBytes([...request(1), unknown, ...request(2)]));
    expect(answer((await answers)[0]!).correlationId).toBe(1);
    expect((await closed)[0]).toBe(1008);
    expect((await fetch(`${odradek.httpUrl}/topics`)).status).toBe(200);
  });

  test("goes on after the gateway has slept", async () => {
    const socket = await connect("/kafka/3");
    const before = received(socket, 1);
    socket.send(concatBytes([...request(1)]));
    await before;
    await new Promise((resolve) => setTimeout(resolve, EVICTION_MS));
    const after = received(socket, 1);
    socket.send(concatBytes([...request(2)]));
    expect(answer((await after)[0]!).correlationId).toBe(2);
    socket.terminate();
  });
});

async function connect(path: string, protocols = ["kafka"], host = "127.0.0.1") {
  const socket = new WebSocket(`ws://${host}:${odradek.httpPort}${path}`, protocols);
  await once(socket, "open");
  return socket;
}

/** The next messages of a socket. */
async function received(socket: WebSocket, count: number): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = [];
  socket.on("message", (bytes: Buffer) => messages.push(bytes));
  while (messages.length < count) {
    await once(socket, "message", { signal: AbortSignal.timeout(10_000) });
  }
  return messages;
}

function request(correlationId: number) {
  const header = { apiVersion: METADATA_VERSION, correlationId, clientId: "test" };
  return encodeRequestFrame(metadata, header, { topics: [] });
}

/** One message of the socket is one response with its size in front. */
function answer(message: Uint8Array) {
  const size = new DataView(message.buffer, message.byteOffset).getInt32(0);
  expect(size).toBe(message.length - SIZE_BYTES);
  return decodeResponseFrame(metadata, METADATA_VERSION, message.subarray(SIZE_BYTES));
}
