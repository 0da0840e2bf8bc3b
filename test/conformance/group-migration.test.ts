/**
 * Groups that go from the classic protocol to the consumer protocol (KIP-848) and back: when they
 * are empty, and while members are in.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import { isUuid } from "../../src/base/uuid.ts";
import {
  CONSUMER_PROTOCOL_TYPE,
  decodeAssignment,
  encodeAssignment,
  encodeSubscription,
} from "../../src/protocol/consumer-protocol.ts";
import { consumerOf, leave } from "./classic-member.ts";
import type { ClassicMember, MemberOptions } from "./classic-member.ts";
import { inOrder } from "./consumer-member.ts";
import { at } from "./group-offsets.ts";
import { Group, isPending, shortestSessionMs, until } from "./group.ts";
import { conformance } from "./suite.ts";

/** A member's type in ConsumerGroupDescribe. */
const [CLASSIC, CONSUMER] = [0, 1];

/** Partitions that the first member of a new group assigns to itself, as real consumers do. */
async function consuming(
  group: Group,
  topic: { name: string; partitions: number[] },
  others: MemberOptions = {},
): Promise<ClassicMember> {
  const [member] = await group.joinedAs([consumerOf([topic.name], others)]);
  const { memberId } = member!;
  const { name, partitions } = topic;
  const assignedPartitions = [{ topic: name, partitions }];
  const assignment = encodeAssignment({ assignedPartitions }, 1);
  expect((await member!.sync([{ memberId, assignment }])).error).toBe("NONE");
  return member!;
}

/** What a classic member is assigned, which the coordinator says in the members' own format. */
async function assigned(member: ClassicMember): Promise<Record<string, number[]>> {
  const { error, assignment } = await member.sync();
  expect(error).toBe("NONE");
  const { assignedPartitions } = decodeAssignment(assignment);
  return Object.fromEntries(
    assignedPartitions.map(({ topic, partitions }) => [topic, inOrder(partitions)]),
  );
}

/** Has a classic member rejoin, owning these partitions of a topic, as who gives up late does. */
async function rejoin(member: ClassicMember, name: string, partitions: number[]) {
  const ownedPartitions = [{ topic: name, partitions }];
  const range = encodeSubscription({ topics: [name], ownedPartitions }, 1);
  const joined = await member.join({ protocols: { range } });
  expect(joined.error).toBe("NONE");
  return joined;
}

/** Waits until a classic member hears of a rebalance. */
async function hearsOfRebalance(member: ClassicMember): Promise<void> {
  await until(async () => (await member.heartbeat()) === "REBALANCE_IN_PROGRESS");
}

conformance("groups between the protocols", (test) => {
  test("[K50] an empty classic group becomes a consumer group, and keeps its offsets", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const [simple, left] = [await Group.unused(cluster), await Group.unused(cluster)];
    const [classic] = await left.stable(1);
    await classic!.leave();
    for (const group of [simple, left]) {
      await group.commit([at(partition, 5)]);
      const member = group.consumerMember();
      expect(await member.join([partition.name])).toMatchObject({ error: "NONE", memberEpoch: 2 });
      expect(await group.listed()).toMatchObject([{ groupType: "consumer" }]);
      expect((await group.describe()).error).toBe("GROUP_ID_NOT_FOUND");
      expect((await group.fetchOffsets([partition])).offsets).toMatchObject([{ offset: 5 }]);
    }
  });

  test("[K50] an empty consumer group becomes a classic group, and keeps its offsets", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    await member.join([partition.name]);
    await member.leave();
    await group.commit([at(partition, 5)]);
    const [classic] = await group.stable(1);
    expect(classic!.generationId).toBe(1);
    expect(await group.listed()).toMatchObject([{ groupType: "classic", groupState: "Stable" }]);
    expect((await group.describeConsumer()).error).toBe("GROUP_ID_NOT_FOUND");
    expect((await group.fetchOffsets([partition])).offsets).toMatchObject([{ offset: 5 }]);
  });

  test("[K50] a classic group with members is converted if they are consumers that anybody understands", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition();
    const withUserData = encodeAssignment({
      assignedPartitions: [{ topic: name, partitions: [0] }],
      userData: new Uint8Array(1),
    });
    for (const [options, assignment, why] of [
      [{}, new Uint8Array(0), "the group does not use the consumer embedded protocol."],
      [
        { ...consumerOf([]), protocols: { range: "\u0000" } },
        new Uint8Array(0),
        "the embedded consumer protocol is malformed.",
      ],
      [consumerOf([name]), withUserData, "an unsupported custom assignor is in use. "],
    ] as const) {
      const group = await Group.unused(cluster);
      const [classic] = await group.joinedAs([options]);
      const { memberId } = classic!;
      expect((await classic!.sync([{ memberId, assignment }])).error).toBe("NONE");
      const refused = await group.consumerMember().join([name]);
      expect(refused.error).toBe("GROUP_ID_NOT_FOUND");
      expect(refused.errorMessage).toContain(
        `Cannot upgrade classic group ${group.id} to consumer group because ${why}`,
      );
      expect(await classic!.heartbeat()).toBe("NONE");
    }
  });

  test("[K50] a consumer that joins makes a classic group a consumer group, with all its members", async ({
    cluster,
  }) => {
    const topic = await cluster.newTopic({ partitions: 2 });
    const { name } = topic[0]!;
    const group = await Group.unused(cluster);
    const classic = await consuming(group, { name, partitions: [0, 1] });
    const consumer = group.consumerMember();
    expect(await consumer.join([name])).toMatchObject({ error: "NONE", memberEpoch: 2 });
    // All partitions are the classic member's still.
    expect(consumer.partitions).toEqual([]);
    expect(await group.listed()).toMatchObject([
      { groupType: "consumer", protocolType: CONSUMER_PROTOCOL_TYPE, groupState: "Reconciling" },
    ]);
    const { members } = await group.describeConsumer();
    const types = members.map(({ memberId, memberType, memberEpoch }) => {
      return [memberId, { memberType, memberEpoch }] as const;
    });
    expect(new Map(types)).toEqual(
      new Map([
        [classic.memberId, { memberType: CLASSIC, memberEpoch: 1 }],
        [consumer.memberId, { memberType: CONSUMER, memberEpoch: 2 }],
      ]),
    );
    expect(await classic.heartbeat()).toBe("REBALANCE_IN_PROGRESS");
    // It joins with empty hands, and is told neither of a leader nor of members.
    const joined = await classic.join();
    expect(joined).toMatchObject({ error: "NONE", generationId: 2, leader: "", members: [] });
    expect(joined).toMatchObject({ protocolType: CONSUMER_PROTOCOL_TYPE, protocolName: "range" });
    const mine = await assigned(classic);
    expect(await classic.heartbeat()).toBe("NONE");
    await consumer.beatsUntil(({ partitions }) => partitions.length === 1);
    expect(inOrder([...mine[name]!, ...consumer.partitions])).toEqual([0, 1]);
    // Whoever asks again is told the same.
    expect(await assigned(classic)).toEqual(mine);
    expect((await group.describeConsumer()).groupState).toBe("Stable");
  });

  test("[K50] a classic member may give up in a second rebalance", async ({ cluster }) => {
    const topic = await cluster.newTopic({ partitions: 2 });
    const { name } = topic[0]!;
    const group = await Group.unused(cluster);
    const classic = await consuming(group, { name, partitions: [0, 1] });
    const consumer = group.consumerMember();
    await consumer.join([name]);
    await hearsOfRebalance(classic);
    expect((await rejoin(classic, name, [0, 1])).generationId).toBe(1);
    const mine = await assigned(classic);
    expect(mine[name]).toHaveLength(1);
    await consumer.beat({ topicPartitions: [] });
    expect(consumer.partitions).toEqual([]);
    // Now it has heard of it, and gives up.
    await hearsOfRebalance(classic);
    expect((await rejoin(classic, name, mine[name]!)).generationId).toBe(2);
    expect(await assigned(classic)).toEqual(mine);
    expect(await classic.heartbeat()).toBe("NONE");
    await consumer.beatsUntil(({ partitions }) => partitions.length === 1);
  });

  test("[K50] who joins or syncs while the group is converted is sent away to join again", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition();
    const [joining, syncing] = [await Group.unused(cluster), await Group.unused(cluster)];
    const [leader, other] = await joining.joinedAs([consumerOf([name]), consumerOf([name])]);
    const [, follower] = await syncing.joinedAs([consumerOf([name]), consumerOf([name])]);
    for (const member of [leader!, other!]) expect((await member.sync()).error).toBe("NONE");
    const [joined, synced] = [leader!.join(), follower!.sync()];
    expect(await isPending(Promise.race([joined, synced]))).toBe(true);
    for (const group of [joining, syncing]) {
      expect((await group.consumerMember().join([name])).error).toBe("NONE");
    }
    expect((await joined).error).toBe("REBALANCE_IN_PROGRESS");
    expect((await synced).error).toBe("REBALANCE_IN_PROGRESS");
    for (const member of [leader!, follower!]) expect((await member.join()).error).toBe("NONE");
  });

  test("[K50] classic members join a consumer group, with any id", async ({ cluster }) => {
    const { name } = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const consumer = group.consumerMember();
    await consumer.join([name]);
    const asking = await group.classicMember(consumerOf([name]));
    const { error, memberId } = await asking.joinOnce();
    expect([error, isUuid(memberId)]).toEqual(["MEMBER_ID_REQUIRED", true]);
    expect((await group.describeConsumer()).members).toHaveLength(1);
    expect(await asking.joinOnce()).toMatchObject({ error: "NONE", memberId });
    const direct = await group.classicMember(consumerOf([name], { joinVersion: 3 }));
    expect(await direct.joinOnce()).toMatchObject({ error: "NONE", leader: "", members: [] });
    const named = await group.classicMember(consumerOf([name]));
    expect(await named.joinOnce({ memberId: "any" })).toMatchObject({ error: "NONE" });
    expect((await group.describeConsumer()).members).toHaveLength(4);
    for (const options of [
      { protocolType: "another" },
      { protocolType: "" },
      { protocols: {} },
      { protocols: { sticky: encodeSubscription({ topics: [name] }, 1) } },
    ]) {
      const member = await group.classicMember({ ...consumerOf([name]), ...options });
      expect((await member.join()).error).toBe("INCONSISTENT_GROUP_PROTOCOL");
    }
  });

  test("[K50] the requests of either protocol are for members that speak it", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const { name } = partition;
    const group = await Group.unused(cluster);
    const consumer = group.consumerMember();
    await consumer.join([name]);
    const classic = await group.classicMember(consumerOf([name]));
    await classic.join();
    await assigned(classic);
    const { memberId, generationId } = classic;
    for (const [said, error] of [
      [{ memberId: "nobody" }, "UNKNOWN_MEMBER_ID"],
      [{ memberId: consumer.memberId, generationId: consumer.memberEpoch }, "UNKNOWN_MEMBER_ID"],
      [{ generationId: generationId + 1 }, "ILLEGAL_GENERATION"],
      [{ generationId: generationId - 1 }, "ILLEGAL_GENERATION"],
    ] as const) {
      expect(await classic.heartbeat(said)).toBe(error);
      expect((await classic.sync([], said)).error).toBe(error);
    }
    for (const protocol of [{ protocolName: "sticky" }, { protocolType: "another" }]) {
      expect((await classic.sync([], protocol)).error).toBe("INCONSISTENT_GROUP_PROTOCOL");
    }
    for (const [generation, error] of [
      [generationId, "NONE"],
      [generationId + 1, "ILLEGAL_GENERATION"],
      [-1, "ILLEGAL_GENERATION"],
    ] as const) {
      const itself = { memberId, generationIdOrMemberEpoch: generation };
      for (const version of [8, 9, 10]) {
        expect(await group.commit([at(partition, 1)], { version, ...itself })).toEqual([error]);
      }
      const asked = { memberId, memberEpoch: generation };
      expect((await group.fetchOffsets([partition], asked)).error).toBe(error);
    }
  });

  test("[K50] LeaveGroup takes out members of both protocols", async ({ cluster }) => {
    const { name } = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const consumer = group.consumerMember({ instanceId: "instance" });
    await consumer.join([name]);
    const [one, other] = [
      await group.classicMember(consumerOf([name])),
      await group.classicMember(consumerOf([name])),
    ];
    await one.join();
    await other.join();
    expect(await one.leave()).toBe("NONE");
    expect(await one.leave()).toBe("UNKNOWN_MEMBER_ID");
    const { members } = await leave(group.wire, group.id, [
      { memberId: "", groupInstanceId: "no instance" },
      { memberId: "nobody", groupInstanceId: "instance" },
      { memberId: "", groupInstanceId: "instance" },
    ]);
    expect(members.map(({ error }) => error)).toEqual([
      "UNKNOWN_MEMBER_ID",
      "FENCED_INSTANCE_ID",
      "NONE",
    ]);
    // The last one is left in a classic group.
    expect(await group.listed()).toMatchObject([{ groupType: "classic" }]);
    expect(await other.heartbeat()).not.toBe("NONE");
    expect(await other.join()).toMatchObject({ error: "NONE", leader: other.memberId });
  });

  test("[K50] when the last consumer has left, the classic members are among themselves again", async ({
    cluster,
  }) => {
    const topic = await cluster.newTopic({ partitions: 2 });
    const { name } = topic[0]!;
    const group = await Group.unused(cluster);
    await group.commit([at(topic[0]!, 5)]);
    const consumer = group.consumerMember();
    await consumer.join([name]);
    const [one, other] = [
      await group.classicMember(consumerOf([name])),
      await group.classicMember(consumerOf([name])),
    ];
    for (const member of [one, other]) expect((await member.join()).error).toBe("NONE");
    const { groupEpoch } = await group.describeConsumer();
    expect((await consumer.leave()).error).toBe("NONE");
    expect((await group.describeConsumer()).error).toBe("GROUP_ID_NOT_FOUND");
    const described = await group.describe();
    expect(described).toMatchObject({ error: "NONE", groupState: "PreparingRebalance" });
    expect(described).toMatchObject({ protocolType: CONSUMER_PROTOCOL_TYPE });
    expect(described.members).toHaveLength(2);
    const joins = await Promise.all([one.join(), other.join()]);
    const generations = joins.map(({ generationId }) => generationId);
    expect(generations).toEqual([groupEpoch + 1, groupEpoch + 1]);
    const led = joins.filter(({ members }) => members.length === 2);
    expect(led).toHaveLength(1);
    expect(led[0]!.leader).toBe(led[0]!.memberId);
    expect((await group.fetchOffsets([topic[0]!])).offsets).toMatchObject([{ offset: 5 }]);
  });

  test("[K50] a static member changes its protocol and keeps its partitions", async ({
    cluster,
  }) => {
    const topic = await cluster.newTopic({ partitions: 2 });
    const { name } = topic[0]!;
    const group = await Group.unused(cluster);
    const consumer = group.consumerMember({ instanceId: "instance" });
    await consumer.join([name]);
    const { memberEpoch } = consumer;
    const itself = consumerOf([name], { groupInstanceId: "instance" });
    const classic = await group.classicMember(itself);
    const joined = await classic.joinOnce();
    expect(joined).toMatchObject({ error: "NONE", generationId: memberEpoch, leader: "" });
    expect(await group.listed()).toMatchObject([{ groupType: "classic", groupState: "Stable" }]);
    expect(await assigned(classic)).toEqual({ [name]: [0, 1] });
    expect(await classic.heartbeat()).toBe("NONE");
    expect((await consumer.beat()).error).toBe("GROUP_ID_NOT_FOUND");
    // And back again; the classic one need not have left.
    const back = group.consumerMember({ instanceId: "instance" });
    expect((await back.join([name])).error).toBe("NONE");
    expect(back.partitions).toEqual([0, 1]);
    expect(await classic.heartbeat()).toBe("FENCED_INSTANCE_ID");
    expect(await group.listed()).toMatchObject([{ groupType: "consumer" }]);
  });

  test.concurrent("[K50] a classic member's session ends in a consumer group as well", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const sessionTimeoutMs = await shortestSessionMs(group);
    const consumer = group.consumerMember();
    await consumer.join([name]);
    const member = await group.classicMember(consumerOf([name], { sessionTimeoutMs }));
    await member.join();
    const over = Date.now() + 1.5 * sessionTimeoutMs;
    while (Date.now() < over) {
      await sleep(sessionTimeoutMs / 10);
      expect(await member.heartbeat()).not.toBe("UNKNOWN_MEMBER_ID");
      if ((await member.sync()).error !== "NONE") await member.join();
    }
    await until(async () => (await group.describeConsumer()).members.length === 1);
    expect(await member.heartbeat()).toBe("UNKNOWN_MEMBER_ID");
    expect((await consumer.beat()).error).toBe("NONE");
  });

  test.concurrent("[K50] a classic member that hears of a rebalance joins in its rebalance timeout", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const late = { rebalanceTimeoutMs: 1000 };
    const classic = await consuming(group, { name, partitions: [0] }, late);
    const consumer = group.consumerMember();
    await consumer.join([name]);
    expect(await classic.heartbeat()).toBe("REBALANCE_IN_PROGRESS");
    await until(async () => (await classic.heartbeat()) !== "REBALANCE_IN_PROGRESS");
    expect(await classic.heartbeat()).toBe("UNKNOWN_MEMBER_ID");
    await consumer.beatsUntil(({ partitions }) => partitions.length === 1);
  });
});
