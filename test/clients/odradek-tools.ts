/** The commands of `odradek` that stand for Kafka's tools, as processes of their own. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { join } from "node:path";

import type { RunResult } from "../oracle/run.ts";
import { run } from "../oracle/run.ts";

const PROGRAM = join(import.meta.dirname, "../../bin/odradek.js");
const TIMEOUT_MS = 60_000;

/** Runs a command to its end, whatever that is; `--bootstrap-server` is added. */
export function tryOdradekTool(
  command: string,
  bootstrap: string,
  args: readonly string[],
  input = "",
): Promise<RunResult> {
  const options = { input, timeoutMs: TIMEOUT_MS };
  return run(process.execPath, odradekCommand(command, bootstrap, args), options);
}

/** Runs a command that has to end well, and returns what it wrote. */
export async function odradekTool(
  command: string,
  bootstrap: string,
  args: readonly string[],
  input = "",
): Promise<string> {
  const { code, stdout, stderr } = await tryOdradekTool(command, bootstrap, args, input);
  if (code === 0) return stdout;
  throw new Error(`odradek ${command} ended with ${code}: ${stdout}${stderr}`);
}

/** Starts a command that runs until the caller ends it. */
export function startOdradekTool(
  command: string,
  bootstrap: string,
  args: readonly string[],
): ChildProcess {
  return spawn(process.execPath, odradekCommand(command, bootstrap, args), { stdio: "ignore" });
}

/** The words after `node` that call a command. */
export function odradekCommand(
  command: string,
  bootstrap: string,
  args: readonly string[],
): string[] {
  return [PROGRAM, command, "--bootstrap-server", bootstrap, ...args];
}
