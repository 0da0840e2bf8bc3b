/**
 * Single-batch Produce requests per second at a given depth: raw frames on plain sockets, so that
 * the client costs little: `npm run bench:produce`. Works against any Kafka.
 */
import { connect, type Socket } from "node:net";

import { Command } from "commander";

import { readInt16, readInt32 } from "../../src/base/big-endian.ts";
import { ErrorCode, errorName } from "../../src/protocol/errors.ts";
import { encodeRequestFrame } from "../../src/protocol/frame.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import { parseCount } from "../support/whole-numbers.ts";
import { type Address, createTopic } from "./create-topic.ts";

export interface DepthLoad {
  /** The leader of the topic's one partition. */
  readonly leader: Address;
  readonly topic: string;
  readonly connections: number;
  /** Requests under way on each connection. */
  readonly depth: number;
  /** Bytes of a record's value; there is one record a request. */
  readonly size: number;
  readonly seconds: number;
  /** Ends the load before its time. */
  readonly signal?: AbortSignal;
}

export interface DepthResult {
  readonly records: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Where the error code is in a response to Produce v9 for one partition, counted from the frame's
 * size and without the topic's name: size, correlation id, tags, length of the topics, length of
 * the name, length of the partitions, partition index. Reading it there costs the client nothing.
 */
const ERROR_CODE_POSITION = 4 + 4 + 1 + 1 + 1 + 1 + 4;
const PRODUCE_VERSION = 9;

/** Produces for `seconds`, with acks=all, and tells how fast that went. */
export async function produceAtDepth(load: DepthLoad): Promise<DepthResult> {
  const frame = produceFrame(load.topic, load.size);
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + load.seconds * 1000;
  const connections = Array.from({ length: load.connections }, () =>
    drive({ ...load, frame, latencies, end }),
  );
  await Promise.all(connections);
  const seconds = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  const quantile = (share: number) => latencies[Math.floor(latencies.length * share)]!;
  const records = latencies.length;
  return { records, perSecond: records / seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

function produceFrame(topic: string, size: number): Uint8Array {
  const record = {
    timestamp: Date.now(),
    key: null,
    value: new Uint8Array(size).fill(120),
    headers: [],
  };
  const records = encodeBatch([record], { compression: "none" });
  const request = {
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
  };
  const header = { apiVersion: PRODUCE_VERSION, correlationId: 1, clientId: "bench" };
  return Buffer.concat(encodeRequestFrame(produce, header, request));
}

interface Connection extends DepthLoad {
  readonly frame: Uint8Array;
  /** Each answer adds how long it took, in milliseconds. */
  readonly latencies: number[];
  /** No request is sent after it. */
  readonly end: number;
}

/** Keeps `depth` requests under way on one connection until the time is over. */
function drive(connection: Connection): Promise<void> {
  const { leader, topic, depth, frame, latencies, end, signal } = connection;
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(leader).setNoDelay(true);
    const fail = (error: Error) => {
      reject(error);
      socket.destroy();
    };
    const sentAt: number[] = [];
    let pending: Buffer = Buffer.alloc(0);
    const send = (count: number) => {
      const now = performance.now();
      for (let index = 0; index < count; index++) sentAt.push(now);
      socket.write(count === 1 ? frame : Buffer.concat(Array.from({ length: count }, () => frame)));
    };
    socket.on("connect", () => send(depth));
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("The broker closed the connection.")));
    socket.on("data", (chunk: Buffer) => {
      pending = pending.length > 0 ? Buffer.concat([pending, chunk]) : chunk;
      let position = 0;
      let answered = 0;
      while (pending.length - position >= 4) {
        const next = position + 4 + readInt32(pending, position);
        if (next > pending.length) break;
        const error = readInt16(pending, position + ERROR_CODE_POSITION + topic.length);
        if (error !== ErrorCode.NONE) return fail(new Error(`Produce: ${errorName(error)}.`));
        position = next;
        answered += 1;
      }
      pending = pending.subarray(position);
      const now = performance.now();
      for (const at of sentAt.splice(0, answered)) latencies.push(now - at);
      const isOver = now >= end || signal?.aborted === true;
      if (!isOver && answered > 0) send(answered);
      else if (isOver && sentAt.length === 0) resolve(void socket.destroy());
    });
  });
}

async function main(): Promise<void> {
  const { bootstrap, ...load } = new Command("npm run bench:produce --")
    .description("Produce single records, each in a request of its own, and tell how fast it goes.")
    .option("--bootstrap <host:port>", "the server", "127.0.0.1:9092")
    .option("--depth <count>", "requests under way on a connection", parseCount, 100)
    .option("--connections <count>", "how many connections", parseCount, 1)
    .option("--size <bytes>", "of a record's value", parseCount, 100)
    .option("--seconds <count>", "how long it takes", parseCount, 5)
    .option("--topic <name>", "where to; it is created (default: a new one)")
    .parse()
    .opts<Omit<DepthLoad, "leader" | "topic"> & { bootstrap: string; topic?: string }>();
  const topic = load.topic ?? `bench-${Date.now()}`;
  const leader = await createTopic(bootstrap, topic);
  const { perSecond, p50Ms, p99Ms } = await produceAtDepth({ ...load, leader, topic });
  const { connections, depth, size } = load;
  console.log(
    `${connections} x ${depth} in flight, ${size} B: ${perSecond.toFixed(0)} requests/s, ` +
      `${((perSecond * load.size) / 1e6).toFixed(1)} MB/s, ` +
      `p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`,
  );
}

if (import.meta.main) await main();
