/** ConsumerGroupDescribe: what groups say of themselves, and what needs no group. */
import { expect, test } from "vitest";

import { consumerGroupDescribeHandler } from "../../../src/broker/handlers/69-consumer-group-describe.ts";
import { Unreachable } from "../../../src/broker/ports.ts";
import type { ConsumerGroupDescription } from "../../../src/group/group-calls.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { groupCluster } from "../group-cluster.ts";

const NOT_ASKED_FOR = -2147483648;
const ASSIGNED = [
  { topicId: "AAAAAAAAAAAAAAAAAAAAAQ", topicName: "topic", partitions: [0, 2] },
] as const;

const STABLE: ConsumerGroupDescription = {
  error: null,
  errorMessage: null,
  groupState: "Stable",
  groupEpoch: 4,
  assignmentEpoch: 3,
  assignorName: "uniform",
  members: [
    {
      memberId: "member",
      instanceId: null,
      rackId: "rack",
      memberEpoch: 3,
      clientId: "client",
      clientHost: "/127.0.0.1",
      subscribedTopicNames: ["topic"],
      subscribedTopicRegex: null,
      assignment: ASSIGNED,
      targetAssignment: [],
      memberType: 1,
    },
  ],
};

const NOT_FOUND: ConsumerGroupDescription = {
  ...STABLE,
  error: "GROUP_ID_NOT_FOUND",
  errorMessage: "Group nowhere not found.",
  members: [],
};

test("[BRK28, BRK29, BRK30, BRK36] consumer groups are described in the order of the request, each for itself", async () => {
  const { call, groups } = groupCluster();
  groups.answers.describeConsumerGroup = (groupId) => {
    if (groupId === "silent") throw new Unreachable("The call broke.");
    return groupId === "nowhere" ? NOT_FOUND : STABLE;
  };
  const groupIds = ["a", "", "nowhere", "silent"];
  const request = { groupIds, includeAuthorizedOperations: true };
  const { groups: described } = await call(consumerGroupDescribeHandler, 1, request);
  const { error: _, members, ...stable } = STABLE;
  expect(described[0]).toEqual({
    groupId: "a",
    errorCode: ErrorCode.NONE,
    ...stable,
    members: [
      {
        ...members[0],
        assignment: { topicPartitions: ASSIGNED },
        targetAssignment: { topicPartitions: [] },
      },
    ],
    authorizedOperations: 0b1101_0100_1000,
  });
  expect(described.slice(1)).toMatchObject([
    { groupId: "", errorCode: ErrorCode.INVALID_GROUP_ID, errorMessage: null },
    {
      groupId: "nowhere",
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
      errorMessage: "Group nowhere not found.",
    },
    { groupId: "silent", errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, members: [] },
  ]);
  for (const { authorizedOperations } of described.slice(1)) {
    expect(authorizedOperations).toBe(NOT_ASKED_FOR);
  }
  expect(groups.asked.map(([groupId]) => groupId)).toEqual(["a", "nowhere", "silent"]);

  const unasked = { groupIds: ["a"], includeAuthorizedOperations: false };
  const answer = await call(consumerGroupDescribeHandler, 0, unasked);
  expect(answer.groups[0]!.authorizedOperations).toBe(NOT_ASKED_FOR);
});
