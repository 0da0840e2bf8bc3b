/**
 * `npm run oracle:tool -- <tool> <flags>`: Kafka's own command-line tools, against any address.
 * They are the clients whose answers settle what Kafka compatibility means.
 *
 *     npm run oracle:tool -- topics --bootstrap-server 127.0.0.1:9092 --list
 */
import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";

import { kafkaClassPath } from "./kafka-jars.ts";
import { exitCode, run } from "./run.ts";
import type { RunOptions, RunResult } from "./run.ts";
import { toolMainClass } from "./tool-names.ts";

// Above a tool's usual 256 MB, because Kafka's performance tools run with 512 MB. Errors are shown:
// some tools, such as the console producer, report a failed request in their log and nowhere else.
// Numbers are written as in English, wherever the machine is.
const JVM_FLAGS = [
  "-Xmx512M",
  "-Duser.language=en",
  "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
];

/** For a JVM that is one of many and lives for seconds: it costs a third less to start. */
export const SHORT_LIVED_JVM = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

const DEFAULT_TIMEOUT_MS = 60_000;

interface ToolOptions extends Pick<RunOptions, "input" | "timeoutMs" | "signal"> {
  /** Flags of the JVM, besides those that all tools get. */
  readonly jvm?: readonly string[];
}

/** Runs a tool to its end. A non-zero exit code is a result; running out of time rejects. */
export async function runTool(
  tool: string,
  args: readonly string[],
  { jvm = [], ...options }: ToolOptions = {},
): Promise<RunResult> {
  const command = [...jvm, ...(await javaArguments(tool, args))];
  return run("java", command, { timeoutMs: DEFAULT_TIMEOUT_MS, ...options });
}

/**
 * Starts a tool that is talked to while it runs, such as a console consumer. The caller ends it.
 */
export async function spawnTool(
  tool: string,
  args: readonly string[],
): Promise<ChildProcessWithoutNullStreams> {
  return spawn("java", await javaArguments(tool, args), { stdio: "pipe" });
}

async function javaArguments(tool: string, args: readonly string[]): Promise<string[]> {
  const mainClass = toolMainClass(tool);
  return [...JVM_FLAGS, "-cp", await kafkaClassPath(), mainClass, ...args];
}

async function main([tool, ...args]: string[]): Promise<void> {
  try {
    const java = spawn("java", await javaArguments(tool ?? "", args), { stdio: "inherit" });
    // Ctrl-C reaches the tool by itself; it may still have its last words to say.
    process.on("SIGINT", () => {});
    process.on("SIGTERM", () => java.kill("SIGTERM"));
    java.on("error", (error) => console.error(error.message));
    java.on("close", (code, killedBy) => (process.exitCode = exitCode(code, killedBy)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}

if (import.meta.main) await main(process.argv.slice(2));
