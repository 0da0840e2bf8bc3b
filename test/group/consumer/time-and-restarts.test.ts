/** Members that are not heard of, members that are slow, and coordinators that start again. */
import { describe, expect, test } from "vitest";

import {
  GroupUnderTest,
  REBALANCE_TIMEOUT_MS,
  SESSION_TIMEOUT_MS,
  durable,
} from "./group-under-test.ts";

const ALL = [0, 1, 2, 3, 4, 5];

function group(): GroupUnderTest {
  const it = new GroupUnderTest({ "group.consumer.assignment.interval.ms": "0" });
  it.topic("orders", 6).joinAs("a", ["orders"]);
  return it;
}

describe("a member that is silent", () => {
  test("[GRP45] is fenced when its session is over, and not a moment earlier", () => {
    const it = group();
    expect(it.group.nextDeadline()).toBe(it.turn.now + SESSION_TIMEOUT_MS);
    it.pass(SESSION_TIMEOUT_MS - 1);
    expect(it.group.members.has("a")).toBe(true);
    it.pass(1);
    expect(it.group).toMatchObject({ isEmpty: true, stateName: "Empty", groupEpoch: 3 });
    expect(it.group.nextDeadline()).toBeNull();
    expect(it.heartbeat("a", 2).error).toBe("UNKNOWN_MEMBER_ID");
  });

  test("[GRP45] is heard of by any heartbeat that is not refused", () => {
    const it = group();
    it.pass(SESSION_TIMEOUT_MS - 1);
    it.heartbeat("a", 9);
    expect(it.group.nextDeadline()).toBe(it.turn.now + 1);
    const before = it.turn.records.length;
    it.heartbeat("a", 2);
    expect(it.recordedSince(before)).toEqual([]);
    expect(it.group.nextDeadline()).toBe(it.turn.now + SESSION_TIMEOUT_MS);
  });

  test("[GRP45] goes alone, and each that goes begins an epoch", () => {
    const it = group();
    it.joinAs("b", ["orders"]);
    it.joinAs("c", ["orders"]);
    expect(it.group.groupEpoch).toBe(4);
    it.pass(SESSION_TIMEOUT_MS - 1);
    it.beat("a");
    it.pass(1);
    expect([...it.group.members.keys()]).toEqual(["a"]);
    expect(it.group.groupEpoch).toBe(6);
    it.settle();
    expect(it.assigned("a")).toEqual({ orders: ALL });
  });
});

describe("a member that is slow", () => {
  /** It is told to give up some, and goes on sending heartbeats as if it was not. */
  function slow(it: GroupUnderTest, ms: number): void {
    for (let passed = 0; passed < ms; passed += 1000) {
      it.pass(Math.min(1000, ms - passed));
      if (!it.group.members.has("a")) return;
      it.heartbeat("a", 2, { owned: { orders: ALL } });
      it.beat("b");
    }
  }

  test("[GRP46] is fenced when its rebalance timeout is over", () => {
    const it = group();
    it.joinAs("b", ["orders"]);
    it.heartbeat("a", 2, { owned: { orders: ALL } });
    slow(it, REBALANCE_TIMEOUT_MS - 1);
    expect(it.member("a").state).toBe("UNREVOKED_PARTITIONS");
    slow(it, 1);
    expect([...it.group.members.keys()]).toEqual(["b"]);
    it.settle();
    expect(it.assigned("b")).toEqual({ orders: ALL });
  });

  test("[GRP46] has its time again for what it is told to give up later", () => {
    const it = group();
    it.joinAs("b", ["orders"]);
    it.heartbeat("a", 2, { owned: { orders: ALL } });
    slow(it, REBALANCE_TIMEOUT_MS - 1);
    it.beat("a");
    expect(it.member("a")).toMatchObject({ state: "STABLE", memberEpoch: 3 });
    it.beat("b");
    it.pass(1);
    expect(it.group.members.size).toBe(2);
    const held = it.assigned("a");
    it.joinAs("c", ["orders"]);
    it.heartbeat("a", 3, { owned: held });
    expect(it.member("a").state).toBe("UNREVOKED_PARTITIONS");
    expect(it.group.deadlinesOf("a").rebalance).toEqual({
      at: it.turn.now + REBALANCE_TIMEOUT_MS,
      memberEpoch: 3,
    });
  });

  test("[GRP46] is left alone where it has left that epoch", () => {
    const it = group();
    it.joinAs("s", ["orders"], { instanceId: "i" });
    it.settle();
    const owned = it.assigned("s");
    const { memberEpoch } = it.member("s");
    it.joinAs("c", ["orders"]);
    it.beat("s", { owned, rebalanceTimeoutMs: 1000 });
    expect(it.member("s").state).toBe("UNREVOKED_PARTITIONS");
    expect(it.group.deadlinesOf("s").rebalance?.memberEpoch).toBe(memberEpoch);
    it.heartbeat("s", -2, { instanceId: "i" });
    it.pass(1000);
    expect(it.member("s").memberEpoch).toBe(-2);
    expect(it.group.deadlinesOf("s").rebalance).toBeNull();
  });
});

describe("a group that starts again", () => {
  test("[GRP47] is as its records say", () => {
    const it = group();
    it.joinAs("b", ["orders"], { instanceId: "i", rackId: "r" });
    it.heartbeat("a", 2, { owned: { orders: ALL } });
    const before = durable(it.state);
    expect(durable(it.reloaded())).toEqual(before);
    it.restart();
    expect(it.heartbeat("a", 2, { owned: { orders: ALL } })).toMatchObject({
      error: null,
      memberEpoch: 2,
    });
    it.settle();
    expect(it.group.stateName).toBe("Stable");
  });

  test("[GRP47] gives all members a new session, and slow ones their time again", () => {
    const it = group();
    it.joinAs("b", ["orders"]);
    it.heartbeat("a", 2, { owned: { orders: ALL } });
    it.pass(SESSION_TIMEOUT_MS - 1);
    it.restart();
    expect(it.group.deadlinesOf("b")).toMatchObject({
      session: it.turn.now + SESSION_TIMEOUT_MS,
      rebalance: null,
    });
    expect(it.group.deadlinesOf("a")).toMatchObject({
      session: it.turn.now + SESSION_TIMEOUT_MS,
      rebalance: { at: it.turn.now + REBALANCE_TIMEOUT_MS, memberEpoch: 2 },
    });
    it.pass(SESSION_TIMEOUT_MS);
    expect(it.group.isEmpty).toBe(true);
  });

  test("[GRP47] looks whether topics have changed meanwhile", () => {
    const it = group();
    it.restart();
    const before = it.turn.records.length;
    it.beat("a");
    expect(it.recordedSince(before)).toEqual([]);
    it.topic("orders", 7);
    it.restart();
    it.beat("a");
    expect(it.group.groupEpoch).toBe(3);
  });

  test("[GRP47] that was deleted is not there", () => {
    const it = group();
    it.heartbeat("a", -1);
    for (const tombstone of it.group.tombstones()) it.turn.record(tombstone);
    expect(it.reloaded().group).toBeNull();
  });
});
