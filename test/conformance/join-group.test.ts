/** JoinGroup: how a client becomes a member, and how a generation of a classic group begins. */
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import { errorName } from "../../src/protocol/errors.ts";
import { joinGroup } from "../../src/protocol/messages/11-join-group.ts";
import { bytes, text } from "./batches.ts";
import { PROTOCOL_TYPE } from "./classic-member.ts";
import type { ClassicMember, MemberOptions } from "./classic-member.ts";
import {
  Group,
  assignmentOf,
  isPending,
  rejoin,
  shortestSessionMs,
  syncAll,
  until,
} from "./group.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const MAX_SESSION_MS = 1_800_000;
const UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

const versions = servedVersions(joinGroup);

/** Every version in which a member says who it is before it has an id. */
const withInstances = versions.filter((version) => version >= 5);

conformance("JoinGroup", (test) => {
  test.for(versions.filter((version) => version >= 4))(
    "[K40] a member without an id is given one first, and joins with it (v%i)",
    async (joinVersion, { cluster }) => {
      const group = await Group.unused(cluster);
      const member = await group.classicMember({ joinVersion });
      const asked = await member.joinOnce();
      expect(asked).toMatchObject({ error: "MEMBER_ID_REQUIRED", generationId: -1, leader: "" });
      expect(asked.memberId).toMatch(new RegExp(`^conformance-${UUID}$`));
      expect(asked.members).toEqual([]);
      expect((await group.describe()).members).toEqual([]);
      expect(await member.joinOnce()).toMatchObject({
        error: "NONE",
        memberId: asked.memberId,
        generationId: 1,
      });
    },
  );

  test.for(versions.filter((version) => version < 4))(
    "[K40] a member without an id joins at once below version 4 (v%i)",
    async (joinVersion, { cluster }) => {
      const member = await (await Group.unused(cluster)).classicMember({ joinVersion });
      const joined = await member.joinOnce();
      expect(joined).toMatchObject({ error: "NONE", generationId: 1, leader: joined.memberId });
      expect(joined.memberId).toMatch(new RegExp(`^conformance-${UUID}$`));
    },
  );

  test.for(withInstances)(
    "[K40] a static member joins at once (v%i)",
    async (joinVersion, { cluster }) => {
      const group = await Group.unused(cluster);
      const member = await group.classicMember({ joinVersion, groupInstanceId: "instance" });
      const joined = await member.joinOnce();
      expect(joined).toMatchObject({ error: "NONE", generationId: 1, leader: joined.memberId });
      expect(joined.memberId).toMatch(new RegExp(`^instance-${UUID}$`));
      expect(joined.members).toMatchObject([{ groupInstanceId: "instance" }]);
    },
  );

  test("[K40] an id that nobody was given is unknown", async ({ cluster }) => {
    const [none, some] = [await Group.unused(cluster), await Group.unused(cluster)];
    await some.stable(1);
    for (const group of [none, some]) {
      for (const joinVersion of versions) {
        const member = await group.classicMember({ joinVersion });
        const answer = await member.joinOnce({ memberId: "nobody" });
        expect(answer).toMatchObject({ error: "UNKNOWN_MEMBER_ID", memberId: "nobody" });
        expect(answer).toMatchObject({ generationId: -1, leader: "", members: [] });
      }
      for (const groupInstanceId of ["instance"]) {
        const member = await group.classicMember({ groupInstanceId });
        const { error } = await member.joinOnce({ memberId: "nobody" });
        expect(error).toBe("UNKNOWN_MEMBER_ID");
      }
    }
    expect((await none.describe()).error).toBe("GROUP_ID_NOT_FOUND");
  });

  test("[K40] a rebalance waits for those who have been given an id", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const [leader] = await group.stable(1);
    const [first, second] = [await group.classicMember(), await group.classicMember()];
    await first.joinOnce();
    await second.joinOnce();
    const rejoined = leader!.join();
    expect(await isPending(rejoined)).toBe(true);
    const joined = first.joinOnce();
    expect(await isPending(rejoined)).toBe(true);
    // One of them gives up.
    expect(await second.leave()).toBe("NONE");
    expect((await joined).generationId).toBe(2);
    expect((await rejoined).members).toHaveLength(2);
    expect((await second.joinOnce()).error).toBe("UNKNOWN_MEMBER_ID");
  });

  test("[K41] the leader alone is told of the members, and all of the same generation", async ({
    cluster,
  }) => {
    for (const joinVersion of versions) {
      const group = await Group.unused(cluster);
      const member = (metadata: string): MemberOptions => {
        return { joinVersion, protocols: { range: metadata, sticky: "other" } };
      };
      const [leader, follower] = await group.stableAs([member("one"), member("two")]);
      const joined = leader!.join();
      await until(async () => (await follower!.heartbeat()) === "REBALANCE_IN_PROGRESS");
      const same = {
        error: "NONE",
        generationId: 3,
        leader: leader!.memberId,
        protocolName: "range",
        protocolType: joinVersion < 7 ? null : PROTOCOL_TYPE,
        skipAssignment: false,
      };
      const { memberId } = follower!;
      expect(await follower!.join()).toMatchObject({ ...same, memberId, members: [] });
      const { members, ...answer } = await joined;
      expect(answer).toMatchObject({ ...same, memberId: leader!.memberId });
      const metadata = members.map((each) => [each.memberId, text(each.metadata)]);
      expect(new Map(metadata as [string, string][])).toEqual(
        new Map([
          [leader!.memberId, "one"],
          [follower!.memberId, "two"],
        ]),
      );
    }
  });

  test("[K41] a follower that says nothing new is told of the generation that there is", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const [leader, follower] = await group.stable(2);
    const { memberId } = leader!;
    for (let attempt = 0; attempt < 2; attempt++) {
      const answer = await follower!.join();
      expect(answer).toMatchObject({ error: "NONE", generationId: 2, leader: memberId });
      expect(answer).toMatchObject({ protocolName: "range", members: [] });
    }
    expect(await leader!.heartbeat()).toBe("NONE");
    expect((await group.describe()).groupState).toBe("Stable");
  });

  test.for<[string, Record<string, string>]>([
    ["other metadata", { range: "other", sticky: "metadata" }],
    ["one protocol more", { range: "metadata", sticky: "metadata", more: "metadata" }],
    ["one protocol less", { range: "metadata" }],
    ["its protocols in another order", { sticky: "metadata", range: "metadata" }],
  ])("[K41] a follower with %s begins a rebalance", async ([, protocols], { cluster }) => {
    const group = await Group.unused(cluster);
    const before = { range: "metadata", sticky: "metadata" };
    const [leader, follower] = await group.stableAs([{}, { protocols: before }]);
    const joined = follower!.join({ protocols });
    await until(async () => (await leader!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    await leader!.join();
    expect(await joined).toMatchObject({ error: "NONE", generationId: 3 });
  });

  test("[K41] a leader that joins again begins a rebalance, whatever it says", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const [leader, follower] = await group.stable(2);
    const joined = leader!.join();
    await until(async () => (await follower!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    expect(await isPending(joined)).toBe(true);
    expect((await follower!.join()).generationId).toBe(3);
    expect(await joined).toMatchObject({ generationId: 3, leader: leader!.memberId });
  });

  test("[K41] before the assignment is there, who says nothing new is told the same again", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const [leader, follower] = await group.joined(2);
    const same = { error: "NONE", generationId: 2, leader: leader!.memberId };
    expect(await follower!.join()).toMatchObject({ ...same, members: [] });
    const { members, ...answer } = await leader!.join();
    expect(answer).toMatchObject({ ...same, skipAssignment: false });
    expect(members).toHaveLength(2);
    await syncAll([leader!, follower!]);
  });

  test("[K41] before the assignment is there, who says something new begins a rebalance", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const [leader, follower] = await group.joined(2);
    const joined = follower!.join({ protocols: { range: "new" } });
    await until(async () => (await leader!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    const { members } = await leader!.join();
    expect(members.map(({ metadata }) => text(metadata)).toSorted()).toEqual(["metadata", "new"]);
    expect((await joined).generationId).toBe(3);
  });

  test("[K41] a generation is one for each rebalance, however often a member joins in it", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const [leader, follower] = await group.stable(2);
    const { memberId } = follower!;
    // Its connection was lost, as it thinks, and its answer with it.
    const lost = follower!.join({ protocols: { range: "new" } }).catch(() => null);
    await until(async () => (await leader!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    const again = await group.classicMember();
    const joined = again.joinOnce({ memberId, protocols: { range: "newer" } });
    expect(await isPending(joined)).toBe(true);
    const { members, generationId } = await leader!.join();
    expect(members.map(({ metadata }) => text(metadata)).toSorted()).toEqual(["metadata", "newer"]);
    expect([generationId, (await joined).generationId]).toEqual([3, 3]);
    follower!.wire.close();
    await lost;
  });

  test("[K41] when the leader has left, another one leads", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const [leader, ...others] = await group.stable(3);
    await leader!.leave();
    const answers = await Promise.all(others.map((member) => member.join()));
    const { memberId } = answers.find(({ members }) => members.length === 2)!;
    for (const answer of answers) {
      expect(answer).toMatchObject({ error: "NONE", generationId: 3, leader: memberId });
    }
  });

  test("[K41] many members that join at once are all in one generation in the end", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const members = await Promise.all(Array.from({ length: 8 }, () => group.classicMember()));
    let isSettled = false;
    const live = async (member: ClassicMember) => {
      while (!isSettled) {
        const joined = await member.join();
        expect(joined.error).toBe("NONE");
        const assignments = joined.members.map(({ memberId }) => {
          return { memberId, assignment: bytes(assignmentOf({ memberId })) };
        });
        const { error, told } = await member.sync(assignments);
        if (error === "NONE") expect(told).toBe(assignmentOf(member));
        while (!isSettled && (await member.heartbeat()) === "NONE") await sleep(10);
      }
    };
    const lives = members.map(live);
    await until(async () => {
      const described = await group.describe();
      const isWhole = described.members.length === members.length;
      return isWhole && described.groupState === "Stable";
    });
    isSettled = true;
    await Promise.all(lives);
    const [{ generationId }] = members as [ClassicMember];
    for (const member of members) {
      expect(member.generationId).toBe(generationId);
      expect(await member.heartbeat()).toBe("NONE");
    }
  });

  test("[K42] a session is neither too short nor too long", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    for (const joinVersion of versions) {
      const member = await group.classicMember({ joinVersion });
      for (const sessionTimeoutMs of [-1, 0, 500, MAX_SESSION_MS + 1]) {
        const answer = await member.joinOnce({ sessionTimeoutMs });
        expect(answer).toMatchObject({ error: "INVALID_SESSION_TIMEOUT", memberId: "" });
        expect(answer.protocolName).toBe(joinVersion < 7 ? "" : null);
      }
      expect((await member.join({ sessionTimeoutMs: MAX_SESSION_MS })).error).toBe("NONE");
      await member.leave();
    }
  });

  test("[K42] a group has a name", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    for (const version of versions) {
      const { errorCode, memberId } = await group.wire.call(joinGroup, version, {
        groupId: "",
        sessionTimeoutMs: 10_000,
        memberId: "member",
        protocolType: PROTOCOL_TYPE,
        protocols: [],
      });
      expect([errorName(errorCode), memberId]).toEqual(["INVALID_GROUP_ID", "member"]);
    }
  });

  test("[K43] members have protocols, all of one type, and one in common with all others", async ({
    cluster,
  }) => {
    const [none, some] = [await Group.unused(cluster), await Group.unused(cluster)];
    const protocols = (...names: string[]) => Object.fromEntries(names.map((name) => [name, ""]));
    const [leader, follower] = await some.stableAs([
      { protocols: protocols("a", "b", "c") },
      { protocols: protocols("b", "c") },
    ]);
    const refused: [Group, MemberOptions][] = [
      [none, { protocols: {} }],
      [none, { protocolType: "" }],
      [some, { protocols: {} }],
      [some, { protocols: protocols("a") }],
      [some, { protocols: protocols("a", "d") }],
      [some, { protocols: protocols("b"), protocolType: "another" }],
      [some, { protocols: protocols("b"), protocolType: "" }],
    ];
    for (const joinVersion of versions) {
      for (const [group, options] of refused) {
        const member = await group.classicMember({ joinVersion, ...options });
        const answer = await member.joinOnce();
        expect(answer).toMatchObject({ error: "INCONSISTENT_GROUP_PROTOCOL", memberId: "" });
      }
    }
    // So has one who is in already.
    const { error } = await follower!.join({ protocols: protocols("d") });
    expect(error).toBe("INCONSISTENT_GROUP_PROTOCOL");
    expect(await leader!.heartbeat()).toBe("NONE");
  });

  test("[K43] of protocols with as many votes one wins, whoever came first", async ({
    cluster,
  }) => {
    const one: MemberOptions = { protocols: { range: "", mine: "" } };
    const other: MemberOptions = { protocols: { mine: "", range: "" } };
    for (const options of [
      [one, other],
      [other, one],
    ]) {
      const members = await (await Group.unused(cluster)).joinedAs(options);
      expect(members.map(({ protocolName }) => protocolName)).toEqual(["mine", "mine"]);
    }
  });

  test("[K43] the protocol is what most members prefer of those that all of them have", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const member = (...names: string[]): MemberOptions => {
      return { protocols: Object.fromEntries(names.map((name) => [name, `for ${name}`])) };
    };
    const members = await group.joinedAs([
      member("alone", "less", "most"),
      member("most", "less"),
      member("most", "less"),
    ]);
    const { protocolName, members: told } = await members[0]!.join();
    expect(protocolName).toBe("most");
    expect(told.map(({ metadata }) => text(metadata))).toEqual([
      "for most",
      "for most",
      "for most",
    ]);
    for (const follower of members.slice(1)) {
      expect((await follower.join()).protocolName).toBe("most");
    }
  });

  test.concurrent("[K40] an id that is not used is forgotten after the session", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const sessionTimeoutMs = await shortestSessionMs(group);
    const [leader] = await group.stable(1);
    const member = await group.classicMember({ sessionTimeoutMs });
    await member.joinOnce();
    const rejoined = leader!.join();
    expect(await isPending(rejoined, sessionTimeoutMs / 2)).toBe(true);
    // Nobody waits for it any longer.
    expect((await rejoined).generationId).toBe(2);
    expect((await member.joinOnce()).error).toBe("UNKNOWN_MEMBER_ID");
  });

  test.concurrent.for([0, 1, 9])(
    "[K42] who does not join again is out after the longest rebalance timeout (v%i)",
    async (joinVersion, { cluster }) => {
      const group = await Group.unused(cluster);
      // In version 0 the session is the rebalance timeout as well.
      const shortMs = joinVersion === 0 ? await shortestSessionMs(group) : 500;
      const longMs = shortMs + 500;
      const within = (timeoutMs: number): MemberOptions => ({
        joinVersion,
        sessionTimeoutMs: joinVersion === 0 ? timeoutMs : 10_000,
        rebalanceTimeoutMs: timeoutMs,
      });
      const members = await group.stable(2, { joinVersion });
      const [leader, follower] = members;
      await rejoin(members, within(shortMs), within(longMs));
      await syncAll(members);
      const newcomer = await group.classicMember(within(shortMs));
      const joins = [newcomer.join()];
      await until(async () => (await leader!.heartbeat()) === "REBALANCE_IN_PROGRESS");
      const rejoined = leader!.join();
      joins.push(rejoined);
      const timer = setInterval(() => void follower!.heartbeat(), 100);
      try {
        expect(await isPending(rejoined, shortMs)).toBe(true);
        const [, answer] = await Promise.all(joins);
        const ids = answer!.members.map(({ memberId }) => memberId).toSorted();
        expect(ids).toEqual([leader!.memberId, newcomer.memberId].toSorted());
        expect(answer!.generationId).toBe(4);
      } finally {
        clearInterval(timer);
      }
      expect(await follower!.heartbeat()).toBe("UNKNOWN_MEMBER_ID");
    },
  );

  test.concurrent("[K42] who joins and does not sync is out after the rebalance timeout", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const members = await group.stable(2);
    const [leader, follower] = members;
    await rejoin(members, { rebalanceTimeoutMs: 1000 });
    expect((await leader!.sync()).error).toBe("NONE");
    await sleep(500);
    expect(await leader!.heartbeat()).toBe("NONE");
    expect(await follower!.heartbeat()).toBe("NONE");
    await until(async () => (await leader!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    expect(await follower!.heartbeat()).toBe("UNKNOWN_MEMBER_ID");
    const { members: left, generationId } = await leader!.join();
    expect(left.map(({ memberId }) => memberId)).toEqual([leader!.memberId]);
    expect(generationId).toBe(4);
  });
});
