/** Classic groups that are loaded from their records, and that others are made into. */
import { describe, expect, test } from "vitest";

import { ClassicGroup } from "../../../src/group/classic/classic-group.ts";
import { ClassicMember } from "../../../src/group/classic/classic-member.ts";
import { groupMetadata } from "../../../src/group/classic/group-metadata.ts";
import { prepareRebalance } from "../../../src/group/classic/prepare-rebalance.ts";
import {
  decodeCoordinatorRecord,
  encodeCoordinatorRecord,
} from "../../../src/protocol/coordinator-records.ts";
import { GroupUnderTest, RANGE, STICKY, protocol } from "./group-under-test.ts";

const SESSION = 10_000;

/** What of a group its members notice. */
function visible({ group }: GroupUnderTest) {
  const { state, generationId, protocolType, protocolName, leaderId } = group;
  const members = [...group.members.values()].map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    client: member.client,
    sessionTimeoutMs: member.sessionTimeoutMs,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    assignment: member.assignment,
  }));
  return { state, generationId, protocolType, protocolName, leaderId, members };
}

describe("a restart", () => {
  test("[GRP25] of a new group", () => {
    const it = new GroupUnderTest();
    const before = visible(it);
    it.restart();
    expect(visible(it)).toEqual(before);
    expect(it.group.nextDeadline()).toBeNull();
  });

  test("[GRP25] of a stable group changes nothing, and gives all sessions another span", () => {
    const it = new GroupUnderTest();
    it.join("", { groupInstanceId: "pod", clientId: "a" });
    it.join("", { clientId: "b", sessionTimeoutMs: 12_000, rebalanceTimeoutMs: 70_000 });
    it.pass(6000);
    const [leader, follower] = it.memberIds as [string, string];
    it.sync(leader, { [leader]: "one", [follower]: "two" });
    it.sync(follower);
    const before = visible(it);
    it.pass(SESSION - 1);
    it.restart();
    expect(visible(it)).toEqual(before);
    it.pass(SESSION - 1);
    expect(it.heartbeat(leader)).toBeNull();
    expect(it.heartbeat(follower)).toBeNull();
    expect(it.joinNow(follower).generationId).toBe(1);
    it.pass(SESSION);
    expect(it.memberIds).toEqual([follower]);
  });

  test("[GRP25] of a group that prepares its first rebalance leaves it empty", () => {
    const it = new GroupUnderTest();
    it.join("");
    const [member] = it.memberIds as [string];
    it.restart();
    expect(it.group.state).toBe("Empty");
    expect(it.joinNow(member).error).toBe("UNKNOWN_MEMBER_ID");
  });

  test("[GRP25] of a group that prepares another takes it back to the last", () => {
    const it = new GroupUnderTest();
    const ids = it.stable("a", "b");
    const before = visible(it);
    it.join("");
    it.join(ids[1]!, { protocols: [RANGE, STICKY] });
    it.restart();
    expect(visible(it)).toEqual(before);
  });

  test("[GRP25] of a group that awaits assignments takes it back to the last", () => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.stable("a", "b") as [string, string];
    const before = visible(it);
    it.join(leader, { protocols: [STICKY, RANGE] });
    it.join(follower);
    expect(it.group.state).toBe("CompletingRebalance");
    it.restart();
    expect(visible(it)).toEqual(before);
    it.join(leader);
    it.join(follower);
    expect(it.group).toMatchObject({ state: "CompletingRebalance", generationId: 3 });
  });

  test("[GRP25] forgets ids that were given out", () => {
    const it = new GroupUnderTest();
    it.stable("a");
    const { memberId } = it.joinNow("", { requiresKnownMemberId: true });
    it.restart();
    expect(it.joinNow(memberId).error).toBe("UNKNOWN_MEMBER_ID");
  });

  test("[GRP25] knows static members, and refuses what the group did not choose", () => {
    const it = new GroupUnderTest();
    it.join("", { groupInstanceId: "pod", protocols: [RANGE, STICKY] });
    it.pass(3000);
    it.sync(it.memberIds[0]!);
    it.restart();
    const refused = it.joinNow("", { groupInstanceId: "pod", protocols: [STICKY] });
    expect(refused.error).toBe("INCONSISTENT_GROUP_PROTOCOL");
    const answer = it.joinNow("", { groupInstanceId: "pod", protocols: [RANGE, STICKY] });
    expect(answer.generationId).toBe(1);
  });
});

describe("records of old brokers", () => {
  test("[GRP25] without a rebalance timeout and a timestamp", () => {
    const metadata = {
      protocolType: "consumer",
      generation: 7,
      protocol: "range",
      leader: "member",
      currentStateTimestamp: -1,
      members: [
        {
          memberId: "member",
          groupInstanceId: null,
          clientId: "client",
          clientHost: "/127.0.0.1",
          rebalanceTimeout: -1,
          sessionTimeout: 30_000,
          subscription: RANGE.metadata,
          assignment: new Uint8Array([1]),
        },
      ],
    };
    const group = ClassicGroup.load("group", metadata, 0, 1000);
    expect(group.members.get("member")?.rebalanceTimeoutMs).toBe(30_000);
    expect(group).toMatchObject({ state: "Stable", generationId: 7, begunGenerationId: 7 });
    const empty = ClassicGroup.load("group", { ...metadata, members: [] }, 0, 1000);
    expect(empty.state).toBe("Empty");
    // Nobody knows since when it is empty.
    expect(empty.agesFrom(500)).toBe(500);
  });
});

describe("a consumer group that becomes a classic one", () => {
  /** With members that support these protocols and have assignments. */
  function made() {
    const it = new GroupUnderTest();
    const member = (memberId: string, groupInstanceId: string | null) =>
      new ClassicMember({
        memberId,
        groupInstanceId,
        client: { clientId: "client", clientHost: "/127.0.0.1" },
        rebalanceTimeoutMs: 60_000,
        sessionTimeoutMs: SESSION,
        protocols: [protocol("range", memberId), STICKY],
      });
    const members = [member("one", null), member("two", "pod")];
    it.group = ClassicGroup.stable("group", 12, members, it.turn.now);
    for (const each of it.group.members.values()) {
      each.assignment = new TextEncoder().encode(`for ${each.memberId}`);
    }
    return it;
  }

  test("[GRP25] is stable in the generation of its epoch, and can be loaded as such", () => {
    const it = made();
    const before = visible(it);
    expect(before).toMatchObject({
      state: "Stable",
      generationId: 12,
      protocolType: "consumer",
      protocolName: "range",
      leaderId: "one",
    });
    expect(it.group.isSubscribedTo("two")).toBe(true);
    expect(it.heartbeat("one")).toBeNull();
    it.turn.record(groupMetadata(it.group));
    it.restart();
    expect(visible(it)).toEqual(before);
  });

  test("[GRP22] has sessions that begin with it", () => {
    const it = made();
    it.pass(SESSION - 1);
    it.heartbeat("two");
    it.pass(1);
    expect(it.memberIds).toEqual(["two"]);
  });

  test("[GRP10] can rebalance", () => {
    const it = made();
    prepareRebalance(it.group, it.turn);
    expect(it.heartbeat("two")).toBe("REBALANCE_IN_PROGRESS");
    it.join("one");
    const ticket = it.join("two", { groupInstanceId: "pod" });
    expect(it.joined(ticket)).toMatchObject({ generationId: 13, leader: "one" });
  });
});

test("[GRP14] what is stored can be read again by Kafka's format", () => {
  const it = new GroupUnderTest();
  it.stable("a", "b");
  for (const record of it.turn.records) {
    if (record.type === "ClassicGeneration") continue;
    const { key, value } = encodeCoordinatorRecord(record);
    expect(decodeCoordinatorRecord(key, value)).toEqual(record);
  }
});
