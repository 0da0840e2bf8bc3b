/** Looks back on a run of the suite: what its cases were answered, and whether that was all. */
import { globSync } from "node:fs";
import { basename } from "node:path";

import { describe, expect, inject, test } from "vitest";

import { findHandler } from "../../src/broker/handler-table.ts";
import { notedAnswers } from "./answers.ts";
import type { Answer } from "./answers.ts";
import { errorsWithoutCase } from "./errors-without-case.ts";
import { promisedErrors } from "./promised-errors.ts";
import { servedApis } from "./served-apis.ts";
import type { Target } from "./targets.ts";

const FILES = globSync("*.test.ts", { cwd: import.meta.dirname }).filter(
  (file) => file !== basename(import.meta.filename),
);

const MAX_KEY = 200;
const VERSIONS = Array.from({ length: 30 }, (_, version) => version);

const answers = notedAnswers(inject("answers"));

/** What a target was heard to answer; the test is left out where that is not all. */
function heard(target: Target, skip: (why: string) => never): Answer[] {
  if ("leftOut" in target) return skip(target.leftOut);
  const own = answers.filter((answer) => answer.target === target.name);
  const files = new Set(own.map(({ file }) => file));
  const missing = FILES.filter((file) => !files.has(file));
  return missing.length > 0 ? skip(`${missing.join(", ")} did not run before`) : own;
}

test("[K10, K67] every API that Odradek serves is in the suite, with its errors", () => {
  const keys = Array.from({ length: MAX_KEY }, (_, key) => key);
  const served = keys.filter((key) => VERSIONS.some((version) => findHandler(key, version)));
  expect(servedApis.map(({ api }) => api.key)).toEqual(served);
  const names = servedApis.map(({ name }) => name);
  expect(Object.keys(promisedErrors)).toEqual(names);
  expect(names).toEqual(expect.arrayContaining(Object.keys(errorsWithoutCase)));
});

describe.each(inject("targets"))("$name: errors", (target) => {
  test.for(Object.entries(promisedErrors))(
    "[K67] %s has answered each in a case of its rule",
    ([name, byRule], { skip }) => {
      const own = heard(target, skip).filter(({ api }) => api === name);
      const inCaseOf = (rule: string) => new Set(own.flatMap(errorsUnder(rule)));
      const unheard = Object.entries(byRule).flatMap(([rule, errors]) =>
        errors.filter((error) => !inCaseOf(rule).has(error)).map((error) => [rule, error]),
      );
      expect(unheard).toEqual([]);
    },
  );

  test.for(Object.entries(promisedErrors))(
    "[K67] %s has answered no other",
    ([name, byRule], { skip }) => {
      const byReason = errorsWithoutCase[name] ?? {};
      const known = new Set(["NONE", ...Object.values({ ...byRule, ...byReason }).flat()]);
      const own = heard(target, skip).filter(({ api }) => api === name);
      expect(own.filter(({ error }) => !known.has(error))).toEqual([]);
    },
  );
});

function errorsUnder(rule: string): (answer: Answer) => string[] {
  return ({ rules, error }) => (rules.includes(rule) ? [error] : []);
}
