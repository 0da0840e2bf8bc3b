/** The coordinator of a group: all that is asked of a group is asked of one broker. */
import { expect } from "vitest";

import type { ErrorName } from "../../src/protocol/errors.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { offsetCommit } from "../../src/protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../../src/protocol/messages/09-offset-fetch.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import { joinGroup } from "../../src/protocol/messages/11-join-group.ts";
import { heartbeat } from "../../src/protocol/messages/12-heartbeat.ts";
import { leaveGroup } from "../../src/protocol/messages/13-leave-group.ts";
import { syncGroup } from "../../src/protocol/messages/14-sync-group.ts";
import { describeGroups } from "../../src/protocol/messages/15-describe-groups.ts";
import { deleteGroups } from "../../src/protocol/messages/42-delete-groups.ts";
import { consumerGroupHeartbeat } from "../../src/protocol/messages/68-consumer-group-heartbeat.ts";
import { consumerGroupDescribe } from "../../src/protocol/messages/69-consumer-group-describe.ts";
import { PROTOCOL_TYPE, leave } from "./classic-member.ts";
import { at, commitOffsets, deleteOffsets, fetchOffsets } from "./group-offsets.ts";
import { Group } from "./group.ts";
import type { Partition } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";
import type { Wire } from "./wire.ts";

/** What is asked of a group, whoever coordinates it. */
interface Asked {
  readonly wire: Wire;
  readonly groupId: string;
  readonly partition: Partition;
}

const member = { memberId: "member", generationId: 1 };
const protocol = { protocolType: PROTOCOL_TYPE, protocolName: "range" };

/** Every request about one group, each in all of its versions, and the errors in the answer. */
const requests: Record<string, (asked: Asked) => Promise<ErrorName[]>> = {
  JoinGroup: ({ wire, groupId }) =>
    inAllVersions(joinGroup, async (version) => {
      const request = { sessionTimeoutMs: 10_000, protocolType: PROTOCOL_TYPE, protocols: [] };
      return wire.call(joinGroup, version, { groupId, memberId: "member", ...request });
    }),
  SyncGroup: ({ wire, groupId }) =>
    inAllVersions(syncGroup, (version) =>
      wire.call(syncGroup, version, { groupId, ...member, ...protocol, assignments: [] }),
    ),
  Heartbeat: ({ wire, groupId }) =>
    inAllVersions(heartbeat, (version) => wire.call(heartbeat, version, { groupId, ...member })),
  async LeaveGroup({ wire, groupId }) {
    const errors = servedVersions(leaveGroup).map(async (version) => {
      return (await leave(wire, groupId, [member], version)).error;
    });
    return Promise.all(errors);
  },
  async OffsetCommit({ wire, groupId, partition }) {
    const errors = servedVersions(offsetCommit).map(async (version) => {
      return commitOffsets(wire, groupId, [at(partition, 1)], { version });
    });
    return (await Promise.all(errors)).flat();
  },
  async OffsetFetch({ wire, groupId, partition }) {
    const answers = servedVersions(offsetFetch).map(async (version) => {
      const { error, offsets } = await fetchOffsets(wire, groupId, [partition], { version });
      // Version 1 has no error of the request.
      return version === 1 ? offsets[0]!.error : error;
    });
    return Promise.all(answers);
  },
  DescribeGroups: ({ wire, groupId }) =>
    inAllVersions(describeGroups, async (version) => {
      return (await wire.call(describeGroups, version, { groups: [groupId] })).groups[0]!;
    }),
  DeleteGroups: ({ wire, groupId }) =>
    inAllVersions(deleteGroups, async (version) => {
      return (await wire.call(deleteGroups, version, { groupsNames: [groupId] })).results[0]!;
    }),
  async OffsetDelete({ wire, groupId, partition }) {
    return [await deleteOffsets(wire, groupId, [partition])].flat();
  },
  ConsumerGroupHeartbeat: ({ wire, groupId }) =>
    inAllVersions(consumerGroupHeartbeat, (version) =>
      wire.call(consumerGroupHeartbeat, version, { groupId, memberId: "member", memberEpoch: 1 }),
    ),
  ConsumerGroupDescribe: ({ wire, groupId }) =>
    inAllVersions(consumerGroupDescribe, async (version) => {
      const request = { groupIds: [groupId], includeAuthorizedOperations: false };
      return (await wire.call(consumerGroupDescribe, version, request)).groups[0]!;
    }),
};

async function inAllVersions(
  api: Parameters<typeof servedVersions>[0],
  ask: (version: number) => Promise<{ errorCode: number }>,
): Promise<ErrorName[]> {
  const answers = await Promise.all(servedVersions(api).map(ask));
  return answers.map(({ errorCode }) => errorName(errorCode));
}

conformance("group coordinator", (test) => {
  test.for(Object.entries(requests))(
    "[K14] a broker that does not coordinate a group says so to %s, or what the coordinator says",
    async ([, ask], { cluster }) => {
      const group = await Group.unused(cluster);
      const partition = await cluster.newPartition();
      const ofCoordinator = await ask({ wire: group.wire, groupId: group.id, partition });
      expect(ofCoordinator).not.toContain("NOT_COORDINATOR");
      const ofNobody = ofCoordinator.map(() => "NOT_COORDINATOR");
      for (const { nodeId, wire } of await cluster.brokers()) {
        if (nodeId === group.coordinator.nodeId) continue;
        const errors = await ask({ wire, groupId: group.id, partition });
        expect([ofNobody, ofCoordinator]).toContainEqual(errors);
      }
    },
  );

  test("[K14] where the coordinator is another broker an OffsetFetch brings no topic, or the group's", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const partition = await cluster.newPartition();
    await group.commit([at(partition, 1)]);
    for (const { nodeId, wire } of await cluster.brokers()) {
      if (nodeId === group.coordinator.nodeId) continue;
      for (const version of servedVersions(offsetFetch)) {
        const { error, offsets } = await fetchOffsets(wire, group.id, [partition], { version });
        const nowhere = { error: "NOT_COORDINATOR", offset: -1, leaderEpoch: -1, metadata: "" };
        // Version 1 has no error of the request.
        const isVersion1 = version === 1 && offsets[0]!.error === "NOT_COORDINATOR";
        if (isVersion1) expect(offsets).toMatchObject([nowhere]);
        else if (error === "NOT_COORDINATOR") expect(offsets).toEqual([]);
        else expect(offsets).toMatchObject([{ error: "NONE", offset: 1 }]);
      }
    }
  });

  test.for<[string, ErrorName]>([
    ["JoinGroup", "INVALID_GROUP_ID"],
    ["SyncGroup", "INVALID_GROUP_ID"],
    ["Heartbeat", "INVALID_GROUP_ID"],
    ["LeaveGroup", "INVALID_GROUP_ID"],
    ["OffsetDelete", "INVALID_GROUP_ID"],
    ["ConsumerGroupHeartbeat", "INVALID_REQUEST"],
    ["ConsumerGroupDescribe", "INVALID_GROUP_ID"],
  ])(
    "[K14, K42] %s of a group without a name is %s, of any broker",
    async ([name, error], { cluster }) => {
      const partition = await cluster.newPartition();
      for (const { wire } of await cluster.brokers()) {
        const errors = await requests[name]!({ wire, groupId: "", partition });
        expect(new Set(errors)).toEqual(new Set([error]));
      }
    },
  );

  test("[K14] a group without a name has a coordinator too, for its offsets", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster, "");
    const partition = await cluster.newPartition();
    const { brokers } = await cluster.metadata();
    expect(brokers.map(({ nodeId }) => nodeId)).toContain(group.coordinator.nodeId);
    for (const { nodeId, wire } of await cluster.brokers()) {
      const { error } = await fetchOffsets(wire, "", [partition]);
      const isCoordinator = nodeId === group.coordinator.nodeId;
      expect(isCoordinator ? ["NONE"] : ["NONE", "NOT_COORDINATOR"]).toContain(error);
    }
  });

  test("[K14] groups are shared out among the brokers", async ({ cluster }) => {
    const names = Array.from({ length: 50 }, () => cluster.unusedName());
    await Group.unused(cluster);
    const wire = await cluster.wire();
    const { coordinators } = await wire.call(findCoordinator, 4, { coordinatorKeys: names });
    const found = coordinators.map(({ nodeId }) => nodeId);
    const { brokers } = await cluster.metadata();
    expect(new Set(found).size).toBeGreaterThan(brokers.length === 1 ? 0 : 1);
  });
});
