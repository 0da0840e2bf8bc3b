/** What a classic group says of itself to those who handle offsets, and to administrators. */
import { describe, expect, test } from "vitest";

import { NO_BYTES } from "../../../src/group/classic/classic-member.ts";
import type { ClassicProtocol } from "../../../src/group/group-calls.ts";
import { GroupUnderTest, INITIAL_DELAY_MS, RANGE, STICKY, protocol } from "./group-under-test.ts";

/** A stable group whose only members have said this. */
function stableWith(protocolType: string, ...protocols: ClassicProtocol[]): GroupUnderTest {
  const it = new GroupUnderTest();
  for (const each of protocols) it.join("", { protocolType, protocols: [each] });
  it.pass(2 * INITIAL_DELAY_MS);
  it.sync(it.group.leaderId!);
  return it;
}

const malformed = (...bytes: number[]) => ({ name: "range", metadata: new Uint8Array(bytes) });

describe("commits", () => {
  test("[GRP26] of who says only half of what a member is are refused", () => {
    const it = new GroupUnderTest();
    const [leader] = it.stable("a") as [string];
    expect(it.commit(leader, -1)).toBe("ILLEGAL_GENERATION");
    expect(it.commit("", 1)).toBe("UNKNOWN_MEMBER_ID");
  });

  test("[GRP26] of a group that is empty need no member, but a member's must be one", () => {
    const it = new GroupUnderTest();
    expect(it.commit("anybody", -1)).toBeNull();
    expect(it.commit("anybody", 0)).toBe("UNKNOWN_MEMBER_ID");
  });

  test("[GRP26] may be of all partitions", () => {
    const it = new GroupUnderTest();
    const check = it.group.validateOffsetCommit({
      generationIdOrMemberEpoch: -1,
      memberId: "",
      groupInstanceId: null,
      retentionTimeMs: -1,
      apiVersion: 8,
      topics: [],
    });
    expect(typeof check === "function" && check("any topic", 7)).toBeNull();
    expect(it.group.invalidOffsetFetch()).toBeNull();
  });
});

describe("topics", () => {
  test("[GRP27] are those that any member subscribes to in the chosen protocol", () => {
    const it = stableWith("consumer", protocol("range", "a", "b"), protocol("range", "b", "c"));
    expect(["a", "b", "c", "d"].filter((topic) => it.group.isSubscribedTo(topic))).toEqual([
      "a",
      "b",
      "c",
    ]);
  });

  test("[GRP27] can be read whatever the other fields of a subscription are", () => {
    const { metadata } = protocol("range", "a");
    for (const version of [1, 3, 99]) {
      const later = metadata.slice();
      later[1] = version;
      const { group } = stableWith("consumer", { name: "range", metadata: later });
      expect([group.isSubscribedTo("a"), group.isSubscribedTo("b")]).toEqual([true, false]);
    }
  });

  test.for([
    ["no bytes", malformed()],
    ["half a version", malformed(0)],
    ["too few topics", malformed(0, 0, 0, 0, 0, 2, 0, 1, 97)],
  ] as const)("[GRP27] of a member with %s are not known, and might be all", ([, each]) => {
    const it = stableWith("consumer", RANGE, each);
    expect(it.group).toMatchObject({ state: "Stable", subscribedTopics: null });
    expect(it.group.isSubscribedTo("anything")).toBe(true);
    expect(it.group.agesFrom(500)).toBeNull();
  });

  test("[GRP27] of an empty group are none", () => {
    const it = stableWith("consumer", RANGE);
    it.leave(...it.memberIds);
    expect(it.group.isSubscribedTo("orders")).toBe(false);
    it.restart();
    expect(it.group.isSubscribedTo("orders")).toBe(false);
  });

  test("[GRP27] are nobody's in other protocol types", () => {
    expect(stableWith("connect", RANGE).group.isSubscribedTo("orders")).toBe(false);
  });

  test("[GRP27] matter to the group's leader alone", () => {
    expect([...stableWith("consumer", RANGE).group.topicsToWatch()]).toEqual([]);
  });
});

describe("offsets", () => {
  test("[GRP27] of other protocol types are not deleted while there are members", () => {
    const it = stableWith("connect", RANGE);
    expect(it.group.invalidOffsetDelete()).toBe("NON_EMPTY_GROUP");
    it.leave(...it.memberIds);
    expect(it.group.invalidOffsetDelete()).toBeNull();
    expect(stableWith("consumer", RANGE).group.invalidOffsetDelete()).toBeNull();
  });

  test("[GRP27] age from their commit in a group that never had members", () => {
    expect(new GroupUnderTest().group.agesFrom(500)).toBe(500);
  });

  test("[GRP27] age in a stable group of consumers, and not while it rebalances", () => {
    const it = stableWith("consumer", RANGE);
    expect(it.group.agesFrom(500)).toBe(500);
    it.join("");
    expect(it.group.agesFrom(500)).toBeNull();
    expect(stableWith("connect", RANGE).group.agesFrom(500)).toBeNull();
  });

  test("[GRP27] age from when the group became empty", () => {
    const it = stableWith("connect", RANGE);
    it.pass(5);
    it.leave(...it.memberIds);
    const emptySince = it.turn.now;
    it.pass(100);
    expect(it.group.agesFrom(500)).toBe(emptySince);
    it.restart();
    expect(it.group.agesFrom(500)).toBe(emptySince);
  });
});

describe("the description", () => {
  test("[GRP28] shows all of a stable group", () => {
    const it = new GroupUnderTest();
    it.join("", { groupInstanceId: "pod", protocols: [STICKY, RANGE] });
    it.pass(INITIAL_DELAY_MS);
    const [memberId] = it.memberIds as [string];
    it.sync(memberId, { [memberId]: "all" });
    expect(it.describe()).toEqual({
      error: null,
      errorMessage: null,
      groupState: "Stable",
      protocolType: "consumer",
      protocolData: "sticky",
      members: [
        {
          memberId,
          groupInstanceId: "pod",
          clientId: "client",
          clientHost: "/127.0.0.1",
          memberMetadata: STICKY.metadata,
          memberAssignment: new TextEncoder().encode("all"),
        },
      ],
    });
  });

  test("[GRP28] shows neither protocol nor metadata while it rebalances", () => {
    const it = new GroupUnderTest();
    const [leader] = it.stable("a") as [string];
    it.join("");
    expect(it.describe()).toMatchObject({
      groupState: "PreparingRebalance",
      protocolType: "consumer",
      protocolData: "",
      members: [{ memberId: leader, memberMetadata: NO_BYTES }, {}],
    });
    // The assignment is shown until there is another.
    expect(it.describe().members[0]?.memberAssignment).not.toHaveLength(0);
  });

  test("[GRP28] shows no assignment any more that was withdrawn", () => {
    const it = new GroupUnderTest();
    const [leader] = it.stable("a") as [string];
    it.join(leader);
    it.join("");
    expect(it.group.generationId).toBe(2);
    expect(it.describe().members[0]?.memberAssignment).toHaveLength(0);
  });

  test("[GRP28] of an empty group tells what it was for", () => {
    const it = stableWith("connect", RANGE);
    it.leave(...it.memberIds);
    const { groupState, protocolType, members } = it.describe();
    expect([groupState, protocolType, members]).toEqual(["Empty", "connect", []]);
  });

  test("[GRP13] deleting the group deletes all that is stored of it", () => {
    const it = stableWith("consumer", RANGE);
    const stored = new Set(it.turn.records.map(({ type }) => type));
    const tombstones = it.group.tombstones();
    expect(new Set(tombstones.map(({ type }) => type))).toEqual(stored);
    expect(tombstones.map(({ value }) => value)).toEqual([null, null]);
    expect(tombstones[0]?.key).toEqual({ group: "group" });
  });
});
