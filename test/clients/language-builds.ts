/**
 * How the programs in `programs/` are built, and what a machine needs for it. What they bring and
 * become lies under `node_modules/.cache`, so that only the first run has to wait for it.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { run } from "../oracle/run.ts";

/** What starts a program: a command and its first arguments. */
export type Started = readonly [command: string, ...args: string[]];

const PROGRAMS = join(import.meta.dirname, "programs");
const CACHE = join(import.meta.dirname, "../../node_modules/.cache/clients");
const BUILD_TIMEOUT_MS = 300_000;

/** Null where there is the Go that a program asks for, else what is not there. */
export function missingGo(name: string): string | null {
  const wanted = /^go ([\d.]+)$/m.exec(readFileSync(join(PROGRAMS, name, "go.mod"), "utf8"))![1]!;
  const go = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8" });
  if (go.error) return `${name} needs Go ${wanted} or later; there is no go`;
  const found = go.stdout.trim().replace(/^go/, "");
  const isOld = found.localeCompare(wanted, "en", { numeric: true }) < 0;
  return isOld ? `${name} needs Go ${wanted} or later; this go is ${found}` : null;
}

/** One of the Go programs. */
export async function buildGo(name: string): Promise<Started> {
  const program = join(CACHE, name);
  await succeeds("go", ["build", "-o", program, "."], join(PROGRAMS, name));
  return [program];
}

/** Null where Python can make environments, else what is not there. */
export function missingPython(): string | null {
  const { status } = spawnSync("python3", ["-c", "import ensurepip, venv"]);
  return status === 0 ? null : "python3 with its module venv is not installed";
}

/** One of the Python programs, whose packages lie in an environment named by what is asked for. */
export async function buildPython(script: string): Promise<Started> {
  const requirements = join(PROGRAMS, "python/requirements.txt");
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  const environment = join(CACHE, `python-${digest.slice(0, 16)}`);
  const python = join(environment, "bin/python");
  if (!existsSync(python)) {
    // Half of an environment is none: it gets its name when it is whole.
    const building = join(await newDirectory(), "environment");
    await succeeds("python3", ["-m", "venv", building], CACHE);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await succeeds(join(building, "bin/python"), [...pip, "-r", requirements], CACHE);
    await rename(building, environment).catch(async (error: NodeJS.ErrnoException) => {
      // Another process was faster; its environment is the same as ours.
      if (!existsSync(python)) throw error;
    });
    await rm(dirname(building), { recursive: true, force: true });
  }
  return [python, join(PROGRAMS, "python", script)];
}

async function newDirectory(): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  return mkdtemp(join(CACHE, "building-"));
}

/** Null where C programs can use librdkafka, else what is not there. */
export function missingLibrdkafka(): string | null {
  const gcc = spawnSync("gcc", ["-E", "-xc", "-"], { input: "#include <librdkafka/rdkafka.h>\n" });
  if (gcc.error) return "gcc is not installed";
  return gcc.status === 0 ? null : "librdkafka's headers are not installed";
}

/** The C program. */
export async function buildC(): Promise<Started> {
  await mkdir(CACHE, { recursive: true });
  const program = join(CACHE, "librdkafka");
  const flags = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-o", program];
  const args = [...flags, "client.c", "admin.c", "-lrdkafka"];
  await succeeds("gcc", args, join(PROGRAMS, "c"));
  return [program];
}

async function succeeds(command: string, args: readonly string[], cwd: string): Promise<void> {
  const { code, stdout, stderr } = await run(command, args, { cwd, timeoutMs: BUILD_TIMEOUT_MS });
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${stdout}${stderr}`);
}
