/** Members that fall silent, and members that say goodbye. */
import { describe, expect, test } from "vitest";

import { renewSession } from "../../../src/group/classic/sessions.ts";
import { GroupUnderTest, INITIAL_DELAY_MS, RANGE, STICKY } from "./group-under-test.ts";

const SESSION = 10_000;
const CHANGED = { protocols: [RANGE, STICKY] };

describe("a session", () => {
  test("[GRP22] ends when a member is not heard of", () => {
    const it = new GroupUnderTest();
    const [silent, alive] = it.stable("a", "b") as [string, string];
    it.pass(SESSION - 1);
    expect(it.heartbeat(alive)).toBeNull();
    it.pass(1);
    expect(it.memberIds).toEqual([alive]);
    expect(it.heartbeat(silent)).toBe("UNKNOWN_MEMBER_ID");
    expect(it.heartbeat(alive)).toBe("REBALANCE_IN_PROGRESS");
  });

  test("[GRP22] is renewed by heartbeats, also while a rebalance is prepared", () => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.stable("a", "b") as [string, string];
    it.join(follower, CHANGED);
    for (let count = 0; count < 3; count++) {
      it.pass(SESSION - 1);
      expect(it.heartbeat(leader)).toBe("REBALANCE_IN_PROGRESS");
    }
    expect(it.memberIds).toEqual([leader, follower]);
  });

  test("[GRP22] is not renewed by what is refused", () => {
    const it = new GroupUnderTest();
    const [leader] = it.stable("a") as [string];
    it.pass(SESSION - 1);
    expect(it.heartbeat(leader, 7)).toBe("ILLEGAL_GENERATION");
    it.pass(1);
    expect(it.group.state).toBe("Empty");
  });

  test("[GRP22] is renewed by offset commits, except while assignments are awaited", () => {
    const it = new GroupUnderTest();
    const [leader] = it.completing("a") as [string];
    it.pass(SESSION - 1);
    renewSession(it.group, leader, it.turn.now);
    it.pass(1);
    expect(it.group.state).toBe("Empty");

    const [again] = it.stable("a") as [string];
    it.pass(SESSION - 1);
    renewSession(it.group, again, it.turn.now);
    renewSession(it.group, "stranger", it.turn.now);
    it.pass(SESSION - 1);
    expect(it.memberIds).toEqual([again]);
  });

  test("[GRP22] that ends while a rebalance is prepared ends it, if the others have joined", () => {
    const it = new GroupUnderTest();
    const [, follower] = it.stable("a", "b") as [string, string];
    const waiting = it.join(follower, CHANGED);
    it.pass(SESSION - 1);
    expect(it.joined(waiting)).toBeUndefined();
    it.pass(1);
    expect(it.joined(waiting)).toMatchObject({ error: null, leader: follower });
  });

  test("[GRP22] that ends while assignments are awaited begins a rebalance", () => {
    const it = new GroupUnderTest();
    const [, follower] = it.completing("a", "b") as [string, string];
    const waiting = it.sync(follower);
    it.pass(SESSION);
    expect(it.synced(waiting)?.error).toBe("REBALANCE_IN_PROGRESS");
    expect(it.memberIds).toEqual([follower]);
  });

  test("[GRP22] of the last member leaves the group empty", () => {
    const it = new GroupUnderTest();
    it.stable("a", "b");
    it.pass(SESSION);
    expect(it.group).toMatchObject({ state: "Empty", leaderId: null });
    expect(it.group.nextDeadline()).toBeNull();
  });

  test("[GRP23] does not end while the group keeps the member waiting", () => {
    const it = new GroupUnderTest();
    const patient = { sessionTimeoutMs: 100_000 };
    it.join("", patient);
    it.join("");
    it.pass(2 * INITIAL_DELAY_MS);
    const [slow, quick] = it.memberIds as [string, string];
    const syncing = it.sync(quick);
    it.pass(3 * SESSION);
    expect(it.memberIds).toEqual([slow, quick]);
    it.sync(slow);
    expect(it.synced(syncing)?.error).toBeNull();
    const joining = it.join(quick, CHANGED);
    it.pass(3 * SESSION);
    expect(it.joined(joining)).toBeUndefined();
    it.join(slow, patient);
    // It begins anew with the answer.
    expect(it.joined(joining)?.error).toBeNull();
    it.pass(SESSION - 1);
    expect(it.memberIds).toEqual([slow, quick]);
    it.pass(1);
    expect(it.memberIds).toEqual([slow]);
  });

  test("[GRP23] of a new member ends after five minutes, even while it waits", () => {
    const it = new GroupUnderTest();
    const endless = { rebalanceTimeoutMs: 900_000, sessionTimeoutMs: 900_000 };
    it.join("", endless);
    it.pass(INITIAL_DELAY_MS);
    const [leader] = it.memberIds as [string];
    it.sync(leader);
    const waiting = it.join("");
    it.pass(299_999);
    expect(it.joined(waiting)).toBeUndefined();
    it.pass(1);
    expect(it.joined(waiting)).toMatchObject({ error: "UNKNOWN_MEMBER_ID", memberId: "" });
    expect(it.memberIds).toEqual([leader]);
  });
});

describe("leaving", () => {
  test("[GRP24] each is told by itself, and one rebalance begins", () => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.stable("a", "b", "c") as [string, string];
    const { memberId } = it.joinNow("", { requiresKnownMemberId: true });
    expect(it.leave(leader, "stranger", memberId, follower, leader)).toEqual([
      null,
      "UNKNOWN_MEMBER_ID",
      null,
      null,
      "UNKNOWN_MEMBER_ID",
    ]);
    expect(it.memberIds).toHaveLength(1);
    expect(it.group.membership.pendingJoins.size).toBe(0);
    expect(it.group).toMatchObject({ state: "PreparingRebalance", generationId: 1 });
  });

  test("[GRP24] nothing happens where nobody left", () => {
    const it = new GroupUnderTest();
    it.stable("a");
    expect(it.leave("stranger", "@nobody")).toEqual(["UNKNOWN_MEMBER_ID", "UNKNOWN_MEMBER_ID"]);
    expect(it.leave()).toEqual([]);
    expect(it.group.state).toBe("Stable");
  });

  test("[GRP24] answers the join and the sync of who waits", () => {
    const it = new GroupUnderTest();
    const joining = it.join("", { groupInstanceId: "one" });
    expect(it.leave("@one")).toEqual([null]);
    expect(it.joined(joining)).toMatchObject({ error: "UNKNOWN_MEMBER_ID", memberId: "" });
    it.pass(INITIAL_DELAY_MS);
    const [, follower] = it.completing("a", "b") as [string, string];
    const syncing = it.sync(follower);
    it.leave(follower);
    expect(it.synced(syncing)?.error).toBe("UNKNOWN_MEMBER_ID");
  });

  test("[GRP24] an id that was given out may be given back", () => {
    const it = new GroupUnderTest();
    const { memberId } = it.joinNow("", { requiresKnownMemberId: true });
    expect(it.leave(memberId)).toEqual([null]);
    expect(it.joinNow(memberId).error).toBe("UNKNOWN_MEMBER_ID");
    expect(it.group.state).toBe("Empty");
  });
});
