/** kcat, and with it librdkafka: the client of most languages that are not Java's. */
import type { RunOptions, RunResult } from "../oracle/run.ts";
import { run } from "../oracle/run.ts";
import { findProgram } from "../support/needs.ts";

const TIMEOUT_MS = 60_000;

/** Runs kcat to its end. A non-zero exit code is a result; running out of time rejects. */
export function runKcat(
  bootstrap: string,
  args: readonly string[],
  options: Pick<RunOptions, "input" | "timeoutMs"> = {},
): Promise<RunResult> {
  return run(kcatPath(), ["-b", bootstrap, ...args], { timeoutMs: TIMEOUT_MS, ...options });
}

/** The path of kcat, for those who talk to it while it runs. Throws where it is not installed. */
export function kcatPath(): string {
  const path = findProgram("kcat");
  if (path === null) throw new Error("kcat is not installed");
  return path;
}

/** Produces each line of `text` as a record to one partition. */
export async function produceByKcat(
  bootstrap: string,
  topic: string,
  text: string,
  { partition = 0, compression = "none" } = {},
): Promise<void> {
  const to = ["-P", "-t", topic, "-p", `${partition}`, "-z", compression];
  const { code, stderr } = await runKcat(bootstrap, to, { input: text });
  if (code !== 0 || stderr !== "") throw new Error(`kcat ended with ${code}: ${stderr}`);
}

/** The values of a partition from its beginning to its end, each as a line. */
export async function consumeByKcat(
  bootstrap: string,
  topic: string,
  partition = 0,
): Promise<string> {
  const from = ["-C", "-t", topic, "-p", `${partition}`, "-o", "beginning", "-e", "-q"];
  const { code, stdout, stderr } = await runKcat(bootstrap, from);
  if (code === 0) return stdout;
  throw new Error(`kcat ended with ${code}: ${stderr}`);
}
