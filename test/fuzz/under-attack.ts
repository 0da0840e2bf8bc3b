/**
 * What a server is worth while others attack it: a client that behaves well asks for its due, and
 * the process's memory is looked at.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { produce } from "../../src/protocol/messages/00-produce.ts";
import { batch, batchOfSize, valuesIn } from "../conformance/batches.ts";
import { Cluster } from "../conformance/cluster.ts";
import type { Partition } from "../conformance/partition.ts";
import { residentBytes } from "../support/processes.ts";
import type { Odradek } from "../support/serve.ts";
import { requestBytes } from "./greedy-sockets.ts";
import { Lane, overTcp } from "./lane.ts";

/** How a server did under an attack. */
export interface Endurance {
  /** How often the well-behaved client was answered, and how long it waited at most. */
  readonly goodCalls: number;
  readonly longestWaitMs: number;
  /** The most memory that the process had resident. */
  readonly peakBytes: number;
}

const LOOK_MS = 100;

/** What needs memory waits until the greedy have lost theirs, and is taken all the same. */
const PATIENCE_MS = 60_000;
const LARGE_BYTES = 20_000;
const PIECE_BYTES = 6_000;

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
    const good = await behaveWell(server, cluster);
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
async function behaveWell(server: Odradek, cluster: Cluster) {
  const partition = await cluster.newPartition();
  const spread = await cluster.newTopic({ partitions: server.ports.length });
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
      const target = spread[offset % spread.length]!;
      await timed(produceInPieces(server, target));
      await timed(post(server, target));
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

/** A Produce that is no small one, and that arrives piece by piece. */
async function produceInPieces(server: Odradek, { name, index, leader }: Partition): Promise<void> {
  const partitionData = [{ index, records: batchOfSize(LARGE_BYTES) }];
  const topicData = [{ name, partitionData }];
  const request = requestBytes(produce, 9, { acks: 1, timeoutMs: PATIENCE_MS, topicData });
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < request.length; at += PIECE_BYTES) {
    pieces.push(request.subarray(at, at + PIECE_BYTES));
  }
  const lane = new Lane(overTcp(server.ports[leader.nodeId - 1]!), PATIENCE_MS);
  const outcome = await lane.send(...pieces);
  await lane.close();
  if (typeof outcome === "string") throw new Error(`A Produce in pieces: ${outcome}.`);
}

/** The same over HTTP. */
async function post({ httpUrl }: Odradek, { name, index }: Partition): Promise<void> {
  const { status } = await fetch(`${httpUrl}/topics/${name}/records?partition=${index}`, {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: "x".repeat(LARGE_BYTES),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (status !== 200) throw new Error(`A POST was answered ${status}.`);
}
