/**
 * `odradek serve` as a process of its own, on free ports and in a directory that the test owns.
 * What it says is kept; a test waits for a sentence, not for a time.
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { freePorts } from "./free-ports.ts";

const PROGRAM = join(import.meta.dirname, "../../bin/odradek.js");
const PATIENCE_MS = 15_000;

/** Where a server under test keeps its data, and what else it is told. */
export interface ServeProcessOptions {
  readonly data: string;
  /** Kafka port of broker 1; the HTTP port is the one below it. Free ones are found if left out. */
  readonly port?: number;
  readonly brokers?: number;
  readonly flags?: readonly string[];
}

/** A server under test. */
export interface ServeProcess {
  readonly process: ChildProcess;
  readonly port: number;
  readonly httpPort: number;
  /** The process id of its workerd, by what it said last. */
  workerdPid(): number;
  /** All that it has said so far, on both outputs. */
  said(): string;
  /** Waits until it has said `text` (as often as `times`), or throws with what it said instead. */
  says(text: string, times?: number): Promise<void>;
  /** Waits for the end and returns the exit code, or the signal's name. */
  ended(): Promise<number | string>;
  /** Ends it by SIGTERM and returns the exit code. */
  stop(): Promise<number | string>;
}

/** Starts a server; it may not be ready yet. */
export async function startServe(options: ServeProcessOptions): Promise<ServeProcess> {
  const { data, brokers = 3, flags = [] } = options;
  const port = options.port ?? (await freePorts(brokers + 1)) + 1;
  const ports = ["--port", `${port}`, "--http-port", `${port - 1}`, "--brokers", `${brokers}`];
  const child = spawn(process.execPath, [PROGRAM, "serve", "--data", data, ...ports, ...flags]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  // "close" comes when all has been read that was said.
  const closed = once(child, "close").then(([code, signal]: (number | string)[]) => code ?? signal);
  const ended = () => closed as Promise<number | string>;
  const says = async (text: string, times = 1) => {
    const deadline = Date.now() + PATIENCE_MS;
    while (output.split(text).length <= times) {
      const over = child.exitCode !== null || child.signalCode !== null;
      if (over) await closed;
      if (output.split(text).length > times) return;
      if (over || Date.now() > deadline) throw new Error(`It never said "${text}":\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const workerdPid = () => Number([...output.matchAll(/\bprocess (\d+), /g)].at(-1)?.[1]);
  const stop = () => {
    child.kill("SIGTERM");
    return ended();
  };
  return {
    process: child,
    port,
    httpPort: port - 1,
    workerdPid,
    said: () => output,
    says,
    ended,
    stop,
  };
}
