/** Clients that do not read their answers, and such as post: see `greedy.test.ts`. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect } from "vitest";
import { WebSocket } from "ws";

import { batch } from "../conformance/batches.ts";
import type { Partition } from "../conformance/partition.ts";
import { closeAll, openSockets } from "../fuzz/greedy-sockets.ts";
import { ATTACK_MS, AttackedServer, fetchOf, times } from "./attacked-server.ts";

const attacked = new AttackedServer();

describe("answers", () => {
  attacked.endures("of much data that nobody reads", async () => {
    const partition = await filledPartition(30);
    const sockets = await openSockets(attacked.portOf(partition), 60);
    const request = fetchOf(partition.name, [0]);
    for (const socket of sockets) {
      socket.pause();
      for (let count = 0; count < 20; count++) socket.write(request);
    }
    await sleep(ATTACK_MS);
    closeAll(sockets);
  });

  attacked.endures("to subscribers that do not read", async () => {
    const { name } = await filledPartition(10);
    const url = `${attacked.server.webSocketUrl}/topics/${name}/records?offset=earliest`;
    const sockets = times(60, () => {
      const socket = new WebSocket(url).on("error", () => {});
      return socket.on("open", () => socket.pause());
    });
    await Promise.all(sockets.map((socket) => once(socket, "open")));
    await sleep(ATTACK_MS);
    for (const socket of sockets) socket.terminate();
  });

  attacked.endures("over HTTP that nobody reads", async () => {
    const { name } = await filledPartition(10);
    const sockets = await openSockets(attacked.server.httpPort, 60);
    const path = `/topics/${name}/records?offset=earliest&limit=10000`;
    for (const socket of sockets) {
      socket.pause();
      socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    }
    await sleep(ATTACK_MS);
    closeAll(sockets);
  });

  async function filledPartition(megabytes: number): Promise<Partition> {
    const partition = await attacked.cluster.newPartition();
    for (let count = 0; count < megabytes; count++) {
      await partition.produce(batch("x".repeat(1_000_000)));
    }
    return partition;
  }
});

describe("bodies over HTTP", () => {
  attacked.endures("that trickle", async () => {
    const sockets = await openSockets(attacked.server.httpPort, 50);
    const head = "POST /topics/trickled/records HTTP/1.1\r\nhost: localhost\r\n";
    for (const socket of sockets) socket.write(`${head}content-length: 20000000\r\n\r\n`);
    for (let count = 0; count < 10; count++) {
      for (const socket of sockets) socket.write("x".repeat(100_000));
      await sleep(ATTACK_MS / 10);
    }
    closeAll(sockets);
  });

  attacked.endures("that are announced and never come keep nobody waiting", async () => {
    const sockets = await openSockets(attacked.server.httpPort, 50);
    let answered = 0;
    const head = "POST /topics/announced/records HTTP/1.1\r\nhost: localhost\r\n";
    for (const socket of sockets) {
      socket.on("data", () => (answered += 1));
      socket.write(`${head}content-length: 29000000\r\n\r\n`);
    }
    await sleep(ATTACK_MS / 3);
    const url = `${attacked.server.httpUrl}/topics/announced/records`;
    const { status } = await fetch(url, { method: "POST", body: "x".repeat(20_000) });
    // Nothing had to be taken back from anybody.
    expect([status, answered]).toEqual([200, 0]);
    closeAll(sockets);
  });

  attacked.endures("that are too large, as they are or line by line", async () => {
    const url = `${attacked.server.httpUrl}/topics/posted/records`;
    const post = async (body: string, contentType: string) => {
      const headers = { "content-type": contentType };
      return (await fetch(url, { method: "POST", body, headers })).status;
    };
    const lines = times(5, () => post("1\n".repeat(1_000_000), "application/x-ndjson"));
    const bytes = times(5, () => post("x".repeat(29_000_000), "text/plain"));
    expect(await Promise.all([...lines, ...bytes])).toEqual(times(10, () => 413));
  });
});
