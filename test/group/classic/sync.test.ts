/** The leader assigns, everybody else waits for it, and it is stored before anybody knows. */
import { describe, expect, test } from "vitest";

import {
  GroupUnderTest,
  RANGE,
  REBALANCE_TIMEOUT_MS,
  STICKY,
  protocol,
} from "./group-under-test.ts";

const text = new TextDecoder();

describe("assignments", () => {
  test("[GRP14] are awaited until the leader brings them", () => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.completing("a", "b") as [string, string];
    const waiting = it.sync(follower, { [follower]: "what it would like" });
    expect(it.synced(waiting)).toBeUndefined();
    const leading = it.sync(leader, { [leader]: "one", [follower]: "two", stranger: "three" });
    expect(it.synced(leading)).toEqual({
      error: null,
      protocolType: "consumer",
      protocolName: "range",
      assignment: new TextEncoder().encode("one"),
    });
    expect(text.decode(it.synced(waiting)?.assignment)).toBe("two");
    expect(it.group.state).toBe("Stable");
  });

  test("[GRP14] are kept for whoever comes late, or again", () => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.completing("a", "b") as [string, string];
    it.sync(leader, { [follower]: "two" });
    for (let count = 0; count < 2; count++) {
      expect(text.decode(it.synced(it.sync(follower))?.assignment)).toBe("two");
    }
  });

  test("[GRP14] have no bytes for a member that the leader left out", () => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.completing("a", "b") as [string, string];
    const waiting = it.sync(follower);
    it.sync(leader, { [leader]: "all" });
    expect(it.synced(waiting)).toMatchObject({ error: null, assignment: new Uint8Array(0) });
    expect(it.lastMetadata.members[1]?.assignment).toEqual(new Uint8Array(0));
  });

  test("[GRP14] are stored with the group", () => {
    const it = new GroupUnderTest();
    const began = it.turn.now;
    it.join("", { groupInstanceId: "pod", protocols: [STICKY, RANGE] });
    it.pass(3000);
    const [memberId] = it.memberIds as [string];
    it.pass(1000);
    it.sync(memberId, { [memberId]: "all" });
    expect(it.lastMetadata).toEqual({
      protocolType: "consumer",
      generation: 1,
      protocol: "sticky",
      leader: memberId,
      currentStateTimestamp: began + 3000,
      members: [
        {
          memberId,
          groupInstanceId: "pod",
          clientId: "client",
          clientHost: "/127.0.0.1",
          rebalanceTimeout: REBALANCE_TIMEOUT_MS,
          sessionTimeout: 10_000,
          subscription: STICKY.metadata,
          assignment: new TextEncoder().encode("all"),
        },
      ],
    });
  });

  test("[GRP15] that wait are refused when a rebalance begins", () => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.completing("a", "b") as [string, string];
    const waiting = it.sync(follower);
    it.join(leader, { protocols: [RANGE, STICKY] });
    expect(it.synced(waiting)).toEqual({
      error: "REBALANCE_IN_PROGRESS",
      protocolType: null,
      protocolName: null,
      assignment: new Uint8Array(0),
    });
  });

  test("[GRP15] are given to whoever names the type and the protocol, or neither", () => {
    const it = new GroupUnderTest();
    const [leader] = it.stable("a") as [string];
    const named = it.sync(leader, {}, { protocolType: "consumer", protocolName: "range" });
    expect(it.synced(named)?.error).toBeNull();
    expect(it.synced(it.sync(leader))?.error).toBeNull();
  });
});

describe("members that do not ask for their assignment", () => {
  test("[GRP16] are removed when the rebalance timeout has passed", () => {
    const it = new GroupUnderTest();
    const [leader, silent] = it.completing("a", "b") as [string, string];
    it.sync(leader);
    const keepAlive = () => {
      it.pass(5000);
      return [it.heartbeat(leader, 1), it.heartbeat(silent, 1)];
    };
    for (let count = 1; count < REBALANCE_TIMEOUT_MS / 5000; count++) {
      expect(keepAlive()).toEqual([null, null]);
    }
    expect(keepAlive()).toEqual(["REBALANCE_IN_PROGRESS", "UNKNOWN_MEMBER_ID"]);
    expect(it.memberIds).toEqual([leader]);
  });

  test("[GRP16] a leader among them ends what the others wait for", () => {
    const it = new GroupUnderTest();
    it.join("", { sessionTimeoutMs: 300_000 });
    it.join("", { clientId: "b" });
    it.pass(6000);
    const [leader, follower] = it.memberIds as [string, string];
    const waiting = it.sync(follower);
    it.pass(REBALANCE_TIMEOUT_MS);
    expect(it.synced(waiting)?.error).toBe("REBALANCE_IN_PROGRESS");
    expect(it.memberIds).toEqual([follower]);
    expect(it.group.leaderId).toBe(follower);
    expect(it.heartbeat(leader, 1)).toBe("UNKNOWN_MEMBER_ID");
  });

  test("[GRP16] nobody is removed once all have asked", () => {
    const it = new GroupUnderTest();
    const ids = it.stable("a", "b");
    for (let count = 0; count < 20; count++) {
      it.pass(5000);
      for (const id of ids) expect(it.heartbeat(id)).toBeNull();
    }
    expect(it.group).toMatchObject({ state: "Stable", generationId: 1 });
  });
});

describe("a group that is too large to be stored", () => {
  const HALF = "x".repeat(524_000);

  test("[GRP17] refuses the assignment for all, and rebalances", () => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.completing("a", "b") as [string, string];
    const before = it.turn.records.length;
    const waiting = it.sync(follower);
    const leading = it.sync(leader, { [leader]: HALF, [follower]: HALF + HALF });
    for (const ticket of [waiting, leading]) {
      expect(it.synced(ticket)).toEqual({
        error: "UNKNOWN_SERVER_ERROR",
        protocolType: null,
        protocolName: null,
        assignment: new Uint8Array(0),
      });
    }
    expect(it.turn.records).toHaveLength(before);
    expect(it.group.state).toBe("PreparingRebalance");
    it.join(leader);
    it.join(follower);
    it.sync(leader, { [leader]: HALF });
    expect(it.group.state).toBe("Stable");
  });

  test("[GRP17] is one byte larger than one that is not", () => {
    const largest = (size: number) => {
      const it = new GroupUnderTest();
      const [leader] = it.completing("a") as [string];
      it.sync(leader, { [leader]: "x".repeat(size) });
      return it.group.state;
    };
    let fits = 1_048_000;
    let tooLarge = 1_048_588;
    while (tooLarge - fits > 1) {
      const size = (fits + tooLarge) >> 1;
      if (largest(size) === "Stable") fits = size;
      else tooLarge = size;
    }
    // The batch's header, the record's frame, its key, and the group without the assignment.
    const subscription = RANGE.metadata.length;
    const memberId = "a-".length + 36;
    const member = 2 + memberId + 2 + (2 + 1) + (2 + 10) + 4 + 4 + (4 + subscription) + 4;
    const value = 2 + (2 + 8) + 4 + (2 + 5) + (2 + memberId) + 8 + 4 + member;
    const key = 2 + (2 + 5);
    expect(61 + 3 + 4 + (1 + key) + 3 + value + fits).toBe(1_048_588);
  });

  test("[GRP17] leaves the former self of a static member where it was", () => {
    const it = new GroupUnderTest();
    const one = { groupInstanceId: "one" };
    it.join("", one);
    it.pass(3000);
    const [former] = it.memberIds as [string];
    it.sync(former, { [former]: HALF });
    const large = [protocol("range", ...Array.from({ length: 20 }, () => "t".repeat(30_000)))];
    const before = it.turn.records.length;
    expect(it.joinNow("", { ...one, protocols: large, sessionTimeoutMs: 7000 })).toEqual({
      error: "UNKNOWN_SERVER_ERROR",
      memberId: "",
      generationId: 1,
      protocolType: "consumer",
      protocolName: "range",
      leader: former,
      skipAssignment: false,
      members: [],
    });
    expect(it.turn.records).toHaveLength(before);
    expect(it.group).toMatchObject({ state: "Stable", leaderId: former });
    expect(it.heartbeat(former)).toBeNull();
    it.pass(9999);
    expect(it.memberIds).toEqual([former]);
    expect(text.decode(it.synced(it.sync(former))?.assignment)).toBe(HALF);
    expect(it.joinNow("", one).error).toBeNull();
  });

  test("[GRP17] is one with a member whose name is longer than a string can be", () => {
    const it = new GroupUnderTest();
    it.join("");
    it.join("", { clientId: "c".repeat(32_760) });
    it.pass(6000);
    const [leader] = it.memberIds as [string];
    expect(it.synced(it.sync(leader))?.error).toBe("UNKNOWN_SERVER_ERROR");
    const ticket = it.join(leader);
    it.pass(REBALANCE_TIMEOUT_MS);
    expect(it.joined(ticket)?.members).toHaveLength(1);
  });
});
