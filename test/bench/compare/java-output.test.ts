/** Kafka 4.3.1's performance tools, in their own words. */
import { expect, test } from "vitest";

import {
  readConsumerPerformance,
  readEndToEndLatency,
  readProducerPerformance,
} from "./java-output.ts";

const PROGRESS =
  "61442 records sent, 12288.4 records/sec (1.17 MB/sec), 889.3 ms avg latency, 1063.0 ms max latency.\n";
const SUMMARY =
  "200000 records sent, 77459.333850 records/sec (7.39 MB/sec), 889.29 ms avg latency, " +
  "1063.00 ms max latency, 987 ms 50th, 1050 ms 95th, 1055 ms 99th, 1062 ms 99.9th.\n";
const STEADY =
  "150000 steady state records sent, 85665.334095 records/sec (8.17 MB/sec), 995.26 ms avg latency, " +
  "1063.00 ms max latency, 1005 ms 50th, 1051 ms 95th, 1056 ms 99th, 1062 ms 99.9th.\n";

test("the producer tool's summary counts, not its progress", () => {
  const figures = readProducerPerformance(PROGRESS + SUMMARY);
  expect(figures).toEqual({ records: 200_000, mbPerSecond: 7.39 });
});

test("after a warm-up the producer tool's steady state counts, and all records", () => {
  const said = `Warmup first 50000 records.\n${PROGRESS}${SUMMARY}${STEADY}`;
  expect(readProducerPerformance(said)).toEqual({ records: 200_000, mbPerSecond: 8.17 });
});

test("a producer tool without a summary is an error that repeats what it said", () => {
  expect(() => readProducerPerformance(PROGRESS)).toThrow("61442 records sent");
});

test("the consumer tool's time in its group's rebalance does not count", () => {
  const said =
    "start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, " +
    "rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec\n" +
    "2026-11-26 04:05:35:654, 2026-11-26 04:05:40:098, 19.0735, 4.2920, 200000, 45004.5005, " +
    "3403, 1041, 18.3223, 192122.9587\n";
  expect(readConsumerPerformance(said)).toEqual({ records: 200_000, mbPerSecond: 18.3223 });
});

test("a consumer tool that stops after its header, or says nothing, is an error", () => {
  expect(() => readConsumerPerformance("fetch.MB.sec, data.consumed.in.nMsg\n")).toThrow();
  expect(() => readConsumerPerformance("")).toThrow("did not finish");
});

test("the latency tool's mean and 99th percentile are read", () => {
  const said =
    "0\t113.16588300000001\nAvg latency: 6.0140 ms\n" +
    "Percentiles: 50th = 4, 99th = 18, 99.9th = 113\n";
  expect(readEndToEndLatency(said)).toEqual({ meanMs: 6.014, p99Ms: 18 });
  expect(() => readEndToEndLatency("0\t113.16588300000001\n")).toThrow("did not finish");
});
