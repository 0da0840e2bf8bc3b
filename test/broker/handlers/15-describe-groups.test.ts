/** DescribeGroups: what groups say of themselves, and those that there are not. */
import { describe, expect, test } from "vitest";

import { describeGroupsHandler } from "../../../src/broker/handlers/15-describe-groups.ts";
import { Unreachable } from "../../../src/broker/ports.ts";
import type { ClassicGroupDescription } from "../../../src/group/group-calls.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { groupCluster } from "../group-cluster.ts";

/** READ (3), DELETE (6), DESCRIBE (8), DESCRIBE_CONFIGS (10) and ALTER_CONFIGS (11). */
const ALL_OPERATIONS = 0b1101_0100_1000;
const NOT_ASKED_FOR = -2147483648;

const STABLE: ClassicGroupDescription = {
  error: null,
  errorMessage: null,
  groupState: "Stable",
  protocolType: "consumer",
  protocolData: "range",
  members: [
    {
      memberId: "client-1",
      groupInstanceId: "one",
      clientId: "client",
      clientHost: "/127.0.0.1",
      memberMetadata: Uint8Array.of(1),
      memberAssignment: Uint8Array.of(2),
    },
  ],
};

const DEAD: ClassicGroupDescription = {
  ...STABLE,
  error: "GROUP_ID_NOT_FOUND",
  errorMessage: "Group nowhere not found.",
  groupState: "Dead",
  protocolType: "",
  protocolData: "",
  members: [],
};

function describing() {
  const cluster = groupCluster();
  cluster.groups.answers.describe = (groupId) => (groupId === "nowhere" ? DEAD : STABLE);
  const describeGroups = async (apiVersion: number, groups: string[], isAuthorized = false) => {
    const request = { groups, ...(isAuthorized && { includeAuthorizedOperations: true }) };
    return (await cluster.call(describeGroupsHandler, apiVersion, request)).groups;
  };
  return { ...cluster, describeGroups };
}

describe("DescribeGroups", () => {
  test("[BRK30, BRK36] groups are described in the order of the request, however often they are named", async () => {
    const { describeGroups, groups } = describing();
    const { error: _, ...stable } = STABLE;
    const described = { ...stable, errorCode: ErrorCode.NONE, authorizedOperations: NOT_ASKED_FOR };
    expect(await describeGroups(6, ["b", "", "b"])).toEqual([
      { groupId: "b", ...described },
      { groupId: "", ...described },
      { groupId: "b", ...described },
    ]);
    expect(groups.asked).toHaveLength(3);
  });

  test("[BRK36] a group that there is not is Dead, and an error from version 6 on", async () => {
    const { describeGroups } = describing();
    expect(await describeGroups(5, ["nowhere"])).toMatchObject([
      { groupState: "Dead", errorCode: ErrorCode.NONE, errorMessage: null },
    ]);
    expect(await describeGroups(6, ["nowhere"])).toMatchObject([
      {
        groupState: "Dead",
        errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
        errorMessage: "Group nowhere not found.",
      },
    ]);
  });

  test("[BRK36] all operations are authorized, for who asks and where there is no error", async () => {
    const { describeGroups } = describing();
    const operationsIn = async (apiVersion: number) =>
      (await describeGroups(apiVersion, ["a", "nowhere"], true)).map(
        ({ authorizedOperations }) => authorizedOperations,
      );
    expect(await operationsIn(3)).toEqual([ALL_OPERATIONS, ALL_OPERATIONS]);
    expect(await operationsIn(6)).toEqual([ALL_OPERATIONS, NOT_ASKED_FOR]);
  });

  test("[BRK28, BRK30] a group whose call breaks fails alone", async () => {
    const { describeGroups, groups } = describing();
    groups.answers.describe = (groupId) => {
      if (groupId === "b") throw new Unreachable("The call broke.");
      return STABLE;
    };
    expect(await describeGroups(6, ["a", "b"], true)).toMatchObject([
      { groupId: "a", errorCode: ErrorCode.NONE },
      {
        groupId: "b",
        errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE,
        groupState: "",
        members: [],
        authorizedOperations: NOT_ASKED_FOR,
      },
    ]);
  });
});
