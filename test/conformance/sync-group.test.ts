/** SyncGroup: how the assignment comes from the leader of a classic group to its members. */
import { expect } from "vitest";

import type { ErrorName } from "../../src/protocol/errors.ts";
import { syncGroup } from "../../src/protocol/messages/14-sync-group.ts";
import { bytes } from "./batches.ts";
import { PROTOCOL_TYPE } from "./classic-member.ts";
import type { ClassicMember } from "./classic-member.ts";
import { Group, assignmentOf, isPending, until } from "./group.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const versions = servedVersions(syncGroup);

/** What the leader brings for these members. */
function assignmentsFor(...members: { memberId: string }[]) {
  return members.map(({ memberId }) => {
    return { memberId, assignment: bytes(assignmentOf({ memberId })) };
  });
}

/** What SyncGroup says of the protocol when all is well, and when it is not. */
function protocolIn(version: number, isWell = true) {
  return isWell && version >= 5
    ? { protocolType: PROTOCOL_TYPE, protocolName: "range" }
    : { protocolType: null, protocolName: null };
}

conformance("SyncGroup", (test) => {
  test.for(versions)(
    "[K44] members wait for the leader, and each gets its own assignment (v%i)",
    async (syncVersion, { cluster }) => {
      const group = await Group.unused(cluster);
      const [leader, ...followers] = await group.joined(3, { syncVersion });
      const waiting = followers.map((member) => member.sync());
      expect(await isPending(Promise.race(waiting))).toBe(true);
      expect((await group.describe()).groupState).toBe("CompletingRebalance");
      const everybody = [leader!, ...followers];
      const answers = [leader!.sync(assignmentsFor(...everybody)), ...waiting];
      for (const [index, answer] of (await Promise.all(answers)).entries()) {
        expect(answer).toMatchObject({
          error: "NONE",
          told: assignmentOf(everybody[index]!),
          ...protocolIn(syncVersion),
        });
      }
      expect((await group.describe()).groupState).toBe("Stable");
    },
  );

  test("[K44] who is not in the leader's list gets an empty assignment, which is not null", async ({
    cluster,
  }) => {
    for (const syncVersion of versions) {
      const group = await Group.unused(cluster);
      const [leader, follower] = await group.joined(2, { syncVersion });
      const stranger = { memberId: "stranger" };
      const waiting = follower!.sync();
      const { told } = await leader!.sync(assignmentsFor(leader!, stranger));
      expect(told).toBe(assignmentOf(leader!));
      expect(await waiting).toMatchObject({ error: "NONE", ...protocolIn(syncVersion) });
      expect((await waiting).assignment).toHaveLength(0);
      expect((await leader!.sync()).told).toBe(told);
    }
  });

  test("[K44] a leader may assign nothing to anybody", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const [leader, follower] = await group.joined(2);
    for (const member of [leader!, follower!]) {
      const { error, assignment } = await member.sync();
      expect([error, assignment.length]).toEqual(["NONE", 0]);
    }
    expect((await group.describe()).groupState).toBe("Stable");
  });

  test("[K44] what a follower brings is passed over", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const [leader, follower] = await group.joined(2);
    const waiting = follower!.sync([{ memberId: leader!.memberId, assignment: bytes("forged") }]);
    expect(await isPending(waiting)).toBe(true);
    expect((await leader!.sync(assignmentsFor(leader!))).told).toBe(assignmentOf(leader!));
    expect((await waiting).told).toBe("");
  });

  test("[K44] in a stable group everybody is told again, and the leader's list is passed over", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const members = await group.stable(2);
    const [leader, follower] = members;
    const others = members.map(({ memberId }) => ({ memberId, assignment: bytes("other") }));
    for (const version of versions) {
      for (const [member, assignments] of [
        [leader!, others],
        [follower!, []],
      ] as const) {
        const answer = await member.sync(assignments, { version });
        const told = assignmentOf(member);
        expect(answer).toMatchObject({ error: "NONE", told, ...protocolIn(version) });
      }
    }
  });

  test("[K44] while members join there is a rebalance in progress", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const [leader, follower] = await group.stable(2);
    const joined = follower!.join({ protocols: { range: "new" } });
    await until(async () => (await leader!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    for (const version of versions) {
      const answer = await leader!.sync([], { version });
      expect(answer).toMatchObject({ error: "REBALANCE_IN_PROGRESS", told: "" });
      expect(answer).toMatchObject(protocolIn(version, false));
    }
    await leader!.join();
    await joined;
  });

  test("[K44] a rebalance that begins sends away those who wait for the assignment", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const [leader, follower] = await group.joined(2);
    const waiting = follower!.sync();
    expect(await isPending(waiting)).toBe(true);
    const newcomer = await group.classicMember();
    const joins = [newcomer.join()];
    expect(await waiting).toMatchObject({ error: "REBALANCE_IN_PROGRESS", told: "" });
    // The leader's assignment comes too late.
    const { error } = await leader!.sync(assignmentsFor(leader!, follower!));
    expect(error).toBe("REBALANCE_IN_PROGRESS");
    joins.push(leader!.join(), follower!.join());
    for (const { generationId } of await Promise.all(joins)) expect(generationId).toBe(3);
  });

  test("[K44] a group, a member and a generation have to be known", async ({ cluster }) => {
    const [none, group] = [await Group.unused(cluster), await Group.unused(cluster)];
    const [member] = await group.stable(1);
    const { memberId, generationId } = member!;
    const stranger = await none.classicMember();
    stranger.memberId = memberId;
    stranger.generationId = generationId;
    stranger.protocolName = "range";
    const cases: [ClassicMember, Parameters<ClassicMember["sync"]>[1], ErrorName][] = [
      [stranger, {}, "UNKNOWN_MEMBER_ID"],
      [member!, { memberId: "nobody" }, "UNKNOWN_MEMBER_ID"],
      [member!, { memberId: "" }, "UNKNOWN_MEMBER_ID"],
      [member!, { memberId: "nobody", generationId: 99 }, "UNKNOWN_MEMBER_ID"],
      [member!, { generationId: generationId - 1 }, "ILLEGAL_GENERATION"],
      [member!, { generationId: generationId + 1 }, "ILLEGAL_GENERATION"],
      [member!, { generationId: -1 }, "ILLEGAL_GENERATION"],
      [member!, { groupId: "" }, "INVALID_GROUP_ID"],
    ];
    for (const version of versions) {
      for (const [asking, said, error] of cases) {
        const answer = await asking.sync([], { ...said, version });
        expect(answer).toMatchObject({ error, told: "", ...protocolIn(version, false) });
      }
    }
    await member!.leave();
    expect((await member!.sync()).error).toBe("UNKNOWN_MEMBER_ID");
  });

  test("[K43] from version 5 on a member names the protocol that was chosen, and its type", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const [member] = await group.joined(1);
    const inconsistent = { error: "INCONSISTENT_GROUP_PROTOCOL", ...protocolIn(5, false) };
    for (const said of [
      { protocolName: "sticky" },
      { protocolType: "another" },
      { protocolName: "" },
      { protocolName: null },
      { protocolType: null },
      { protocolType: null, protocolName: null },
      // Whoever it is, and wherever.
      { protocolName: null, memberId: "nobody" },
      { protocolName: null, groupId: "" },
    ]) {
      expect(await member!.sync([], said)).toMatchObject(inconsistent);
    }
    const { error } = await member!.sync([], { protocolName: "sticky", generationId: 99 });
    expect(error).toBe("ILLEGAL_GENERATION");
    for (const version of versions.filter((older) => older < 5)) {
      const unsaid = { protocolType: null, protocolName: null };
      expect((await member!.sync([], { ...unsaid, version })).error).toBe("NONE");
    }
  });
});
