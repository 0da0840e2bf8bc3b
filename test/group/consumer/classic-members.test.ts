/** Members of the classic protocol in a consumer group, while its members are being upgraded. */
import { describe, expect, test } from "vitest";

import { encodeSubscription } from "../../../src/protocol/consumer-protocol.ts";
import { GroupUnderTest, REBALANCE_TIMEOUT_MS, protocol } from "./group-under-test.ts";

const ALL = [0, 1, 2, 3, 4, 5];
const CLASSIC_SESSION_TIMEOUT_MS = 10_000;

/** A group with one member of the consumer protocol, which owns all. */
function group(configs: Readonly<Record<string, string>> = {}): GroupUnderTest {
  const it = new GroupUnderTest({
    "group.consumer.assignors": "range",
    "group.consumer.assignment.interval.ms": "0",
    ...configs,
  });
  it.topic("orders", 6).joinAs("~", ["orders"]);
  return it;
}

describe("a classic member that joins", () => {
  test("[GRP53] is given an id first, then a generation, and is nobody's leader", () => {
    const it = group();
    const first = it.join("", { requiresKnownMemberId: true });
    expect(first).toMatchObject({ error: "MEMBER_ID_REQUIRED", generationId: -1 });
    expect(first.memberId).toMatch(/^[\w-]{22}$/);
    expect(it.group.members.size).toBe(1);
    expect(it.join(first.memberId, { requiresKnownMemberId: true })).toEqual({
      error: null,
      memberId: first.memberId,
      generationId: 3,
      protocolType: "consumer",
      protocolName: "range",
      leader: "",
      skipAssignment: false,
      members: [],
    });
    expect(it.member(first.memberId)).toMatchObject({
      memberEpoch: 3,
      subscribedTopicNames: ["orders"],
      classic: { sessionTimeoutMs: CLASSIC_SESSION_TIMEOUT_MS },
    });
    expect(it.describe().members.map(({ memberType }) => memberType)).toEqual([1, 0]);
  });

  test("[GRP53] without having to know its id joins at once", () => {
    expect(group().join("")).toMatchObject({ error: null, generationId: 3 });
  });

  test("[GRP53] speaks the consumer protocol type and shares a protocol with others like it", () => {
    const it = group();
    const error = (options: Parameters<typeof it.join>[1]) => it.join("", options).error;
    expect(error({ protocolType: "connect" })).toBe("INCONSISTENT_GROUP_PROTOCOL");
    expect(error({ protocols: [] })).toBe("INCONSISTENT_GROUP_PROTOCOL");
    expect(error({ protocols: [protocol("sticky", [])] })).toBeNull();
    expect(error({ protocols: [protocol("range", [])] })).toBe("INCONSISTENT_GROUP_PROTOCOL");
    const both = [protocol("range", []), protocol("sticky", [])];
    expect(error({ protocols: both })).toBeNull();
  });

  test("[GRP53] says what it subscribes to, or is refused", () => {
    const it = group();
    const before = it.turn.records.length;
    const protocols = [{ name: "range", metadata: new Uint8Array([0, 0, 0, 0, 0, 9]) }];
    expect(it.join("", { protocols })).toMatchObject({ error: "UNKNOWN_SERVER_ERROR" });
    expect(it.recordedSince(before)).toEqual([]);
  });

  test("[GRP53] counts among the members of a group that may be full", () => {
    const it = group({ "group.consumer.max.size": "1" });
    expect(it.join("").error).toBe("GROUP_MAX_SIZE_REACHED");
    expect(it.join("a").error).toBe("GROUP_MAX_SIZE_REACHED");
  });

  test("[GRP53] is turned away where no conversions are wanted", () => {
    const it = group({ "group.consumer.migration.policy": "DISABLED" });
    expect(it.join("").error).toBe("INCONSISTENT_GROUP_PROTOCOL");
  });

  test("[GRP53] brings its rack, and what it owns", () => {
    const it = group();
    const subscription = { topics: ["orders"], rackId: "r1", ownedPartitions: [] };
    const protocols = [{ name: "range", metadata: encodeSubscription(subscription) }];
    const { memberId } = it.join("", { protocols });
    expect(it.member(memberId).rackId).toBe("r1");
    it.settle();
    expect(it.join(memberId, { owned: { orders: [0, 1, 2], unknown: [0] } }).error).toBeNull();
  });

  test("[GRP53] takes the place of a static member of either protocol", () => {
    const it = group();
    it.joinAs("s", ["orders"], { instanceId: "i", subscribedTopicRegex: "none" });
    it.settle();
    const held = it.assigned("s");
    const joined = it.join("", { groupInstanceId: "i" });
    expect(joined.error).toBeNull();
    expect(it.group.members.has("s")).toBe(false);
    expect(it.member(joined.memberId).subscribedTopicRegex).toBe("");
    it.settle();
    expect(it.assigned(joined.memberId)).toEqual(held);

    const again = it.join("", { groupInstanceId: "i" });
    expect(again.memberId).not.toBe(joined.memberId);
    expect(it.join(joined.memberId, { groupInstanceId: "i" }).error).toBe("FENCED_INSTANCE_ID");
    expect(it.join(again.memberId, { groupInstanceId: "i" })).toMatchObject({
      error: null,
      memberId: again.memberId,
    });
    expect(it.join("x", { groupInstanceId: "j" }).error).toBe("UNKNOWN_MEMBER_ID");

    // And a member of the consumer protocol takes its place back.
    expect(it.joinAs("s2", ["orders"], { instanceId: "i" }).error).toBeNull();
    expect(it.member("s2").classic).toBeNull();
  });
});

describe("a classic member", () => {
  test("[GRP54] gets its assignment in the version that it speaks", () => {
    const it = group();
    const { memberId, generationId } = it.join("");
    expect(it.sync(memberId, generationId)).toEqual({ error: null, assigned: {} });
    it.heartbeat("~", 2, { owned: { orders: ALL } });
    it.beat("~");
    expect(it.classicHeartbeat(memberId, generationId)).toBe("REBALANCE_IN_PROGRESS");
    expect(it.join(memberId)).toMatchObject({ error: null, generationId });
    expect(it.sync(memberId, generationId)).toEqual({
      error: null,
      assigned: { orders: [0, 1, 2] },
    });
    expect(it.classicHeartbeat(memberId, generationId)).toBeNull();
  });

  test("[GRP54] joins again to give up what others are to have", () => {
    const it = group();
    const { memberId } = it.join("");
    it.settle();
    const { memberEpoch } = it.member(memberId);
    const owned = it.assigned(memberId);
    expect(owned).toEqual({ orders: [0, 1, 2] });
    it.joinAs("0", ["orders"]);
    expect(it.classicHeartbeat(memberId, memberEpoch)).toBe("REBALANCE_IN_PROGRESS");
    expect(it.sync(memberId, memberEpoch).error).toBe("REBALANCE_IN_PROGRESS");
    expect(it.join(memberId, { owned })).toMatchObject({ generationId: memberEpoch });
    expect(it.member(memberId).state).toBe("UNREVOKED_PARTITIONS");
    const { assigned } = it.sync(memberId, memberEpoch);
    expect(assigned).toEqual(it.assigned(memberId));
    expect(it.classicHeartbeat(memberId, memberEpoch)).toBe("REBALANCE_IN_PROGRESS");
    expect(it.join(memberId, { owned: assigned })).toMatchObject({
      generationId: memberEpoch + 1,
    });
  });

  test("[GRP54] is left alone while it waits for what others own", () => {
    const it = group();
    const { memberId, generationId } = it.join("");
    expect(it.member(memberId).state).toBe("UNRELEASED_PARTITIONS");
    expect(it.classicHeartbeat(memberId, generationId)).toBeNull();
  });

  test("[GRP54] is known by id, instance id, generation and protocol", () => {
    const it = group();
    const { memberId, generationId } = it.join("", { groupInstanceId: "i" });
    const sync = (options: Parameters<typeof it.sync>[2], id = memberId, at = generationId) =>
      it.sync(id, at, options).error;
    expect(sync({})).toBeNull();
    expect(sync({ groupInstanceId: "i" })).toBeNull();
    expect(sync({ protocolType: null, protocolName: null })).toBeNull();
    expect(sync({ protocolType: "connect" })).toBe("INCONSISTENT_GROUP_PROTOCOL");
    expect(sync({ protocolName: "sticky" })).toBe("INCONSISTENT_GROUP_PROTOCOL");
    expect(sync({}, memberId, generationId + 1)).toBe("ILLEGAL_GENERATION");
    expect(sync({}, "x")).toBe("UNKNOWN_MEMBER_ID");
    expect(sync({ groupInstanceId: "j" })).toBe("UNKNOWN_MEMBER_ID");
    expect(sync({ groupInstanceId: "i" }, "x")).toBe("FENCED_INSTANCE_ID");
    expect(sync({}, "~", 2)).toBe("UNKNOWN_MEMBER_ID");
    expect(it.classicHeartbeat(memberId, generationId - 1)).toBe("ILLEGAL_GENERATION");
    expect(it.classicHeartbeat("~", 2)).toBe("UNKNOWN_MEMBER_ID");
  });

  test("[GRP55] is fenced when its own session is over", () => {
    const it = group();
    const { memberId, generationId } = it.join("");
    it.pass(CLASSIC_SESSION_TIMEOUT_MS - 1);
    it.classicHeartbeat(memberId, generationId);
    it.pass(CLASSIC_SESSION_TIMEOUT_MS - 1);
    it.sync(memberId, generationId);
    it.pass(CLASSIC_SESSION_TIMEOUT_MS - 1);
    expect(it.group.members.has(memberId)).toBe(true);
    it.pass(1);
    expect(it.group.members.has(memberId)).toBe(false);
  });

  test("[GRP55] is fenced when it does not ask for its assignment after a join", () => {
    const it = group();
    const { memberId, generationId } = it.join("", { rebalanceTimeoutMs: 5000 });
    it.pass(4999);
    it.classicHeartbeat(memberId, generationId);
    expect(it.group.members.has(memberId)).toBe(true);
    it.pass(1);
    expect(it.group.members.has(memberId)).toBe(false);
  });

  test("[GRP55] is fenced when it does not join again as it is told", () => {
    const it = group();
    const { memberId, generationId } = it.join("", { rebalanceTimeoutMs: 5000 });
    it.sync(memberId, generationId);
    it.joinAs("0", ["orders"]);
    expect(it.classicHeartbeat(memberId, generationId)).toBe("REBALANCE_IN_PROGRESS");
    it.pass(4999);
    it.classicHeartbeat(memberId, generationId);
    expect(it.group.members.has(memberId)).toBe(true);
    it.pass(1);
    expect(it.group.members.has(memberId)).toBe(false);
  });

  test("[GRP55] has no more of these times when it speaks the consumer protocol", () => {
    const it = group();
    const { memberId } = it.join("", { rebalanceTimeoutMs: 5000 });
    it.joinAs(memberId, ["orders"], { rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS });
    expect(it.member(memberId).classic).toBeNull();
    it.pass(5000);
    expect(it.group.members.has(memberId)).toBe(true);
  });

  test("[GRP55] leaves by LeaveGroup, which anybody can be made to by", () => {
    const it = group();
    const { memberId } = it.join("", { groupInstanceId: "i" });
    const other = it.join("").memberId;
    const before = it.group.groupEpoch;
    expect(
      it.leave(
        { memberId: "", groupInstanceId: "i" },
        { memberId: other, groupInstanceId: null },
        { memberId: other, groupInstanceId: null },
        { memberId: "x", groupInstanceId: null },
        { memberId: "", groupInstanceId: "j" },
        { memberId: "x", groupInstanceId: "i" },
      ),
    ).toEqual([null, null, null, "UNKNOWN_MEMBER_ID", "UNKNOWN_MEMBER_ID", "FENCED_INSTANCE_ID"]);
    expect([...it.group.members.keys()]).toEqual(["~"]);
    expect(it.group.groupEpoch).toBe(before + 1);
    expect(it.group.staticMember("i")).toBeUndefined();
    expect(memberId).not.toBe("");
    expect(it.leave({ memberId: "~", groupInstanceId: null })).toEqual([null]);
    expect(it.group.isEmpty).toBe(true);
  });
});
