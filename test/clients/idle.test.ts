/**
 * A consumer that waits costs nothing. What tells whether anything goes on is outside the process:
 * its processor time, what it writes, and which actors have a database open; an actor that is
 * called now and then is never evicted, so a closed database means that nobody calls.
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect } from "vitest";

import { batch } from "../conformance/batches.ts";
import { Cluster } from "../conformance/cluster.ts";
import { needs } from "../support/needs.ts";
import { openDatabases } from "../support/open-databases.ts";
import { costOf } from "../support/processes.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";
import { kcatPath } from "./kcat.ts";

const IDLE_MS = 40_000;
/** Within this time workerd evicts an actor that nobody calls; it looks every ten seconds. */
const EVICTION_MS = 30_000;
const MIN_MEASURED_MS = 10_000;
/** A consumer asks twice a second, whatever it is told; that is all that may cost anything. */
const MAX_CPU_SHARE = 0.02;
const MAX_WAKING_MS = 1_000;

let odradek: Odradek;
let cluster: Cluster;
let consumer: ChildProcess | null = null;
beforeAll(async () => {
  odradek = await startOdradek();
  cluster = new Cluster(odradek.bootstrap);
});
afterAll(async () => {
  consumer?.kill("SIGKILL");
  await cluster.close();
  await odradek.stop();
});

needs("kcat")(
  "[A1] a consumer at the end of an idle topic costs nothing and gets the first record at once",
  async () => {
    const partition = await cluster.newPartition();
    const from = ["-C", "-t", partition.name, "-p", "0", "-o", "end", "-u"];
    consumer = spawn(kcatPath(), ["-b", odradek.bootstrap, ...from], { stdio: "pipe" });
    const received = once(consumer.stdout!, "data").then(([bytes]: unknown[]) => String(bytes));
    await once(consumer.stderr!, "data", { signal: AbortSignal.timeout(10_000) });
    const waitingSince = performance.now();

    expect(openDatabases(odradek.workerdPid(), "PartitionReplicaActor")).not.toEqual([]);
    await until(
      () => openDatabases(odradek.workerdPid(), "PartitionReplicaActor").length === 0,
      EVICTION_MS,
    );
    await until(
      () => openDatabases(odradek.workerdPid(), "ControllerActor").length === 0,
      EVICTION_MS,
    );
    const before = costOf(odradek.workerdPid());
    const measuredFrom = performance.now();
    const restMs = waitingSince + IDLE_MS - performance.now();
    await sleep(Math.max(restMs, MIN_MEASURED_MS));
    const after = costOf(odradek.workerdPid());
    const cpuShare = (after.cpuMs - before.cpuMs) / (performance.now() - measuredFrom);
    expect(after.writtenBytes - before.writtenBytes).toBe(0);
    expect(cpuShare).toBeLessThan(MAX_CPU_SHARE);
    expect(openDatabases(odradek.workerdPid(), "PartitionReplicaActor")).toEqual([]);

    const sentAt = performance.now();
    const acknowledged = partition.produce(batch("the first record"));
    expect(await received).toBe("the first record\n");
    const wakingMs = performance.now() - sentAt;
    expect(wakingMs).toBeLessThan(MAX_WAKING_MS);
    expect(await acknowledged).toMatchObject({ error: "NONE", baseOffset: 0 });
    console.log(
      `After ${IDLE_MS / 1000} s of waiting, in which workerd used ` +
        `${(cpuShare * 100).toFixed(2)} % of a processor and wrote nothing, the first record ` +
        `reached kcat ${wakingMs.toFixed(1)} ms after it was sent.`,
    );
  },
  IDLE_MS + 2 * EVICTION_MS,
);

async function until(isSo: () => boolean, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`Waited ${patienceMs} ms in vain.`);
    await sleep(100);
  }
}
