/**
 * Produce requests of one record, from frame to answer, in a gateway: all but the socket and the
 * replica, which answers at once. Many connections with one request each, and one with many.
 */
import { bench, do_not_optimize, run } from "mitata";

import { concatBytes } from "../../../src/base/concat-bytes.ts";
import { Broker } from "../../../src/broker/broker.ts";
import { KafkaConnection } from "../../../src/gateway/kafka-connection.ts";
import { ResponseQueue } from "../../../src/gateway/response-queue.ts";
import { joinForWriting } from "../../../src/gateway/write-pieces.ts";
import type { AppendResult } from "../../../src/log/append.ts";
import { encodeRequestFrame } from "../../../src/protocol/frame.ts";
import { produce } from "../../../src/protocol/messages/00-produce.ts";
import type { AppendCall } from "../../../src/replication/replica-calls.ts";
import { smallCluster } from "../../broker/small-cluster.ts";
import { batch } from "../../log/batches.ts";

const SIZE_BYTES = 4;
const REQUESTS = 100;

const { broker: simulated, settle } = await smallCluster(1);
const image = await settle(simulated.ports.controller.describeCluster({ names: ["topic"] }));
const immediately = (_delayMs: number, then: () => void) => {
  queueMicrotask(then);
  return () => {};
};
const broker = new Broker({
  ...simulated.ports,
  controller: { ...simulated.ports.controller, describeCluster: async () => image },
  replica: (key) => Object.assign(simulated.ports.replica(key), { append: storedAtOnce }),
  timers: { after: immediately },
});
await broker.routes.load([{ name: "topic" }]);

const frame = concatBytes(
  encodeRequestFrame(
    produce,
    { apiVersion: 9, correlationId: 1, clientId: "bench" },
    {
      acks: -1,
      timeoutMs: 30_000,
      topicData: [
        {
          name: "topic",
          partitionData: [{ index: 0, records: batch({ count: 1, valueSize: 100 }) }],
        },
      ],
    },
  ),
).subarray(SIZE_BYTES);

const connections = Array.from({ length: REQUESTS }, newConnection);
bench("100 connections with one request each", async () => {
  await Promise.all(connections.map((connection) => answered(connection, 1)));
});
bench("1 connection with 100 requests", async () => {
  await answered(connections[0]!, REQUESTS);
});
await run();

async function storedAtOnce({ sizes }: AppendCall): Promise<AppendResult[]> {
  return sizes.map(stored);
}

function stored(_size: number, index: number): AppendResult {
  const offsets = { baseOffset: index, lastOffset: index, logStartOffset: 0 };
  return { error: null, ...offsets, logAppendTimeMs: -1, duplicate: false };
}

interface Client {
  readonly connection: KafkaConnection;
  awaited: number;
  onAnswered: () => void;
}

function newConnection(): Client {
  const responses = new ResponseQueue(async (ready) => {
    for (const piece of joinForWriting(ready)) do_not_optimize(piece);
    client.awaited -= ready.length;
    if (client.awaited === 0) client.onAnswered();
  });
  const hosts = { host: "here", clientHost: "/there" };
  const connection = new KafkaConnection({ broker, hosts, responses, close: () => {} });
  const client: Client = { connection, awaited: 0, onAnswered: () => {} };
  return client;
}

function answered(client: Client, requests: number): Promise<void> {
  client.awaited = requests;
  return new Promise((resolve) => {
    client.onAnswered = resolve;
    for (let index = 0; index < requests; index++) void client.connection.receive(frame);
  });
}
