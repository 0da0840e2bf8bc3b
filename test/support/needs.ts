/**
 * Tests that need a program which npm does not bring: kcat, Java, Chromium. Where it is missing the
 * test is left out and says why; `npm test` repeats that at its end, and CI takes it as a failure.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

import type { TestContext } from "vitest";
import { test } from "vitest";

/** The programs, each with the names that it goes by. */
const PROGRAMS = {
  kcat: ["kcat", "kafkacat"],
  java: ["java"],
  maven: ["mvn"],
  chromium: ["chromium", "chromium-browser", "google-chrome"],
} as const;

/** A program that tests may need. */
export type Program = keyof typeof PROGRAMS;

/** Declares a test, as vitest's `test` does. */
export type DeclareTest = (
  title: string,
  body: (context: TestContext) => Promise<void> | void,
  timeoutMs?: number,
) => void;

/** The path of a program, or null where it is not installed. */
export function findProgram(program: Program): string | null {
  const directories = (process.env["PATH"] ?? "").split(delimiter);
  const paths = PROGRAMS[program].flatMap((name) => directories.map((path) => join(path, name)));
  return paths.find(isExecutable) ?? null;
}

/** Returns vitest's `test`, or one that leaves the test out because a program is not there. */
export function needs(...programs: Program[]): DeclareTest {
  const missing = programs.filter((program) => findProgram(program) === null);
  if (missing.length === 0) return test;
  const sentence = `${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} not installed`;
  return (title) => test(title, ({ skip }) => skip(sentence));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
