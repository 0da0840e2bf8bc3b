/** JoinGroup: what a group hears of a request in each version, and what a client of its answer. */
import { describe, expect, test } from "vitest";

import { joinGroupHandler } from "../../../src/broker/handlers/11-join-group.ts";
import type { JoinGroupAnswer, JoinGroupCall } from "../../../src/group/group-calls.ts";
import type { RequestInput } from "../../../src/protocol/api.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { groupCluster } from "../group-cluster.ts";

type JoinGroupRequest = RequestInput<typeof joinGroupHandler.api>;

const REQUEST: JoinGroupRequest = {
  groupId: "group",
  sessionTimeoutMs: 10_000,
  memberId: "",
  protocolType: "consumer",
  protocols: [{ name: "range", metadata: Uint8Array.of(1, 2, 3) }],
};

const JOINED: JoinGroupAnswer = {
  error: null,
  memberId: "client-1",
  generationId: 4,
  protocolType: "consumer",
  protocolName: "range",
  leader: "client-1",
  skipAssignment: true,
  members: [{ memberId: "client-1", groupInstanceId: "one", metadata: Uint8Array.of(1, 2, 3) }],
};

function joining(answer: JoinGroupAnswer = JOINED) {
  const cluster = groupCluster();
  cluster.groups.answers.joinGroup = () => answer;
  const join = (apiVersion: number, request: JoinGroupRequest) =>
    cluster.call(joinGroupHandler, apiVersion, request);
  const lastCall = () => cluster.groups.asked.at(-1)![2] as JoinGroupCall;
  return { ...cluster, join, lastCall };
}

describe("JoinGroup", () => {
  test("[BRK31] the group hears what the request says, and of whom it is", async () => {
    const { join, groups, lastCall } = joining();
    await join(9, { ...REQUEST, rebalanceTimeoutMs: 60_000, groupInstanceId: "one" });
    expect(groups.asked[0]!.slice(0, 2)).toEqual(["group", "joinGroup"]);
    expect(lastCall()).toEqual({
      memberId: "",
      groupInstanceId: "one",
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: Uint8Array.of(1, 2, 3) }],
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      client: { clientId: "client", clientHost: "/127.0.0.1" },
      requiresKnownMemberId: true,
      supportsSkippingAssignment: true,
    });
  });

  test("[BRK31] what only later versions have is what it was before them", async () => {
    const { join, lastCall } = joining();
    await join(0, REQUEST);
    expect(lastCall()).toMatchObject({ rebalanceTimeoutMs: 10_000, groupInstanceId: null });
    await join(1, { ...REQUEST, rebalanceTimeoutMs: 60_000 });
    expect(lastCall().rebalanceTimeoutMs).toBe(60_000);
    for (const [apiVersion, known, skips] of [
      [3, false, false],
      [4, true, false],
      [8, true, false],
      [9, true, true],
    ] as const) {
      await join(apiVersion, REQUEST);
      const { requiresKnownMemberId, supportsSkippingAssignment } = lastCall();
      expect([requiresKnownMemberId, supportsSkippingAssignment]).toEqual([known, skips]);
    }
  });

  test("[BRK32] metadata goes to the group without the frame that it came in", async () => {
    const { join, lastCall } = joining();
    await join(9, REQUEST);
    expect(lastCall().protocols[0]!.metadata.buffer.byteLength).toBe(3);
  });

  test("[BRK31] the answer is the group's", async () => {
    const { join } = joining();
    const response = await join(9, REQUEST);
    const { error: _, ...joined } = JOINED;
    expect(response).toEqual({ throttleTimeMs: 0, errorCode: ErrorCode.NONE, ...joined });
  });

  test("[BRK31] no protocol is null from version 7 on, and empty before", async () => {
    const none = { ...JOINED, error: "MEMBER_ID_REQUIRED", members: [] } as const;
    for (const protocolName of [null, ""]) {
      const { join } = joining({ ...none, protocolName });
      for (const apiVersion of [6, 7]) {
        expect(await join(apiVersion, REQUEST)).toMatchObject({
          errorCode: ErrorCode.MEMBER_ID_REQUIRED,
          memberId: "client-1",
          protocolName: apiVersion < 7 ? "" : null,
        });
      }
    }
  });

  test("[BRK28, BRK29] refusals look like Kafka's", async () => {
    const { join, groups } = joining();
    const refused = { generationId: -1, protocolName: null, leader: "", members: [] };
    expect(await join(9, { ...REQUEST, groupId: "", memberId: "mine" })).toMatchObject({
      ...refused,
      errorCode: ErrorCode.INVALID_GROUP_ID,
      memberId: "mine",
    });
    expect(groups.asked).toEqual([]);
    groups.answers = {};
    expect(await join(9, REQUEST)).toMatchObject({
      ...refused,
      errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE,
      memberId: "",
    });
    expect(await join(0, REQUEST)).toMatchObject({ protocolName: "", generationId: -1 });
  });
});
