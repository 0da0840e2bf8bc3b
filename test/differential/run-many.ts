import { randomBytes } from "node:crypto";

/**
 * Many sequences, several at a time. One that differs is run again, more slowly, and counts if it
 * differs again; then as many of its steps are left out as it takes to differ still.
 */
import { errorName } from "../../src/protocol/errors.ts";
import { differs, PATIENT, runSequence } from "./run-sequence.ts";
import type { Clusters, Outcome } from "./run-sequence.ts";
import { stepsOf } from "./sequence.ts";
import type { Step } from "./sequence.ts";
import { changed } from "./walk.ts";

/** A difference, in the shortest sequence found that shows it. */
export interface Finding {
  readonly index: number;
  readonly outcome: Outcome;
}

export interface Result {
  readonly sequences: number;
  readonly requests: number;
  readonly findings: readonly Finding[];
  /** Sequences that differed once and, run more slowly, did not. */
  readonly passing: readonly Finding[];
  readonly met: ReadonlyMap<string, number>;
  /** How often each API has answered with each error, `NONE` included. */
  readonly answers: ReadonlyMap<string, number>;
}

export interface ManyOptions {
  readonly seed: number;
  readonly indexes: readonly number[];
  readonly parallel: number;
  readonly clusters: Clusters;
  /** Begins no more sequences once it is aborted. */
  readonly signal?: AbortSignal;
  /** Told of each difference as soon as it is known. */
  readonly found?: (finding: Finding) => void;
  /** Told of how many sequences have ended, each time that one has. */
  readonly progress?: (ended: number) => void;
}

/** How many differences are looked into; there is little to learn from more of them. */
const MOST_FINDINGS = 200;

/** Runs all sequences of a run that are asked for. */
export async function runMany(options: ManyOptions): Promise<Result> {
  const { seed, indexes, parallel, clusters, signal, found, progress } = options;
  // Names that no other run has, and no other attempt at the same sequence.
  const run = randomBytes(3).toString("hex");
  let attempts = 0;
  const attempt = (steps: readonly Step[], pace = PATIENT) =>
    runSequence(steps, clusters, { name: `${run}-${attempts++}`, pace });

  const findings: Finding[] = [];
  const passing: Finding[] = [];
  const met = new Map<string, number>();
  const answers = new Map<string, number>();
  let requests = 0;
  const one = async (index: number) => {
    const steps = stepsOf(seed, index);
    const first = await runSequence(steps, clusters, { name: `${run}-${attempts++}` });
    if (signal?.aborted) return;
    requests += first.entries.length;
    for (const [title, count] of first.met) add(met, title, count);
    for (const { call, kafka } of first.entries) {
      for (const error of errorsOf(kafka)) add(answers, `${call.api.name} ${error}`, 1);
    }
    if (!differs(first)) return;
    const again = await attempt(steps);
    if (!differs(again)) {
      passing.push({ index, outcome: first });
      return;
    }
    // One that is known already is counted, not looked into again.
    const isKnown = findings.some(({ outcome }) => signature(outcome) === signature(again));
    const outcome = isKnown ? again : await shortened(steps, again, attempt);
    findings.push({ index, outcome });
    if (!isKnown) found?.({ index, outcome });
  };

  const left = [...indexes];
  let ended = 0;
  const worker = async () => {
    while (left.length > 0 && findings.length < MOST_FINDINGS && !signal?.aborted) {
      // Ctrl-C also ends servers that were started for the run.
      await one(left.shift()!).catch((error: unknown) => {
        if (!signal?.aborted) throw error;
      });
      progress?.(++ended);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return { sequences: indexes.length - left.length, requests, findings, passing, met, answers };
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/** The errors in an answer, each once, by name. */
function errorsOf(answer: unknown): Set<string> {
  const errors = new Set<string>();
  changed(answer, (value, field) => {
    if (field === "errorCode") errors.add(errorName(value as number));
    if (field === "failure") errors.add("a closed connection");
  });
  return errors;
}

/** Leaves out as many steps as it can, from the last on, as long as the difference stays. */
async function shortened(
  steps: readonly Step[],
  seen: Outcome,
  attempt: (steps: readonly Step[]) => Promise<Outcome>,
): Promise<Outcome> {
  let shortest = seen;
  let kept = [...steps];
  for (let count = kept.length >> 1; count > 0; count >>= 1) {
    for (let at = kept.length - count; at >= 0; at -= count) {
      const fewer = kept.toSpliced(at, count);
      const outcome = await attempt(fewer);
      if (!differs(outcome) || signature(outcome) !== signature(seen)) continue;
      kept = fewer;
      shortest = outcome;
    }
  }
  return shortest;
}

/** What a difference is about: the API and the first field, without the places in lists. */
export function signature({ entries }: Outcome): string {
  const { call, differences } = entries.at(-1)!;
  return `${call.api.name} ${differences[0]!.path.replaceAll(/\[\d+\]/g, "[]")}`;
}
