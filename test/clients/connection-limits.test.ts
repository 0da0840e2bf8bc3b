/** How many connections there may be and how long they may be silent, as Kafka's configs say. */
import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import { alter, BROKER, OK, resource, SET } from "../conformance/configs.ts";
import { Wire } from "../conformance/wire.ts";
import { answersOf, closeAll, openSockets, requestBytes } from "../fuzz/greedy-sockets.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";
import { startCluster } from "./restartable-cluster.ts";

const MAX_IDLE_MS = 5000;
const MAX_PER_IP = 3;

const question = requestBytes(apiVersions, 0, {});

let odradek: Odradek;
beforeAll(async () => {
  const overrides = {
    "connections.max.idle.ms": `${MAX_IDLE_MS}`,
    "max.connections.per.ip": `${MAX_PER_IP}`,
  };
  odradek = await startOdradek({ overrides });
});
afterAll(() => odradek.stop());

async function isAnswered(socket: Socket): Promise<boolean> {
  socket.write(question);
  return (await answersOf(socket, 1)) === 1;
}

test("[BRK66] a silent connection is closed, and one that is used is not", async () => {
  const [silent, used] = await openSockets(odradek.ports[0]!, 2);
  const closed = once(silent!.resume(), "end").then(() => "closed");
  do expect(await isAnswered(used!)).toBe(true);
  while ((await Promise.race([closed, sleep(MAX_IDLE_MS / 10)])) !== "closed");
  expect(await isAnswered(used!)).toBe(true);
  closeAll([silent!, used!]);
});

test("[BRK67] a connection too many is closed, until another one has ended", async () => {
  const port = odradek.ports[1]!;
  const sockets = await openSockets(port, MAX_PER_IP);
  expect(await Promise.all(sockets.map(isAnswered))).toEqual([true, true, true]);
  const [tooMany] = await openSockets(port, 1);
  expect(await isAnswered(tooMany!)).toBe(false);
  closeAll(sockets);
  for (;;) {
    const [another] = await openSockets(port, 1);
    const answered = await isAnswered(another!);
    closeAll([another!]);
    if (answered) break;
    await sleep(100);
  }
});

test("[BRK67] a limit that was set while brokers ran counts from the first connection after a restart", async () => {
  const cluster = await startCluster({});
  try {
    const [address] = cluster.bootstrap.split(",") as [string];
    const wire = await Wire.open(address);
    const limit = resource(BROKER, "", ["max.connections.per.ip", SET, `${MAX_PER_IP}`]);
    expect(await alter(wire, [limit])).toEqual([OK]);
    wire.close();
    await cluster.restart();
    const sockets = await openSockets(Number(address.split(":")[1]), MAX_PER_IP + 2);
    const answers = await Promise.all(sockets.map(isAnswered));
    expect(answers.filter((answered) => answered)).toHaveLength(MAX_PER_IP);
    closeAll(sockets);
  } finally {
    await cluster.stop();
  }
});
