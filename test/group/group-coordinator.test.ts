import { describe, expect, test } from "vitest";

import { groupName } from "../simulation/cluster.ts";
import { GroupInWorld, SESSION_TIMEOUT_MS } from "./group-in-world.ts";

const CHECK_INTERVAL_MS = 600_000;
const WEEK_MS = 7 * 86_400_000;

describe("storage", () => {
  test("[GRP90] whoever asks about a group that there is not leaves nothing behind", async () => {
    const group = new GroupInWorld();
    const { port } = group;
    const nobody = { memberId: "nobody", groupInstanceId: null };
    expect(await group.settle(port.list())).toBeNull();
    expect(await group.settle(port.describe())).toMatchObject({ groupState: "Dead" });
    expect(await group.settle(port.heartbeat({ ...nobody, generationId: 1 }))).toBe(
      "UNKNOWN_MEMBER_ID",
    );
    expect(await group.settle(port.leaveGroup({ members: [nobody] }))).toMatchObject({
      members: [{ error: "UNKNOWN_MEMBER_ID" }],
    });
    expect(await group.settle(port.delete())).toBe("GROUP_ID_NOT_FOUND");
    expect(await group.committed()).toEqual({});
    await group.world.runFor(CHECK_INTERVAL_MS);
    expect(group.tables).toEqual([]);
    expect(await group.listed()).toEqual([]);
  });

  test("[GRP91] what many commit at the same time is one write", async () => {
    const group = new GroupInWorld();
    const orders = await group.newTopic("orders");
    await group.settle(group.commit("orders", 1, orders));
    await group.world.runFor(5000);
    const disk = group.cluster.disks.get(groupName("group"))!;
    const before = disk.commitCount;
    const commits = Array.from({ length: 20 }, (_, offset) =>
      group.commit("orders", offset, orders),
    );
    await group.settle(Promise.all(commits));
    expect(disk.commitCount).toBeLessThanOrEqual(before + 4);
  });

  test("[GRP92] heartbeats write nothing, [GRP93] and keep the one timer that there is", async () => {
    const group = new GroupInWorld();
    await group.newTopic("orders");
    const member = await group.join();
    const beatTimes = async (count: number) => {
      for (let beat = 0; beat < count; beat++) {
        await group.world.runFor(SESSION_TIMEOUT_MS / 4);
        const answer = group.port.heartbeat({ ...member, groupInstanceId: null });
        expect(await group.settle(answer)).toBeNull();
      }
    };
    // Until it is noted what the controller and the topic have.
    await beatTimes(5);
    const before = group.cluster.commitCount;
    await beatTimes(20);
    expect(group.cluster.commitCount).toBe(before);
  });

  test("[GRP93] members that fall silent are out, and then no timer is left", async () => {
    const group = new GroupInWorld("group", { "offsets.retention.check.interval.ms": "86400000" });
    await group.newTopic("orders");
    await group.join();
    expect(await group.settle(group.port.list())).toMatchObject({ groupState: "Stable" });
    await group.world.runFor(2 * SESSION_TIMEOUT_MS);
    expect(await group.settle(group.port.list())).toMatchObject({ groupState: "Empty" });
    await group.world.runFor(5000);
    const before = group.world.eventCount;
    await group.world.runFor(500_000);
    expect(group.world.eventCount).toBe(before);
  });
});

describe("the controller's list", () => {
  test("[GRP94] has a group while it is there, and knows whether it has members", async () => {
    const group = new GroupInWorld();
    const classic = { groupId: "group", groupType: "classic" };
    await group.settle(group.commit("orders", 1, await group.newTopic("orders")));
    expect(await group.listed()).toEqual([{ ...classic, protocolType: "", hasMembers: false }]);
    const { memberId } = await group.join();
    const consumer = { ...classic, protocolType: "consumer" };
    expect(await group.listed()).toEqual([{ ...consumer, hasMembers: true }]);
    const members = [{ memberId, groupInstanceId: null }];
    await group.settle(group.port.leaveGroup({ members }));
    expect(await group.listed()).toEqual([{ ...consumer, hasMembers: false }]);
    expect(await group.settle(group.port.delete())).toBeNull();
    expect(await group.listed()).toEqual([]);
  });

  test("[GRP94] is told once of each change", async () => {
    const group = new GroupInWorld();
    const told = () => group.cluster.network.sent.get("registerGroup") ?? 0;
    const [orders, payments] = [await group.newTopic("orders"), await group.newTopic("payments")];
    await group.settle(group.commit("orders", 1, orders));
    expect(told()).toBe(1);
    await group.settle(group.commit("orders", 2, orders));
    group.cluster.crash(groupName("group"));
    await group.settle(group.commit("orders", 3, orders));
    await group.world.runFor(60_000);
    expect(told()).toBe(1);
    await group.settle(group.commit("payments", 1, payments));
    expect(told()).toBe(2);
  });

  test("[GRP95] a group whose topic is deleted forgets its offsets, at once or when it wakes", async () => {
    const group = new GroupInWorld();
    const ids = {
      orders: await group.newTopic("orders"),
      payments: await group.newTopic("payments"),
    };
    await group.settle(group.commit("orders", 1, ids.orders));
    await group.settle(group.commit("payments", 1, ids.payments));
    await group.deleteTopic("orders");
    await group.world.runFor(1000);
    expect(await group.committed()).toEqual({ payments: 1 });
    // The controller forgets whom it was about to tell, and the group is not in memory.
    const deleted = group.deleteTopic("payments");
    await deleted;
    group.cluster.crash("controller");
    group.cluster.crash(groupName("group"));
    await group.committed();
    await group.world.runFor(1000);
    expect(await group.committed()).toEqual({});
  });

  test("[GRP95] a group that was gone when its topic was deleted knows when it is there again", async () => {
    const group = new GroupInWorld();
    await group.settle(group.commit("orders", 1, await group.newTopic("orders")));
    expect(await group.settle(group.port.delete())).toBeNull();
    await group.world.runFor(1000);
    await group.deleteTopic("orders");
    const joined = await heartbeat(group, "member", 0);
    expect(joined).toMatchObject({ error: null, assignment: [] });
  });

  test("[GRP95] a group that was asked about a topic before it was there knows when it is", async () => {
    const group = new GroupInWorld();
    expect(await heartbeat(group, "member", -2)).toMatchObject({ error: "INVALID_REQUEST" });
    const topicId = await group.newTopic("orders");
    const committed = await group.settle(group.commit("orders", 1, topicId));
    expect(committed).toMatchObject({ error: null });
    expect(await group.committed()).toEqual({ orders: 1 });
  });

  test("[GRP95] a member that was refused before its topic was there gets it when it joins", async () => {
    const group = new GroupInWorld();
    expect(await heartbeat(group, "member", -2)).toMatchObject({ error: "INVALID_REQUEST" });
    const topicId = await group.newTopic("orders");
    const assignment = [{ topicId, partitions: [0, 1, 2] }];
    expect(await heartbeat(group, "member", 0)).toMatchObject({ error: null, assignment });
  });

  test("[GRP95] a group that was told and could not look looks again", async () => {
    let isBroken = false;
    const group = new GroupInWorld("group", {}, (from, _to, method) =>
      isBroken && from === groupName("group") && method === "describeCluster" ? "lost" : "made",
    );
    await group.settle(group.commit("orders", 1, await group.newTopic("orders")));
    isBroken = true;
    await group.deleteTopic("orders");
    await group.world.runFor(1000);
    expect(await group.committed()).toEqual({ orders: 1 });
    isBroken = false;
    await group.world.runFor(10_000);
    expect(await group.committed()).toEqual({});
    expect(group.cluster.network.sent.get("topicsChanged")).toBe(1);
  });
});

describe("configs", () => {
  const INTERVAL = "consumer.heartbeat.interval.ms";

  /** Sets the group's heartbeat interval. */
  async function setInterval(group: GroupInWorld, value: string) {
    const change = { operation: "SET", name: INTERVAL, value } as const;
    const asked = { type: "group", name: group.groupId, changes: [change] } as const;
    const { controller } = group.broker.ports;
    const altered = controller.alterConfigs([{ ...asked, replacesAll: false }], false);
    expect(await group.settle(altered)).toEqual([{ error: null, message: null }]);
    await group.world.runFor(100);
  }

  test("[GRP101] that were set while its members spoke the classic protocol are told, too", async () => {
    const group = new GroupInWorld();
    await group.newTopic("orders");
    await group.join();
    await setInterval(group, "10000");
    const joined = await heartbeat(group, "member", 0);
    expect(joined).toMatchObject({ error: null, heartbeatIntervalMs: 10_000 });
  });

  test("[GRP101] are told by the first heartbeat of a group, and by the next of one that lives", async () => {
    const group = new GroupInWorld();
    await group.newTopic("orders");
    await setInterval(group, "7000");
    // There is no group yet, so nobody was told.
    expect(group.cluster.network.sent.get("updateConfigs")).toBeUndefined();
    const joined = await heartbeat(group, "member", 0);
    expect(joined).toMatchObject({ error: null, heartbeatIntervalMs: 7000 });
    await setInterval(group, "8000");
    expect(group.cluster.network.sent.get("updateConfigs")).toBe(1);
    const { memberEpoch } = joined;
    expect(await heartbeat(group, "member", memberEpoch)).toMatchObject({
      heartbeatIntervalMs: 8000,
    });
    const asked = () => group.cluster.network.sent.get("groupConfigs");
    const before = asked();
    await heartbeat(group, "member", memberEpoch);
    expect(asked()).toBe(before);
    // A coordinator that has begun again asks.
    group.cluster.crash(groupName("group"));
    expect(await heartbeat(group, "member", memberEpoch)).toMatchObject({
      heartbeatIntervalMs: 8000,
    });
    // It is told until it has confirmed.
    const altered = setInterval(group, "9000");
    group.cluster.crash(groupName("group"));
    await altered;
    await group.world.runFor(5000);
    expect(await heartbeat(group, "member", memberEpoch)).toMatchObject({
      heartbeatIntervalMs: 9000,
    });
  });
});

describe("the end of a group", () => {
  test("[GRP96] an empty group without offsets goes at the next check", async () => {
    const group = new GroupInWorld();
    const { memberId } = await group.join();
    await group.settle(group.port.leaveGroup({ members: [{ memberId, groupInstanceId: null }] }));
    expect(await group.settle(group.port.list())).toMatchObject({ groupState: "Empty" });
    await group.world.runFor(2 * CHECK_INTERVAL_MS);
    expect(await group.listed()).toEqual([]);
    expect(await group.settle(group.port.list())).toBeNull();
  });

  test("[GRP96] a group whose last offset has expired goes, though nobody has called", async () => {
    const group = new GroupInWorld();
    const orders = await group.newTopic("orders");
    await group.settle(group.commit("orders", 1, orders));
    await group.world.runFor(1000);
    group.cluster.crash(groupName("group"));
    await group.world.runFor(WEEK_MS - 10_000);
    expect(await group.listed()).toHaveLength(1);
    await group.world.runFor(20_000);
    expect(await group.listed()).toEqual([]);
  });

  test("[GRP96] a group with members is not deleted", async () => {
    const group = new GroupInWorld();
    await group.join();
    expect(await group.settle(group.port.delete())).toBe("NON_EMPTY_GROUP");
  });

  test("[GRP97] a group that is deleted frees its storage, and its id is free", async () => {
    const group = new GroupInWorld();
    const orders = await group.newTopic("orders");
    await group.settle(group.commit("orders", 7, orders));
    expect(group.tables).toEqual(["properties", "records"]);
    expect(await group.settle(group.port.delete())).toBeNull();
    await group.world.runFor(5000);
    expect(group.tables).toEqual([]);
    expect(await group.committed()).toEqual({});
    await group.settle(group.commit("orders", 1, orders));
    expect(await group.listed()).toHaveLength(1);
    expect(await group.committed()).toEqual({ orders: 1 });
  });
});

/** A heartbeat of a member of a consumer group; with epoch 0 it joins. */
function heartbeat(group: GroupInWorld, memberId: string, memberEpoch: number) {
  const isJoining = memberEpoch <= 0;
  return group.settle(
    group.port.consumerHeartbeat({
      memberId,
      memberEpoch,
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: isJoining ? 10_000 : -1,
      subscribedTopicNames: isJoining ? ["orders"] : null,
      subscribedTopicRegex: null,
      serverAssignor: null,
      topicPartitions: isJoining ? [] : null,
      client: { clientId: "client", clientHost: "/127.0.0.1" },
    }),
  );
}
