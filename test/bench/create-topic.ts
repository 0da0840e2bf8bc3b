/** A fresh topic with one partition, and where its leader is, by raw frames. */
import { connect } from "node:net";

import { readInt32 } from "../../src/base/big-endian.ts";
import type { Api, RequestInput, ResponseOf } from "../../src/protocol/api.ts";
import { decodeResponseFrame, encodeRequestFrame } from "../../src/protocol/frame.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";

export async function createTopic(
  bootstrap: string,
  name: string,
): Promise<{ host: string; port: number }> {
  const topic = { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  await call(bootstrap, createTopics, 5, { topics: [topic], timeoutMs: 10_000 });
  for (;;) {
    const answer = await call(bootstrap, metadata, 9, { topics: [{ name }] });
    const leader = answer.topics[0]?.partitions[0]?.leaderId ?? -1;
    const broker = answer.brokers.find(({ nodeId }) => nodeId === leader);
    if (broker) return { host: broker.host, port: broker.port };
  }
}

/** One request on a connection of its own. */
function call<A extends Api>(
  bootstrap: string,
  api: A,
  apiVersion: number,
  request: RequestInput<A>,
): Promise<ResponseOf<A>> {
  const [host, port] = bootstrap.split(":") as [string, string];
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) });
    let received: Buffer = Buffer.alloc(0);
    const header = { apiVersion, correlationId: 1, clientId: "bench" };
    socket.on("connect", () =>
      socket.write(Buffer.concat(encodeRequestFrame(api, header, request))),
    );
    socket.on("error", reject);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4 || received.length < 4 + readInt32(received, 0)) return;
      socket.destroy();
      resolve(decodeResponseFrame(api, apiVersion, received.subarray(4)).response);
    });
  });
}
