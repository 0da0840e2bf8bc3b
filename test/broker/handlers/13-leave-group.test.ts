/** LeaveGroup: one member or many, and where errors stand. */
import { describe, expect, test } from "vitest";

import { leaveGroupHandler } from "../../../src/broker/handlers/13-leave-group.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { groupCluster } from "../group-cluster.ts";

const MEMBERS = [
  { memberId: "a", groupInstanceId: null },
  { memberId: "", groupInstanceId: "static" },
];

function leaving() {
  const cluster = groupCluster();
  const leaveOne = async (apiVersion: number) => {
    const request = { groupId: "group", memberId: "a" };
    return (await cluster.call(leaveGroupHandler, apiVersion, request)).errorCode;
  };
  const leaveMany = (groupId = "group") =>
    cluster.call(leaveGroupHandler, 5, { groupId, members: MEMBERS });
  return { ...cluster, leaveOne, leaveMany };
}

describe("LeaveGroup", () => {
  test("[BRK31] below version 3 one member leaves, and its error is the answer's", async () => {
    const { groups, leaveOne } = leaving();
    groups.answers.leaveGroup = (_groupId, { members }) => ({
      error: null,
      members: members.map((member) => ({ ...member, error: null })),
    });
    expect(await leaveOne(2)).toBe(ErrorCode.NONE);
    const call = { members: [{ memberId: "a", groupInstanceId: null }] };
    expect(groups.asked).toEqual([["group", "leaveGroup", call]]);
    groups.answers.leaveGroup = (_groupId, { members }) => ({
      error: null,
      members: members.map((member) => ({ ...member, error: "FENCED_INSTANCE_ID" })),
    });
    expect(await leaveOne(0)).toBe(ErrorCode.FENCED_INSTANCE_ID);
  });

  test("[BRK31] from version 3 on each member has its error", async () => {
    const { groups, leaveMany } = leaving();
    groups.answers.leaveGroup = (_groupId, { members }) => ({
      error: null,
      members: [
        { ...members[0]!, error: null },
        { ...members[1]!, error: "UNKNOWN_MEMBER_ID" },
      ],
    });
    expect(await leaveMany()).toEqual({
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      members: [
        { ...MEMBERS[0], errorCode: ErrorCode.NONE },
        { ...MEMBERS[1], errorCode: ErrorCode.UNKNOWN_MEMBER_ID },
      ],
    });
    expect(groups.asked).toEqual([["group", "leaveGroup", { members: MEMBERS }]]);
  });

  test("[BRK31] a group that there is not knows none of its members", async () => {
    const { groups, leaveMany, leaveOne } = leaving();
    groups.answers.leaveGroup = () => ({ error: "UNKNOWN_MEMBER_ID", members: [] });
    const errorCode = ErrorCode.UNKNOWN_MEMBER_ID;
    expect(await leaveMany()).toMatchObject({
      errorCode: ErrorCode.NONE,
      members: MEMBERS.map((member) => ({ ...member, errorCode })),
    });
    expect(await leaveOne(1)).toBe(errorCode);
  });

  test("[BRK28, BRK29] an error of the request stands alone", async () => {
    const { groups, leaveMany, leaveOne } = leaving();
    expect(await leaveMany("")).toMatchObject({
      errorCode: ErrorCode.INVALID_GROUP_ID,
      members: [],
    });
    expect(groups.asked).toEqual([]);
    expect(await leaveMany()).toMatchObject({
      errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE,
      members: [],
    });
    expect(await leaveOne(2)).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  });
});
