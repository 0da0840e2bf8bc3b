/** Members with a group instance id: they go and come back as somebody else. */
import { describe, expect, test } from "vitest";

import { GroupUnderTest, SESSION_TIMEOUT_MS, idOf } from "./group-under-test.ts";

const ALL = [0, 1, 2, 3, 4, 5];
const I = { instanceId: "i" };

function group(): GroupUnderTest {
  const it = new GroupUnderTest({ "group.consumer.assignment.interval.ms": "0" });
  it.topic("orders", 6).joinAs("a", ["orders"], I);
  return it;
}

/** The epoch in which the member got its first partition. */
function firstEpoch(it: GroupUnderTest, memberId: string): number | undefined {
  return it.member(memberId).assignedPartitions.get(idOf("orders"))?.get(0);
}

describe("a static member", () => {
  test("[GRP42] that leaves for a while keeps what it has, and nobody else gets it", () => {
    const it = group();
    const before = it.turn.records.length;
    expect(it.heartbeat("a", -2, I)).toMatchObject({
      error: null,
      memberId: "a",
      memberEpoch: -2,
      assignment: null,
    });
    expect(it.recordedSince(before)).toEqual(["ConsumerGroupCurrentMemberAssignment"]);
    expect(it.assigned("a")).toEqual({ orders: ALL });
    expect(firstEpoch(it, "a")).toBe(0);
    expect(it.group.groupEpoch).toBe(2);
    it.joinAs("b", ["orders"]);
    it.beat("b");
    expect(it.assigned("b")).toEqual({});
  });

  test("[GRP42] comes back under another id to what it had, without a new epoch", () => {
    const it = group();
    it.heartbeat("a", -2, I);
    expect(it.joinAs("a2", ["orders"], I)).toMatchObject({
      error: null,
      memberEpoch: 2,
      assignment: [{ topicId: idOf("orders"), partitions: ALL }],
    });
    expect([...it.group.members.keys()]).toEqual(["a2"]);
    expect(it.group).toMatchObject({ groupEpoch: 2, stateName: "Stable" });
    expect(it.group.targetAssignment.has("a")).toBe(false);
    expect(firstEpoch(it, "a2")).toBe(0);
    expect(it.heartbeat("a", 2, I).error).toBe("FENCED_INSTANCE_ID");
    expect(it.heartbeat("a", 2).error).toBe("UNKNOWN_MEMBER_ID");
  });

  test("[GRP42] comes back under the same id as well", () => {
    const it = group();
    it.heartbeat("a", -2, I);
    expect(it.joinAs("a", ["orders"], I)).toMatchObject({ error: null, memberEpoch: 2 });
    expect(it.assigned("a")).toEqual({ orders: ALL });
  });

  test("[GRP42] gives up for good what it was giving up when it left", () => {
    const it = group();
    it.joinAs("b", ["orders"]);
    it.heartbeat("a", 2, { ...I, owned: { orders: ALL } });
    expect(it.member("a").state).toBe("UNREVOKED_PARTITIONS");
    it.heartbeat("a", -2, I);
    it.beat("b");
    expect(it.assigned("b")).toEqual(it.target("b"));
    it.joinAs("a2", ["orders"], I);
    it.settle();
    expect(it.group.stateName).toBe("Stable");
  });

  test("[GRP42] that does not come back is fenced when its session is over", () => {
    const it = group();
    it.heartbeat("a", -2, I);
    it.pass(SESSION_TIMEOUT_MS);
    expect(it.group.isEmpty).toBe(true);
    expect(it.joinAs("a2", ["orders"], I).error).toBeNull();
  });

  test("[GRP43] keeps its instance id from others until it has left", () => {
    const it = group();
    for (const memberId of ["a2", "a"]) {
      expect(it.joinAs(memberId, ["orders"], I)).toMatchObject({
        error: "UNRELEASED_INSTANCE_ID",
        errorMessage:
          `Static member ${memberId} with instance id i cannot join the group because the ` +
          "instance id is owned by a member.",
      });
    }
    it.heartbeat("a", -1, I);
    expect(it.joinAs("a2", ["orders"], I).error).toBeNull();
  });

  test("[GRP43] is known by its instance id", () => {
    const it = group();
    for (const epoch of [2, -1, -2]) {
      expect(it.heartbeat("a", epoch, { instanceId: "j" })).toMatchObject({
        error: "UNKNOWN_MEMBER_ID",
        errorMessage: "Instance id j is unknown.",
      });
      expect(it.heartbeat("b", epoch, I)).toMatchObject({
        error: "FENCED_INSTANCE_ID",
        errorMessage: "Static member b with instance id i was fenced by member a.",
      });
    }
  });

  test("[GRP43] has its epoch checked as others have", () => {
    const it = group();
    expect(it.heartbeat("a", 3, I).error).toBe("FENCED_MEMBER_EPOCH");
    it.heartbeat("a", -2, I);
    expect(it.heartbeat("a", 2, I)).toMatchObject({
      error: "FENCED_MEMBER_EPOCH",
      errorMessage: expect.stringContaining("a greater member epoch (2)") as string,
    });
  });

  test("[GRP43] can be what a dynamic member was", () => {
    const it = new GroupUnderTest();
    it.joinAs("a", []);
    it.joinAs("a", [], I);
    expect(it.member("a").instanceId).toBe("i");
    expect(it.group.staticMember("i")?.memberId).toBe("a");
  });
});
