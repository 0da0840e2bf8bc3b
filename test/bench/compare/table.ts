/** The results as one table, which is Markdown and reads well in a terminal too. */
import type { Figure } from "./load.ts";
import type { Ratio, Row, Spread } from "./results.ts";
import { TARGETS, type TargetName } from "./target.ts";

/** A row for each figure, a column for each target, and a ratio with its aim for each but ours. */
export function table(rows: readonly Row[], targets: readonly TargetName[]): string {
  const others = targets.includes("odradek") ? targets.filter((name) => name !== "odradek") : [];
  const header = [
    "load",
    "figure",
    "better",
    ...targets.map((name) => TARGETS[name]),
    ...others.flatMap((name) => [`Odradek / ${TARGETS[name]}`, "aim"]),
  ];
  const cells = rows.map(({ load, figure, values, ratios }) => [
    load,
    `${figure.name}, ${figure.unit}`,
    figure.better,
    ...targets.map((name) => number(values[name])),
    ...others.flatMap((name) => [number(ratios[name]), aim(figure, ratios[name])]),
  ]);
  return aligned([header, ...cells]);
}

/** Three digits of the median; how far the rounds lie apart, where they do. */
function number(spread: Spread | undefined): string {
  if (!spread) return "";
  const { median, min, max } = spread;
  return min === max ? digits(median) : `${digits(median)} (${digits(min)}–${digits(max)})`;
}

/** Three digits, as people write them. */
export function digits(value: number): string {
  return value.toLocaleString("en-GB", { maximumSignificantDigits: 3 });
}

function aim({ better }: Figure, ratio: Ratio | undefined): string {
  if (!ratio || ratio.aim === null) return "";
  return `${better === "higher" ? "≥" : "≤"} ${ratio.aim} ${ratio.met ? "met" : "missed"}`;
}

function aligned(cells: readonly (readonly string[])[]): string {
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)));
  const rule = widths.map((width) => "-".repeat(width));
  return [lines[0]!, rule, ...lines.slice(1)].map((line) => `| ${line.join(" | ")} |`).join("\n");
}
