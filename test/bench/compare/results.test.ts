/** Medians, ratios, aims, and the table that shows them. */
import { expect, test } from "vitest";

import type { Load } from "./load.ts";
import { type Measurement, spread, summarize } from "./results.ts";
import { table } from "./table.ts";
import type { TargetName } from "./target.ts";

const run = () => Promise.reject(new Error("This test runs no load."));
const rate: Load = {
  name: "rate",
  description: "",
  figures: [{ name: "records", unit: "per s", better: "higher", aims: { kafka: 2 } }],
  run,
};
const delay: Load = {
  name: "delay",
  description: "",
  figures: [
    { name: "mean", unit: "ms", better: "lower", aims: { kafka: 1, "kafka-flush": 0.5 } },
    { name: "p99", unit: "ms", better: "lower" },
  ],
  run,
};

function measured(
  load: string,
  target: TargetName,
  round: number,
  figures: Record<string, number>,
): Measurement {
  return { load, target, round, figures };
}

test("the median of an even number of values is the mean of those in the middle", () => {
  expect(spread([9, 1, 4])).toEqual({ median: 4, min: 1, max: 9 });
  expect(spread([9, 1, 4, 5])).toEqual({ median: 4.5, min: 1, max: 9 });
});

test("a ratio is the median of the rounds' ratios, not the ratio of medians", () => {
  const rows = summarize(
    [rate],
    [
      measured("rate", "odradek", 1, { records: 100 }),
      measured("rate", "kafka", 1, { records: 50 }),
      measured("rate", "odradek", 2, { records: 10 }),
      measured("rate", "kafka", 2, { records: 4 }),
      measured("rate", "odradek", 3, { records: 60 }),
      measured("rate", "kafka", 3, { records: 60 }),
    ],
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]!.values.odradek).toEqual({ median: 60, min: 10, max: 100 });
  expect(rows[0]!.values.kafka).toEqual({ median: 50, min: 4, max: 60 });
  expect(rows[0]!.ratios.kafka).toEqual({ median: 2, min: 1, max: 2.5, aim: 2, met: true });
});

test("a round in which one of the two failed gives no ratio", () => {
  const rows = summarize(
    [rate],
    [
      { load: "rate", target: "odradek", round: 1, error: "It broke." },
      measured("rate", "kafka", 1, { records: 50 }),
      measured("rate", "odradek", 2, { records: 30 }),
      measured("rate", "kafka", 2, { records: 60 }),
    ],
  );
  expect(rows[0]!.values.odradek!.median).toBe(30);
  expect(rows[0]!.ratios.kafka).toEqual({ median: 0.5, min: 0.5, max: 0.5, aim: 2, met: false });
});

test("where lower is better, an aim is met from below; nothing is divided by nothing", () => {
  const rows = summarize(
    [delay],
    [
      measured("delay", "odradek", 1, { mean: 2, p99: 3 }),
      measured("delay", "kafka", 1, { mean: 1, p99: 0 }),
      measured("delay", "kafka-flush", 1, { mean: 4, p99: 6 }),
    ],
  );
  expect(rows[0]!.ratios.kafka).toMatchObject({ median: 2, met: false });
  expect(rows[0]!.ratios["kafka-flush"]).toMatchObject({ median: 0.5, met: true });
  expect(rows[1]!.ratios.kafka).toBeUndefined();
  expect(rows[1]!.ratios["kafka-flush"]).toMatchObject({ median: 0.5, aim: null, met: null });
});

test("the table has a line for each figure, and its columns are aligned", () => {
  const rows = summarize(
    [rate, delay],
    [
      measured("rate", "odradek", 1, { records: 123_456 }),
      measured("rate", "odradek", 2, { records: 234_567 }),
      measured("rate", "kafka", 1, { records: 61_728 }),
      measured("delay", "odradek", 1, { mean: 2, p99: 3 }),
      measured("delay", "kafka", 1, { mean: 1, p99: 0 }),
    ],
  );
  const lines = table(rows, ["odradek", "kafka"]).split("\n");
  const cells = lines.map((line) => line.split("|").map((cell) => cell.trim()));
  const header = ["load", "figure", "better", "Odradek", "Kafka", "Odradek / Kafka", "aim"];
  expect(cells[0]).toEqual(["", ...header, ""]);
  expect(cells.slice(2)).toEqual([
    [
      "",
      "rate",
      "records, per s",
      "higher",
      "179,000 (123,000–235,000)",
      "61,700",
      "2",
      "≥ 2 met",
      "",
    ],
    ["", "delay", "mean, ms", "lower", "2", "1", "2", "≤ 1 missed", ""],
    ["", "delay", "p99, ms", "lower", "3", "0", "", "", ""],
  ]);
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
});

test("without Odradek there is nothing to be compared with", () => {
  const rows = summarize([rate], [measured("rate", "kafka", 1, { records: 5 })]);
  expect(table(rows, ["kafka"]).split("\n")[0]).toBe("| load | figure         | better | Kafka |");
});
