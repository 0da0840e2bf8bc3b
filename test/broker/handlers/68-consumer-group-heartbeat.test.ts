/** ConsumerGroupHeartbeat: what a group hears of it, what it tells, and what needs no group. */
import { describe, expect, test } from "vitest";

import { consumerGroupHeartbeatHandler } from "../../../src/broker/handlers/68-consumer-group-heartbeat.ts";
import type { ConsumerHeartbeatAnswer } from "../../../src/group/group-calls.ts";
import type { RequestInput } from "../../../src/protocol/api.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { groupCluster } from "../group-cluster.ts";

const TOPIC_ID = "AAAAAAAAAAAAAAAAAAAAAQ";
const REQUEST = { groupId: "group", memberId: "member", memberEpoch: 0 };

const ANSWER: ConsumerHeartbeatAnswer = {
  error: null,
  errorMessage: null,
  memberId: "member",
  memberEpoch: 1,
  heartbeatIntervalMs: 5000,
  assignment: [{ topicId: TOPIC_ID, partitions: [0, 2] }],
};

function beating(answer: Partial<ConsumerHeartbeatAnswer> = {}) {
  const cluster = groupCluster();
  cluster.groups.answers.consumerHeartbeat = () => ({ ...ANSWER, ...answer });
  const beat = (
    apiVersion: number,
    request: Partial<RequestInput<typeof consumerGroupHeartbeatHandler.api>> = {},
  ) => cluster.call(consumerGroupHeartbeatHandler, apiVersion, { ...REQUEST, ...request });
  return { ...cluster, beat };
}

describe("ConsumerGroupHeartbeat", () => {
  test("[BRK38] the group hears what the member says, and of whom it is", async () => {
    const { beat, groups } = beating();
    const said = {
      instanceId: "one",
      rackId: "rack",
      rebalanceTimeoutMs: 300_000,
      subscribedTopicNames: ["topic"],
      subscribedTopicRegex: "to.*",
      serverAssignor: "uniform",
      topicPartitions: [{ topicId: TOPIC_ID, partitions: [1] }],
    };
    await beat(1, said);
    await beat(0);
    const client = { clientId: "client", clientHost: "/127.0.0.1" };
    const member = { memberId: "member", memberEpoch: 0, client };
    const nothing = {
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: null,
      subscribedTopicRegex: null,
      serverAssignor: null,
      topicPartitions: null,
    };
    expect(groups.asked).toEqual([
      ["group", "consumerHeartbeat", { ...member, ...said }],
      ["group", "consumerHeartbeat", { ...member, ...nothing }],
    ]);
  });

  test("[BRK38] the answer is the group's, with an assignment only where it has changed", async () => {
    const { assignment: topicPartitions, error: _, ...answer } = ANSWER;
    const told = { throttleTimeMs: 0, errorCode: ErrorCode.NONE, ...answer };
    expect(await beating().beat(1)).toEqual({ ...told, assignment: { topicPartitions } });
    expect(await beating({ assignment: null }).beat(1)).toEqual({ ...told, assignment: null });
    const fenced = { error: "FENCED_MEMBER_EPOCH", errorMessage: "fenced" } as const;
    expect(await beating(fenced).beat(1)).toMatchObject({
      errorCode: ErrorCode.FENCED_MEMBER_EPOCH,
      errorMessage: "fenced",
    });
  });

  test("[BRK38] a member has an id: from version 1 on always, and before that once it is a member", async () => {
    const { beat, groups } = beating();
    const refused = {
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage: "MemberId can't be empty.",
      memberId: null,
      memberEpoch: 0,
      heartbeatIntervalMs: 0,
      assignment: null,
    };
    for (const memberEpoch of [-2, -1, 0, 5]) {
      expect(await beat(1, { memberId: " ", memberEpoch })).toMatchObject(refused);
    }
    for (const memberEpoch of [-1, 5]) {
      expect(await beat(0, { memberId: "", memberEpoch })).toMatchObject(refused);
    }
    expect(groups.asked).toEqual([]);
    expect((await beat(0, { memberId: "" })).errorCode).toBe(ErrorCode.NONE);
  });

  test("[BRK28, BRK29] an empty group id asks no group, and a broken call is the coordinator's absence", async () => {
    const { beat, groups } = beating();
    expect(await beat(1, { groupId: "" })).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage: "GroupId can't be empty.",
    });
    expect(groups.asked).toEqual([]);
    groups.answers = {};
    expect(await beat(1)).toMatchObject({
      errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE,
      errorMessage: null,
    });
  });
});
