/** The tools that Kafka ships, as clients of a cluster: they are the Java client. */
import { test } from "vitest";

import { oracleAvailable } from "../oracle/kafka-jars.ts";
import type { RunResult } from "../oracle/run.ts";
import { runTool, SHORT_LIVED_JVM } from "../oracle/tool.ts";
import type { DeclareTest } from "../support/needs.ts";

const missing = oracleAvailable();

/** Vitest's `test`, or one that leaves the test out where Kafka's tools cannot run. */
export const needsJavaTools: DeclareTest =
  missing === null ? test : (title) => test(title, ({ skip }) => skip(missing));

/** Runs a tool that has to end well, and returns what it wrote; `--bootstrap-server` is added. */
export async function javaTool(
  tool: string,
  bootstrap: string,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const result = await tryJavaTool(tool, bootstrap, args, input);
  if (result.code === 0) return result.stdout;
  throw new Error(`${tool} ended with ${result.code}: ${result.stdout}${result.stderr}`);
}

/** Runs a tool, whose name a command may follow, to whatever end; `--bootstrap-server` is added. */
export function tryJavaTool(
  tool: string,
  bootstrap: string,
  args: readonly string[],
  input?: string,
): Promise<RunResult> {
  const options = { jvm: SHORT_LIVED_JVM, ...(input !== undefined && { input }) };
  const [name, ...command] = tool.split(" ");
  return runTool(name!, [...command, "--bootstrap-server", bootstrap, ...args], options);
}

/** Produces each line of `text` as a record. The tool reports failures and still ends with 0. */
export async function produceByJava(
  bootstrap: string,
  topic: string,
  text: string,
  flags: readonly string[] = [],
): Promise<void> {
  const to = ["--topic", topic, ...flags];
  const { code, stderr } = await tryJavaTool("console-producer", bootstrap, to, text);
  if (code !== 0 || stderr !== "") throw new Error(`It ended with ${code}: ${stderr}`);
}

/** The first `count` values of a partition, each as a line, without a consumer group. */
export function consumeByJava(
  bootstrap: string,
  topic: string,
  count: number,
  partition = 0,
): Promise<string> {
  const from = ["--topic", topic, "--partition", `${partition}`, "--offset", "earliest"];
  return javaTool("console-consumer", bootstrap, [...from, "--max-messages", `${count}`]);
}
