/**
 * `wrangler dev` as a person runs it, but on free ports and with its state in a directory that
 * goes: the same Worker, reached by the same clients through the ports of `[[connect]]`.
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { parse } from "smol-toml";
import { afterAll, beforeAll, expect, test } from "vitest";

import { freePorts } from "../support/free-ports.ts";
import { needs } from "../support/needs.ts";
import { descendantsOf, isRunning } from "../support/processes.ts";
import { consumeByKcat, produceByKcat } from "./kcat.ts";
import { asText, firstDifference, realLines } from "./real-text.ts";
import { WRITERS } from "./writers.ts";

const ROOT = join(import.meta.dirname, "../..");
const BROKERS = 3;
const PATIENCE_MS = 30_000;

const lines = realLines(10_000);
const text = asText(lines);

let directory: string;
let wrangler: ChildProcess;
let output = "";
let httpUrl: string;
let bootstrap: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "odradek-wrangler-"));
  const httpPort = await freePorts(1 + BROKERS);
  httpUrl = `http://127.0.0.1:${httpPort}`;
  bootstrap = `127.0.0.1:${httpPort + 1}`;
  const config = join(directory, "wrangler.json");
  writeFileSync(config, JSON.stringify(configOn(httpPort)));
  const program = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
  const flags = ["--config", config, "--ip", "127.0.0.1", "--persist-to", join(directory, "state")];
  wrangler = spawn(process.execPath, [program, "dev", ...flags], {
    cwd: directory,
    env: { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false", XDG_CONFIG_HOME: directory },
  });
  for (const stream of [wrangler.stdout, wrangler.stderr]) {
    stream!.setEncoding("utf8").on("data", (said: string) => (output += said));
  }
  await until(() => output.includes("Ready on"));
});
afterAll(() => {
  for (const pid of [...descendantsOf(wrangler.pid!), wrangler.pid!]) {
    if (isRunning(pid)) process.kill(pid, "SIGKILL");
  }
  rmSync(directory, { recursive: true, force: true });
});

needs("kcat")("[A1] kcat writes to wrangler dev and reads it back", async () => {
  await produceByKcat(bootstrap, "by-kcat", text);
  expect(firstDifference(await consumeByKcat(bootstrap, "by-kcat"), text)).toBeNull();
});

needs("kcat")("[A1] kafkajs writes to wrangler dev and kcat reads it", async () => {
  const kafkajs = WRITERS.find(({ name }) => name === "kafkajs")!;
  await kafkajs.write({ bootstrap, topic: "by-kafkajs", lines, compression: "gzip" });
  expect(firstDifference(await consumeByKcat(bootstrap, "by-kafkajs"), text)).toBeNull();
});

test("[A4, A5] what HTTP posts to wrangler dev, HTTP reads", async () => {
  const records = `${httpUrl}/topics/by-http/records`;
  const posted = await fetch(records, { method: "POST", body: "a spool of thread" });
  expect(await posted.json()).toMatchObject({ offsets: [{ partition: 0, offset: 0 }] });
  const read = await fetch(`${records}?offset=earliest`);
  expect(await read.json()).toMatchObject({
    records: [{ partition: 0, offset: 0, key: null, value: "a spool of thread" }],
    next: 1,
  });
});

test("wrangler dev ends and leaves no process behind", async () => {
  const started = descendantsOf(wrangler.pid!);
  const names = started.map((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim());
  expect(names).toContain("workerd");
  wrangler.kill("SIGTERM");
  await once(wrangler, "exit");
  await until(() => !started.some(isRunning));
});

/** The project's own `wrangler.toml` on other ports: HTTP on the first, the brokers on the next. */
function configOn(httpPort: number): unknown {
  const toml = parse(readFileSync(join(ROOT, "wrangler.toml"), "utf8"));
  expect(toml["connect"]).toHaveLength(BROKERS);
  return {
    ...toml,
    main: join(ROOT, toml["main"] as string),
    dev: { port: httpPort },
    vars: { ...(toml["vars"] as object), KAFKA_PORT: `${httpPort + 1}` },
    connect: Array.from({ length: BROKERS }, (_, index) => {
      return { protocol: "tcp", port: httpPort + 1 + index };
    }),
  };
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`Waited ${PATIENCE_MS} ms. It said:\n${output}`);
    await sleep(20);
  }
}
