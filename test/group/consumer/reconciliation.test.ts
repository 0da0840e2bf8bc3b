/** Group epochs, target assignments, and how members get what they are to have. */
import { describe, expect, test } from "vitest";

import { GroupUnderTest, REBALANCE_TIMEOUT_MS, idOf } from "./group-under-test.ts";

const ALL = [0, 1, 2, 3, 4, 5];
const FIRST = [0, 1, 2];
const LAST = [3, 4, 5];

/** A group whose assignor gives the first partitions to the first member. */
function ranged(configs: Readonly<Record<string, string>> = {}): GroupUnderTest {
  const it = new GroupUnderTest({
    "group.consumer.assignors": "range",
    "group.consumer.assignment.interval.ms": "0",
    ...configs,
  });
  return it.topic("orders", 6);
}

describe("the group epoch", () => {
  test("[GRP36] rises when what members subscribe to changes", () => {
    const it = ranged();
    it.joinAs("a", ["orders"]);
    expect(it.group.groupEpoch).toBe(2);
    it.beat("a", { subscribedTopicNames: ["payments", "orders", "orders"] });
    expect(it.group.groupEpoch).toBe(3);
    expect(it.member("a").subscribedTopicNames).toEqual(["orders", "payments"]);
    it.beat("a", { subscribedTopicNames: ["payments", "orders"] });
    expect(it.group.groupEpoch).toBe(3);
  });

  test("[GRP36] rises when a topic comes, grows or goes, and then only", () => {
    const it = ranged();
    it.joinAs("a", ["orders", "payments"]);
    const epochAfter = (topic: string, partitionCount: number) => {
      it.topic(topic, partitionCount).beat("a");
      return it.group.groupEpoch;
    };
    expect(epochAfter("orders", 6)).toBe(2);
    expect(epochAfter("other", 1)).toBe(2);
    expect(epochAfter("payments", 1)).toBe(3);
    expect(epochAfter("orders", 7)).toBe(4);
    expect(epochAfter("payments", 0)).toBe(5);
    it.settle();
    expect(it.assigned("a")).toEqual({ orders: [...ALL, 6] });
  });

  test("[GRP36] rises when a topic has been made anew under its name", () => {
    const it = ranged();
    it.joinAs("a", ["orders"]);
    const image = it.turn.topics;
    const renewed = { ...image.byName("orders")!, topicId: idOf("new") };
    it.turn.topics = new (image.constructor as new (topics: unknown[]) => typeof image)([renewed]);
    it.group.topicsChanged();
    it.beat("a");
    expect(it.group.groupEpoch).toBe(3);
    it.settle();
    expect(it.assigned("a")).toEqual({ new: ALL });
  });
});

describe("the target assignment", () => {
  test("[GRP37] is of the assignor that most members ask for", () => {
    const it = new GroupUnderTest({ "group.consumer.assignors": "uniform, range" });
    const preferred = () => it.group.preferredAssignor(it.turn.config);
    it.joinAs("a", []);
    expect(preferred()).toBe("uniform");
    it.joinAs("b", [], { serverAssignor: "range" });
    expect(preferred()).toBe("range");
    it.joinAs("c", [], { serverAssignor: "uniform" });
    expect(preferred()).toBe("uniform");
    it.joinAs("d", [], { serverAssignor: "range" });
    expect(preferred()).toBe("range");
    it.heartbeat("b", -1);
    it.beat("d", { serverAssignor: "uniform" });
    expect(preferred()).toBe("uniform");
  });

  test("[GRP38] is not computed again before its interval is over", () => {
    const it = ranged({ "group.consumer.assignment.interval.ms": "1000" });
    it.joinAs("a", ["orders"]);
    it.turn.now += 999;
    expect(it.joinAs("b", ["orders"])).toMatchObject({ memberEpoch: 2, assignment: [] });
    expect(it.group).toMatchObject({ groupEpoch: 3, assignmentEpoch: 2, stateName: "Assigning" });
    it.turn.now += 1;
    it.beat("b");
    expect(it.group).toMatchObject({ groupEpoch: 3, assignmentEpoch: 3 });
    expect(it.target("b")).toEqual({ orders: LAST });
  });

  test("[GRP38] is computed at once where the interval is 0, however the clock goes", () => {
    const it = ranged();
    it.joinAs("a", ["orders"]);
    it.turn.now -= 500;
    it.joinAs("b", ["orders"]);
    expect(it.group.assignmentEpoch).toBe(3);
  });
});

describe("a member", () => {
  test("[GRP40] gives up what others are to have before it is in the next epoch", () => {
    const it = ranged();
    it.joinAs("a", ["orders"]);
    it.joinAs("b", ["orders"]);
    expect(it.member("b")).toMatchObject({ state: "UNRELEASED_PARTITIONS", memberEpoch: 3 });
    expect(it.assigned("b")).toEqual({});

    const told = it.heartbeat("a", 2, { owned: { orders: ALL } });
    expect(told).toMatchObject({
      memberEpoch: 2,
      assignment: [{ topicId: idOf("orders"), partitions: FIRST }],
    });
    expect(it.member("a").state).toBe("UNREVOKED_PARTITIONS");
    expect(it.group.stateName).toBe("Reconciling");
    it.beat("b");
    expect(it.assigned("b")).toEqual({});

    // It has not given up all of it yet, or does not say.
    it.heartbeat("a", 2, { owned: { orders: [0, 1, 2, 3] } });
    it.heartbeat("a", 2);
    expect(it.member("a")).toMatchObject({ state: "UNREVOKED_PARTITIONS", memberEpoch: 2 });

    expect(it.heartbeat("a", 2, { owned: { orders: FIRST } })).toMatchObject({ memberEpoch: 3 });
    expect(it.member("a").state).toBe("STABLE");
    expect(it.beat("b").assignment).toEqual([{ topicId: idOf("orders"), partitions: LAST }]);
    expect(it.group.stateName).toBe("Stable");
  });

  test("[GRP40] that owns nothing of what it loses is in the next epoch at once", () => {
    const it = ranged();
    it.joinAs("a", ["orders"]);
    it.joinAs("b", ["orders"]);
    expect(it.heartbeat("a", 2, { owned: {} })).toMatchObject({
      memberEpoch: 3,
      assignment: [{ topicId: idOf("orders"), partitions: FIRST }],
    });
  });

  test("[GRP40] is told of free partitions while it waits for others", () => {
    const it = ranged().topic("payments", 2);
    it.joinAs("a", ["orders"]);
    expect(it.joinAs("b", ["orders", "payments"])).toMatchObject({
      memberEpoch: 3,
      assignment: [{ topicId: idOf("payments"), partitions: [0, 1] }],
    });
    expect(it.member("b").state).toBe("UNRELEASED_PARTITIONS");
    it.settle();
    expect(it.assigned("b")).toEqual({ payments: [0, 1], orders: LAST });
  });

  test("[GRP40] keeps what comes back to it before it has given it up", () => {
    const it = ranged();
    it.joinAs("a", ["orders"]);
    it.joinAs("b", ["orders"]);
    it.heartbeat("a", 2, { owned: { orders: ALL } });
    it.heartbeat("b", -1);
    // Its owner has the first target's epoch, and gets all back with the next.
    it.heartbeat("a", 2, { owned: { orders: FIRST } });
    expect(it.assigned("a")).toEqual({ orders: ALL });
    expect(it.member("a").state).toBe("STABLE");
  });

  test("[GRP41] gives up at once what it no longer subscribes to", () => {
    const it = ranged({ "group.consumer.assignment.interval.ms": "60000" });
    it.topic("payments", 2).joinAs("a", ["orders", "payments"]);
    const report = { owned: { orders: ALL, payments: [0, 1] } };
    expect(it.beat("a", { ...report, subscribedTopicNames: ["orders"] })).toMatchObject({
      memberEpoch: 2,
      assignment: [{ topicId: idOf("orders"), partitions: ALL }],
    });
    expect(it.group).toMatchObject({ groupEpoch: 3, assignmentEpoch: 2 });
    expect(it.member("a").state).toBe("UNREVOKED_PARTITIONS");
    // And again, before it has given up the first of them.
    it.heartbeat("a", 2, { ...report, subscribedTopicNames: [] });
    expect(it.assigned("a")).toEqual({});
    expect([...it.member("a").partitionsPendingRevocation.keys()].sort()).toEqual(
      [idOf("orders"), idOf("payments")].sort(),
    );
    it.heartbeat("a", 2, { owned: {} });
    expect(it.member("a")).toMatchObject({ state: "STABLE", memberEpoch: 2 });
  });

  test("[GRP41] keeps its state where it has given that up already", () => {
    const it = ranged({ "group.consumer.assignment.interval.ms": "60000" });
    it.topic("payments", 2).joinAs("a", ["orders", "payments"]);
    it.heartbeat("a", 2, { owned: { orders: ALL }, subscribedTopicNames: ["orders"] });
    expect(it.member("a").state).toBe("STABLE");
    expect(it.assigned("a")).toEqual({ orders: ALL });
  });

  test("[GRP41] is not given a topic that it does not subscribe to, whatever its target says", () => {
    const it = ranged({ "group.consumer.assignment.interval.ms": "1000" }).topic("payments", 2);
    it.joinAs("a", ["orders"]);
    it.turn.now += 1000;
    it.joinAs("b", ["orders", "payments"]);
    it.beat("b", { subscribedTopicNames: ["orders"] });
    expect(it.target("b")).toEqual({ orders: LAST, payments: [0, 1] });
    it.beat("a");
    it.beat("a");
    it.beat("b");
    expect(it.assigned("b")).toEqual({ orders: LAST });
    expect(it.member("b").rebalanceTimeoutMs).toBe(REBALANCE_TIMEOUT_MS);
  });
});
