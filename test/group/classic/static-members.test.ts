/** Static members (KIP-345) that start again. */
import { describe, expect, test } from "vitest";

import type { ClassicProtocol } from "../../../src/group/group-calls.ts";
import { GroupUnderTest, RANGE, STICKY, protocol } from "./group-under-test.ts";

const ONE = { groupInstanceId: "one" };
const TWO = { groupInstanceId: "two" };

/** A stable group of two static members. */
function stable(protocols: readonly ClassicProtocol[] = [RANGE]) {
  const it = new GroupUnderTest();
  it.join("", { ...ONE, protocols });
  it.join("", { ...TWO, protocols });
  it.pass(6000);
  const [leader, follower] = it.memberIds as [string, string];
  it.sync(leader, { [leader]: "l", [follower]: "f" });
  it.sync(follower);
  return { it, leader, follower };
}

describe("the former self of a static member", () => {
  test("[GRP18] is fenced in everything that it says", () => {
    const { it, follower } = stable();
    const { memberId } = it.joinNow("", TWO);
    expect(memberId).not.toBe(follower);
    expect(it.heartbeat(follower)).toBe("UNKNOWN_MEMBER_ID");
    expect(it.joinNow(follower, TWO)).toMatchObject({
      error: "FENCED_INSTANCE_ID",
      memberId: follower,
    });
    const sync = it.sync(follower, {}, TWO);
    expect(it.synced(sync)?.error).toBe("FENCED_INSTANCE_ID");
    expect(it.heartbeat(memberId)).toBeNull();
  });

  test("[GRP18] hears so on the join that it waits for", () => {
    const it = new GroupUnderTest();
    const waiting = it.join("", ONE);
    const [former] = it.memberIds as [string];
    const ticket = it.join("", ONE);
    expect(it.joined(waiting)).toEqual({
      error: "FENCED_INSTANCE_ID",
      memberId: former,
      generationId: -1,
      protocolType: null,
      protocolName: null,
      leader: "",
      skipAssignment: false,
      members: [],
    });
    it.pass(3000);
    expect(it.joined(ticket)).toMatchObject({ error: null, leader: it.memberIds[0] });
    expect(it.memberIds).toHaveLength(1);
  });

  test("[GRP18] hears so on the sync that it waits for", () => {
    const it = new GroupUnderTest();
    it.join("", ONE);
    it.join("", TWO);
    it.pass(6000);
    const waiting = it.sync(it.memberIds[1]!);
    it.join("", TWO);
    expect(it.synced(waiting)).toEqual({
      error: "FENCED_INSTANCE_ID",
      protocolType: null,
      protocolName: null,
      assignment: new Uint8Array(0),
    });
  });
});

describe("in a stable group", () => {
  test("[GRP19] a follower takes over the assignment", () => {
    const { it, leader } = stable();
    const before = it.turn.records.length;
    const answer = it.joinNow("", { ...TWO, supportsSkippingAssignment: true });
    expect(answer).toEqual({
      error: null,
      memberId: it.memberIds[1],
      generationId: 1,
      protocolType: "consumer",
      protocolName: "range",
      leader,
      skipAssignment: false,
      members: [],
    });
    expect(it.turn.records.slice(before).map(({ type }) => type)).toEqual(["GroupMetadata"]);
    expect(it.lastMetadata.members.map(({ memberId }) => memberId)).toEqual(it.memberIds);
    expect(it.lastMetadata).toMatchObject({ generation: 1, leader });
    const sync = it.synced(it.sync(answer.memberId));
    expect(new TextDecoder().decode(sync?.assignment)).toBe("f");
  });

  test("[GRP19] a leader leads on, and is told to skip the assignment", () => {
    const { it } = stable();
    const answer = it.joinNow("", { ...ONE, supportsSkippingAssignment: true });
    expect(answer).toMatchObject({ leader: answer.memberId, skipAssignment: true });
    expect(answer.members.map(({ memberId }) => memberId)).toEqual(it.memberIds);
    expect(it.group.leaderId).toBe(answer.memberId);
    expect(it.lastMetadata.leader).toBe(answer.memberId);
  });

  test("[GRP7] a leader that came back leads on, though others were there before", () => {
    const { it, follower } = stable();
    const { memberId: leader } = it.joinNow("", ONE);
    expect(it.memberIds).toEqual([follower, leader]);
    it.join(leader, ONE);
    const ticket = it.join(follower, TWO);
    expect(it.joined(ticket)).toMatchObject({ generationId: 2, leader });
  });

  test("[GRP19] a leader of an old version takes itself for a follower", () => {
    const { it, leader } = stable();
    const answer = it.joinNow("", ONE);
    expect(answer).toMatchObject({ leader, skipAssignment: false, members: [] });
    expect(it.group.leaderId).toBe(answer.memberId);
  });

  test("[GRP19] other topics do not matter, the choice of protocol does", () => {
    const { it } = stable([RANGE, STICKY]);
    const others = [protocol("range", "payments"), STICKY];
    expect(it.joinNow("", { ...TWO, protocols: others }).generationId).toBe(1);
    expect(it.joined(it.join("", { ...TWO, protocols: [STICKY] }))).toBeUndefined();
    expect(it.group.state).toBe("PreparingRebalance");
  });

  test("[GRP20] another choice of protocol is a rebalance", () => {
    const { it, leader } = stable([RANGE, STICKY]);
    const ticket = it.join("", { ...TWO, protocols: [STICKY] });
    it.join(leader, { ...ONE, protocols: [RANGE, STICKY] });
    expect(it.joined(ticket)).toMatchObject({ generationId: 2, protocolName: "sticky" });
  });
});

describe("in a group that is not stable", () => {
  test("[GRP20] while assignments are awaited it begins a rebalance", () => {
    const it = new GroupUnderTest();
    it.join("", ONE);
    it.join("", TWO);
    it.pass(6000);
    const [leader, follower] = it.memberIds as [string, string];
    const awaiting = it.join("", TWO);
    expect(it.joined(awaiting)).toBeUndefined();
    expect(it.group.state).toBe("PreparingRebalance");
    it.join(leader, ONE);
    expect(it.joined(awaiting)).toMatchObject({ error: null, generationId: 2, leader });
    expect(it.memberIds).not.toContain(follower);
  });

  test("[GRP18] while a rebalance is prepared it joins that", () => {
    const { it, leader } = stable();
    it.join(leader, ONE);
    const ticket = it.join("", TWO);
    expect(it.joined(ticket)).toMatchObject({ generationId: 2, leader });
  });

  test("[GRP24] a leave by its member id or its instance id counts the same", () => {
    const { it, leader, follower } = stable();
    expect(it.leave("@one", follower)).toEqual([null, null]);
    expect(it.leave(leader)).toEqual(["UNKNOWN_MEMBER_ID"]);
    expect(it.group.state).toBe("Empty");
  });
});
