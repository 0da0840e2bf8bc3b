/**
 * `__consumer_offsets`: the topic in which coordinators keep what they know of their groups, and
 * from which any client may read it.
 */
import { expect } from "vitest";

import { decodeCoordinatorRecord } from "../../src/protocol/coordinator-records.ts";
import type { CoordinatorRecord } from "../../src/protocol/coordinator-records.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { batch, recordsIn, text } from "./batches.ts";
import { at } from "./group-offsets.ts";
import { Group, assignmentOf, until } from "./group.ts";
import { LATEST } from "./partition.ts";
import type { Partition } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const OFFSETS_TOPIC = "__consumer_offsets";
const PARTITIONS = 50;

/** The absolute value of Java's hash of a group's name, by which Kafka finds its partition. */
function partitionOf({ id }: Group): number {
  let hash = 0;
  for (const character of id) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0;
  return Math.abs(hash) % PARTITIONS;
}

/** What is written of a group from now on, as it is read so far. */
async function follow(group: Group): Promise<() => Promise<CoordinatorRecord[]>> {
  const partitions = await group.cluster.settled(OFFSETS_TOPIC);
  const partition = partitions[partitionOf(group)]!;
  let { offset } = await partition.listOffset(LATEST);
  const records: CoordinatorRecord[] = [];
  return async () => {
    const { error, records: fetched } = await partition.fetch({ fetchOffset: offset });
    expect(error).toBe("NONE");
    for (const { key, value, offset: read } of recordsIn(fetched)) {
      if (read < offset) continue;
      const record = decodeCoordinatorRecord(key!, value);
      offset = read + 1;
      if (record !== null && groupOf(record) === group.id) records.push(record);
    }
    return records;
  };
}

function groupOf({ key }: CoordinatorRecord): string {
  return "group" in key ? key.group : key.groupId;
}

/** The records of one type. */
function ofType<Type extends CoordinatorRecord["type"]>(
  records: readonly CoordinatorRecord[],
  type: Type,
): Extract<CoordinatorRecord, { type: Type }>[] {
  return records.filter((record) => record.type === type) as never;
}

conformance("__consumer_offsets", (test) => {
  test("[K14] it is internal and has 50 partitions, each with a leader", async ({ cluster }) => {
    await Group.unused(cluster);
    const wire = await cluster.wire();
    for (const version of servedVersions(metadata)) {
      const request = { topics: [{ name: OFFSETS_TOPIC }], allowAutoTopicCreation: version < 4 };
      const answer = await wire.call(metadata, version, request);
      const topic = answer.topics[0]!;
      expect([topic.errorCode, topic.partitions.length]).toEqual([0, PARTITIONS]);
      if (version >= 1) expect(topic.isInternal).toBe(true);
      const leaders = new Set(topic.partitions.map(({ leaderId }) => leaderId));
      const nodes = answer.brokers.map(({ nodeId }) => nodeId);
      for (const leader of leaders) expect(nodes).toContain(leader);
    }
  });

  test("[K14] a group is coordinated by the leader of the partition that its name falls to", async ({
    cluster,
  }) => {
    const groups = await Promise.all([1, 2, 3, 4, 5].map(() => Group.unused(cluster)));
    groups.push(await Group.unused(cluster, `${cluster.unusedName()}-käse`));
    expect(new Set(groups.map(partitionOf)).size).toBeGreaterThan(1);
    const partitions = await cluster.settled(OFFSETS_TOPIC);
    for (const group of groups) {
      const { leader, index } = partitions[partitionOf(group)]!;
      expect([index, leader.nodeId]).toEqual([partitionOf(group), group.coordinator.nodeId]);
    }
  });

  test("[K47] a commit is a record, and a deletion one without a value", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const { name, topicId } = partition;
    const group = await Group.unused(cluster);
    const read = await follow(group);
    const before = Date.now();
    await group.commit([at(partition, 7, { leaderEpoch: 0, metadata: "seven" })]);
    await until(async () => (await read()).length === 1);
    const key = { group: group.id, topic: name, partition: 0 };
    const value = { offset: 7, leaderEpoch: 0, metadata: "seven", topicId, expireTimestamp: -1 };
    const [committed] = ofType(await read(), "OffsetCommit");
    expect(committed).toMatchObject({ key, value });
    expect(committed!.value!.commitTimestamp).toBeGreaterThanOrEqual(before);
    expect(committed!.value!.commitTimestamp).toBeLessThanOrEqual(Date.now());
    // Only an older client can say how long it is kept.
    await group.commit([at(partition, 8)], { version: 4, retentionTimeMs: 3_600_000 });
    await until(async () => (await read()).length === 2);
    const { commitTimestamp, expireTimestamp } = ofType(await read(), "OffsetCommit")[1]!.value!;
    expect(expireTimestamp).toBe(commitTimestamp + 3_600_000);
    await group.delete();
    await until(async () => (await read()).some((record) => record.value === null));
    expect((await read())[2]).toEqual({ type: "OffsetCommit", key, value: null });
  });

  test("[K44] a generation of a classic group is a record, once it has its assignment", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const read = await follow(group);
    const generations = async () => {
      const records = ofType(await read(), "GroupMetadata");
      return records.map(({ value }) => value?.generation ?? null);
    };
    const members = await group.stableAs([{ groupInstanceId: "instance" }, {}]);
    const [leader] = members;
    const { memberId } = leader!;
    await until(async () => (await generations()).includes(2));
    const stored = ofType(await read(), "GroupMetadata").at(-1)!;
    expect(stored.key).toEqual({ group: group.id });
    expect(stored.value).toMatchObject({
      protocolType: "conformance",
      protocol: "range",
      generation: 2,
      leader: memberId,
    });
    const told = stored.value!.members.map(({ memberId: id, subscription, assignment }) => {
      return [id, { subscription: text(subscription), assignment: text(assignment) }] as const;
    });
    const expected = members.map((member) => {
      return [
        member.memberId,
        { subscription: "metadata", assignment: assignmentOf(member) },
      ] as const;
    });
    expect(new Map(told)).toEqual(new Map(expected));
    const first = stored.value!.members.find((member) => member.memberId === memberId);
    const timeouts = { rebalanceTimeout: 10_000, sessionTimeout: 10_000 };
    expect(first).toMatchObject({
      groupInstanceId: "instance",
      clientId: "conformance",
      ...timeouts,
    });
    // When all have left there is a generation without members, and in the end nothing.
    for (const member of members) await member.leave();
    await until(async () => (await generations()).includes(3));
    expect(ofType(await read(), "GroupMetadata").at(-1)!.value).toMatchObject({
      protocolType: "conformance",
      protocol: null,
      leader: null,
      members: [],
    });
    await group.delete();
    await until(async () => (await generations()).at(-1) === null);
  });

  test("[K50] a consumer group is several records, of itself and of each member", async ({
    cluster,
  }) => {
    const { name, topicId } = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const read = await follow(group);
    const member = group.consumerMember();
    await member.join([name]);
    const { memberId } = member;
    await until(async () => (await read()).length === 5);
    const groupId = group.id;
    const topicPartitions = [{ topicId, partitions: [0] }];
    const [own, others] = [{ groupId, memberId }, { groupId }];
    const records = await read();
    for (const [type, key, value] of [
      [
        "ConsumerGroupMemberMetadata",
        own,
        { clientId: "conformance", subscribedTopicNames: [name], rebalanceTimeoutMs: 10_000 },
      ],
      ["ConsumerGroupMetadata", others, { epoch: 2 }],
      ["ConsumerGroupTargetAssignmentMember", own, { topicPartitions }],
      ["ConsumerGroupTargetAssignmentMetadata", others, { assignmentEpoch: 2 }],
      [
        "ConsumerGroupCurrentMemberAssignment",
        own,
        { memberEpoch: 2, assignedPartitions: topicPartitions, partitionsPendingRevocation: [] },
      ],
    ] as const) {
      expect(ofType(records, type)).toMatchObject([{ key, value }]);
    }
    await member.leave();
    await until(async () => (await read()).length === 9);
    const left = (await read()).slice(5);
    const deleted = left.filter(({ value }) => value === null).map(({ type }) => type);
    expect(deleted.toSorted()).toEqual([
      "ConsumerGroupCurrentMemberAssignment",
      "ConsumerGroupMemberMetadata",
      "ConsumerGroupTargetAssignmentMember",
    ]);
    expect(ofType(left, "ConsumerGroupMetadata")).toMatchObject([{ value: { epoch: 3 } }]);
    await group.delete();
    await until(async () => (await read()).length === 11);
    for (const { value } of (await read()).slice(9)) expect(value).toBeNull();
  });

  test("[K14] a client may not write to it, nor make it", async ({ cluster }) => {
    await Group.unused(cluster);
    const partitions = await cluster.settled(OFFSETS_TOPIC);
    const refused = async (partition: Partition) => {
      for (const version of [3, 9, 12, 13]) {
        const { error, baseOffset } = await partition.produce(batch("value"), { version });
        expect([error, baseOffset]).toEqual(["INVALID_TOPIC_EXCEPTION", -1]);
      }
    };
    await refused(partitions[0]!);
    const wire = await cluster.wire();
    const numbers = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
    const request = { topics: [{ name: OFFSETS_TOPIC, ...numbers }] };
    const { topics } = await wire.call(createTopics, 7, request);
    expect(errorName(topics[0]!.errorCode)).toBe("TOPIC_ALREADY_EXISTS");
  });
});
