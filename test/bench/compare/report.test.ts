/** What a run tells of itself. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { LOADS } from "./loads.ts";
import { type Report, reportPage, writeReport } from "./report.ts";
import { type Measurement, summarize } from "./results.ts";

function report(measurements: readonly Measurement[]): Report {
  return {
    machine: { date: "2026-11-26T04:10:32.367Z", CPU: "a fast one, 2 cores" },
    targets: ["odradek", "kafka"],
    rounds: 2,
    sizes: {
      smallRecords: 5,
      largeRecords: 4,
      memoryRecords: 3,
      latencyRecords: 2,
      seconds: 1,
    },
    complete: false,
    rows: summarize(LOADS, measurements),
    measurements,
  };
}

const started: Measurement = {
  round: 1,
  load: "start",
  target: "odradek",
  figures: { "to first ack": 0.3 },
};
const broken: Measurement = {
  round: 2,
  load: "latency",
  target: "kafka",
  error: "The latency tool did not finish.\n  at a line of its stack",
};

test("the page says on what machine, how much, whether to the end, and what failed", () => {
  const page = reportPage(report([started, broken]));
  expect(page).toContain("- CPU: a fast one, 2 cores");
  expect(page).toContain("Rounds: 2, not all of them to the end; smallRecords 5, largeRecords 4");
  expect(page).toMatch(/^\| start \| to first ack, s \| lower +\| 0\.3 +\|/m);
  expect(page).toContain("- latency, Kafka, round 2: The latency tool did not finish.\n");
  expect(page).not.toContain("stack");
});

test("a page without failures does not speak of any", () => {
  expect(reportPage(report([started]))).not.toContain("Failed");
});

test("page and JSON are written beside each other, and named by the date", () => {
  const directory = mkdtempSync(join(tmpdir(), "odradek-report-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const written = report([started, broken]);
  const paths = writeReport(written, join(directory, "results"));
  const path = join(directory, "results", "2026-11-26T04-10-32");
  expect(paths).toEqual([`${path}.md`, `${path}.json`]);
  expect(readFileSync(paths[0]!, "utf8")).toBe(reportPage(written));
  expect(JSON.parse(readFileSync(paths[1]!, "utf8"))).toEqual(written);
});
