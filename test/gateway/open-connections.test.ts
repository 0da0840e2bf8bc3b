/** How many connections there may be, and for how long they may be silent. */
import { describe, expect, test } from "vitest";

import { OpenConnections } from "../../src/gateway/open-connections.ts";
import { World } from "../simulation/world.ts";

const IDLE_MS = 600_000;

function gateway(changed: { maxConnections?: number; maxConnectionsPerIp?: number } = {}) {
  const config = {
    connectionsMaxIdleMs: IDLE_MS,
    maxConnections: Infinity,
    maxConnectionsPerIp: Infinity,
    ...changed,
  };
  const world = new World(1);
  const process = { connections: 0, maxConnections: 5 };
  const connections = new OpenConnections({
    config: () => config,
    process,
    clock: { now: () => world.now },
    timers: world,
  });
  const ended: string[] = [];
  const open = (name: string, clientHost = "/127.0.0.1") => {
    const connection = {
      clientHost,
      lastActiveAt: world.now,
      end: () => {
        ended.push(`${name} at ${world.now}`);
        connections.delete(connection);
      },
    };
    connections.add(connection);
    return connection;
  };
  return { config, world, connections, process, open, ended };
}

describe("the connections of a gateway", () => {
  test("[BRK66] end when nothing came or went for connections.max.idle.ms", async () => {
    const { world, open, ended } = gateway();
    open("silent");
    await world.runFor(1000);
    const active = open("active");
    await world.runFor(400_000);
    active.lastActiveAt = world.now;
    await world.runFor(IDLE_MS);
    expect(ended).toEqual(["silent at 600000", "active at 1001000"]);
  });

  test("[BRK66] share one timer, and there is none when none is open", async () => {
    const { world, open, connections } = gateway();
    expect(world.pendingCount).toBe(0);
    const all = ["a", "b", "c"].map((name) => open(name));
    expect(world.pendingCount).toBe(1);
    for (const connection of all) connections.delete(connection);
    expect(world.pendingCount).toBe(0);
    open("d");
    await world.runFor(IDLE_MS);
    expect(world.pendingCount).toBe(0);
  });

  test("[BRK67] are as many as max.connections says, and as many of one address", () => {
    const { config, connections, open } = gateway({ maxConnections: 3, maxConnectionsPerIp: 2 });
    open("a", "/1");
    const second = open("b", "/1");
    expect(connections.admits("/1")).toBe(false);
    expect(connections.admits("/2")).toBe(true);
    open("c", "/2");
    expect(connections.admits("/3")).toBe(false);
    connections.delete(second);
    connections.delete(second);
    expect(connections.admits("/1")).toBe(true);
    config.maxConnections = 2;
    expect(connections.admits("/1")).toBe(false);
  });

  test("[BRK67] are no more than the process has files for, whichever gateway they are of", () => {
    const { connections, open, process } = gateway();
    process.connections = 3;
    open("a");
    expect(connections.admits("/1")).toBe(true);
    const last = open("b");
    expect(connections.admits("/1")).toBe(false);
    connections.delete(last);
    expect([connections.admits("/1"), process.connections]).toEqual([true, 4]);
  });
});
