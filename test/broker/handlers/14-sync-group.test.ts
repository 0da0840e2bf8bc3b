/** SyncGroup: what a group hears of a request, and the assignment that comes back. */
import { describe, expect, test } from "vitest";

import { syncGroupHandler } from "../../../src/broker/handlers/14-sync-group.ts";
import type { SyncGroupCall } from "../../../src/group/group-calls.ts";
import type { RequestInput } from "../../../src/protocol/api.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { groupCluster } from "../group-cluster.ts";

const REQUEST: RequestInput<typeof syncGroupHandler.api> = {
  groupId: "group",
  generationId: 4,
  memberId: "a",
  assignments: [{ memberId: "b", assignment: Uint8Array.of(9) }],
};
const PROTOCOL = { protocolType: "consumer", protocolName: "range" };

function syncing() {
  const cluster = groupCluster();
  cluster.groups.answers.syncGroup = (_groupId, { protocolType, protocolName }) => ({
    error: null,
    protocolType,
    protocolName,
    assignment: Uint8Array.of(1, 2),
  });
  const sync = (apiVersion: number, request: Partial<typeof REQUEST> = {}) =>
    cluster.call(syncGroupHandler, apiVersion, { ...REQUEST, ...request });
  return { ...cluster, sync };
}

describe("SyncGroup", () => {
  test("[BRK31] the group hears what the request says, and its answer comes back", async () => {
    const { groups, sync } = syncing();
    expect(await sync(5, { ...PROTOCOL, groupInstanceId: "one" })).toEqual({
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      ...PROTOCOL,
      assignment: Uint8Array.of(1, 2),
    });
    const { groupId: _, ...said } = REQUEST;
    const call: SyncGroupCall = { ...said, ...PROTOCOL, groupInstanceId: "one" };
    expect(groups.asked).toEqual([["group", "syncGroup", call]]);
  });

  test("[BRK31] from version 5 on the protocol has to be named", async () => {
    const { groups, sync } = syncing();
    for (const protocol of [{}, { protocolType: "consumer" }, { protocolName: "range" }]) {
      const { errorCode } = await sync(5, { ...protocol, groupId: "" });
      expect(errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    }
    expect(groups.asked).toEqual([]);
    expect((await sync(4)).errorCode).toBe(ErrorCode.NONE);
    expect(groups.asked).toMatchObject([
      ["group", "syncGroup", { protocolType: null, protocolName: null }],
    ]);
  });

  test("[BRK32] assignments go to the group without the frame that they came in", async () => {
    const { groups, sync } = syncing();
    await sync(5, PROTOCOL);
    const { assignments } = groups.asked[0]![2] as SyncGroupCall;
    expect(assignments[0]!.assignment.buffer.byteLength).toBe(1);
  });

  test("[BRK28, BRK29] a refusal has no assignment", async () => {
    const { groups, sync } = syncing();
    const nothing = { protocolType: null, protocolName: null, assignment: new Uint8Array(0) };
    const invalid = await sync(5, { ...PROTOCOL, groupId: "" });
    expect(invalid).toMatchObject({ errorCode: ErrorCode.INVALID_GROUP_ID, ...nothing });
    expect(groups.asked).toEqual([]);
    groups.answers = {};
    const broken = await sync(5, PROTOCOL);
    expect(broken).toMatchObject({ errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, ...nothing });
  });
});
