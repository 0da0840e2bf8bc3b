/**
 * Single-batch Produce requests per second at a given depth: raw frames on plain sockets, so that
 * the client costs little. Works against any Kafka.
 *
 *     node test/bench/produce-depth.ts [--bootstrap host:port] [--depth 100] [--connections 1]
 *                                      [--size 100] [--seconds 5] [--topic name]
 */
import { connect, type Socket } from "node:net";
import { parseArgs } from "node:util";

import { readInt32 } from "../../src/base/big-endian.ts";
import { encodeRequestFrame } from "../../src/protocol/frame.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import { createTopic } from "./create-topic.ts";

const { values } = parseArgs({
  options: {
    bootstrap: { type: "string", default: "127.0.0.1:9092" },
    depth: { type: "string", default: "100" },
    connections: { type: "string", default: "1" },
    size: { type: "string", default: "100" },
    seconds: { type: "string", default: "5" },
    topic: { type: "string", default: `bench-${Date.now()}` },
  },
});
const depth = Number(values.depth);

const leader = await createTopic(values.bootstrap, values.topic);
const frame = produceFrame(values.topic, Number(values.size));
const latencies: number[] = [];
let running = true;

const start = performance.now();
const connections = Array.from({ length: Number(values.connections) }, () => drive(leader, frame));
setTimeout(() => (running = false), Number(values.seconds) * 1000);
await Promise.all(connections);
const seconds = (performance.now() - start) / 1000;

latencies.sort((a, b) => a - b);
const quantile = (share: number) => latencies[Math.floor(latencies.length * share)]!.toFixed(2);
const perSecond = latencies.length / seconds;
console.log(
  `${values.connections} x ${depth} in flight, ${values.size} B: ${perSecond.toFixed(0)} requests/s, ` +
    `${((perSecond * Number(values.size)) / 1e6).toFixed(1)} MB/s, ` +
    `p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`,
);

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
  const pieces = encodeRequestFrame(
    produce,
    { apiVersion: 9, correlationId: 1, clientId: "bench" },
    request,
  );
  return Buffer.concat(pieces);
}

/** Keeps `depth` requests under way on one connection until the time is over. */
function drive(address: { host: string; port: number }, request: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(address).setNoDelay(true);
    const sentAt: number[] = [];
    let pending: Buffer = Buffer.alloc(0);
    const send = (count: number) => {
      const now = performance.now();
      for (let index = 0; index < count; index++) sentAt.push(now);
      socket.write(
        count === 1 ? request : Buffer.concat(Array.from({ length: count }, () => request)),
      );
    };
    socket.on("connect", () => send(depth));
    socket.on("error", reject);
    socket.on("data", (chunk: Buffer) => {
      pending = pending.length > 0 ? Buffer.concat([pending, chunk]) : chunk;
      let position = 0;
      let answered = 0;
      while (pending.length - position >= 4) {
        const end = position + 4 + readInt32(pending, position);
        if (end > pending.length) break;
        position = end;
        answered += 1;
      }
      pending = pending.subarray(position);
      const now = performance.now();
      for (const at of sentAt.splice(0, answered)) latencies.push(now - at);
      if (running && answered > 0) send(answered);
      else if (!running && sentAt.length === 0) resolve(void socket.destroy());
    });
  });
}
