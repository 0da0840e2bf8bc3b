/** A consumer without a group: where it begins, and what it does when leaders and logs move. */
import { describe, expect, test } from "vitest";

import { OffsetSpec } from "../../src/client/admin/list-offsets.ts";
import { Cluster } from "../../src/client/cluster.ts";
import type { AssignedConsumerOptions } from "../../src/client/consumer/assigned-consumer.ts";
import { AssignedConsumer } from "../../src/client/consumer/assigned-consumer.ts";
import type { StartPosition } from "../../src/client/consumer/fetcher.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import { LogBroker, TOPIC } from "./log-broker.ts";

const QUICK = { retryBackoffMs: 1, retryBackoffMaxMs: 3 };

/** Appends a batch of one record for each value. */
function write(broker: LogBroker, partition: number, ...values: string[]): void {
  const records = values.map((value) => ({
    timestamp: 0,
    key: null,
    value: Buffer.from(value),
    headers: [],
  }));
  broker.append(partition, encodeBatch(records));
}

function newConsumer(
  broker: LogBroker,
  source: { names: string[] } | StartPosition[] = { names: [TOPIC] },
  options: AssignedConsumerOptions = { autoOffsetReset: "earliest" },
): AssignedConsumer {
  return new AssignedConsumer(new Cluster(broker.network, QUICK), source, options);
}

/** Polls until there are so many values. */
async function take(consumer: AssignedConsumer, count: number): Promise<string[]> {
  const values: string[] = [];
  const deadline = Date.now() + 5_000;
  while (values.length < count && Date.now() < deadline) {
    for (const { records } of await consumer.poll(100)) {
      for (const { value } of records) values.push(Buffer.from(value!).toString());
    }
  }
  return values;
}

describe("it begins", () => {
  test("at the beginning of all partitions, or at their ends", async () => {
    const broker = new LogBroker(2);
    write(broker, 0, "a", "b");
    write(broker, 1, "c");
    expect((await take(newConsumer(broker), 3)).toSorted()).toEqual(["a", "b", "c"]);
    const late = newConsumer(broker, undefined, { autoOffsetReset: "latest" });
    expect(await late.poll(50)).toEqual([]);
    write(broker, 1, "d");
    expect(await take(late, 1)).toEqual(["d"]);
  });

  test.each([
    ["an offset", 1, ["b", "c"]],
    ["the beginning", OffsetSpec.EARLIEST, ["a", "b", "c"]],
  ])("at %s of a partition", async (_title, offset, expected) => {
    const broker = new LogBroker();
    write(broker, 0, "a", "b");
    write(broker, 0, "c");
    const start = [{ topic: TOPIC, partition: 0, offset }];
    expect(await take(newConsumer(broker, start), expected.length)).toEqual(expected);
  });
});

test("it follows a leader that moves", async () => {
  const broker = new LogBroker();
  write(broker, 0, "a");
  const consumer = newConsumer(broker);
  expect(await take(consumer, 1)).toEqual(["a"]);
  broker.leaders[0] = 2;
  write(broker, 0, "b");
  expect(await take(consumer, 1)).toEqual(["b"]);
});

describe("an offset that the log no longer has", () => {
  const start = [{ topic: TOPIC, partition: 0, offset: 0 }];

  test("is reset as the options say", async () => {
    const broker = new LogBroker();
    write(broker, 0, "a");
    write(broker, 0, "b");
    broker.logStartOffset = 1;
    expect(await take(newConsumer(broker, start), 1)).toEqual(["b"]);
  });

  test("is an error where they say none", async () => {
    const broker = new LogBroker();
    broker.logStartOffset = 1;
    const consumer = newConsumer(broker, start, { autoOffsetReset: "none" });
    const code = "OFFSET_OUT_OF_RANGE";
    await expect(take(consumer, 1)).rejects.toMatchObject({ code });
  });
});

test("it reads again from where it is told to", async () => {
  const broker = new LogBroker();
  write(broker, 0, "a", "b", "c");
  const consumer = newConsumer(broker);
  await take(consumer, 3);
  consumer.seek({ topic: TOPIC, partition: 0 }, 1);
  expect(await take(consumer, 2)).toEqual(["b", "c"]);
});
