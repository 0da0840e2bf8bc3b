/**
 * A producer: what it gathers, where it sends it, and that nothing is lost, doubled or reordered.
 */
import { describe, expect, test } from "vitest";

import { Cluster } from "../../src/client/cluster.ts";
import type { ProducerOptions } from "../../src/client/producer/producer-options.ts";
import { Producer } from "../../src/client/producer/producer.ts";
import type { Fault } from "./log-broker.ts";
import { LogBroker, TOPIC } from "./log-broker.ts";
import { CLOSE } from "./scripted-network.ts";

const QUICK = { retryBackoffMs: 1, retryBackoffMaxMs: 3, apiTimeoutMs: 2_000 };
const bytes = (text: string) => Buffer.from(text);

function newProducer(broker: LogBroker, options: Partial<ProducerOptions> = {}): Producer {
  return new Producer(new Cluster(broker.network, QUICK), options);
}

/** Sends values one after the other without waiting; resolves when all have been answered. */
async function sendAll(
  producer: Producer,
  values: readonly string[],
): Promise<(string | number)[]> {
  await producer.ready(TOPIC);
  const results: (string | number)[] = [];
  for (const [index, value] of values.entries()) {
    producer.enqueue({ topic: TOPIC, partition: 0, value: bytes(value) }, (error, metadata) => {
      results[index] = error?.code ?? metadata!.offset;
    });
  }
  await producer.flush();
  return results;
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`);

describe("records", () => {
  test("are gathered until they have lingered, and say where they are", async () => {
    const broker = new LogBroker();
    const producer = newProducer(broker, { lingerMs: 20 });
    const sent = ["a", "b", "c"].map((value) =>
      producer.send({ topic: TOPIC, value: bytes(value) }),
    );
    expect((await Promise.all(sent)).map(({ offset }) => offset)).toEqual([0, 1, 2]);
    expect(broker.batches().map(({ recordsCount }) => recordsCount)).toEqual([3]);
  });

  test("are sent at once when a batch is full", async () => {
    const broker = new LogBroker();
    const producer = newProducer(broker, { lingerMs: 60_000, batchSize: 100 });
    await producer.ready(TOPIC);
    const delivered = Promise.withResolvers<void>();
    producer.enqueue({ topic: TOPIC, value: bytes("x".repeat(200)) }, () => delivered.resolve());
    await delivered.promise;
    expect(broker.batches()).toHaveLength(1);
  });

  test("with a key go to the partition of Kafka's hash, those without to one at a time", async () => {
    const broker = new LogBroker(3);
    const producer = newProducer(broker);
    await producer.ready(TOPIC);
    // Kafka's own producer sends these keys to these of three partitions.
    const expected = { a: 1, b: 2, c: 1, kafka: 1 };
    for (const key of Object.keys(expected)) {
      producer.enqueue({ topic: TOPIC, key: bytes(key), value: bytes(key) });
    }
    await producer.flush();
    const found = [0, 1, 2].flatMap((partition) =>
      broker.values(partition).map((value) => [value, partition]),
    );
    expect(Object.fromEntries(found)).toEqual(expected);
    for (const value of numbers(50)) producer.enqueue({ topic: TOPIC, value: bytes(value) });
    await producer.flush();
    const keyless = [0, 1, 2].map((each) => broker.values(each).filter((v) => v.startsWith("v")));
    expect(keyless.map(({ length }) => length).toSorted((a, b) => a - b)).toEqual([0, 0, 50]);
  });

  test("keep their headers, their keys and their timestamps", async () => {
    const broker = new LogBroker();
    const headers = [{ key: "h", value: bytes("1") }];
    const record = { key: bytes("k"), value: bytes("v"), headers, timestamp: 42 };
    await newProducer(broker).send({ topic: TOPIC, ...record });
    const [stored] = broker.records();
    expect(stored).toMatchObject({ timestamp: 42, offset: 0 });
    expect(stored!.headers[0]!.key).toBe("h");
  });
});

describe("when something goes wrong", () => {
  const SMALL = { batchSize: 60, lingerMs: 0 };

  test.each<[string, Exclude<Fault, null>]>([
    ["the broker refuses it for the moment", "NOT_ENOUGH_REPLICAS"],
    ["the leader has moved", "NOT_LEADER_OR_FOLLOWER"],
    ["the connection breaks before it was written", CLOSE],
    ["the connection breaks after it was written", "LOST"],
  ])("%s: every record is written once and in order", async (_title, fault) => {
    const broker = new LogBroker();
    let count = 0;
    // A rhythm that is not that of the requests in flight, of which there are at most five.
    broker.fault = () => (++count % 7 === 2 ? fault : null);
    const values = numbers(100);
    const results = await sendAll(newProducer(broker, SMALL), values);
    expect(broker.values()).toEqual(values);
    expect(results).toEqual(values.map((_, index) => index));
  });

  test("an error that stays fails its batch alone, under a new producer id", async () => {
    const broker = new LogBroker();
    let count = 0;
    broker.fault = () => (++count === 2 ? "MESSAGE_TOO_LARGE" : null);
    const options = { ...SMALL, maxInFlightRequestsPerConnection: 1 };
    const results = await sendAll(newProducer(broker, options), numbers(10));
    const failed = results.filter((result) => result === "MESSAGE_TOO_LARGE");
    expect(failed.length).toBeGreaterThan(0);
    expect(broker.values()).toHaveLength(10 - failed.length);
    expect(new Set(broker.batches().map(({ producerId }) => producerId)).size).toBe(2);
  });

  test("a broker that has forgotten the producer gets its batches under a new id", async () => {
    const broker = new LogBroker();
    let count = 0;
    broker.fault = () => (++count === 3 ? "UNKNOWN_PRODUCER_ID" : null);
    const options = { ...SMALL, maxInFlightRequestsPerConnection: 1 };
    await sendAll(newProducer(broker, options), numbers(12));
    expect(broker.values()).toEqual(numbers(12));
  });

  test("no more is tried than the options allow", async () => {
    const broker = new LogBroker();
    broker.fault = () => "NOT_ENOUGH_REPLICAS";
    const results = await sendAll(newProducer(broker, { retries: 2 }), ["a"]);
    expect(results).toEqual(["NOT_ENOUGH_REPLICAS"]);
    expect(broker.requests).toBe(3);
  });

  test("nothing waits for longer than the delivery timeout", async () => {
    const broker = new LogBroker();
    const producer = newProducer(broker, { deliveryTimeoutMs: 60 });
    await producer.ready(TOPIC);
    broker.leaders[0] = -1;
    broker.fault = () => "NOT_LEADER_OR_FOLLOWER";
    expect(await sendAll(producer, ["a"])).toEqual(["REQUEST_TIMED_OUT"]);
  });
});

test("with acks=0 nobody waits for an answer", async () => {
  const broker = new LogBroker();
  broker.fault = () => null;
  const results = await sendAll(newProducer(broker, { acks: 0 }), ["a", "b"]);
  expect(results).toEqual([-1, -1]);
});

test("a topic that does not come is an error", async () => {
  const producer = newProducer(new LogBroker(), { maxBlockMs: 20 });
  const message = "Topic nope not present in metadata after 20 ms.";
  await expect(producer.ready("nope")).rejects.toMatchObject({ message });
});
