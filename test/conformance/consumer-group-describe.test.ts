/** ConsumerGroupDescribe (KIP-848): what anybody may learn of a consumer group. */
import { expect } from "vitest";

import { errorName } from "../../src/protocol/errors.ts";
import { consumerGroupDescribe } from "../../src/protocol/messages/69-consumer-group-describe.ts";
import { inOrder } from "./consumer-member.ts";
import { Group } from "./group.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const NOT_ASKED_FOR = -2147483648;
/** READ, DELETE and DESCRIBE, as bits. */
const ON_GROUPS = (1 << 3) | (1 << 6) | (1 << 8);
/** A member that speaks the consumer protocol, and what there was before version 1. */
const [CONSUMER, UNSAID] = [1, -1];

const versions = servedVersions(consumerGroupDescribe);

conformance("ConsumerGroupDescribe", (test) => {
  test("[K49, K50] a group that is not there, or no consumer group, is not found", async ({
    cluster,
  }) => {
    const [none, classic] = [await Group.unused(cluster), await Group.unused(cluster)];
    await classic.stable(1);
    for (const version of versions) {
      for (const [group, errorMessage] of [
        [none, `Group ${none.id} not found.`],
        [classic, `Group ${classic.id} is not a consumer group.`],
      ] as const) {
        expect(await group.describeConsumer(version)).toMatchObject({
          groupId: group.id,
          error: "GROUP_ID_NOT_FOUND",
          errorMessage,
          groupState: "",
          groupEpoch: 0,
          assignmentEpoch: 0,
          assignorName: "",
          members: [],
          authorizedOperations: NOT_ASKED_FOR,
        });
      }
    }
  });

  test("[K49, K50] many groups are described each for itself", async ({ cluster }) => {
    const groups = await Group.together(cluster, 2);
    await groups[0]!.consumerMember().join([]);
    const { wire } = groups[0]!;
    const groupIds = [...groups.map(({ id }) => id), ""];
    for (const version of versions) {
      const request = { groupIds, includeAuthorizedOperations: false };
      const answer = await wire.call(consumerGroupDescribe, version, request);
      const told = new Map(answer.groups.map(({ groupId, errorCode }) => [groupId, errorCode]));
      expect(told.size).toBe(3);
      const errors = groupIds.map((id) => errorName(told.get(id)!));
      expect(errors).toEqual(["NONE", "GROUP_ID_NOT_FOUND", "INVALID_GROUP_ID"]);
      const nothing = { groupIds: [], includeAuthorizedOperations: false };
      expect((await wire.call(consumerGroupDescribe, version, nothing)).groups).toEqual([]);
    }
  });

  test.concurrent("[K49, K50] a group is empty, assigning, reconciling or stable", async ({
    cluster,
  }) => {
    const topic = await cluster.newTopic({ partitions: 2 });
    const { name, topicId } = topic[0]!;
    const group = await Group.unused(cluster);
    const [first, second] = [group.consumerMember(), group.consumerMember()];
    const state = async () => {
      const { groupState, groupEpoch, assignmentEpoch } = await group.describeConsumer();
      return [groupState, groupEpoch, assignmentEpoch];
    };
    await first.join([name]);
    await second.join([name]);
    // A new assignment is not made right after another one.
    expect(await state()).toEqual(["Assigning", 3, 2]);
    await first.beatsUntil(({ partitions }) => partitions.length === 1);
    expect(await state()).toEqual(["Reconciling", 3, 3]);
    // What it has to give up is still its own.
    const { members } = await group.describeConsumer();
    const told = members.find(({ memberId }) => memberId === first.memberId)!;
    const { assignment, targetAssignment, memberEpoch } = told;
    const whole = inOrder(assignment.topicPartitions[0]!.partitions);
    expect([memberEpoch, whole]).toEqual([2, [0, 1]]);
    expect(targetAssignment.topicPartitions).toMatchObject([
      { topicId, topicName: name, partitions: first.partitions },
    ]);
    await first.beat({ topicPartitions: first.assigned });
    await second.beatsUntil(({ partitions }) => partitions.length === 1);
    expect(await state()).toEqual(["Stable", 3, 3]);
    await first.leave();
    expect((await state())[0]).toBe("Assigning");
    await second.leave();
    expect(await state()).toEqual(["Empty", 5, 3]);
  });

  test("[K49, K50] all that a member has said is told, and what it has and is to have", async ({
    cluster,
  }) => {
    const { name, topicId } = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const member = group.consumerMember({ instanceId: "instance" });
    const { error } = await member.join([name], { rackId: "rack", serverAssignor: "range" });
    expect(error).toBe("NONE");
    const topicPartitions = [{ topicId, topicName: name, partitions: [0] }];
    for (const version of versions) {
      const described = await group.describeConsumer(version);
      expect(described).toMatchObject({
        error: "NONE",
        errorMessage: null,
        groupId: group.id,
        groupState: "Stable",
        groupEpoch: 2,
        assignmentEpoch: 2,
        assignorName: "range",
        authorizedOperations: NOT_ASKED_FOR,
      });
      expect(described.members).toMatchObject([
        {
          memberId: member.memberId,
          instanceId: "instance",
          rackId: "rack",
          memberEpoch: 2,
          clientId: "conformance",
          subscribedTopicNames: [name],
          assignment: { topicPartitions },
          targetAssignment: { topicPartitions },
          memberType: version < 1 ? UNSAID : CONSUMER,
        },
      ]);
      expect(described.members[0]!.clientHost).toMatch(/^\/[\d.:a-f]+$/);
    }
  });

  test("[K49, K50] what a member has not said is not told", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    await member.join([]);
    const { members, assignorName } = await group.describeConsumer();
    expect(assignorName).toBe("uniform");
    expect(members).toMatchObject([
      {
        instanceId: null,
        rackId: null,
        subscribedTopicNames: [],
        assignment: { topicPartitions: [] },
        targetAssignment: { topicPartitions: [] },
      },
    ]);
    expect([null, ""]).toContain(members[0]!.subscribedTopicRegex);
    await member.beat({ subscribedTopicRegex: "no-such-topic.*" });
    const described = await group.describeConsumer();
    expect(described.members).toMatchObject([{ subscribedTopicRegex: "no-such-topic.*" }]);
  });

  test("[K16, K49] authorized operations are told where they are asked for", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    await group.consumerMember().join([]);
    for (const version of versions) {
      const request = { groupIds: [group.id], includeAuthorizedOperations: true };
      const { groups } = await group.wire.call(consumerGroupDescribe, version, request);
      expect(groups[0]!.authorizedOperations & ON_GROUPS).toBe(ON_GROUPS);
    }
  });

  test("[K49, K50] a topic that there is not may be subscribed to, and is not assigned", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    const name = cluster.unusedName();
    await member.join([name]);
    const { members } = await group.describeConsumer();
    expect(members).toMatchObject([
      { subscribedTopicNames: [name], assignment: { topicPartitions: [] } },
    ]);
  });
});
