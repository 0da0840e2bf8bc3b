/** What a run leaves behind: a page for people and the same as JSON for programs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Sizes } from "./load.ts";
import type { Machine } from "./machine.ts";
import type { Measurement, Row } from "./results.ts";
import { table } from "./table.ts";
import { TARGETS, type TargetName } from "./target.ts";

export interface Report {
  readonly machine: Machine;
  readonly targets: readonly TargetName[];
  readonly rounds: number;
  readonly sizes: Sizes;
  /** Whether all rounds came to their end. */
  readonly complete: boolean;
  readonly rows: readonly Row[];
  readonly measurements: readonly Measurement[];
}

/** The page, in Markdown. */
export function reportPage(report: Report): string {
  const { machine, rounds, sizes, complete, rows, targets, measurements } = report;
  const facts = Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`);
  const failures = measurements
    .filter(({ error }) => error !== undefined)
    .map(({ load, target, round, error }) => {
      const firstLine = error!.split("\n")[0];
      return `- ${load}, ${TARGETS[target]}, round ${round}: ${firstLine}`;
    });
  const counts = Object.entries(sizes).map(([name, value]) => `${name} ${value}`);
  const paragraphs = [
    "# Odradek beside Apache Kafka",
    facts.join("\n"),
    `Rounds: ${rounds}${complete ? "" : ", not all of them to the end"}; ${counts.join(", ")}. ` +
      "A cell is the median over the rounds, with the lowest and the highest; a ratio is the " +
      "median of the rounds' ratios. All clients and servers ran on this one machine; the server " +
      "that was not measured was idle.",
    table(rows, targets),
    ...(failures.length > 0 ? ["Failed:", failures.join("\n")] : []),
  ];
  return `${paragraphs.join("\n\n")}\n`;
}

/** Writes both files and returns their paths. */
export function writeReport(report: Report, directory: string): string[] {
  mkdirSync(directory, { recursive: true });
  const name = report.machine["date"]!.slice(0, 19).replaceAll(":", "-");
  const contents = { md: reportPage(report), json: `${JSON.stringify(report, null, 2)}\n` };
  return Object.entries(contents).map(([extension, text]) => {
    const path = join(directory, `${name}.${extension}`);
    writeFileSync(path, text);
    return path;
  });
}
