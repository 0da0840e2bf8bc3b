/**
 * From single measurements to what a run says: of each figure the median over the rounds, and of
 * each ratio the median of the rounds' own ratios. A round's two figures were measured one after
 * the other, so what slowed the machine down for a while slowed both.
 */
import type { Figure, Load, Measured } from "./load.ts";
import type { TargetName } from "./target.ts";

/** One load against one target in one round: its figures, or why there are none. */
export interface Measurement {
  readonly round: number;
  readonly load: string;
  readonly target: TargetName;
  readonly figures?: Measured;
  readonly error?: string;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Odradek's figure by another target's. */
export interface Ratio extends Spread {
  readonly aim: number | null;
  /** Whether the median is as good as the aim, or better; null without an aim. */
  readonly met: boolean | null;
}

/** One figure of one load. */
export interface Row {
  readonly load: string;
  readonly figure: Figure;
  readonly values: Readonly<Partial<Record<TargetName, Spread>>>;
  readonly ratios: Readonly<Partial<Record<TargetName, Ratio>>>;
}

/** The rows of all figures that were measured at least once. */
export function summarize(loads: readonly Load[], measurements: readonly Measurement[]): Row[] {
  return loads.flatMap(({ name: load, figures }) =>
    figures.flatMap((figure) => {
      const byTarget = new Map<TargetName, Map<number, number>>();
      for (const measurement of measurements) {
        const value = measurement.figures?.[figure.name];
        if (measurement.load !== load || value === undefined) continue;
        const rounds = byTarget.get(measurement.target) ?? new Map<number, number>();
        byTarget.set(measurement.target, rounds.set(measurement.round, value));
      }
      return byTarget.size === 0 ? [] : [summarizeFigure(load, figure, byTarget)];
    }),
  );
}

function summarizeFigure(
  load: string,
  figure: Figure,
  byTarget: ReadonlyMap<TargetName, ReadonlyMap<number, number>>,
): Row {
  const values: Partial<Record<TargetName, Spread>> = {};
  const ratios: Partial<Record<TargetName, Ratio>> = {};
  const ours = byTarget.get("odradek");
  for (const [target, rounds] of byTarget) {
    values[target] = spread([...rounds.values()]);
    if (target === "odradek" || !ours) continue;
    // Whole milliseconds may be none.
    const both = [...rounds].filter(([round, theirs]) => ours.has(round) && theirs > 0);
    if (both.length === 0) continue;
    const ratio = spread(both.map(([round, theirs]) => ours.get(round)! / theirs));
    const aim = figure.aims?.[target] ?? null;
    ratios[target] = { ...ratio, aim, met: aim === null ? null : isMet(figure, ratio.median, aim) };
  }
  return { load, figure, values, ratios };
}

function isMet({ better }: Figure, ratio: number, aim: number): boolean {
  return better === "higher" ? ratio >= aim : ratio <= aim;
}

/** The middle of the values, or the mean of the two in the middle; and both ends. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}
