/** Static members (KIP-345): who has a group instance id comes back as the same member. */
import { expect } from "vitest";

import type { ErrorName } from "../../src/protocol/errors.ts";
import { joinGroup } from "../../src/protocol/messages/11-join-group.ts";
import { heartbeat } from "../../src/protocol/messages/12-heartbeat.ts";
import { leaveGroup } from "../../src/protocol/messages/13-leave-group.ts";
import { syncGroup } from "../../src/protocol/messages/14-sync-group.ts";
import { text } from "./batches.ts";
import { leave } from "./classic-member.ts";
import { at } from "./group-offsets.ts";
import { Group, assignmentOf, isPending, rejoin, syncAll, until } from "./group.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const A = { groupInstanceId: "a" };
const B = { groupInstanceId: "b" };

const joins = servedVersions(joinGroup).filter((version) => version >= 5);

conformance("static members", (test) => {
  test.for(joins)(
    "[K46] a follower that comes back has a new id, and all else is as it was (v%i)",
    async (joinVersion, { cluster }) => {
      const group = await Group.unused(cluster);
      const [leader, follower] = await group.stableAs([A, B]);
      const assignment = assignmentOf(follower!);
      const back = await group.classicMember({ ...B, joinVersion });
      const joined = await back.joinOnce();
      expect(joined).toMatchObject({
        error: "NONE",
        generationId: 2,
        leader: leader!.memberId,
        protocolName: "range",
        skipAssignment: false,
        members: [],
      });
      expect(joined.memberId).toMatch(/^b-/);
      expect(joined.memberId).not.toBe(follower!.memberId);
      expect(await back.sync()).toMatchObject({ error: "NONE", told: assignment });
      expect(await back.heartbeat()).toBe("NONE");
      expect(await leader!.heartbeat()).toBe("NONE");
      expect((await group.describe()).groupState).toBe("Stable");
    },
  );

  test("[K46] a leader that comes back leads, and from version 9 on is told to leave the assignment as it is", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const [leader, follower] = await group.stableAs([A, B]);
    const assignment = assignmentOf(leader!);
    const back = await group.classicMember({ ...A, joinVersion: 9 });
    const { members, ...answer } = await back.joinOnce();
    expect(answer).toMatchObject({ error: "NONE", generationId: 2, skipAssignment: true });
    expect(answer.leader).toBe(back.memberId);
    const ids = members.map(
      ({ memberId, groupInstanceId }) => [groupInstanceId, memberId] as const,
    );
    expect(new Map(ids)).toEqual(
      new Map([
        ["a", back.memberId],
        ["b", follower!.memberId],
      ]),
    );
    expect((await back.sync()).told).toBe(assignment);
    expect(await follower!.heartbeat()).toBe("NONE");
  });

  test.for(joins.filter((version) => version < 9))(
    "[K46] below version 9 a leader that comes back does not learn that it leads (v%i)",
    async (joinVersion, { cluster }) => {
      const group = await Group.unused(cluster);
      const [leader, follower] = await group.stableAs([A, B]);
      const back = await group.classicMember({ ...A, joinVersion });
      // It is told of the leader that it was, so that it assigns nothing.
      const same = { error: "NONE", generationId: 2, leader: leader!.memberId, members: [] };
      expect(await back.joinOnce()).toMatchObject(same);
      expect((await back.sync()).told).toBe(assignmentOf(leader!));
      expect(await follower!.heartbeat()).toBe("NONE");
      // It leads all the same.
      const rejoined = back.joinOnce();
      await until(async () => (await follower!.heartbeat()) === "REBALANCE_IN_PROGRESS");
      await follower!.join();
      expect(await rejoined).toMatchObject({ generationId: 3, leader: back.memberId });
    },
  );

  test("[K46] the id from before is fenced", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const [old] = await group.stableAs([A]);
    const back = await group.classicMember(A);
    await back.join();
    const { memberId, generationId } = old!;
    for (const [groupInstanceId, error] of [
      ["a", "FENCED_INSTANCE_ID"],
      ["b", "UNKNOWN_MEMBER_ID"],
      [null, "UNKNOWN_MEMBER_ID"],
    ] as const) {
      expect((await old!.joinOnce({ groupInstanceId })).error).toBe(error);
      for (const version of servedVersions(heartbeat).filter((number) => number >= 3)) {
        expect(await old!.heartbeat({ groupInstanceId, version })).toBe(error);
      }
      for (const version of servedVersions(syncGroup).filter((number) => number >= 3)) {
        expect((await old!.sync([], { groupInstanceId, version })).error).toBe(error);
      }
      const committer = { memberId, groupInstanceId, generationIdOrMemberEpoch: generationId };
      expect(await group.commit([at(partition, 1)], committer)).toEqual([error]);
      expect(await old!.leave({ groupInstanceId })).toBe(error);
    }
    expect(await back.heartbeat()).toBe("NONE");
  });

  test("[K46] who comes back before the assignment is there begins a rebalance", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const [leader, follower] = await group.joinedAs([A, B]);
    const waiting = follower!.sync();
    expect(await isPending(waiting)).toBe(true);
    const back = await group.classicMember(B);
    const joined = back.join();
    expect((await waiting).error).toBe("FENCED_INSTANCE_ID");
    expect(await leader!.heartbeat()).toBe("REBALANCE_IN_PROGRESS");
    const { members, generationId } = await leader!.join();
    expect([generationId, (await joined).generationId]).toEqual([3, 3]);
    expect(members.map(({ memberId }) => memberId)).toContain(back.memberId);
    expect(members).toHaveLength(2);
  });

  test("[K46] who comes back while it joins takes the place of itself", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const [leader, follower] = await group.stableAs([A, B]);
    const rejoined = leader!.join();
    await until(async () => (await follower!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    const back = await group.classicMember(A);
    const joined = back.join();
    const { error, memberId } = await rejoined;
    expect([error, memberId]).toEqual(["FENCED_INSTANCE_ID", leader!.memberId]);
    await follower!.join();
    const answer = await joined;
    expect(answer).toMatchObject({ error: "NONE", generationId: 3, leader: back.memberId });
    expect(answer.members).toHaveLength(2);
  });

  test("[K46] who comes back with other metadata begins no rebalance as long as the protocol is the same", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const both = { range: "metadata", sticky: "metadata" };
    const [leader, follower] = await group.stableAs([
      { ...A, protocols: both },
      { ...B, protocols: both },
    ]);
    const back = await group.classicMember(B);
    const changed = await back.join({ protocols: { range: "changed", sticky: "changed" } });
    expect(changed).toMatchObject({ error: "NONE", generationId: 2 });
    expect(await leader!.heartbeat()).toBe("NONE");
    const { members } = await group.describe();
    expect(members.map(({ memberMetadata }) => text(memberMetadata)).toSorted()).toEqual([
      "changed",
      "metadata",
    ]);
    // Now the group has to choose another protocol.
    const again = await group.classicMember(B);
    const joined = again.join({ protocols: { sticky: "metadata" } });
    await until(async () => (await leader!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    expect((await leader!.join()).protocolName).toBe("sticky");
    expect(await joined).toMatchObject({ generationId: 3, protocolName: "sticky" });
    expect(await follower!.heartbeat()).toBe("FENCED_INSTANCE_ID");
  });

  test.for(servedVersions(leaveGroup).filter((version) => version >= 3))(
    "[K46] members leave by their instance ids (v%i)",
    async (version, { cluster }) => {
      const group = await Group.unused(cluster);
      const [leader, follower] = await group.stableAs([A, B]);
      const cases: [{ memberId: string; groupInstanceId: string | null }, ErrorName][] = [
        [{ memberId: "", groupInstanceId: "c" }, "UNKNOWN_MEMBER_ID"],
        [{ memberId: "", groupInstanceId: null }, "UNKNOWN_MEMBER_ID"],
        [{ memberId: leader!.memberId, groupInstanceId: "c" }, "UNKNOWN_MEMBER_ID"],
        [{ memberId: leader!.memberId, groupInstanceId: "b" }, "FENCED_INSTANCE_ID"],
        [{ memberId: "nobody", groupInstanceId: "b" }, "FENCED_INSTANCE_ID"],
        [{ memberId: "", groupInstanceId: "b" }, "NONE"],
        [{ memberId: "", groupInstanceId: "b" }, "UNKNOWN_MEMBER_ID"],
      ];
      const members = cases.map(([member]) => member);
      const left = await leave(group.wire, group.id, members, version);
      const expected = cases.map(([member, error]) => ({ ...member, error }));
      expect(left).toMatchObject({ error: "NONE", members: expected });
      expect(await leader!.heartbeat()).toBe("REBALANCE_IN_PROGRESS");
      expect(await follower!.heartbeat()).toBe("UNKNOWN_MEMBER_ID");
      expect((await leader!.join()).members).toMatchObject([{ groupInstanceId: "a" }]);
      // Its id without its instance id will do as well.
      const alone = { memberId: leader!.memberId };
      expect((await leave(group.wire, group.id, [alone], version)).members).toMatchObject([
        { ...alone, groupInstanceId: null, error: "NONE" },
      ]);
    },
  );

  test.concurrent("[K46] a rebalance does not put out who is only away", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const both = await group.stableAs([A, B]);
    const [leader, away] = both;
    await rejoin(both, { rebalanceTimeoutMs: 1000 });
    await syncAll(both);
    const { members, generationId } = await leader!.join();
    expect(generationId).toBe(4);
    expect(members.map(({ memberId }) => memberId)).toContain(away!.memberId);
    expect(await away!.heartbeat()).toBe("ILLEGAL_GENERATION");
    await syncAll([leader!]);
    // Its place is kept, as long as its session and the time to sync are not over.
    const back = await group.classicMember(B);
    expect(await back.join()).toMatchObject({ error: "NONE", generationId: 4 });
    expect(await leader!.heartbeat()).toBe("NONE");
  });
});
