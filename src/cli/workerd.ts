/**
 * One life of the workerd process: spawned, listening, ended. It tells on its control descriptor
 * when each socket listens, so nothing polls. It never outlives the process that started it.
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import workerd from "workerd";

import type { ListenSocket } from "./workerd-config.ts";

/** A running workerd. */
export interface Workerd {
  readonly pid: number | undefined;
  /** Resolves to true when every socket listens, to false when the process ended before that. */
  readonly listening: Promise<boolean>;
  readonly ended: Promise<WorkerdEnd>;
  stop(): void;
}

/** How a process ended, with what it last wrote to its standard error. */
export interface WorkerdEnd {
  /** In words: `exited with code 1`, `was killed by SIGKILL`. */
  readonly how: string;
  readonly lastWords: readonly string[];
}

/** What to run, and where its output goes, line by line. */
export interface WorkerdLaunch {
  readonly config: string;
  readonly sockets: readonly ListenSocket[];
  readonly verbose: boolean;
  readonly output: (line: string) => void;
  /** Gets nothing from a process that never listens: its end tells. */
  readonly errors: (line: string) => void;
}

const LAST_WORDS = 30;
/**
 * Kafka clients stay connected for ever, so workerd's patience with open connections gets an end.
 */
const STOP_TIMEOUT_MS = 1_000;

/** Starts workerd. In a process group of its own, so that Ctrl-C reaches only its parent. */
export function startWorkerd(launch: WorkerdLaunch): Workerd {
  const flags = ["--control-fd", "3", ...(launch.verbose ? ["--verbose"] : [])];
  const child = spawn(workerd.default, ["serve", ...flags, launch.config], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    detached: true,
  });
  const leash = tieToThisProcess(child);
  const lastWords: string[] = [];
  let heard = false;
  eachLine(child.stdout, launch.output);
  eachLine(child.stderr, (line) => {
    lastWords.push(line);
    if (lastWords.length > LAST_WORDS) lastWords.shift();
    if (heard) launch.errors(line);
  });
  const ended = endOf(child, lastWords).finally(() => leash?.kill("SIGKILL"));
  const listening = Promise.race([
    allListening(child.stdio[3] as Readable, launch.sockets),
    ended.then(() => false),
  ]).then((all) => {
    heard = all;
    if (all) for (const line of lastWords) launch.errors(line);
    return all;
  });
  return { pid: child.pid, listening, ended, stop: () => stop(child) };
}

/**
 * If this process is killed it cannot end its child, and Node has no way to ask the kernel for it.
 * So a shell reads from a pipe that only this process holds: when the pipe closes, for whatever
 * reason, it kills workerd, whose storage is safe against that.
 */
function tieToThisProcess(child: ChildProcess): ChildProcess | null {
  if (child.pid === undefined) return null;
  const leash = spawn("sh", ["-c", 'read -r _ || kill -9 "$0"', String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  leash.on("error", () => {});
  leash.unref();
  return leash;
}

function eachLine(stream: Readable | null, take: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on("line", take);
}

async function endOf(child: ChildProcess, lastWords: readonly string[]): Promise<WorkerdEnd> {
  try {
    // "close" comes after "exit", once all output has been read.
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    return { how: signal ? `was killed by ${signal}` : `exited with code ${code}`, lastWords };
  } catch (error) {
    return { how: `could not be started (${(error as Error).message})`, lastWords };
  }
}

async function allListening(control: Readable, sockets: readonly ListenSocket[]): Promise<boolean> {
  const waiting = new Set(sockets.map((socket) => socket.name));
  for await (const line of createInterface({ input: control })) {
    const message = JSON.parse(line) as { readonly event: string; readonly socket?: string };
    if (message.event === "listen" && message.socket) waiting.delete(message.socket);
    if (waiting.size === 0) return true;
  }
  return false;
}

function stop(child: ChildProcess): void {
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS).unref();
}
