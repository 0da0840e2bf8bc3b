/**
 * The coordinator of a group as a Durable Object: what it has answered outlives eviction and abort,
 * its members' sessions end by its timer, and its alarm does what nobody calls for.
 */
import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";

import { random } from "../../src/actors/host.ts";
import { groupName } from "../../src/actors/names.ts";
import { controllerStub, groupStub } from "../../src/actors/stubs.ts";
import { randomUuid } from "../../src/base/uuid.ts";
import type { GroupPort, JoinGroupCall } from "../../src/group/group-calls.ts";
import { newTopic } from "./replicas.ts";

const SESSION_TIMEOUT_MS = 6000;

const unusedId = () => `group-${randomUuid(random)}`;

function actor(groupId: string) {
  return env.GROUP_COORDINATOR.get(
    env.GROUP_COORDINATOR.idFromName(groupName(env.CLUSTER_ID, groupId)),
  );
}

async function commit(group: GroupPort, topic: string, topicId: string, offset: number) {
  const partition = { partitionIndex: 0, committedOffset: offset };
  const partitions = [{ ...partition, committedLeaderEpoch: -1, committedMetadata: "so far" }];
  const answer = await group.commitOffsets({
    generationIdOrMemberEpoch: -1,
    memberId: "",
    groupInstanceId: null,
    retentionTimeMs: -1,
    apiVersion: 9,
    topics: [{ name: topic, topicId, partitions }],
  });
  expect(answer.topics[0]?.partitions).toEqual([{ partitionIndex: 0, error: null }]);
}

async function committed(group: GroupPort): Promise<number[]> {
  const call = { memberId: null, memberEpoch: -1, topics: null, requireStable: false };
  const { topics } = await group.fetchOffsets(call);
  return topics.flatMap(({ partitions }) => partitions.map((each) => each.committedOffset));
}

async function join(group: GroupPort, call: Partial<JoinGroupCall> = {}) {
  return group.joinGroup({
    memberId: "",
    groupInstanceId: null,
    protocolType: "test",
    protocols: [{ name: "protocol", metadata: new Uint8Array(3) }],
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    rebalanceTimeoutMs: SESSION_TIMEOUT_MS,
    client: { clientId: "client", clientHost: "/127.0.0.1" },
    requiresKnownMemberId: false,
    supportsSkippingAssignment: true,
    ...call,
  });
}

describe("a group's coordinator", () => {
  // Eviction waits until the coordinator has nothing left to note.
  test("keeps what was committed through eviction and abort", async () => {
    const groupId = unusedId();
    const group = groupStub(env, groupId);
    const { name, topicId } = await newTopic();
    await commit(group, name, topicId, 7);
    expect(await committed(group)).toEqual([7]);
    await evictDurableObject(actor(groupId));
    expect(await committed(group)).toEqual([7]);
    await commit(group, name, topicId, 8);
    await abortAllDurableObjects();
    expect(await committed(group)).toEqual([8]);
  });

  test("knows its members after an abort, and lets them go when they are silent", async () => {
    const groupId = unusedId();
    const group = groupStub(env, groupId);
    const { memberId, generationId } = await join(group);
    const member = { memberId, groupInstanceId: null, generationId };
    const protocol = { protocolType: "test", protocolName: "protocol" };
    const assignment = new Uint8Array([1, 2, 3]);
    const assignments = [{ memberId, assignment }];
    const synced = await group.syncGroup({ ...member, ...protocol, assignments });
    expect(synced).toMatchObject({ error: null, assignment });

    await abortAllDurableObjects();
    expect(await group.heartbeat(member)).toBeNull();
    expect(await group.syncGroup({ ...member, ...protocol, assignments: [] })).toMatchObject({
      error: null,
      assignment,
    });
    const described = async () => (await group.describe()).groupState;
    expect(await described()).toBe("Stable");
    await expect.poll(described, { timeout: 3 * SESSION_TIMEOUT_MS }).toBe("Empty");
  });

  test("is gone with all it had when it is deleted", async () => {
    const groupId = unusedId();
    const group = groupStub(env, groupId);
    const { name, topicId } = await newTopic();
    await commit(group, name, topicId, 7);
    const isListed = async () => {
      const groups = await controllerStub(env).listGroups({ from: groupId, limit: 1 });
      return groups.some((listed) => listed.groupId === groupId);
    };
    expect(await isListed()).toBe(true);
    expect(await group.delete()).toBeNull();
    expect(await isListed()).toBe(false);
    expect(await committed(group)).toEqual([]);
    expect(await group.list()).toBeNull();
  });

  test("that nobody joined for long goes by its alarm", async () => {
    const groupId = unusedId();
    const group = groupStub(env, groupId);
    const refused = await join(group, { protocols: [] });
    expect(refused.error).toBe("INCONSISTENT_GROUP_PROTOCOL");
    expect(await group.list()).toMatchObject({ groupState: "Empty" });
    expect(await runDurableObjectAlarm(actor(groupId))).toBe(true);
    expect(await group.list()).toBeNull();
  });

  test("takes ids with any characters for what they are", async () => {
    const { name, topicId } = await newTopic();
    const [plain, odd] = [unusedId(), `${unusedId()}/group/☕ `];
    await commit(groupStub(env, odd), name, topicId, 3);
    await commit(groupStub(env, plain), name, topicId, 4);
    expect(await committed(groupStub(env, odd))).toEqual([3]);
    expect(await committed(groupStub(env, plain))).toEqual([4]);
  });
});
