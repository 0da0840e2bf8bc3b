/** ConsumerGroupHeartbeat: who may send it, what it changes, and what it answers. */
import { describe, expect, test } from "vitest";

import { invalidHeartbeatIds } from "../../../src/group/consumer/invalid-heartbeat.ts";
import { GroupUnderTest, REBALANCE_TIMEOUT_MS, idOf } from "./group-under-test.ts";
import type { HeartbeatOptions } from "./group-under-test.ts";

/** What a group of one member, alone with six partitions, answers. */
function alone(): GroupUnderTest {
  const it = new GroupUnderTest().topic("orders", 6);
  it.joinAs("a", ["orders"]);
  return it;
}

const ALL = [0, 1, 2, 3, 4, 5];

describe("an invalid heartbeat", () => {
  test("[GRP30] has no member id where the member must have one, or no group", () => {
    const ids = (memberId: string, memberEpoch: number, version: number, groupId = "group") =>
      invalidHeartbeatIds({ groupId, memberId, memberEpoch }, version)?.message ?? null;
    const noMemberId = "MemberId can't be empty.";
    expect(ids("", 0, 0)).toBeNull();
    expect(ids("", -2, 0)).toBeNull();
    expect(ids("", 0, 1)).toBe(noMemberId);
    expect(ids("", 1, 0)).toBe(noMemberId);
    expect(ids("", -1, 0)).toBe(noMemberId);
    expect(ids("a", 0, 1, "")).toBe("GroupId can't be empty.");
    // As Java trims them.
    expect(ids("\u0000 \t", 0, 1)).toBe(noMemberId);
    expect(ids("\u00a0", 0, 1)).toBeNull();
    expect(invalidHeartbeatIds({ groupId: "", memberId: "", memberEpoch: 1 }, 0)).toEqual({
      error: "INVALID_REQUEST",
      message: noMemberId,
    });
  });

  test.for<[HeartbeatOptions & { memberEpoch?: number }, string]>([
    [{ instanceId: "" }, "InstanceId can't be empty."],
    [{ rackId: "" }, "RackId can't be empty."],
    [{ rebalanceTimeoutMs: -1 }, "RebalanceTimeoutMs must be provided in first request."],
    [{ owned: null }, "TopicPartitions must be empty when (re-)joining."],
    [{ owned: { orders: [0] } }, "TopicPartitions must be empty when (re-)joining."],
    [
      { subscribedTopicNames: null },
      "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.",
    ],
    [{ memberEpoch: -2 }, "InstanceId can't be null."],
    [{ memberEpoch: -3 }, "MemberEpoch is invalid."],
  ])("[GRP30] is refused in Kafka's words: %j", ([options, message]) => {
    const it = new GroupUnderTest();
    expect(it.joinAs("a", ["orders"], options)).toMatchObject({
      error: "INVALID_REQUEST",
      errorMessage: message,
      memberId: null,
      memberEpoch: 0,
      assignment: null,
    });
    expect(it.turn.records).toEqual([]);
    expect(it.state.group).toBeNull();
  });

  test("[GRP30] asks for an assignor that the broker does not have", () => {
    expect(new GroupUnderTest().joinAs("a", [], { serverAssignor: "best" })).toMatchObject({
      error: "UNSUPPORTED_ASSIGNOR",
      errorMessage: "ServerAssignor best is not supported. Supported assignors: uniform, range.",
    });
  });
});

describe("joining", () => {
  test("[GRP31] makes the group and gives the member an epoch and what is free", () => {
    const it = new GroupUnderTest().topic("orders", 6);
    expect(it.joinAs("a", ["orders"])).toEqual({
      error: null,
      errorMessage: null,
      memberId: "a",
      memberEpoch: 2,
      heartbeatIntervalMs: 5000,
      assignment: [{ topicId: idOf("orders"), partitions: ALL }],
    });
    expect(it.turn.records.map(({ type }) => type)).toEqual([
      "ConsumerGroupMemberMetadata",
      "ConsumerGroupMetadata",
      "ConsumerGroupTargetAssignmentMember",
      "ConsumerGroupTargetAssignmentMetadata",
      "ConsumerGroupCurrentMemberAssignment",
    ]);
    expect(it.group.stateName).toBe("Stable");
  });

  test("[GRP31] without a subscription is possible, in the group's first epoch", () => {
    const it = new GroupUnderTest();
    expect(it.joinAs("a", [])).toMatchObject({ error: null, memberEpoch: 1, assignment: [] });
    expect(it.group.stateName).toBe("Stable");
  });

  test("[GRP31] to a topic that does not exist brings nothing until it does", () => {
    const it = new GroupUnderTest();
    expect(it.joinAs("a", ["orders"])).toMatchObject({ memberEpoch: 2, assignment: [] });
    it.topic("orders", 6).turn.now += 1000;
    expect(it.beat("a").assignment).toEqual([{ topicId: idOf("orders"), partitions: ALL }]);
  });

  test("[GRP31] in version 0 without an id gives the member one", () => {
    const it = new GroupUnderTest();
    const { memberId } = it.joinAs("", []);
    expect(memberId).toMatch(/^[\w-]{22}$/);
    expect(it.member(memberId!).memberId).toBe(memberId);
  });

  test("[GRP31] again, in the same place, tells all that the member has", () => {
    const it = alone();
    const before = it.turn.records.length;
    expect(it.joinAs("a", ["orders"])).toMatchObject({
      memberEpoch: 2,
      assignment: [{ topicId: idOf("orders"), partitions: ALL }],
    });
    expect(it.recordedSince(before)).toEqual([]);
  });
});

describe("a heartbeat", () => {
  test("[GRP32] that brings nothing new writes nothing and is told nothing", () => {
    const it = alone();
    const before = it.turn.records.length;
    expect(it.heartbeat("a", 2)).toMatchObject({ error: null, memberEpoch: 2, assignment: null });
    expect(it.beat("a").assignment).toBeNull();
    expect(it.recordedSince(before)).toEqual([]);
  });

  test("[GRP32] that says everything is told everything", () => {
    const it = alone();
    const full = { rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS, owned: {} };
    expect(it.heartbeat("a", 2, full).assignment).toBeNull();
    expect(it.heartbeat("a", 2, { ...full, subscribedTopicRegex: "" }).assignment).toHaveLength(1);
    const names = { ...full, subscribedTopicNames: ["orders"] };
    expect(it.heartbeat("a", 2, names).assignment).toEqual([
      { topicId: idOf("orders"), partitions: ALL },
    ]);
    expect(it.heartbeat("a", 2, { ...names, owned: null }).assignment).toBeNull();
  });

  test("[GRP32] with another rack, host or timeout is noted and begins no epoch", () => {
    const it = alone();
    const before = it.turn.records.length;
    it.beat("a", { rackId: "r1" });
    it.beat("a", { client: { clientId: "client", clientHost: "/10.0.0.1" } });
    it.beat("a", { rebalanceTimeoutMs: 7 });
    expect(it.recordedSince(before)).toEqual(Array(3).fill("ConsumerGroupMemberMetadata"));
    expect(it.member("a")).toMatchObject({ rackId: "r1", rebalanceTimeoutMs: 7, memberEpoch: 2 });
    expect(it.group.groupEpoch).toBe(2);
  });

  test("[GRP33] with a greater epoch than the member has is fenced", () => {
    expect(alone().heartbeat("a", 3)).toMatchObject({
      error: "FENCED_MEMBER_EPOCH",
      errorMessage:
        "The consumer group member has a greater member epoch (3) than the one known by the " +
        "group coordinator (2). The member must abandon all its partitions and rejoin.",
    });
  });

  test("[GRP33] with the previous epoch is taken if an answer was lost, and else fenced", () => {
    const it = alone();
    it.turn.now += 1000;
    it.joinAs("b", ["orders"]);
    it.beat("a");
    const kept = it.assigned("a");
    it.beat("a");
    expect(it.member("a")).toMatchObject({ memberEpoch: 3, previousMemberEpoch: 2 });
    expect(it.heartbeat("a", 2, { owned: kept }).error).toBeNull();
    expect(it.heartbeat("a", 2, { owned: {} }).error).toBeNull();
    expect(it.heartbeat("a", 2, { owned: { orders: ALL } })).toMatchObject({
      error: "FENCED_MEMBER_EPOCH",
      errorMessage:
        "The consumer group member has a smaller member epoch (2) than the one known by the " +
        "group coordinator (3). The member must abandon all its partitions and rejoin.",
    });
    expect(it.heartbeat("a", 2, { owned: { other: [0] } }).error).toBe("FENCED_MEMBER_EPOCH");
    expect(it.heartbeat("a", 2).error).toBe("FENCED_MEMBER_EPOCH");
    expect(it.heartbeat("a", 1, { owned: {} }).error).toBe("FENCED_MEMBER_EPOCH");
  });

  test("[GRP33] a member that is fenced comes back with epoch 0", () => {
    const it = alone();
    expect(it.heartbeat("a", 9).error).toBe("FENCED_MEMBER_EPOCH");
    expect(it.joinAs("a", ["orders"])).toMatchObject({ error: null, memberEpoch: 2 });
  });

  test("[GRP34] of nobody, or to nothing, is refused", () => {
    const it = new GroupUnderTest();
    expect(it.heartbeat("a", 1)).toMatchObject({
      error: "GROUP_ID_NOT_FOUND",
      errorMessage: "Consumer group group not found.",
    });
    expect(it.heartbeat("a", -1)).toMatchObject({
      error: "GROUP_ID_NOT_FOUND",
      errorMessage: "Group group not found.",
    });
    it.joinAs("a", []);
    for (const epoch of [1, -1]) {
      expect(it.heartbeat("b", epoch)).toMatchObject({
        error: "UNKNOWN_MEMBER_ID",
        errorMessage: "Member b is not a member of group group.",
      });
    }
  });

  test("[GRP35] to a full group is for members alone", () => {
    const it = new GroupUnderTest({ "group.consumer.max.size": "1" });
    it.joinAs("a", []);
    for (const memberId of ["b", ""]) {
      expect(it.joinAs(memberId, [])).toMatchObject({
        error: "GROUP_MAX_SIZE_REACHED",
        errorMessage: "The consumer group has reached its maximum capacity of 1 members.",
      });
    }
    expect(it.heartbeat("b", 1).error).toBe("GROUP_MAX_SIZE_REACHED");
    expect(it.joinAs("a", []).error).toBeNull();
  });
});

describe("leaving", () => {
  test("[GRP44] removes the member, and begins an epoch without it", () => {
    const it = alone();
    const before = it.turn.records.length;
    expect(it.heartbeat("a", -1)).toEqual({
      error: null,
      errorMessage: null,
      memberId: "a",
      memberEpoch: -1,
      heartbeatIntervalMs: 0,
      assignment: null,
    });
    expect(it.recordedSince(before)).toEqual([
      "ConsumerGroupCurrentMemberAssignment",
      "ConsumerGroupTargetAssignmentMember",
      "ConsumerGroupMemberMetadata",
      "ConsumerGroupMetadata",
    ]);
    expect(it.group).toMatchObject({ stateName: "Empty", isEmpty: true, groupEpoch: 3 });
    expect(it.group.nextDeadline()).toBeNull();
  });

  test("[GRP44] frees what the member had for the others", () => {
    const it = alone();
    it.joinAs("b", ["orders"]);
    it.settle();
    it.heartbeat("a", -1);
    it.settle();
    expect(it.assigned("b")).toEqual({ orders: ALL });
  });
});
