/** On what a figure was measured: without it a figure means nothing. */
import { spawnSync } from "node:child_process";
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { arch, cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";

import { KAFKA_VERSION } from "../../oracle/kafka-jars.ts";

const ROOT = join(import.meta.dirname, "../../..");
const GIBIBYTE = 2 ** 30;
const SYNCED_WRITES = 200;
const SYNCED_WRITE_BYTES = 4096;

/** What a person wants to know of the machine and of what runs on it, by name. */
export type Machine = Readonly<Record<string, string>>;

/** Describes the machine as it is now; `directory` is where the servers' data will be. */
export function describeMachine(directory: string): Machine {
  const [cpu] = cpus();
  return {
    date: new Date().toISOString(),
    CPU: `${cpu?.model.trim() || arch()}, ${cpus().length} cores`,
    memory: `${(totalmem() / GIBIBYTE).toFixed(1)} GiB`,
    kernel: `${type()} ${release()}`,
    "synced write": `${syncedWriteMs(directory).toFixed(2)} ms for 4 KiB (median)`,
    "load average": loadavg()
      .map((load) => load.toFixed(2))
      .join(", "),
    Odradek: commit(),
    workerd: workerdVersion(),
    "Apache Kafka": KAFKA_VERSION,
    Java: firstLine("java", ["-version"]) || "none",
    Node: process.version,
  };
}

/** What it takes here until bytes are on the disk: the floor under every durable answer. */
function syncedWriteMs(directory: string): number {
  const path = join(directory, `synced-write-${process.pid}`);
  const file = openSync(path, "w");
  const block = new Uint8Array(SYNCED_WRITE_BYTES);
  const times = Array.from({ length: SYNCED_WRITES }, () => {
    const from = performance.now();
    writeSync(file, block);
    fsyncSync(file);
    return performance.now() - from;
  });
  closeSync(file);
  rmSync(path);
  return times.sort((a, b) => a - b)[SYNCED_WRITES / 2]!;
}

function commit(): string {
  const head = firstLine("git", ["rev-parse", "--short=12", "HEAD"]);
  const changes = firstLine("git", ["status", "--porcelain", "--untracked-files=no"]);
  return head === "" ? "no git" : changes === "" ? head : `${head}, with changes`;
}

function workerdVersion(): string {
  const path = join(ROOT, "node_modules/workerd/package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

/** What a program says first, on whichever output; nothing if there is no such program. */
function firstLine(command: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: "utf8" });
  return `${stdout ?? ""}${stderr ?? ""}`.split("\n")[0]!.trim();
}
