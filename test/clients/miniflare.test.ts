/**
 * The Worker in miniflare, as in the tests of somebody who builds on it: bundled as `odradek serve`
 * bundles it, bound as `wrangler.toml` says, and spoken to over sockets that miniflare opens.
 */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { WorkerOptions } from "miniflare";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";

import { bundleWorker } from "../../src/cli/bundle.ts";
import { readWorkerManifest } from "../../src/cli/worker-manifest.ts";
import type { Api, RequestInput, ResponseOf } from "../../src/protocol/api.ts";
import { decodeResponseFrame, encodeRequestFrame } from "../../src/protocol/frame.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { batch, valuesIn } from "../conformance/batches.ts";
import { freePorts } from "../support/free-ports.ts";

const WRANGLER_TOML = join(import.meta.dirname, "../../wrangler.toml");
const BROKERS = 3;
const SIZE_BYTES = 4;
const TOPIC = "spools";

let directory: string;
let kafkaPort: number;
let miniflare: Miniflare;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "odradek-miniflare-"));
  kafkaPort = await freePorts(BROKERS);
  miniflare = new Miniflare({
    resourcePersistencePath: join(directory, "storage"),
    workers: [await worker()],
  });
  await miniflare.ready;
});
afterAll(async () => {
  await miniflare.dispose();
  rmSync(directory, { recursive: true, force: true });
});

test("[A1] the Worker in miniflare speaks Kafka: what is produced to it is fetched", async () => {
  const any = await connectTo(1);
  const { apiKeys } = await call(any, apiVersions, 3, {
    clientSoftwareName: "miniflare",
    clientSoftwareVersion: "5",
  });
  expect(apiKeys.map(({ apiKey }) => apiKey)).toContain(produce.key);

  const created = await call(any, createTopics, 7, {
    topics: [{ name: TOPIC, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
  });
  expect(created.topics).toMatchObject([{ name: TOPIC, errorCode: 0 }]);
  const described = await call(any, metadata, 13, { topics: [{ name: TOPIC }] });
  expect(described.brokers.map(({ port }) => port)).toEqual([0, 1, 2].map((n) => kafkaPort + n));
  const { topicId, partitions } = described.topics[0]!;

  const leader = await connectTo(partitions[0]!.leaderId);
  const produced = await call(leader, produce, 13, {
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ topicId, partitionData: [{ index: 0, records: batch("thread", "star") }] }],
  });
  expect(produced.responses[0]!.partitionResponses).toMatchObject([
    { index: 0, errorCode: 0, baseOffset: 0 },
  ]);

  const fetched = await call(leader, fetch, 18, {
    maxWaitMs: 0,
    minBytes: 1,
    topics: [{ topicId, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1024 }] }],
  });
  const { records, highWatermark } = fetched.responses[0]!.partitions[0]!;
  expect(highWatermark).toBe(2);
  expect(valuesIn(records)).toEqual(["thread", "star"]);
});

/** The Worker as miniflare takes it, with a TCP listener for each broker. */
async function worker(): Promise<WorkerOptions> {
  const manifest = readWorkerManifest(WRANGLER_TOML);
  const built = await bundleWorker(manifest, directory);
  const contents = (name: string) => readFileSync(join(directory, name), "utf8");
  const vars = { ...manifest.vars, KAFKA_PORT: `${kafkaPort}` };
  const { name } = manifest;
  return {
    config: {
      name,
      compatibilityDate: manifest.compatibilityDate,
      compatibilityFlags: [...manifest.compatibilityFlags],
      manifest: {
        mainModule: built[0]!.name,
        modulesRoot: directory,
        modules: Object.fromEntries(
          built.map((module) => [module.name, { type: "esm", contents: contents(module.name) }]),
        ),
      },
      triggers: Array.from({ length: BROKERS }, (_, index) => {
        return { type: "connect", protocol: "tcp", port: kafkaPort + index } as const;
      }),
      env: Object.fromEntries([
        ...Object.entries(vars).map(([key, value]) => [key, { type: "text", value }]),
        ...manifest.durableObjects.map(({ name: binding, className }) => [
          binding,
          { type: "durable-object", worker: name, exportName: className },
        ]),
      ]),
      exports: Object.fromEntries(
        manifest.durableObjects.map(({ className }) => [
          className,
          { type: "durable-object", storage: "sqlite" },
        ]),
      ),
    },
  };
}

function connectTo(nodeId: number): Promise<Socket> {
  return miniflare.dispatchConnect({ port: kafkaPort + nodeId - 1 });
}

async function call<A extends Api>(
  socket: Socket,
  api: A,
  apiVersion: number,
  request: RequestInput<A>,
): Promise<ResponseOf<A>> {
  const header = { apiVersion, correlationId: 1, clientId: "miniflare" };
  for (const piece of encodeRequestFrame(api, header, request)) socket.write(piece);
  const frame = await read(socket, (await read(socket, SIZE_BYTES)).readInt32BE());
  return decodeResponseFrame(api, apiVersion, frame).response;
}

async function read(socket: Socket, size: number): Promise<Buffer> {
  for (;;) {
    const chunk = socket.read(size) as Buffer | null;
    if (chunk !== null) return chunk;
    await once(socket, "readable");
  }
}
