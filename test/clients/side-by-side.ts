/**
 * One of Kafka's tools and the command of `odradek` that stands for it, with the same flags against
 * the same cluster. Kafka's tools print some rows in the order of a Java hash map, which nobody
 * wishes for; ours are sorted. Rows are compared without their order.
 */
import { expect } from "vitest";

import type { RunResult } from "../oracle/run.ts";
import { tryJavaTool } from "./java-tools.ts";
import { tryOdradekTool } from "./odradek-tools.ts";

/** What a name that each program has for itself ends with; columns are as wide as their names. */
const TWINS = { java: "-of-java", odradek: "-of-ours" };

/** Expects the same rows and the same exit code from both; returns what ours has written. */
export async function expectSame(bootstrap: string, tool: string, args: string[]): Promise<string> {
  const { java, ours } = await runBoth(bootstrap, tool, { java: args, odradek: args });
  expect(rows(ours.stdout)).toEqual(rows(java.stdout));
  expect(ours.code).toBe(java.code);
  return ours.stdout;
}

/** Expects that both refuse, for the same reason on the same stream and with the same exit code. */
export async function expectSameRefusal(
  bootstrap: string,
  tool: string,
  args: string[],
): Promise<void> {
  const { java, ours } = await runBoth(bootstrap, tool, { java: args, odradek: args });
  // What follows is help: Kafka's lists all options, ours says where to find them.
  expect(wordsOf(ours.stderr.split("\n")[0]!)).toEqual(wordsOf(java.stderr.split("\n")[0]!));
  expect(ours.stdout).toBe(java.stdout);
  expect(ours.code).toBe(java.code);
}

/**
 * Has each program do something with a topic or a group of its own, and expects both to say the
 * same of it, and to end the same way.
 */
export async function expectSameOfTwins(
  bootstrap: string,
  tool: string,
  argsWith: (ending: string) => string[],
  input = "",
): Promise<void> {
  const args = { java: argsWith(TWINS.java), odradek: argsWith(TWINS.odradek) };
  const { java, ours } = await runBoth(bootstrap, tool, args, input);
  expect(rows(ours.stdout.replaceAll(TWINS.odradek, ""))).toEqual(
    rows(java.stdout.replaceAll(TWINS.java, "")),
  );
  expect(ours.code).toBe(java.code);
}

async function runBoth(
  bootstrap: string,
  tool: string,
  args: { readonly java: readonly string[]; readonly odradek: readonly string[] },
  input = "",
): Promise<{ java: RunResult; ours: RunResult }> {
  const command = tool === "broker-api-versions" ? "api-versions" : tool;
  const [java, ours] = await Promise.all([
    tryJavaTool(tool, bootstrap, args.java, input),
    tryOdradekTool(command, bootstrap, args.odradek, input),
  ]);
  return { java, ours };
}

/** Where a sentence lists options, Kafka's tools leave their order to a hash set. */
function wordsOf(sentence: string): string[] {
  return sentence.split(/[\s,"[\]]+/).toSorted();
}

function rows(output: string): string[] {
  return output.split("\n").toSorted();
}
