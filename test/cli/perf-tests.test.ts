/** The perf tools: what they count, and how they write it. */
import { describe, expect, test } from "vitest";

import { dateFormat } from "../../src/cli/consumer-perf-test/date-format.ts";
import { headerLine, JoinTime, measure } from "../../src/cli/consumer-perf-test/measure.ts";
import { metricsTable } from "../../src/cli/metrics-table.ts";
import type { PerfFlags } from "../../src/cli/producer-perf-test/options.ts";
import { invalidPerfFlags, perfProperties } from "../../src/cli/producer-perf-test/options.ts";
import { payloadsIn, randomLetters } from "../../src/cli/producer-perf-test/payloads.ts";
import { Stats } from "../../src/cli/producer-perf-test/stats.ts";

const FLAGS: PerfFlags = {
  topic: "t",
  numRecords: 10,
  throughput: -1,
  recordSize: 5,
  payloadDelimiter: "\\n",
  warmupRecords: 0,
  reportingInterval: 1,
};

describe("producer-perf-test", () => {
  test("reports at intervals and in the end, in Kafka's words", () => {
    let time = 0;
    const said: string[] = [];
    const stats = new Stats({
      numRecords: 4,
      reportingIntervalMs: 1_000,
      isSteadyState: false,
      now: () => time,
      say: (line) => said.push(line),
    });
    for (const [now, latency] of [
      [400, 10],
      [1_000, 30],
      [1_500, 20],
      [2_000, 40],
    ]) {
      time = now!;
      stats.record(latency!, 1024 * 1024);
    }
    expect(said).toEqual([
      "2 records sent, 2.0 records/sec (2.00 MB/sec), 20.0 ms avg latency, 30.0 ms max latency.",
      "2 records sent, 2.0 records/sec (2.00 MB/sec), 30.0 ms avg latency, 40.0 ms max latency.",
    ]);
    expect(stats.totalLine()).toBe(
      "4 records sent, 2.000000 records/sec (2.00 MB/sec), 25.00 ms avg latency, 40.00 ms max \
latency, 30 ms 50th, 40 ms 95th, 40 ms 99th, 40 ms 99.9th.",
    );
  });

  test("says when the steady state begins, and is silent about the warm-up after it", () => {
    const said: string[] = [];
    const options = { numRecords: 2, reportingIntervalMs: 0, now: () => 1, isSteadyState: true };
    const steady = new Stats({ ...options, say: (line) => said.push(line) });
    steady.record(1, 1);
    expect(said[0]).toBe("In steady state.");
    expect(steady.totalLine()).toContain("1 steady state records sent, ");
    steady.silence();
    steady.record(1, 1);
    expect(said).toHaveLength(2);
  });

  test("sends letters, or the parts of a file", () => {
    const payload = randomLetters(100);
    expect(Buffer.from(payload(0)).toString()).toMatch(/^[A-Z]{100}$/);
    expect(payload(1)).not.toEqual(payload(2));
    const texts = (text: string, delimiter: string) =>
      payloadsIn(text, delimiter).map((part) => Buffer.from(part).toString());
    expect(texts("a\nb\n", "\\n")).toEqual(["a", "b"]);
    expect(texts("a;b", ";")).toEqual(["a", "b"]);
  });

  test.each<[Partial<PerfFlags>, string]>([
    [{ payloadMonotonic: true }, "Exactly one of --record-size, --payload-file"],
    [{ numRecords: 0 }, "--num-records should be greater than zero."],
    [{ warmupRecords: 10 }, "must be strictly fewer"],
    [{ recordSize: 0 }, "--record-size should be greater than zero."],
    [{ transactionalId: "x" }, "Transactions are not supported"],
  ])("%j are refused", (flags, message) => {
    expect(invalidPerfFlags({ ...FLAGS, ...flags })).toContain(message);
  });

  test("its properties are name=value", () => {
    const properties = perfProperties({ ...FLAGS, producerProps: ["acks=1", "linger.ms=5"] });
    expect(Object.fromEntries(properties)).toMatchObject({ acks: "1", "linger.ms": "5" });
    const wrong = { ...FLAGS, commandProperty: ["acks"] };
    expect(() => perfProperties(wrong)).toThrow("Invalid property: acks");
  });
});

describe("consumer-perf-test", () => {
  test("its header names the columns", () => {
    expect(headerLine(false)).toMatch(/^start.time, end.time, data.consumed.in.MB, MB.sec, /);
    expect(headerLine(true)).toMatch(/^time, threadId, data.consumed.in.MB, /);
  });

  test("counts keys and values, and leaves the time without partitions out", async () => {
    const value = new Uint8Array(1024 * 1024);
    const record = { offset: 0, timestamp: 0, key: value, value, headers: [] };
    const records = [record, record];
    const batch = {
      topic: "t",
      partition: 0,
      timestampType: "CreateTime",
      leaderEpoch: 0,
      records,
    };
    const joinTime = new JoinTime();
    joinTime.totalMs = 0;
    const line = await measure(async () => [batch as never], joinTime, {
      numRecords: 3,
      timeoutMs: 1_000,
      reportingIntervalMs: 5_000,
      isDetailed: false,
      format: () => "now",
      say: () => {},
    });
    expect(line.split(", ")).toHaveLength(10);
    expect(line).toMatch(/^now, now, 8\.0000, [^,]+, 4, /);
  });

  test("gives up when nothing comes", async () => {
    const said: string[] = [];
    await measure(async () => [], new JoinTime(), {
      numRecords: 3,
      timeoutMs: 5,
      reportingIntervalMs: 5_000,
      isDetailed: false,
      format: String,
      say: (line) => said.push(line),
    });
    expect(said[0]).toContain("WARNING: Exiting before consuming the expected number of records");
  });

  test.each([
    ["yyyy-MM-dd HH:mm:ss:SSS", "2026-03-04 05:06:07:089"],
    ["yy/M/d 'at' H''m", "26/3/4 at 5'6"],
  ])("writes times as %s", (pattern, expected) => {
    expect(dateFormat(pattern)(new Date(2026, 2, 4, 5, 6, 7, 89).getTime())).toBe(expected);
  });

  test("refuses a letter that it does not know", () => {
    expect(() => dateFormat("EEE")).toThrow("not E");
  });
});

test("metrics are a table by name", () => {
  expect(metricsTable("g", "c", { b: 1, a: 2.5 })).toEqual([
    "",
    "Metric Name         Value",
    "g:a:{client-id=c} : 2.500",
    "g:b:{client-id=c} : 1.000",
  ]);
});
