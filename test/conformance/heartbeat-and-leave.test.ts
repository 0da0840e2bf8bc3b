/** Heartbeat and LeaveGroup: how a member stays in a classic group, and how it gets out of it. */
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import type { ErrorName } from "../../src/protocol/errors.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { heartbeat } from "../../src/protocol/messages/12-heartbeat.ts";
import { leaveGroup } from "../../src/protocol/messages/13-leave-group.ts";
import { leave } from "./classic-member.ts";
import type { ClassicMember } from "./classic-member.ts";
import { Group, isPending, shortestSessionMs, syncAll, until } from "./group.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const beats = servedVersions(heartbeat);
const leaves = servedVersions(leaveGroup);

/** The versions in which many members leave at once, and those in which one does. */
const batched = leaves.filter((version) => version >= 3);
const single = leaves.filter((version) => version < 3);

/** Heartbeats of members, as long as `waited` takes. */
async function keepAlive(
  members: readonly ClassicMember[],
  waited: Promise<unknown>,
): Promise<Set<ErrorName>> {
  const errors = new Set<ErrorName>();
  let isOver = false;
  const over = waited.finally(() => (isOver = true));
  while (!isOver) {
    for (const member of members) errors.add(await member.heartbeat());
    await Promise.race([over, sleep(100)]);
  }
  return errors;
}

conformance("Heartbeat and LeaveGroup", (test) => {
  test("[K45] a heartbeat tells whether the group rebalances", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const [leader, follower] = await group.joined(2);
    const expectAll = async (member: ClassicMember, error: ErrorName) => {
      for (const version of beats) expect(await member.heartbeat({ version })).toBe(error);
    };
    // All have joined, and the leader is about to bring the assignment.
    await expectAll(leader!, "NONE");
    await expectAll(follower!, "NONE");
    await syncAll([leader!, follower!]);
    await expectAll(leader!, "NONE");
    await expectAll(follower!, "NONE");
    const rejoined = leader!.join();
    await until(async () => (await follower!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    await expectAll(leader!, "REBALANCE_IN_PROGRESS");
    await expectAll(follower!, "REBALANCE_IN_PROGRESS");
    await follower!.join();
    await rejoined;
    await expectAll(leader!, "NONE");
  });

  test("[K45] a group, a member and a generation have to be known", async ({ cluster }) => {
    const [none, group] = [await Group.unused(cluster), await Group.unused(cluster)];
    const [member] = await group.stable(1);
    const { memberId, generationId } = member!;
    const pending = await group.classicMember();
    await pending.joinOnce();
    for (const version of beats) {
      for (const [{ id: groupId, wire }, said, error] of [
        [none, {}, "UNKNOWN_MEMBER_ID"],
        [group, { memberId: "nobody" }, "UNKNOWN_MEMBER_ID"],
        [group, { memberId: "" }, "UNKNOWN_MEMBER_ID"],
        [group, { memberId: pending.memberId }, "UNKNOWN_MEMBER_ID"],
        [group, { generationId: generationId - 1 }, "ILLEGAL_GENERATION"],
        [group, { generationId: generationId + 1 }, "ILLEGAL_GENERATION"],
        [group, { groupId: "" }, "INVALID_GROUP_ID"],
      ] as const) {
        const request = { groupId, memberId, generationId, ...said };
        const { errorCode } = await wire.call(heartbeat, version, request);
        expect(errorName(errorCode)).toBe(error);
      }
    }
    await pending.leave();
    await member!.leave();
    expect(await member!.heartbeat()).toBe("UNKNOWN_MEMBER_ID");
  });

  test.for(single)(
    "[K45] a member leaves, and what is wrong is an error of the request (v%i)",
    async (version, { cluster }) => {
      const [none, group] = [await Group.unused(cluster), await Group.unused(cluster)];
      const [leader, follower] = await group.stable(2);
      for (const [{ id, wire }, memberId, error] of [
        [none, follower!.memberId, "UNKNOWN_MEMBER_ID"],
        [group, "nobody", "UNKNOWN_MEMBER_ID"],
        [group, "", "UNKNOWN_MEMBER_ID"],
        [{ id: "", wire: group.wire }, follower!.memberId, "INVALID_GROUP_ID"],
      ] as const) {
        const answer = await leave(wire, id, [{ memberId }], version);
        expect(answer).toEqual({ error, members: [] });
      }
      expect(await leader!.heartbeat()).toBe("NONE");
      const left = await leave(group.wire, group.id, [follower!], version);
      expect(left).toEqual({ error: "NONE", members: [] });
      expect(await leader!.heartbeat()).toBe("REBALANCE_IN_PROGRESS");
      expect(await follower!.heartbeat()).toBe("UNKNOWN_MEMBER_ID");
      expect((await leader!.join()).members).toHaveLength(1);
    },
  );

  test.for(batched)(
    "[K46] many members leave at once, and each has an answer of its own (v%i)",
    async (version, { cluster }) => {
      const group = await Group.unused(cluster);
      const [leader, ...others] = await group.stable(3);
      const [one, other] = others.map(({ memberId }) => ({ memberId }));
      const nobody = { memberId: "nobody" };
      const left = await leave(group.wire, group.id, [one!, nobody, other!, one!], version);
      expect(left.error).toBe("NONE");
      expect(left.members).toMatchObject([
        { ...one, groupInstanceId: null, error: "NONE" },
        { ...nobody, groupInstanceId: null, error: "UNKNOWN_MEMBER_ID" },
        { ...other, groupInstanceId: null, error: "NONE" },
        { ...one, groupInstanceId: null, error: "UNKNOWN_MEMBER_ID" },
      ]);
      expect(await leader!.heartbeat()).toBe("REBALANCE_IN_PROGRESS");
      expect((await leader!.join()).members).toHaveLength(1);
    },
  );

  test("[K46] nobody leaves of a group that is not there, nor if nobody is named", async ({
    cluster,
  }) => {
    const [none, group] = [await Group.unused(cluster), await Group.unused(cluster)];
    const [member] = await group.stable(1);
    const stranger = { memberId: "stranger" };
    for (const version of batched) {
      const left = await leave(none.wire, none.id, [stranger, stranger], version);
      const unknown = { ...stranger, error: "UNKNOWN_MEMBER_ID" };
      expect(left).toMatchObject({ error: "NONE", members: [unknown, unknown] });
      const unnamed = await leave(group.wire, group.id, [], version);
      expect(unnamed).toEqual({ error: "NONE", members: [] });
      const nameless = await leave(group.wire, "", [stranger], version);
      expect(nameless).toEqual({ error: "INVALID_GROUP_ID", members: [] });
    }
    expect(await member!.heartbeat()).toBe("NONE");
  });

  test("[K45] when the last member has left, the group is empty and keeps its type", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const members = await group.stable(2);
    const [leader] = members;
    await leave(
      group.wire,
      group.id,
      members.map(({ memberId }) => ({ memberId })),
    );
    expect(await group.describe()).toMatchObject({
      error: "NONE",
      groupState: "Empty",
      protocolType: "conformance",
      protocolData: "",
      members: [],
    });
    expect(await leader!.heartbeat()).toBe("UNKNOWN_MEMBER_ID");
    expect((await leader!.join()).error).toBe("UNKNOWN_MEMBER_ID");
    // Generations go on where they were, and emptiness was one of them.
    const [next] = await group.joined(1);
    expect(next!.generationId).toBe(leader!.generationId + 2);
  });

  test("[K45] a rebalance does not wait for who has left", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const [leader, follower] = await group.stable(2);
    const rejoined = leader!.join();
    await until(async () => (await follower!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    expect(await isPending(rejoined)).toBe(true);
    await follower!.leave();
    expect((await rejoined).members).toHaveLength(1);
  });

  test("[K45] who leaves while it joins is told that it is unknown", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const [leader] = await group.stable(2);
    const rejoined = leader!.join();
    expect(await isPending(rejoined)).toBe(true);
    expect(await leader!.leave()).toBe("NONE");
    expect(await rejoined).toMatchObject({ error: "UNKNOWN_MEMBER_ID", memberId: "" });
  });

  test("[K45] who leaves before the assignment is there begins a rebalance", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const [leader, follower, other] = await group.joined(3);
    const waiting = follower!.sync();
    expect(await isPending(waiting)).toBe(true);
    expect(await other!.leave()).toBe("NONE");
    expect((await waiting).error).toBe("REBALANCE_IN_PROGRESS");
    const [{ members }] = await Promise.all([leader!.join(), follower!.join()]);
    expect(members).toHaveLength(2);
  });

  test.concurrent("[K45] a session ends without heartbeats, and with them it goes on", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const sessionTimeoutMs = await shortestSessionMs(group);
    const [leader, follower] = await group.stableAs([{ sessionTimeoutMs }, { sessionTimeoutMs }]);
    expect(await keepAlive([leader!, follower!], sleep(1.5 * sessionTimeoutMs))).toEqual(
      new Set(["NONE"]),
    );
    const before = Date.now();
    await until(async () => (await leader!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    expect(Date.now() - before).toBeGreaterThan(sessionTimeoutMs / 2);
    expect(await follower!.heartbeat()).toBe("UNKNOWN_MEMBER_ID");
    const { generationId, members } = await leader!.join();
    expect(members.map(({ memberId }) => memberId)).toEqual([leader!.memberId]);
    expect(generationId).toBe(3);
  });

  test.concurrent("[K45] who hears of a rebalance and does not join is still alive", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const sessionTimeoutMs = await shortestSessionMs(group);
    const [leader, follower] = await group.stable(2, { sessionTimeoutMs });
    const rejoined = leader!.join();
    await until(async () => (await follower!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    const errors = await keepAlive([follower!], sleep(1.5 * sessionTimeoutMs));
    expect(errors).toEqual(new Set(["REBALANCE_IN_PROGRESS"]));
    // Nor does the session end of who waits for the others.
    expect(await isPending(rejoined)).toBe(true);
    expect((await follower!.join()).generationId).toBe(3);
    expect((await rejoined).members).toHaveLength(2);
  });

  test.concurrent("[K45] the session of who waits for the assignment does not end", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const sessionTimeoutMs = await shortestSessionMs(group);
    const [leader, follower] = await group.joined(2, { sessionTimeoutMs });
    const waiting = follower!.sync();
    const errors = await keepAlive([leader!], sleep(1.5 * sessionTimeoutMs));
    expect(errors).toEqual(new Set(["NONE"]));
    expect(await isPending(waiting)).toBe(true);
    expect((await leader!.sync()).error).toBe("NONE");
    expect((await waiting).error).toBe("NONE");
    // From here on it has to say that it is alive.
    expect(await follower!.heartbeat()).toBe("NONE");
  });

  test.concurrent("[K45] when all sessions have ended, the group is empty", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const sessionTimeoutMs = await shortestSessionMs(group);
    const [leader] = await group.stable(2, { sessionTimeoutMs });
    await until(async () => (await group.describe()).groupState === "Empty");
    expect(await leader!.heartbeat()).toBe("UNKNOWN_MEMBER_ID");
    expect(await group.delete()).toBe("NONE");
  });
});
