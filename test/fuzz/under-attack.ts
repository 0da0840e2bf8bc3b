/**
 * What a server is worth while others attack it: a client that behaves well asks for its due, and
 * the process's memory is looked at.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { batch, valuesIn } from "../conformance/batches.ts";
import { Cluster } from "../conformance/cluster.ts";
import { residentBytes } from "../support/processes.ts";
import type { Odradek } from "../support/serve.ts";

/** How a server did under an attack. */
export interface Endurance {
  /** How often the well-behaved client was answered, and how long it waited at most. */
  readonly goodCalls: number;
  readonly longestWaitMs: number;
  /** The most memory that the process had resident. */
  readonly peakBytes: number;
}

const LOOK_MS = 100;

/**
 * Attacks the server and says how it did. Rejects when the well-behaved client was not answered in
 * time, or not as it should have been.
 */
export async function underAttack(
  server: Odradek,
  attack: (cluster: Cluster) => Promise<unknown>,
): Promise<Endurance> {
  const cluster = new Cluster(server.bootstrap);
  const watch = watchMemory(server);
  try {
    const good = await behaveWell(cluster);
    await attack(cluster);
    return { ...(await good.stop()), peakBytes: watch.peakBytes() };
  } finally {
    watch.stop();
    await cluster.close();
  }
}

/** Looks at the server's memory again and again. */
function watchMemory(server: Odradek) {
  let peakBytes = 0;
  const timer = setInterval(() => {
    const bytes = residentBytes(server.workerdPid());
    if (bytes > peakBytes) peakBytes = bytes;
  }, LOOK_MS);
  return { peakBytes: () => peakBytes, stop: () => clearInterval(timer) };
}

/** Writes and reads; each call throws that is not answered in time. */
async function behaveWell(cluster: Cluster) {
  const partition = await cluster.newPartition();
  let isOver = false;
  let goodCalls = 0;
  let longestWaitMs = 0;
  const timed = async <Result>(call: Promise<Result>): Promise<Result> => {
    const before = performance.now();
    const result = await call;
    longestWaitMs = Math.max(longestWaitMs, performance.now() - before);
    goodCalls += 1;
    return result;
  };
  const run = async () => {
    for (let offset = 0; !isOver; offset += 1) {
      await timed(cluster.metadata([partition.name]));
      await timed(partition.produce(batch(`value ${offset}`)));
      const { records } = await timed(partition.fetch({ fetchOffset: offset }));
      const values = valuesIn(records);
      if (values[0] !== `value ${offset}`) throw new Error(`It read ${JSON.stringify(values)}.`);
      await sleep(LOOK_MS);
    }
  };
  const running = run();
  // Whoever stops it hears of it.
  running.catch(() => {});
  return {
    async stop() {
      isOver = true;
      await running;
      return { goodCalls, longestWaitMs };
    },
  };
}
