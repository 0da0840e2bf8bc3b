/** Who may join a classic group, as what, and what it is told. */
import { describe, expect, test } from "vitest";

import { rebalanceIfOverCapacity } from "../../../src/group/classic/prepare-rebalance.ts";
import {
  GroupUnderTest,
  INITIAL_DELAY_MS,
  RANGE,
  REBALANCE_TIMEOUT_MS,
  SESSION_TIMEOUT_MS,
  STICKY,
  protocol,
} from "./group-under-test.ts";

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
const KNOWN_ID = { requiresKnownMemberId: true };

describe("member ids", () => {
  test("[GRP1] are given out, and joined with", () => {
    const it = new GroupUnderTest();
    const told = it.joinNow("", { ...KNOWN_ID, clientId: "app" });
    expect(told).toEqual({
      error: "MEMBER_ID_REQUIRED",
      memberId: expect.stringMatching(new RegExp(`^app-${UUID}$`)),
      generationId: -1,
      protocolType: null,
      protocolName: "",
      leader: "",
      skipAssignment: false,
      members: [],
    });
    expect(it.group.state).toBe("Empty");
    const ticket = it.join(told.memberId, KNOWN_ID);
    it.pass(INITIAL_DELAY_MS);
    expect(it.joined(ticket)).toMatchObject({ error: null, memberId: told.memberId });
  });

  test("[GRP1] two are never the same", () => {
    const it = new GroupUnderTest();
    expect(it.joinNow("", KNOWN_ID).memberId).not.toBe(it.joinNow("", KNOWN_ID).memberId);
  });

  test("[GRP1] are forgotten unless somebody joins with them in time", () => {
    const it = new GroupUnderTest();
    const { memberId } = it.joinNow("", KNOWN_ID);
    it.pass(SESSION_TIMEOUT_MS - 1);
    const { memberId: other } = it.joinNow("", KNOWN_ID);
    it.pass(1);
    expect(it.joinNow(memberId).error).toBe("UNKNOWN_MEMBER_ID");
    expect(it.joined(it.join(other))).toBeUndefined();
  });

  test("[GRP1] are not given out below version 4", () => {
    const it = new GroupUnderTest();
    it.join("", { clientId: "app" });
    expect(it.memberIds).toEqual([expect.stringMatching(new RegExp(`^app-${UUID}$`))]);
  });

  test("[GRP1] of static members begin with their instance id", () => {
    const it = new GroupUnderTest();
    it.join("", { ...KNOWN_ID, groupInstanceId: "pod-7" });
    expect(it.memberIds).toEqual([expect.stringMatching(new RegExp(`^pod-7-${UUID}$`))]);
  });

  test("[GRP1] given to a dynamic member cannot be used as a static member's", () => {
    const it = new GroupUnderTest();
    const { memberId } = it.joinNow("", KNOWN_ID);
    const answer = it.joinNow(memberId, { groupInstanceId: "pod-7" });
    expect(answer).toMatchObject({ error: "UNKNOWN_SERVER_ERROR", memberId: "" });
  });

  test("[GRP2] belong to the instance id that they were given for", () => {
    const it = new GroupUnderTest();
    const [dynamic] = it.stable("app") as [string];
    it.join("", { groupInstanceId: "pod-7" });
    expect(it.joinNow(dynamic, { groupInstanceId: "pod-7" })).toMatchObject({
      error: "FENCED_INSTANCE_ID",
      memberId: dynamic,
      protocolName: null,
    });
    expect(it.joinNow(dynamic, { groupInstanceId: "pod-8" }).error).toBe("UNKNOWN_MEMBER_ID");
    const sync = it.sync(dynamic, {}, { groupInstanceId: "pod-7" });
    expect(it.synced(sync)?.error).toBe("FENCED_INSTANCE_ID");
  });
});

describe("protocols", () => {
  test("[GRP3] an empty group takes another type than it had", () => {
    const it = new GroupUnderTest();
    const ids = it.stable("a");
    it.leave(...ids);
    expect(it.group).toMatchObject({ state: "Empty", protocolType: "consumer" });
    it.join("", { protocolType: "connect", protocols: [{ ...STICKY, name: "sessioned" }] });
    it.pass(INITIAL_DELAY_MS);
    expect(it.group).toMatchObject({ protocolType: "connect", protocolName: "sessioned" });
  });

  test("[GRP3] one in common is enough, but all must have it", () => {
    const it = new GroupUnderTest();
    it.join("", { protocols: [RANGE, STICKY] });
    it.join("", { protocols: [STICKY, protocol("uniform")] });
    expect(it.joinNow("", { protocols: [RANGE] }).error).toBe("INCONSISTENT_GROUP_PROTOCOL");
    expect(it.joined(it.join("", { protocols: [STICKY] }))).toBeUndefined();
  });

  test("[GRP3] a member may not leave the others without one", () => {
    const it = new GroupUnderTest();
    const [leader] = it.stable("a", "b") as [string];
    const { error } = it.joinNow(leader, { protocols: [STICKY] });
    expect(error).toBe("INCONSISTENT_GROUP_PROTOCOL");
    expect(it.group.state).toBe("Stable");
  });

  test("[GRP3] named twice count once", () => {
    const it = new GroupUnderTest();
    it.join("", { protocols: [RANGE, RANGE] });
    it.join("", { protocols: [RANGE] });
    it.pass(2 * INITIAL_DELAY_MS);
    expect(it.group).toMatchObject({ state: "CompletingRebalance", protocolName: "range" });
  });

  test.for([
    ["the one that most prefer", ["ab", "ba", "ba"], "b"],
    ["Java's first of as many votes", ["ab", "ba"], "a"],
    ["Java's first of as many votes", ["ba", "ab"], "a"],
    ["only what all support", ["ab", "ab", "b"], "b"],
    ["the vote of who prefers what not all support", ["abc", "acb", "cb", "cb"], "c"],
  ] as const)("[GRP4] %s is chosen of %j", ([, preferences, chosen]) => {
    const it = new GroupUnderTest();
    for (const names of preferences)
      it.join("", { protocols: names.split("").map((name) => protocol(name)) });
    it.pass(2 * INITIAL_DELAY_MS);
    expect(it.group.protocolName).toBe(chosen);
  });
});

describe("group.max.size", () => {
  const LIMIT = { "group.max.size": "2" };

  test("[GRP5] refuses new members, and forgets the id that they were given", () => {
    const it = new GroupUnderTest(LIMIT);
    const { memberId } = it.joinNow("", KNOWN_ID);
    const ids = it.stable("a", "b");
    expect(it.joinNow(memberId)).toMatchObject({ error: "GROUP_MAX_SIZE_REACHED", memberId: "" });
    expect(it.joinNow("").error).toBe("GROUP_MAX_SIZE_REACHED");
    expect(it.group.membership.pendingJoins.size).toBe(0);
    expect(it.joinNow(ids[1]!).error).toBeNull();
  });

  test("[GRP5] counts those who have joined while a rebalance is prepared", () => {
    const it = new GroupUnderTest(LIMIT);
    const [, follower] = it.stable("a", "b") as [string, string];
    it.join(follower, { protocols: [RANGE, STICKY] });
    expect(it.joined(it.join(""))).toBeUndefined();
    expect(it.joinNow("").error).toBe("GROUP_MAX_SIZE_REACHED");
    // A member that joins again is none more.
    expect(it.joined(it.join(follower))).toBeUndefined();
  });

  test("[GRP5] makes a larger group that is loaded rebalance", () => {
    const large = new GroupUnderTest();
    const ids = large.stable("a", "b", "c");
    const it = new GroupUnderTest(LIMIT);
    it.turn.records.push(...large.turn.records);
    it.restart();
    rebalanceIfOverCapacity(it.group, it.turn);
    expect(it.group.state).toBe("PreparingRebalance");
    const tickets = ids.map((id) => it.join(id));
    expect(it.joined(tickets[2]!)?.error).toBe("GROUP_MAX_SIZE_REACHED");
    it.pass(REBALANCE_TIMEOUT_MS);
    expect(it.memberIds).toEqual(ids.slice(0, 2));
    expect(it.group.state).toBe("CompletingRebalance");
  });

  test("[GRP5] leaves a group that is not too large as it was", () => {
    const it = new GroupUnderTest(LIMIT);
    it.stable("a", "b");
    it.restart();
    rebalanceIfOverCapacity(it.group, it.turn);
    expect(it.group.state).toBe("Stable");
  });
});

describe("joining again", () => {
  test("[GRP6] a follower with the same protocols is told the current generation", () => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.stable("a", "b") as [string, string];
    expect(it.joinNow(follower)).toEqual({
      error: null,
      memberId: follower,
      generationId: 1,
      protocolType: "consumer",
      protocolName: "range",
      leader,
      skipAssignment: false,
      members: [],
    });
  });

  test.for([
    ["other topics", [protocol("range", "payments")]],
    ["one more topic", [protocol("range", "orders", "payments")]],
    ["more bytes", [{ name: "range", metadata: new Uint8Array([...RANGE.metadata, 0]) }, STICKY]],
    ["another order", [STICKY, RANGE]],
    ["less", [RANGE]],
  ] as const)("[GRP6] with %s begins a rebalance", ([, protocols]) => {
    const it = new GroupUnderTest();
    it.join("", { protocols: [RANGE, STICKY] });
    const follower = it.join("", { protocols: [RANGE, STICKY] });
    it.pass(2 * INITIAL_DELAY_MS);
    const { memberId } = it.joined(follower)!;
    expect(it.joined(it.join(memberId, { protocols }))).toBeUndefined();
    expect(it.group.state).toBe("PreparingRebalance");
  });

  test("[GRP6] a leader is told of the members again while assignments are awaited", () => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.completing("a", "b") as [string, string];
    const members = [leader, follower].map((memberId) => ({
      memberId,
      groupInstanceId: null,
      metadata: RANGE.metadata,
    }));
    expect(it.joinNow(leader)).toMatchObject({ generationId: 1, members });
    expect(it.joinNow(follower)).toMatchObject({ generationId: 1, members: [] });
  });

  test("[GRP6] a leader may bring other timeouts", () => {
    const it = new GroupUnderTest();
    it.join("");
    it.join("", { sessionTimeoutMs: 300_000 });
    it.pass(2 * INITIAL_DELAY_MS);
    const [leader] = it.memberIds as [string];
    it.sync(leader);
    it.join(leader, { sessionTimeoutMs: 20_000, rebalanceTimeoutMs: 90_000 });
    it.pass(REBALANCE_TIMEOUT_MS);
    expect(it.group.state).toBe("PreparingRebalance");
    it.pass(30_000);
    expect(it.group.state).toBe("CompletingRebalance");
    it.sync(leader);
    it.pass(19_999);
    expect(it.memberIds).toEqual([leader]);
    it.pass(1);
    expect(it.group.state).toBe("Empty");
  });

  test("[GRP8] gives up what waited before", () => {
    const it = new GroupUnderTest();
    const first = it.join("");
    const [memberId] = it.memberIds as [string];
    const second = it.join(memberId);
    expect(it.joined(first)).toMatchObject({ error: "REBALANCE_IN_PROGRESS", memberId });
    it.pass(INITIAL_DELAY_MS);
    expect(it.joined(second)).toMatchObject({ error: null, memberId });
  });

  test("[GRP8] gives up a sync that waited before", () => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.completing("a", "b") as [string, string];
    const first = it.sync(follower);
    const second = it.sync(follower);
    expect(it.synced(first)?.error).toBe("REBALANCE_IN_PROGRESS");
    it.sync(leader, { [follower]: "mine" });
    expect(it.synced(second)?.error).toBeNull();
  });
});
