/**
 * Clients that are slow, half open or greedy. Whatever they do, the server goes on answering all
 * others, and its memory stays within bounds.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";

import { produce } from "../../src/protocol/messages/00-produce.ts";
import { fetch as fetchApi } from "../../src/protocol/messages/01-fetch.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { joinGroup } from "../../src/protocol/messages/11-join-group.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import { batch, batchOfSize } from "../conformance/batches.ts";
import { Cluster } from "../conformance/cluster.ts";
import type { Partition } from "../conformance/partition.ts";
import { answersOf, closeAll, openSockets, requestBytes } from "../fuzz/greedy-sockets.ts";
import { Lane, overTcp } from "../fuzz/lane.ts";
import { complaints, SAY_EVERYTHING } from "../fuzz/server-log.ts";
import { underAttack } from "../fuzz/under-attack.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";

/**
 * What clients may make the process hold is about 1.3 GB, and what they have let go of may take
 * some seconds to be collected.
 */
const MAX_RESIDENT_BYTES = 2.5 * 1024 * 1024 * 1024;
const PATIENCE_MS = 60_000;
const TEST_TIMEOUT_MS = 180_000;
/** How long an attack is kept up that waits for nothing. */
const ATTACK_MS = 3000;

const question = requestBytes(apiVersions, 3, {
  clientSoftwareName: "greedy",
  clientSoftwareVersion: "1",
});

let odradek: Odradek;
let cluster: Cluster;
let pid: number;
beforeAll(async () => {
  odradek = await startOdradek({ flags: SAY_EVERYTHING });
  cluster = new Cluster(odradek.bootstrap);
  pid = odradek.workerdPid();
});
afterAll(async () => {
  await cluster.close();
  await odradek.stop();
});

/** Declares an attack that the server has to endure. */
function endures(title: string, attack: () => Promise<void>): void {
  test(
    `[S2] ${title}`,
    async () => {
      const endurance = await underAttack(odradek, attack);
      expect(endurance.goodCalls).toBeGreaterThan(0);
      expect(endurance.peakBytes).toBeLessThan(MAX_RESIDENT_BYTES);
      expect(complaints(odradek.said())).toEqual([]);
      expect(odradek.workerdPid()).toBe(pid);
    },
    TEST_TIMEOUT_MS,
  );
}

function portOf({ leader }: Partition): number {
  return odradek.ports[leader.nodeId - 1]!;
}

function times<Item>(count: number, make: (index: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function produceOf({ name }: Partition, size: number): Uint8Array {
  const partitionData = [{ index: 0, records: batchOfSize(size) }];
  return requestBytes(produce, 9, {
    acks: 1,
    timeoutMs: 30_000,
    topicData: [{ name, partitionData }],
  });
}

function fetchOf(topic: string, partitions: readonly number[], others: object = {}): Uint8Array {
  const asked = partitions.map((partition) => {
    return { partition, fetchOffset: 0, partitionMaxBytes: 50_000_000 };
  });
  return requestBytes(fetchApi, 12, {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 50_000_000,
    sessionEpoch: -1,
    topics: [{ topic, partitions: asked }],
    forgottenTopicsData: [],
    ...others,
  });
}

describe("connections", () => {
  endures("of which each sends one byte at a time", async () => {
    const sockets = await openSockets(odradek.ports[0]!, 50);
    for (const byte of question) {
      for (const socket of sockets) socket.write(Uint8Array.of(byte));
      await sleep(5);
    }
    const answers = sockets.map((socket) => answersOf(socket, 1));
    expect(await Promise.all(answers)).toEqual(times(50, () => 1));
    closeAll(sockets);
  });

  endures("that announce 100 MB and stop; large requests of others go through", async () => {
    const partition = await cluster.newPartition();
    const sockets = await openSockets(portOf(partition), 100);
    const beginning = Buffer.alloc(2_000_000);
    beginning.writeInt32BE(100_000_000);
    for (const socket of sockets) socket.write(beginning);
    await sleep(ATTACK_MS);
    const lane = new Lane(overTcp(portOf(partition)), PATIENCE_MS);
    expect(await lane.send(produceOf(partition, 500_000))).toBeInstanceOf(Uint8Array);
    await lane.close();
    closeAll(sockets);
  });

  endures("a thousand of which are opened and left alone", async () => {
    const sockets = await openSockets(odradek.ports[0]!, 1000);
    await sleep(ATTACK_MS);
    for (const socket of sockets) socket.write(question);
    const answers = sockets.map((socket) => answersOf(socket, 1));
    expect(await Promise.all(answers)).toEqual(times(1000, () => 1));
    closeAll(sockets);
  });

  endures(
    "over WebSockets, which cannot be paused, and send half of what they announce",
    async () => {
      const beginning = Buffer.alloc(2_000_000);
      beginning.writeInt32BE(100_000_000);
      const closes: number[] = [];
      const sockets = times(100, () => {
        const socket = new WebSocket(`${odradek.webSocketUrl}/kafka/1`, {
          perMessageDeflate: false,
        });
        socket.on("open", () => socket.send(beginning)).on("error", () => {});
        return socket.on("close", (code) => closes.push(code));
      });
      const deadline = Date.now() + PATIENCE_MS;
      while (!closes.includes(1013) && Date.now() < deadline) await sleep(100);
      expect(closes).toContain(1013);
      for (const socket of sockets) socket.terminate();
    },
  );
});

describe("requests", () => {
  endures("ten thousand of which are sent at a time are all answered", async () => {
    const sockets = await openSockets(odradek.ports[0]!, 5);
    const all = Buffer.concat(times(10_000, () => question));
    for (const socket of sockets) socket.write(all);
    const answers = sockets.map((socket) => answersOf(socket, 10_000));
    expect(await Promise.all(answers)).toEqual(times(5, () => 10_000));
    closeAll(sockets);
  });

  endures("that write faster than the disk", async () => {
    const partition = await cluster.newPartition();
    const sockets = await openSockets(portOf(partition), 20);
    const request = produceOf(partition, 1_000_000);
    for (const socket of sockets) for (let count = 0; count < 20; count++) socket.write(request);
    await sleep(ATTACK_MS);
    closeAll(sockets);
  });

  endures("about a hundred thousand topics or partitions", async () => {
    const partition = await cluster.newPartition();
    const topics = times(100_000, (index) => ({ name: `unknown-${index}` }));
    const requests = [
      requestBytes(metadata, 9, { topics, allowAutoTopicCreation: false }),
      fetchOf(
        partition.name,
        times(100_000, (index) => index),
      ),
      fetchOf(
        partition.name,
        times(100_000, () => 0),
      ),
    ];
    const sockets = await openSockets(portOf(partition), 6);
    sockets.forEach((socket, index) => socket.write(requests[index % 3]!));
    const answers = sockets.map((socket) => answersOf(socket, 1));
    expect(await Promise.all(answers)).toEqual(times(6, () => 1));
    closeAll(sockets);
  });

  endures("that ask for more fetch sessions than there may be", async () => {
    const partition = await cluster.newPartition();
    const [socket] = await openSockets(portOf(partition), 1);
    const request = fetchOf(partition.name, [0], { sessionEpoch: 0 });
    socket!.write(Buffer.concat(times(1500, () => request)));
    expect(await answersOf(socket!, 1500)).toBe(1500);
    closeAll([socket!]);
  });

  endures("that join a group with much to say, or again and again", async () => {
    const member = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000, memberId: "" };
    const join = (version: number, groupId: string, size: number) => {
      const protocols = [{ name: "range", metadata: new Uint8Array(size) }];
      return requestBytes(joinGroup, version, {
        ...member,
        groupId,
        protocolType: "consumer",
        protocols,
      });
    };
    const large = await openSockets(odradek.ports[0]!, 20);
    large.forEach((socket) => socket.write(join(3, "large", 10_000_000)));
    const [socket] = await openSockets(odradek.ports[0]!, 1);
    socket!.write(Buffer.concat(times(2000, () => join(5, "pending", 10))));
    expect(await answersOf(socket!, 2000)).toBe(2000);
    closeAll([...large, socket!]);
  });
});

describe("answers", () => {
  endures("of much data that nobody reads", async () => {
    const partition = await filledPartition(30);
    const sockets = await openSockets(portOf(partition), 60);
    const request = fetchOf(partition.name, [0]);
    for (const socket of sockets) {
      socket.pause();
      for (let count = 0; count < 20; count++) socket.write(request);
    }
    await sleep(ATTACK_MS);
    closeAll(sockets);
  });

  endures("to subscribers that do not read", async () => {
    const { name } = await filledPartition(10);
    const url = `${odradek.webSocketUrl}/topics/${name}/records?offset=earliest`;
    const sockets = times(60, () => {
      const socket = new WebSocket(url).on("error", () => {});
      return socket.on("open", () => socket.pause());
    });
    await Promise.all(sockets.map((socket) => once(socket, "open")));
    await sleep(ATTACK_MS);
    for (const socket of sockets) socket.terminate();
  });

  endures("over HTTP that nobody reads", async () => {
    const { name } = await filledPartition(10);
    const sockets = await openSockets(odradek.httpPort, 60);
    const path = `/topics/${name}/records?offset=earliest&limit=10000`;
    for (const socket of sockets) {
      socket.pause();
      socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    }
    await sleep(ATTACK_MS);
    closeAll(sockets);
  });

  async function filledPartition(megabytes: number): Promise<Partition> {
    const partition = await cluster.newPartition();
    for (let count = 0; count < megabytes; count++) {
      await partition.produce(batch("x".repeat(1_000_000)));
    }
    return partition;
  }
});

describe("bodies over HTTP", () => {
  endures("that trickle", async () => {
    const sockets = await openSockets(odradek.httpPort, 50);
    const head = "POST /topics/trickled/records HTTP/1.1\r\nhost: localhost\r\n";
    for (const socket of sockets) socket.write(`${head}content-length: 20000000\r\n\r\n`);
    for (let count = 0; count < 10; count++) {
      for (const socket of sockets) socket.write("x".repeat(100_000));
      await sleep(ATTACK_MS / 10);
    }
    closeAll(sockets);
  });

  endures("that are too large, as they are or line by line", async () => {
    const url = `${odradek.httpUrl}/topics/posted/records`;
    const post = async (body: string, contentType: string) => {
      const headers = { "content-type": contentType };
      return (await fetch(url, { method: "POST", body, headers })).status;
    };
    const lines = times(5, () => post("1\n".repeat(1_000_000), "application/x-ndjson"));
    const bytes = times(5, () => post("x".repeat(29_000_000), "text/plain"));
    expect(await Promise.all([...lines, ...bytes])).toEqual(times(10, () => 413));
  });
});
