/**
 * How a file of the suite declares its cases: once, for every cluster that the suite is pointed at.
 * A case gets the cluster, and after it the cluster has to answer somebody new: whatever a client
 * does, the server stays up.
 */
import { basename } from "node:path";

import { afterAll, beforeAll, describe, inject, test as base } from "vitest";
import type { TestAPI } from "vitest";

import { noteAnswersIn } from "./answers.ts";
import { Cluster } from "./cluster.ts";
import { starts } from "./targets.ts";
import type { Target } from "./targets.ts";

/** Declares a case, as vitest's `test` does. */
export type DeclareCase = TestAPI<{ cluster: Cluster }>;

/** Declares the cases of one area of the protocol. */
export function conformance(area: string, cases: (test: DeclareCase) => void): void {
  describe.each(inject("targets"))(`$name: ${area}`, (target) => cases(casesAt(() => target)));
}

/** As {@link conformance}, with a broker that is started for these cases and told all this. */
export function conformanceWith(
  config: Readonly<Record<string, string>>,
  area: string,
  cases: (test: DeclareCase) => void,
): void {
  describe.each(inject("targets"))(`$name: ${area}`, ({ name }) => {
    const stops: (() => Promise<unknown>)[] = [];
    let target: Target = { name, leftOut: "a cluster that runs already is not told other configs" };
    beforeAll(async () => {
      const start = starts.get(name);
      if (start) target = await start({ brokers: 1, config }, stops);
    });
    afterAll(async () => {
      await Promise.all(stops.map((stop) => stop()));
    });
    cases(casesAt(() => target));
  });
}

/** Declares cases for the target that there is when they run. */
function casesAt(targetNow: () => Target): DeclareCase {
  return base.extend<{ cluster: Cluster }>({
    cluster: async ({ skip, task }, use) => {
      const target = targetNow();
      if ("leftOut" in target) return skip(target.leftOut);
      const asking = { target: target.name, file: basename(task.file.name) };
      const rules = rulesIn(task.name);
      const noteAnswer = noteAnswersIn(inject("answers"), { ...asking, rules });
      const cluster = new Cluster(target.bootstrap, noteAnswer);
      try {
        await use(cluster);
        await cluster.answers();
      } finally {
        await cluster.close();
      }
    },
  });
}

/** The rules of SPEC.md that a title begins with; a case has one at least. */
function rulesIn(title: string): string[] {
  const named = /^\[([\w, ]+)\]/.exec(title)?.[1]?.split(", ") ?? [];
  const rules = named.filter((id) => /^K\d+$/.test(id));
  if (rules.length === 0) throw new Error(`"${title}" names no rule of SPEC.md.`);
  return rules;
}
