/**
 * A group without members costs nothing, and one whose members only beat costs no write. What tells
 * is outside the process, as in `idle.test.ts`.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { Cluster } from "../conformance/cluster.ts";
import { at } from "../conformance/group-offsets.ts";
import { Group } from "../conformance/group.ts";
import { openDatabases } from "../support/open-databases.ts";
import { costOf } from "../support/processes.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";

/** Within this time workerd evicts an actor that nobody calls; it looks every ten seconds. */
const EVICTION_MS = 30_000;
const BEATING_MS = 12_000;
const BEAT_INTERVAL_MS = 1000;

let odradek: Odradek;
let cluster: Cluster;
beforeAll(async () => {
  odradek = await startOdradek({ overrides: { "group.initial.rebalance.delay.ms": "0" } });
  cluster = new Cluster(odradek.bootstrap);
});
afterAll(async () => {
  await cluster.close();
  await odradek.stop();
});

const openGroups = () => openDatabases(odradek.workerdPid(), "GroupCoordinatorActor");

test(
  "[C3] a group whose members only beat writes nothing, and nobody else is awake for it",
  async () => {
    const group = await Group.unused(cluster);
    const members = await group.stable(3);
    const beat = async () => {
      for (const member of members) expect(await member.heartbeat()).toBe("NONE");
      await sleep(BEAT_INTERVAL_MS);
    };
    // An actor that falls asleep closes its database, which may write.
    const others = () =>
      ["ControllerActor", "PartitionReplicaActor"].flatMap((className) =>
        openDatabases(odradek.workerdPid(), className),
      );
    const patience = performance.now() + EVICTION_MS;
    while (others().length > 0 && performance.now() < patience) await beat();
    expect(others()).toEqual([]);
    const before = costOf(odradek.workerdPid());
    const until = performance.now() + BEATING_MS;
    while (performance.now() < until) await beat();
    expect(costOf(odradek.workerdPid()).writtenBytes - before.writtenBytes).toBe(0);
    for (const member of members) expect(await member.leave()).toBe("NONE");
  },
  2 * EVICTION_MS,
);

test(
  "[C3, C6] a group without members sleeps, and knows its offsets when it is asked",
  async () => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const [member] = await group.stable(1);
    const { memberId, generationId: generationIdOrMemberEpoch } = member!;
    const who = { memberId, generationIdOrMemberEpoch };
    expect(await group.commit([at(partition, 7)], who)).toEqual(["NONE"]);
    expect(await member!.leave()).toBe("NONE");
    expect(openGroups()).not.toEqual([]);
    await expect.poll(openGroups, { timeout: EVICTION_MS, interval: 200 }).toEqual([]);

    const { offsets } = await group.fetchOffsets([partition]);
    expect(offsets).toMatchObject([{ error: "NONE", offset: 7 }]);
  },
  2 * EVICTION_MS,
);
