/** How the partitions of a consumer group (KIP-848) go from member to member. */
import { expect } from "vitest";

import type { Uuid } from "../../src/base/uuid.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../src/protocol/messages/20-delete-topics.ts";
import type { Cluster } from "./cluster.ts";
import { inOrder } from "./consumer-member.ts";
import type { ConsumerMember } from "./consumer-member.ts";
import { at } from "./group-offsets.ts";
import { Group, until } from "./group.ts";
import type { Partition } from "./partition.ts";
import { conformance } from "./suite.ts";

/** Has all members send heartbeats until this is true of them together. */
async function all(
  members: readonly ConsumerMember[],
  areSo: (...partitions: number[][]) => boolean,
): Promise<void> {
  const settled = () => areSo(...members.map(({ partitions }) => partitions));
  await Promise.all(members.map((member) => member.beatsUntil(settled)));
}

async function topicOf(
  cluster: Cluster,
  partitions: number,
): Promise<{ name: string; topicId: Uuid }> {
  const [first] = await cluster.newTopic({ partitions });
  const { name, topicId } = first!;
  return { name, topicId };
}

/** Makes a topic of this name, and waits until everybody knows it. */
async function created(cluster: Cluster, name: string): Promise<Partition> {
  const topic = { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  await (await cluster.wire()).call(createTopics, 7, { topics: [topic] });
  const [partition] = await cluster.settled(name);
  return partition!;
}

conformance("consumer group rebalance", (test) => {
  test.concurrent("[K50] a partition is given to another member when it has been given up, and not before", async ({
    cluster,
  }) => {
    const { name, topicId } = await topicOf(cluster, 2);
    const group = await Group.unused(cluster);
    const [first, second] = [group.consumerMember(), group.consumerMember()];
    await first.join([name]);
    expect(first.partitions).toEqual([0, 1]);
    await second.join([name]);
    expect(second.partitions).toEqual([]);
    // The first one is told what it may keep, and its epoch is what it was until it has obeyed.
    const owned = [{ topicId, partitions: [0, 1] }];
    const { memberEpoch } = first;
    await first.beatsUntil(({ partitions }) => partitions.length === 1);
    expect(first.memberEpoch).toBe(memberEpoch);
    for (let attempt = 0; attempt < 3; attempt++) {
      await first.beat({ topicPartitions: owned });
      await first.beat();
      await second.beat({ topicPartitions: [] });
    }
    expect([first.memberEpoch, second.partitions]).toEqual([memberEpoch, []]);
    await first.beat({ topicPartitions: first.assigned });
    expect(first.memberEpoch).toBe(memberEpoch + 1);
    await second.beat({ topicPartitions: [] });
    expect(inOrder([...first.partitions, ...second.partitions])).toEqual([0, 1]);
    expect(second.memberEpoch).toBe(first.memberEpoch);
  });

  test.concurrent("[K50] when a member leaves, the others get its partitions", async ({
    cluster,
  }) => {
    const { name } = await topicOf(cluster, 4);
    const group = await Group.unused(cluster);
    const [first, second] = [group.consumerMember(), group.consumerMember()];
    await first.join([name]);
    await second.join([name]);
    await all([first, second], (one, other) => one!.length === 2 && other!.length === 2);
    await second.leave();
    await first.beatsUntil(({ partitions }) => partitions.length === 4);
  });

  test.concurrent("[K50] who does not give up in its rebalance timeout is out", async ({
    cluster,
  }) => {
    const { name, topicId } = await topicOf(cluster, 2);
    const group = await Group.unused(cluster);
    const [first, second] = [group.consumerMember(), group.consumerMember()];
    await first.join([name], { rebalanceTimeoutMs: 300 });
    const owned = [{ topicId, partitions: [0, 1] }];
    await second.join([name]);
    await until(async () => {
      const { error } = await first.beat({ topicPartitions: owned });
      return error === "UNKNOWN_MEMBER_ID";
    });
    expect(first.partitions).toHaveLength(1);
    await second.beatsUntil(({ partitions }) => partitions.length === 2);
  });

  test.concurrent.for(["uniform", "range"])(
    "[K50] members get as many partitions as others (%s)",
    async (serverAssignor, { cluster }) => {
      const { name } = await topicOf(cluster, 5);
      const group = await Group.unused(cluster);
      const [first, second] = [group.consumerMember(), group.consumerMember()];
      await first.join([name], { serverAssignor });
      await second.join([name], { serverAssignor });
      await all([first, second], (...owned) => owned.flat().length === 5 && owned[1]!.length > 1);
      const owned = [first.partitions, second.partitions];
      expect(inOrder(owned.flat())).toEqual([0, 1, 2, 3, 4]);
      expect(inOrder(owned.map(({ length }) => length))).toEqual([2, 3]);
      // Ranges have no gaps.
      if (serverAssignor === "range") {
        const [low, high] = owned.toSorted((a, b) => a[0]! - b[0]!);
        expect([...low!, ...high!]).toEqual([0, 1, 2, 3, 4]);
      }
      expect((await group.describeConsumer()).assignorName).toBe(serverAssignor);
    },
  );

  test.concurrent("[K50] no partition is ever two members', however many join and leave", async ({
    cluster,
  }) => {
    const { name } = await topicOf(cluster, 12);
    const group = await Group.unused(cluster);
    const members = Array.from({ length: 6 }, () => group.consumerMember());
    const expectDisjoint = () => {
      const owned = members.flatMap(({ partitions }) => partitions);
      expect(new Set(owned).size).toBe(owned.length);
    };
    const isSettled = (each: number) => {
      expectDisjoint();
      return members.every(({ partitions }) => partitions.length === each);
    };
    await Promise.all(members.map((member) => member.join([name])));
    await Promise.all(members.map((member) => member.beatsUntil(() => isSettled(2))));
    await Promise.all(members.splice(0, 3).map((member) => member.leave()));
    await Promise.all(members.map((member) => member.beatsUntil(() => isSettled(4))));
  });

  test.concurrent("[K50] ranges of topics that all members consume lie side by side", async ({
    cluster,
  }) => {
    const topics = [await topicOf(cluster, 2), await topicOf(cluster, 2)];
    const names = topics.map(({ name }) => name);
    const group = await Group.unused(cluster);
    const [first, second] = [group.consumerMember(), group.consumerMember()];
    await first.join(names, { serverAssignor: "range" });
    await second.join(names, { serverAssignor: "range" });
    await all([first, second], (one, other) => one!.length === 2 && other!.length === 2);
    for (const { partitions } of [first, second]) expect(new Set(partitions).size).toBe(1);
  });

  test.concurrent("[K50] a member gets partitions of what it subscribes to alone", async ({
    cluster,
  }) => {
    const [one, other] = [await topicOf(cluster, 2), await topicOf(cluster, 2)];
    const group = await Group.unused(cluster);
    const [first, second] = [group.consumerMember(), group.consumerMember()];
    await first.join([one.name]);
    await second.join([one.name, other.name]);
    // As many as the other one has are left for each.
    await all([first, second], (mine, its) => mine!.length === 2 && its!.length === 2);
    expect(first.assigned.map(({ topicId }) => topicId)).toEqual([one.topicId]);
    expect(second.assigned.map(({ topicId }) => topicId)).toEqual([other.topicId]);
  });

  test.concurrent("[K50] what a member does not subscribe to any longer is taken from it at once", async ({
    cluster,
  }) => {
    const [one, other] = [await topicOf(cluster, 1), await topicOf(cluster, 1)];
    const member = (await Group.unused(cluster)).consumerMember();
    await member.join([one.name, other.name]);
    expect(member.assigned).toHaveLength(2);
    await member.beat({ subscribedTopicNames: [one.name], topicPartitions: member.assigned });
    const left = [{ topicId: one.topicId, partitions: [0] }];
    expect(member.assigned).toEqual(left);
    const { memberEpoch } = member;
    await member.beatsUntil((beaten) => beaten.memberEpoch > memberEpoch);
    expect(member.assigned).toEqual(left);
    await member.beat({ subscribedTopicNames: [], topicPartitions: member.assigned });
    expect(member.assigned).toEqual([]);
  });

  test.concurrent("[K50] a topic is assigned as soon as it is there, and no longer when it is not", async ({
    cluster,
  }) => {
    const name = cluster.unusedName();
    const member = (await Group.unused(cluster)).consumerMember();
    await member.join([name]);
    expect(member.assigned).toEqual([]);
    const wire = await cluster.wire();
    const numbers = { numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] };
    const { topics } = await wire.call(createTopics, 7, { topics: [{ name, ...numbers }] });
    expect(topics).toMatchObject([{ errorCode: 0 }]);
    await member.beatsUntil(({ partitions }) => partitions.length === 2);
    expect(member.assigned[0]!.topicId).toBe(topics[0]!.topicId);
    await wire.call(deleteTopics, 5, { topicNames: [name], timeoutMs: 10_000 });
    await member.beatsUntil(({ partitions }) => partitions.length === 0);
  });

  test.concurrent("[K47, K50] a topic that was asked about before it was there is there for the group", async ({
    cluster,
  }) => {
    const name = cluster.unusedName();
    const [joining, committing] = [await Group.unused(cluster), await Group.unused(cluster)];
    const member = joining.consumerMember();
    for (const group of [joining, committing]) {
      const early = await group.consumerMember().join([name], { serverAssignor: "nobody's" });
      expect(early.error).toBe("UNSUPPORTED_ASSIGNOR");
    }
    const partition = await created(cluster, name);
    expect(await committing.commit([at(partition, 7)])).toEqual(["NONE"]);
    await member.join([name]);
    expect(member.assigned).toEqual([{ topicId: partition.topicId, partitions: [0] }]);
  });

  test.concurrent("[K50] a regular expression subscribes to all topics whose whole name it matches", async ({
    cluster,
  }) => {
    const [one, other] = [await topicOf(cluster, 1), await topicOf(cluster, 1)];
    const first = (await Group.unused(cluster)).consumerMember();
    const second = (await Group.unused(cluster)).consumerMember();
    // The first part of a name is no match.
    const subscribedTopicRegex = `${one.name}|${other.name.slice(0, -1)}`;
    const joined = await first.join([], { subscribedTopicNames: null, subscribedTopicRegex });
    expect(joined.error).toBe("NONE");
    await first.beatsUntil(({ partitions }) => partitions.length === 1);
    expect(first.assigned).toEqual([{ topicId: one.topicId, partitions: [0] }]);
    await first.beat({ subscribedTopicRegex: "", topicPartitions: first.assigned });
    await first.beatsUntil(({ partitions }) => partitions.length === 0);
    // Names and an expression are both subscribed to.
    await second.join([one.name], { subscribedTopicRegex: `${other.name.slice(0, -1)}.` });
    await second.beatsUntil(({ partitions }) => partitions.length === 2);
  });
});
