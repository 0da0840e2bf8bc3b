/**
 * A program run to its end, with everything it wrote. The one idea: whoever waits for a program
 * always gets an answer: its exit code and output, or an error that says why there is none.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";

export interface RunOptions {
  cwd?: string | undefined;
  /** Written to the program's standard input, which is then closed; without it, it is empty. */
  input?: string | Uint8Array | undefined;
  /** The program is killed, and the run fails, after this time. */
  timeoutMs?: number | undefined;
  /** Kills the program, and the run fails, once aborted. */
  signal?: AbortSignal | undefined;
}

/** How a program ended; one that a signal ended has 128 plus the signal's number, as in a shell. */
export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `command` to its end. A non-zero exit code is a result; a timeout or an abort rejects. */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { cwd, input = "", timeoutMs, signal } = options;
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
  const child = spawn(command, args, {
    cwd,
    stdio: "pipe",
    signal: AbortSignal.any([signal, timeout].filter((one) => one !== undefined)),
    killSignal: "SIGKILL",
  });

  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => (output[name] += text));
  }
  // A program may end, or close its input, before it has read all of it: that is its right.
  child.stdin.on("error", () => {});
  child.stdin.end(input);

  child.on("error", (error) => {
    if (!timeout?.aborted) return reject(error);
    const said = output.stdout + output.stderr;
    reject(new Error(`${command} did not end within ${timeoutMs} ms. It said:\n${said}`));
  });
  child.on("close", (code, killedBy) => resolve({ code: exitCode(code, killedBy), ...output }));
  return promise;
}

/** The exit code that a shell would report: the program's own, or 128 plus its signal's number. */
export function exitCode(code: number | null, killedBy: NodeJS.Signals | null): number {
  return code ?? 128 + (killedBy === null ? 0 : constants.signals[killedBy]);
}
