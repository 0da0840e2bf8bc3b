/** Heartbeat: a question and an error code. */
import { expect, test } from "vitest";

import { heartbeatHandler } from "../../../src/broker/handlers/12-heartbeat.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { groupCluster } from "../group-cluster.ts";

const MEMBER = { generationId: 3, memberId: "member" };

test("[BRK28, BRK29] a Heartbeat is answered with what the group says, or why it was not asked", async () => {
  const { call, groups } = groupCluster();
  const beat = (groupId: string) =>
    call(heartbeatHandler, 4, { groupId, ...MEMBER, groupInstanceId: "one" });
  expect((await beat("")).errorCode).toBe(ErrorCode.INVALID_GROUP_ID);
  expect(groups.asked).toEqual([]);

  groups.answers.heartbeat = () => null;
  expect((await beat("group")).errorCode).toBe(ErrorCode.NONE);
  expect(groups.asked).toEqual([["group", "heartbeat", { ...MEMBER, groupInstanceId: "one" }]]);
  groups.answers.heartbeat = () => "REBALANCE_IN_PROGRESS";
  expect((await beat("group")).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
  groups.answers = {};
  expect((await beat("group")).errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
});

test("only a call that breaks is the coordinator's absence; our own mistakes are not", async () => {
  const { call, groups } = groupCluster();
  groups.answers.heartbeat = () => {
    throw new TypeError("a mistake");
  };
  await expect(call(heartbeatHandler, 0, { groupId: "group", ...MEMBER })).rejects.toThrow(
    "a mistake",
  );
});
