/** One connection's requests, against handlers of a broker in a simulated world. */
import { describe, expect, test, vi } from "vitest";

import { writeInt16, writeInt32 } from "../../src/base/big-endian.ts";
import { concatBytes } from "../../src/base/concat-bytes.ts";
import { MalformedFrame } from "../../src/base/malformed-frame.ts";
import { CloseConnection } from "../../src/broker/handler.ts";
import { Unreachable } from "../../src/broker/ports.ts";
import { isClientsDoing, KafkaConnection } from "../../src/gateway/kafka-connection.ts";
import { ResponseQueue } from "../../src/gateway/response-queue.ts";
import type { Api, RequestInput } from "../../src/protocol/api.ts";
import { decodeResponseFrame, encodeRequestFrame } from "../../src/protocol/frame.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import { initProducerId } from "../../src/protocol/messages/22-init-producer-id.ts";
import { smallCluster } from "../broker/small-cluster.ts";
import { batch } from "../log/batches.ts";

async function connected() {
  const cluster = await smallCluster(1);
  const frames: Uint8Array[] = [];
  const closed: string[] = [];
  const responses = new ResponseQueue(async (ready) => {
    frames.push(...ready.map((pieces) => concatBytes([...pieces]).slice(4)));
  });
  const connection = new KafkaConnection({
    broker: cluster.broker,
    hosts: { host: "here", clientHost: "/there" },
    responses,
    close: (reason) => closed.push(reason),
  });
  let correlationId = 0;
  const request = <A extends Api>(api: A, apiVersion: number, body: RequestInput<A>) => {
    const header = { apiVersion, correlationId: ++correlationId, clientId: null };
    return concatBytes(encodeRequestFrame(api, header, body)).slice(4);
  };
  const answered = () => frames.map((frame) => new DataView(frame.buffer).getInt32(0));
  return { ...cluster, connection, frames, closed, request, answered };
}

function produceOf(records: Uint8Array | null, acks = -1): RequestInput<typeof produce> {
  const partitionData = [{ index: 0, records }];
  return { acks, timeoutMs: 1000, topicData: [{ name: "topic", partitionData }] };
}

const FETCH: RequestInput<typeof fetch> = {
  maxWaitMs: 1000,
  minBytes: 1,
  topics: [
    { topic: "topic", partitions: [{ partition: 0, fetchOffset: 5, partitionMaxBytes: 1000 }] },
  ],
  forgottenTopicsData: [],
};

describe("a connection", () => {
  test("[BRK20] begins a Produce while another waits for its answer, and answers in order", async () => {
    const { connection, request, settle, answered, cluster } = await connected();
    for (let i = 0; i < 3; i++) {
      expect(connection.receive(request(produce, 9, produceOf(batch())))).toBeUndefined();
    }
    expect(answered()).toEqual([]);
    await settle(connection.finish("done"));
    expect(answered()).toEqual([1, 2, 3]);
    expect(cluster.network.sent.get("append")).toBe(1);
  });

  test("[BRK20] works on any other request alone, after those before it", async () => {
    const { connection, request, settle, answered, frames } = await connected();
    void connection.receive(request(produce, 9, produceOf(batch())));
    const pause = connection.receive(request(metadata, 9, { topics: [{ name: "topic" }] }));
    expect(pause).toBeInstanceOf(Promise);
    await settle(pause!);
    expect(answered()).toEqual([1, 2]);
    const { response } = decodeResponseFrame(metadata, 9, frames[1]!);
    expect(response.topics).toMatchObject([{ name: "topic", errorCode: 0 }]);
  });

  test("[BRK21] gives no answer to acks=0, and ends over its error", async () => {
    const { connection, request, settle, answered, closed, world } = await connected();
    void connection.receive(request(produce, 9, produceOf(batch(), 0)));
    void connection.receive(request(produce, 9, produceOf(batch(), 1)));
    await world.runFor(100);
    expect([answered(), closed]).toEqual([[2], []]);
    void connection.receive(request(produce, 9, produceOf(null, 0)));
    await settle(connection.finish("done"));
    expect(answered()).toEqual([2]);
    expect(closed).toMatchObject([expect.stringContaining("INVALID_RECORD")]);
  });

  test("[BRK22] answers a version of ApiVersions that it lacks with those that it has", async () => {
    const { connection, settle, frames } = await connected();
    const unknown = new Uint8Array(12);
    writeInt16(unknown, 0, apiVersions.key);
    writeInt16(unknown, 2, 99);
    writeInt32(unknown, 4, 7);
    expect(connection.receive(unknown)).toBeUndefined();
    await settle(connection.finish("done"));
    const { correlationId, response } = decodeResponseFrame(apiVersions, 0, frames[0]!);
    expect([correlationId, response.errorCode]).toEqual([7, 35]);
    expect(response.apiKeys).toMatchObject([{ apiKey: apiVersions.key, minVersion: 0 }]);
  });

  test.each([
    ["an API that it lacks", Uint8Array.of(0x7f, 0, 0, 0, 0, 0, 0, 1)],
    ["a version that it lacks", Uint8Array.of(0, 1, 0, 99, 0, 0, 0, 1)],
    ["a header that is cut off", Uint8Array.of(0, 3, 0)],
    ["a body that is cut off", Uint8Array.of(0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0, 0)],
  ])("[BRK22] ends over %s, after what came before is answered", async (_, frame) => {
    const { connection, request, settle, answered, closed } = await connected();
    void connection.receive(request(produce, 9, produceOf(batch())));
    let thrown: unknown;
    try {
      void connection.receive(frame);
    } catch (error) {
      thrown = error;
    }
    expect(isClientsDoing(thrown)).toBe(true);
    expect(thrown instanceof MalformedFrame || thrown instanceof CloseConnection).toBe(true);
    await settle(connection.finish("done"));
    expect([answered(), closed]).toEqual([[1], ["done"]]);
  });

  test("[BRK17] that ends wakes what waits for it, once", async () => {
    const { connection, request, settle, closed, world } = await connected();
    const pause = connection.receive(request(fetch, 12, { ...FETCH, maxWaitMs: 60_000 }));
    await world.runFor(100);
    connection.end("gone");
    connection.end("gone again");
    const began = world.now;
    await settle(pause!);
    expect(world.now - began).toBeLessThan(100);
    expect([closed, connection.isClosed]).toEqual([["gone"], true]);
    expect(connection.receive(request(fetch, 12, FETCH))).toBeUndefined();
  });

  test("[BRK23] says of a broken call of the controller what may be tried again", async () => {
    const { connection, request, broker, settle, frames } = await connected();
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const allocate = vi.spyOn(broker.ports.controller, "allocateProducerIds");
    const body = { transactionalId: null, transactionTimeoutMs: 0 };
    for (const error of [new Unreachable("broken"), new TypeError("a mistake of ours")]) {
      allocate.mockRejectedValueOnce(error);
      await settle(connection.receive(request(initProducerId, 4, body))!);
    }
    const errors = frames.map((frame) => decodeResponseFrame(initProducerId, 4, frame).response);
    expect(errors.map(({ errorCode }) => errorCode)).toEqual([7, -1]);
    expect(logged).toHaveBeenCalledTimes(1);
    logged.mockRestore();
  });

  test("[BRK61] waits with a large frame until there is memory for it, and holds it until the answer", async () => {
    const { connection, request, broker, settle, world } = await connected();
    const { frames } = broker.memory;
    const others = frames.hold(frames.free, () => {});
    expect(connection.memory.arriving(100)).toBeUndefined();
    let mayArrive = false;
    void connection.memory.arriving(5000)!.then(() => (mayArrive = true));
    await world.runFor(100);
    expect(mayArrive).toBe(false);
    others.release();
    await world.runFor(100);
    expect([mayArrive, frames.used]).toEqual([true, 5000]);
    const large = request(produce, 9, produceOf(batch({ valueSize: 4900 })));
    void connection.receive(large);
    expect(frames.used).toBe(large.length);
    await settle(connection.finish("done"));
    expect(frames.used).toBe(0);
  });

  test("[BRK61] that ends gives back what it held for a frame that never came", async () => {
    const { connection, broker } = await connected();
    void connection.memory.arriving(5000);
    connection.end("gone");
    void connection.memory.arriving(5000);
    expect(broker.memory.frames.used).toBe(0);
  });

  test("[BRK61] that ends waits for no memory any more, and gives back what it had", async () => {
    const { connection, request, broker, settle, answered } = await connected();
    const { frames, requests } = broker.memory;
    const others = requests.hold(requests.free, () => {});
    const names = Array.from({ length: 1000 }, (_, index) => ({ name: `unknown-${index}` }));
    const waiting = connection.receive(request(metadata, 9, { topics: names }))!;
    expect(frames.used).toBeGreaterThan(4096);
    connection.end("gone");
    await settle(waiting);
    expect([frames.used, requests.used, answered()]).toEqual([0, others.bytes, []]);
  });

  test("[BRK22] keeps nothing of a frame whose version it lacks", async () => {
    const { connection, broker, settle } = await connected();
    const unknown = new Uint8Array(5000);
    writeInt16(unknown, 0, apiVersions.key);
    writeInt16(unknown, 2, 99);
    void connection.memory.arriving(unknown.length);
    expect(connection.receive(unknown)).toBeUndefined();
    expect(broker.memory.frames.used).toBe(0);
    await settle(connection.finish("done"));
  });

  test("[BRK60] counts small Produce requests that are under way together", async () => {
    const { connection, request, broker, world } = await connected();
    const { frames } = broker.memory;
    const small = () => request(produce, 9, produceOf(batch({ valueSize: 1000 })));
    expect(connection.receive(small())).toBeUndefined();
    expect(frames.used).toBe(0);
    for (let count = 0; count < 29; count++) void connection.receive(small());
    expect(frames.used).toBeGreaterThan(30 * small().length);
    // They are on their way to a disk, whoever has left.
    connection.end("gone");
    expect(frames.used).toBeGreaterThan(30 * small().length);
    await world.runFor(1000);
    expect(frames.used).toBe(0);
  });

  test("[BRK60] has few small Produce requests under way while all memory is used up", async () => {
    const { connection, request, broker, settle, answered } = await connected();
    const { frames } = broker.memory;
    const others = frames.hold(frames.free, () => {});
    const small = request(produce, 9, produceOf(batch()));
    let count = 1;
    let pause = connection.receive(small.slice());
    for (; count < 10_000 && !pause; count++) pause = connection.receive(small.slice());
    expect(count).toBeLessThan(64);
    expect(frames.used).toBeLessThan(others.bytes + 100_000);
    await settle(pause!);
    await settle(connection.finish("done"));
    expect([answered().length, frames.used]).toEqual([count, others.bytes]);
  });

  test("[BRK60] counts what requests become, and small ones not at all", async () => {
    const { connection, request, broker, settle, world } = await connected();
    const { requests } = broker.memory;
    const names = Array.from({ length: 1000 }, (_, index) => ({ name: `unknown-${index}` }));
    const large = { topics: names, allowAutoTopicCreation: false };
    const pause = connection.receive(request(metadata, 9, large))!;
    expect(requests.used).toBe(1000 * 256);
    await settle(pause);
    expect(requests.used).toBe(0);
    const others = requests.hold(requests.free, () => {});
    let isAnswered = false;
    const waiting = connection.receive(request(metadata, 9, large))!;
    void waiting.then(() => (isAnswered = true));
    await world.runFor(1000);
    expect(isAnswered).toBe(false);
    others.release();
    await settle(waiting);
  });

  test("[BRK60] is answered as ever when all memory is used up, if it asks for little", async () => {
    const { connection, request, broker, settle, answered } = await connected();
    const { frames, requests, answers } = broker.memory;
    for (const budget of [frames, requests, answers]) budget.hold(budget.free, () => {});
    void connection.receive(request(produce, 9, produceOf(batch())));
    await settle(connection.receive(request(fetch, 12, { ...FETCH, maxWaitMs: 0 }))!);
    await settle(connection.receive(request(metadata, 9, { topics: [{ name: "topic" }] }))!);
    expect(answered()).toEqual([1, 2, 3]);
  });

  test("[BRK62] ends when others lack the memory that it holds", async () => {
    const { connection, broker, closed, world } = await connected();
    void connection.memory.arriving(1 << 20);
    void connection.memory.arriving(2 * broker.memory.frames.free);
    await world.runFor(20_000);
    expect(closed).toEqual(["the server lacks the memory that this connection holds"]);
    expect(broker.memory.frames.used).toBe(0);
  });

  test("[BRK62] gives back what its request holds that goes on waiting when it has ended", async () => {
    const { connection, request, broker, closed, world } = await connected();
    vi.spyOn(broker.ports.controller, "describeCluster").mockReturnValue(new Promise(() => {}));
    const topics = Array.from({ length: 1000 }, (_, index) => ({ name: `topic-${index}` }));
    void connection.receive(request(metadata, 9, { topics }));
    connection.end("gone");
    const { frames } = broker.memory;
    expect(frames.used).toBeGreaterThan(0);
    let isAdmitted = false;
    frames.hold(frames.free, () => {}).keep();
    void Promise.resolve(frames.whenFree(1, () => {})).then(() => (isAdmitted = true));
    await world.runFor(20_000);
    expect([isAdmitted, closed]).toEqual([true, ["gone"]]);
  });

  test("[BRK63] of a Fetch while memory is short returns what there is room for", async () => {
    const { connection, request, broker, settle, frames } = await connected();
    for (let count = 0; count < 3; count++) {
      void connection.receive(request(produce, 9, produceOf(batch({ valueSize: 40_000 }))));
    }
    const { answers } = broker.memory;
    const others = answers.hold(answers.free, () => {});
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }];
    const all = request(fetch, 12, { ...FETCH, topics: [{ topic: "topic", partitions }] });
    const sizeOfAnswer = async () => {
      await settle(connection.receive(all)!);
      return frames.at(-1)!.length;
    };
    expect(await sizeOfAnswer()).toBeLessThan(50_000);
    others.release();
    expect(await sizeOfAnswer()).toBeGreaterThan(120_000);
    expect(answers.used).toBe(0);
  });

  test("[BRK64] ends over more elements than any client sends", async () => {
    const { connection, request } = await connected();
    const topics = Array.from({ length: 200_001 }, () => ({ name: "" }));
    const frame = request(metadata, 9, { topics });
    expect(() => connection.receive(frame)).toThrow(MalformedFrame);
  });

  test("[BRK65] does not read on while its answers are not read", async () => {
    const { broker, request, world } = await connected();
    const responses = new ResponseQueue(() => new Promise(() => {}));
    const hosts = { host: "here", clientHost: "/there" };
    const connection = new KafkaConnection({ broker, hosts, responses, close: () => {} });
    const unknown = request(apiVersions, 3, {
      clientSoftwareName: "a",
      clientSoftwareVersion: "1",
    });
    writeInt16(unknown, 2, 99);
    let count = 0;
    while (count < 100_000 && !connection.receive(unknown.slice())) count += 1;
    expect(count).toBeLessThan(1100);
    await world.runFor(1000);
    expect(responses.unwrittenBytes).toBeLessThan(300_000);
  });

  test("[BRK75] reads ahead when the answer has been written, and not before", async () => {
    const { append, broker, cluster, request, settle, world } = await connected();
    for (let i = 0; i < 4; i++) await append(0, batch({ valueSize: 100_000 }));
    const held: (() => void)[] = [];
    const responses = new ResponseQueue(() => new Promise((resolve) => held.push(resolve)));
    const hosts = { host: "here", clientHost: "/there" };
    const connection = new KafkaConnection({ broker, hosts, responses, close: () => {} });
    const reads = () => cluster.network.sent.get("read") ?? 0;
    const counts: number[] = [];
    for (const fetchOffset of [0, 1]) {
      const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 120_000 }];
      const topics = [{ topic: "topic", partitions }];
      const answered = connection.receive(request(fetch, 11, { ...FETCH, topics }))!;
      await world.runFor(100);
      counts.push(reads());
      held.shift()!();
      await settle(answered);
      await world.runFor(100);
      counts.push(reads());
    }
    expect(counts).toEqual([1, 1, 2, 3]);
  });
});
