/** How a classic group comes from one generation to the next. */
import { describe, expect, test } from "vitest";

import {
  GroupUnderTest,
  INITIAL_DELAY_MS,
  RANGE,
  REBALANCE_TIMEOUT_MS,
  SESSION_TIMEOUT_MS,
  STICKY,
} from "./group-under-test.ts";

const CHANGED = { protocols: [RANGE, STICKY] };
const STATIC = { groupInstanceId: "one" };

describe("the leader", () => {
  test("[GRP7] is who came first, and alone sees the members", () => {
    const it = new GroupUnderTest();
    const first = it.join("", { clientId: "a" });
    const second = it.join("", { clientId: "b", groupInstanceId: "pod" });
    it.pass(2 * INITIAL_DELAY_MS);
    const [leader, follower] = it.memberIds as [string, string];
    expect(it.joined(first)).toEqual({
      error: null,
      memberId: leader,
      generationId: 1,
      protocolType: "consumer",
      protocolName: "range",
      leader,
      skipAssignment: false,
      members: [
        { memberId: leader, groupInstanceId: null, metadata: RANGE.metadata },
        { memberId: follower, groupInstanceId: "pod", metadata: RANGE.metadata },
      ],
    });
    expect(it.joined(second)).toMatchObject({ memberId: follower, leader, members: [] });
  });

  test("[GRP7] that leaves is followed by the next", () => {
    const it = new GroupUnderTest();
    const [leader, next] = it.stable("a", "b", "c") as [string, string];
    it.leave(leader);
    expect(it.group.leaderId).toBe(next);
  });

  test("[GRP7] that has not joined in time is followed by one that has", () => {
    const it = new GroupUnderTest();
    const leading = it.join("", STATIC);
    const follower = it.join("", { clientId: "b" });
    it.pass(2 * INITIAL_DELAY_MS);
    const { memberId: leader } = it.joined(leading)!;
    const { memberId } = it.joined(follower)!;
    it.sync(leader);
    const ticket = it.join(memberId, CHANGED);
    for (let passed = 0; passed < REBALANCE_TIMEOUT_MS; passed += 5000) {
      it.heartbeat(leader, 1);
      it.pass(5000);
    }
    expect(it.joined(ticket)).toMatchObject({ generationId: 2, leader: memberId });
    expect(it.memberIds).toEqual([leader, memberId]);
    expect(it.group.leaderId).toBe(memberId);
  });
});

describe("the initial delay", () => {
  /** How long the first of several joins waits, each of which comes when the one before was due. */
  function waits(joinsAt: readonly number[], configs = {}): number {
    const it = new GroupUnderTest(configs);
    const begin = it.turn.now;
    const first = it.join("", { rebalanceTimeoutMs: 10_000 });
    for (const at of joinsAt) {
      it.pass(begin + at - it.turn.now);
      it.join("", { rebalanceTimeoutMs: 10_000 });
    }
    while (it.joined(first) === undefined) it.pass(1);
    return it.turn.now - begin;
  }

  test("[GRP9] passes once while nobody comes", () => {
    expect(waits([])).toBe(3000);
  });

  test("[GRP9] passes again when somebody has come", () => {
    expect(waits([1])).toBe(6000);
    expect(waits([2999])).toBe(6000);
    expect(waits([10, 20, 30])).toBe(6000);
  });

  test("[GRP9] passes again and again, up to the rebalance timeout", () => {
    expect(waits([1, 3001, 6001])).toBe(10_000);
    expect(waits([1, 3001, 6001, 9001, 9500])).toBe(10_000);
  });

  test("[GRP9] may be none", () => {
    expect(waits([], { "group.initial.rebalance.delay.ms": "0" })).toBeLessThanOrEqual(1);
  });

  test("[GRP9] is longer than the rebalance timeout if the config says so", () => {
    expect(waits([5], { "group.initial.rebalance.delay.ms": "20000" })).toBe(20_000);
  });

  test("[GRP9] ends even if all members have gone", () => {
    const it = new GroupUnderTest();
    it.join("");
    it.leave(...it.memberIds);
    expect(it.group.state).toBe("PreparingRebalance");
    it.pass(INITIAL_DELAY_MS);
    expect(it.group).toMatchObject({ state: "Empty", generationId: 1 });
  });

  test("[GRP9] begins anew after the group was empty", () => {
    const it = new GroupUnderTest();
    it.leave(...it.stable("a", "b"));
    const ticket = it.join("");
    it.pass(INITIAL_DELAY_MS - 1);
    expect(it.joined(ticket)).toBeUndefined();
    it.pass(1);
    expect(it.joined(ticket)?.error).toBeNull();
  });
});

describe("a later rebalance", () => {
  test("[GRP10] ends as soon as everybody has joined", () => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.stable("a", "b") as [string, string];
    const tickets = [it.join(""), it.join(follower)];
    expect(tickets.map((ticket) => it.joined(ticket))).toEqual([undefined, undefined]);
    tickets.push(it.join(leader));
    expect(tickets.map((ticket) => it.joined(ticket)?.generationId)).toEqual([2, 2, 2]);
  });

  test("[GRP10] waits for whoever was given an id", () => {
    const it = new GroupUnderTest();
    const [leader] = it.stable("a") as [string];
    const { memberId } = it.joinNow("", { requiresKnownMemberId: true });
    const waiting = it.join(leader);
    expect(it.joined(waiting)).toBeUndefined();
    it.join(memberId);
    expect(it.joined(waiting)?.members).toHaveLength(2);
  });

  test("[GRP10] waits for an id no longer than it is remembered", () => {
    const it = new GroupUnderTest();
    const [leader] = it.stable("a") as [string];
    it.joinNow("", { requiresKnownMemberId: true });
    const waiting = it.join(leader);
    it.pass(SESSION_TIMEOUT_MS);
    expect(it.joined(waiting)?.members).toHaveLength(1);
  });

  test("[GRP10] ends when the last to wait for leaves", () => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.stable("a", "b") as [string, string];
    const waiting = it.join(follower, CHANGED);
    it.leave(leader);
    expect(it.joined(waiting)).toMatchObject({ generationId: 2, leader: follower });
  });

  test("[GRP10] lasts the longest rebalance timeout, and removes who has not joined", () => {
    const it = new GroupUnderTest();
    it.join("", { rebalanceTimeoutMs: 20_000, sessionTimeoutMs: 30_000 });
    const second = it.join("", { rebalanceTimeoutMs: 10_000, sessionTimeoutMs: 30_000 });
    it.pass(2 * INITIAL_DELAY_MS);
    const { memberId, leader } = it.joined(second)!;
    it.sync(leader);
    const waiting = it.join(memberId, { ...CHANGED, rebalanceTimeoutMs: 10_000 });
    it.pass(19_999);
    expect(it.joined(waiting)).toBeUndefined();
    it.pass(1);
    expect(it.joined(waiting)).toMatchObject({ generationId: 2, leader: memberId });
    expect(it.memberIds).toEqual([memberId]);
  });

  test("[GRP10] keeps static members that have not joined", () => {
    const it = new GroupUnderTest();
    const [leader] = it.stable("a") as [string];
    const slow = { ...STATIC, sessionTimeoutMs: 300_000 };
    const ticket = it.join("", slow);
    it.join(leader);
    const { memberId } = it.joined(ticket)!;
    it.sync(leader);
    it.sync(memberId);
    const waiting = it.join(leader);
    it.pass(REBALANCE_TIMEOUT_MS);
    expect(it.joined(waiting)?.members.map((member) => member.memberId)).toEqual([
      leader,
      memberId,
    ]);
  });

  test("[GRP11] waits on while nobody has joined", () => {
    const it = new GroupUnderTest();
    const slow = { sessionTimeoutMs: 300_000, rebalanceTimeoutMs: 20_000 };
    it.join("", { ...slow, ...STATIC });
    it.join("", { ...slow, groupInstanceId: "two" });
    it.join("", { ...slow, groupInstanceId: "three" });
    it.pass(2 * INITIAL_DELAY_MS);
    const [, two] = it.memberIds as [string, string];
    for (const id of it.memberIds) it.sync(id);
    it.leave("@three");
    it.pass(20_000);
    expect(it.group).toMatchObject({ state: "PreparingRebalance", generationId: 1 });
    const waiting = it.join(two, slow);
    it.pass(19_999);
    expect(it.joined(waiting)).toBeUndefined();
    it.pass(1);
    expect(it.joined(waiting)).toMatchObject({ generationId: 2, leader: two });
  });

  test("[GRP11] does not spin where members ask for no timeout at all", () => {
    const it = new GroupUnderTest();
    const hasty = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 0 };
    it.join("", { ...hasty, ...STATIC });
    it.join("", { ...hasty, groupInstanceId: "two" });
    it.pass(INITIAL_DELAY_MS - 1);
    it.turn.now++;
    it.pass(0);
    // Everybody was told of the generation, and given no time to sync.
    expect(it.turn.joins.size).toBe(2);
    expect(it.group.state).toBe("Empty");
    const deadlines = new Set<number>();
    it.join("", { ...hasty, ...STATIC });
    it.join("", { ...hasty, groupInstanceId: "two", rebalanceTimeoutMs: 1 });
    it.pass(INITIAL_DELAY_MS);
    for (const id of it.memberIds) it.sync(id);
    it.leave("@one");
    for (let count = 0; count < 10; count++) {
      deadlines.add(it.group.nextDeadline()!);
      it.pass(100);
    }
    expect(deadlines.size).toBe(10);
  });
});

describe("generations", () => {
  test("[GRP12] one is begun by each join phase, however many have joined", () => {
    const it = new GroupUnderTest();
    const ids = it.stable("a", "b", "c");
    expect(it.group.generationId).toBe(1);
    for (const id of [...ids].toReversed()) it.join(id, CHANGED);
    expect(it.group.generationId).toBe(2);
    expect(it.begunGenerations).toEqual([1, 2]);
  });

  test("[GRP12] follow the last that was told, even if a restart has cut it short", () => {
    const it = new GroupUnderTest();
    const [leader] = it.stable("a") as [string];
    it.join(leader);
    expect(it.group).toMatchObject({
      state: "CompletingRebalance",
      generationId: 2,
      begunGenerationId: 2,
    });
    it.restart();
    expect(it.group).toMatchObject({ state: "Stable", generationId: 1 });
    expect(it.heartbeat(leader, 2)).toBe("ILLEGAL_GENERATION");
    expect(it.joinNow(leader).generationId).toBe(3);
    expect(it.begunGenerations).toEqual([1, 2, 3]);
  });

  test("[GRP12] follow the one in which the group was empty", () => {
    const it = new GroupUnderTest();
    it.leave(...it.stable("a"));
    it.restart();
    const [leader] = it.stable("b") as [string];
    expect(it.joinNow(leader).generationId).toBe(4);
    expect(it.begunGenerations).toEqual([1, 3, 4]);
  });

  test("[GRP13] the one in which the group becomes empty is stored", () => {
    const it = new GroupUnderTest();
    const ids = it.stable("a", "b");
    it.pass(10);
    it.leave(...ids);
    expect(it.lastMetadata).toEqual({
      protocolType: "consumer",
      generation: 2,
      protocol: null,
      leader: null,
      currentStateTimestamp: it.turn.now,
      members: [],
    });
  });
});
