/** DeleteGroups: each group says for itself whether it is deleted. */
import { expect, test } from "vitest";

import { deleteGroupsHandler } from "../../../src/broker/handlers/42-delete-groups.ts";
import { Unreachable } from "../../../src/broker/ports.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { groupCluster } from "../group-cluster.ts";

test("[BRK28, BRK30] DeleteGroups asks each group once, and each one's error is its own", async () => {
  const { call, groups } = groupCluster();
  groups.answers.delete = (groupId) => {
    if (groupId === "silent") throw new Unreachable("The call broke.");
    return groupId === "busy" ? "NON_EMPTY_GROUP" : null;
  };
  const groupsNames = ["idle", "busy", "", "idle", "silent"];
  expect((await call(deleteGroupsHandler, 2, { groupsNames })).results).toEqual([
    { groupId: "idle", errorCode: ErrorCode.NONE },
    { groupId: "busy", errorCode: ErrorCode.NON_EMPTY_GROUP },
    { groupId: "", errorCode: ErrorCode.NONE },
    { groupId: "silent", errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE },
  ]);
  expect(groups.asked.map(([groupId, method]) => [groupId, method])).toEqual(
    ["idle", "busy", "", "silent"].map((groupId) => [groupId, "delete"]),
  );
});
