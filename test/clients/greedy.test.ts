/**
 * Clients that are slow, half open or greedy. Whatever they do, the server goes on answering all
 * others, and its memory stays within bounds.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect } from "vitest";
import { WebSocket } from "ws";

import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { joinGroup } from "../../src/protocol/messages/11-join-group.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import { answersOf, closeAll, openSockets, requestBytes } from "../fuzz/greedy-sockets.ts";
import { Lane, overTcp } from "../fuzz/lane.ts";
import { ATTACK_MS, AttackedServer, fetchOf, produceOf, times } from "./attacked-server.ts";

const PATIENCE_MS = 60_000;

const question = requestBytes(apiVersions, 3, {
  clientSoftwareName: "greedy",
  clientSoftwareVersion: "1",
});

const attacked = new AttackedServer();

describe("connections", () => {
  attacked.endures("of which each sends one byte at a time", async () => {
    const sockets = await openSockets(attacked.server.ports[0]!, 50);
    for (const byte of question) {
      for (const socket of sockets) socket.write(Uint8Array.of(byte));
      await sleep(5);
    }
    const answers = sockets.map((socket) => answersOf(socket, 1));
    expect(await Promise.all(answers)).toEqual(times(50, () => 1));
    closeAll(sockets);
  });

  attacked.endures(
    "that announce 100 MB and stop; large requests of others go through",
    async () => {
      const partition = await attacked.cluster.newPartition();
      const sockets = await openSockets(attacked.portOf(partition), 100);
      const beginning = Buffer.alloc(2_000_000);
      beginning.writeInt32BE(100_000_000);
      for (const socket of sockets) socket.write(beginning);
      await sleep(ATTACK_MS);
      const lane = new Lane(overTcp(attacked.portOf(partition)), PATIENCE_MS);
      expect(await lane.send(produceOf(partition, 500_000))).toBeInstanceOf(Uint8Array);
      await lane.close();
      closeAll(sockets);
    },
  );

  attacked.endures(
    "of which each announces 100 MB and sends no more keep nobody waiting",
    async () => {
      const partition = await attacked.cluster.newPartition();
      const sockets = await openSockets(attacked.portOf(partition), 500);
      let ended = 0;
      const beginning = Buffer.alloc(4);
      beginning.writeInt32BE(100_000_000);
      for (const socket of sockets) {
        socket.on("end", () => (ended += 1)).resume();
        socket.write(beginning);
      }
      await sleep(ATTACK_MS / 3);
      const lane = new Lane(overTcp(attacked.portOf(partition)), PATIENCE_MS);
      expect(await lane.send(produceOf(partition, 500_000))).toBeInstanceOf(Uint8Array);
      // Nothing had to be taken back from anybody.
      expect(ended).toBe(0);
      await lane.close();
      closeAll(sockets);
    },
  );

  attacked.endures("a thousand of which are opened and left alone", async () => {
    const sockets = await openSockets(attacked.server.ports[0]!, 1000);
    await sleep(ATTACK_MS);
    for (const socket of sockets) socket.write(question);
    const answers = sockets.map((socket) => answersOf(socket, 1));
    expect(await Promise.all(answers)).toEqual(times(1000, () => 1));
    closeAll(sockets);
  });

  attacked.endures(
    "over WebSockets, which cannot be paused, and send half of what they announce",
    async () => {
      const beginning = Buffer.alloc(2_000_000);
      beginning.writeInt32BE(100_000_000);
      const closes: number[] = [];
      const sockets = times(100, () => {
        const socket = new WebSocket(`${attacked.server.webSocketUrl}/kafka/1`, {
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
  attacked.endures("ten thousand of which are sent at a time are all answered", async () => {
    const sockets = await openSockets(attacked.server.ports[0]!, 5);
    const all = Buffer.concat(times(10_000, () => question));
    for (const socket of sockets) socket.write(all);
    const answers = sockets.map((socket) => answersOf(socket, 10_000));
    expect(await Promise.all(answers)).toEqual(times(5, () => 10_000));
    closeAll(sockets);
  });

  attacked.endures("that write faster than the disk", async () => {
    const partition = await attacked.cluster.newPartition();
    const sockets = await openSockets(attacked.portOf(partition), 20);
    const request = produceOf(partition, 1_000_000);
    for (const socket of sockets) for (let count = 0; count < 20; count++) socket.write(request);
    await sleep(ATTACK_MS);
    closeAll(sockets);
  });

  attacked.endures(
    "that are small, of which 200 connections have 16 MB under way each",
    async () => {
      const partition = await attacked.cluster.newPartition();
      const sockets = await openSockets(attacked.portOf(partition), 200);
      const all = Buffer.concat(times(4000, () => produceOf(partition, 4000)));
      for (const socket of sockets) socket.write(all);
      await sleep(4 * ATTACK_MS);
      closeAll(sockets);
    },
  );

  attacked.endures("about a hundred thousand topics or partitions", async () => {
    const partition = await attacked.cluster.newPartition();
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
    const sockets = await openSockets(attacked.portOf(partition), 6);
    sockets.forEach((socket, index) => socket.write(requests[index % 3]!));
    const answers = sockets.map((socket) => answersOf(socket, 1));
    expect(await Promise.all(answers)).toEqual(times(6, () => 1));
    closeAll(sockets);
  });

  attacked.endures("that ask for more fetch sessions than there may be", async () => {
    const partition = await attacked.cluster.newPartition();
    const [socket] = await openSockets(attacked.portOf(partition), 1);
    const request = fetchOf(partition.name, [0], { sessionEpoch: 0 });
    socket!.write(Buffer.concat(times(1500, () => request)));
    expect(await answersOf(socket!, 1500)).toBe(1500);
    closeAll([socket!]);
  });

  attacked.endures("that join a group with much to say, or again and again", async () => {
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
    const large = await openSockets(attacked.server.ports[0]!, 20);
    large.forEach((socket) => socket.write(join(3, "large", 10_000_000)));
    const [socket] = await openSockets(attacked.server.ports[0]!, 1);
    socket!.write(Buffer.concat(times(2000, () => join(5, "pending", 10))));
    expect(await answersOf(socket!, 2000)).toBe(2000);
    closeAll([...large, socket!]);
  });
});
