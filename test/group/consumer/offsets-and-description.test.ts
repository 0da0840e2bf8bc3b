/** A consumer group as others see it: who commit and fetch offsets, and who describe groups. */
import { describe, expect, test } from "vitest";

import { topicIdsOf, topicNamesOf } from "../../../src/group/consumer/topic-names.ts";
import type { ErrorName } from "../../../src/protocol/errors.ts";
import { GroupUnderTest, idOf } from "./group-under-test.ts";

const ALL = [0, 1, 2, 3, 4, 5];

/** Two members: `a` is to give the last three partitions to `b`, and has not yet. */
function group(): GroupUnderTest {
  const it = new GroupUnderTest({
    "group.consumer.assignors": "range",
    "group.consumer.assignment.interval.ms": "0",
  });
  it.topic("orders", 6).joinAs("a", ["orders"]);
  it.joinAs("b", ["orders"]);
  it.heartbeat("a", 2, { owned: { orders: ALL } });
  return it;
}

interface Commit {
  readonly memberId: string;
  readonly epoch: number;
  readonly partition?: number;
  readonly apiVersion?: number;
}

function commit(
  it: GroupUnderTest,
  { memberId, epoch, partition = 0, apiVersion = 9 }: Commit,
): ErrorName | null {
  const checked = it.group.validateOffsetCommit({
    memberId,
    generationIdOrMemberEpoch: epoch,
    groupInstanceId: null,
    retentionTimeMs: -1,
    apiVersion,
    topics: [],
  });
  return typeof checked === "string" ? checked : checked(idOf("orders"), partition);
}

function fetch(it: GroupUnderTest, memberId: string | null, memberEpoch: number) {
  return it.group.invalidOffsetFetch({ memberId, memberEpoch, topics: null, requireStable: false });
}

describe("a commit of offsets", () => {
  test("[GRP50] is a member's in its epoch", () => {
    const it = group();
    expect(commit(it, { memberId: "a", epoch: 2 })).toBeNull();
    expect(commit(it, { memberId: "a", epoch: 2, partition: 99 })).toBeNull();
    expect(commit(it, { memberId: "a", epoch: 3 })).toBe("STALE_MEMBER_EPOCH");
    expect(commit(it, { memberId: "c", epoch: 2 })).toBe("UNKNOWN_MEMBER_ID");
    expect(commit(it, { memberId: "a", epoch: 2, apiVersion: 8 })).toBe("UNSUPPORTED_VERSION");
  });

  test("[GRP50] may be of an older epoch, if the partition was the member's then", () => {
    const it = group();
    it.heartbeat("a", 2, { owned: { orders: [0, 1, 2] } });
    expect(it.member("a").memberEpoch).toBe(3);
    expect(commit(it, { memberId: "a", epoch: 2 })).toBeNull();
    expect(commit(it, { memberId: "a", epoch: 1 })).toBe("STALE_MEMBER_EPOCH");
    expect(commit(it, { memberId: "a", epoch: 2, partition: 3 })).toBe("STALE_MEMBER_EPOCH");
    it.beat("b");
    it.joinAs("c", ["orders"]);
    it.settle();
    expect(it.member("b").memberEpoch).toBe(4);
    expect(commit(it, { memberId: "b", epoch: 3, partition: 3 })).toBeNull();
    expect(commit(it, { memberId: "b", epoch: 2, partition: 3 })).toBe("STALE_MEMBER_EPOCH");
  });

  test("[GRP50] may be of a partition that the member is giving up", () => {
    const it = group();
    it.heartbeat("a", 2, { owned: { orders: [0, 1, 2] } });
    it.beat("b");
    it.joinAs("c", ["orders"]);
    const held = { orders: [0, 1, 2] };
    it.heartbeat("a", 3, { owned: held });
    expect(it.member("a").state).toBe("UNREVOKED_PARTITIONS");
    expect(commit(it, { memberId: "a", epoch: 2, partition: 2 })).toBeNull();
  });

  test("[GRP50] is anybody's while the group is empty", () => {
    const it = group();
    expect(commit(it, { memberId: "", epoch: -1 })).toBe("UNKNOWN_MEMBER_ID");
    it.heartbeat("a", -1);
    it.heartbeat("b", -1);
    expect(commit(it, { memberId: "", epoch: -1, apiVersion: 2 })).toBeNull();
    expect(commit(it, { memberId: "a", epoch: 2 })).toBe("UNKNOWN_MEMBER_ID");
  });

  test("[GRP50] of a member of the classic protocol has a generation", () => {
    const it = group();
    const { memberId, generationId } = it.join("");
    expect(commit(it, { memberId, epoch: generationId, apiVersion: 2 })).toBeNull();
    expect(commit(it, { memberId, epoch: generationId + 1 })).toBe("ILLEGAL_GENERATION");
    expect(commit(it, { memberId, epoch: 1 })).toBe("ILLEGAL_GENERATION");
  });
});

describe("offsets of a consumer group", () => {
  test("[GRP51] are fetched by members in their epoch and by those who are none", () => {
    const it = group();
    expect(fetch(it, null, -1)).toBeNull();
    expect(fetch(it, "a", 2)).toBeNull();
    expect(fetch(it, "a", 1)).toBe("STALE_MEMBER_EPOCH");
    expect(fetch(it, "c", 2)).toBe("UNKNOWN_MEMBER_ID");
    expect(fetch(it, null, 2)).toBe("UNKNOWN_MEMBER_ID");
    const { memberId } = it.join("");
    expect(fetch(it, memberId, 1)).toBe("ILLEGAL_GENERATION");
  });

  test("[GRP51] age from when they were committed, and can be deleted unless subscribed to", () => {
    const it = group();
    expect(it.group.agesFrom(17)).toBe(17);
    expect(it.group.invalidOffsetDelete()).toBeNull();
    expect(it.group.isSubscribedTo("orders")).toBe(true);
    expect(it.group.isSubscribedTo("payments")).toBe(false);
  });
});

describe("a description", () => {
  test("[GRP52] shows what members have, be it on the way to others, and are to have", () => {
    const it = group();
    const partitions = (all: number[]) => [
      { topicId: idOf("orders"), topicName: "orders", partitions: all },
    ];
    const common = {
      instanceId: null,
      rackId: null,
      clientId: "client",
      clientHost: "/127.0.0.1",
      subscribedTopicNames: ["orders"],
      subscribedTopicRegex: "",
      memberType: 1,
    };
    expect(it.describe()).toEqual({
      error: null,
      errorMessage: null,
      groupState: "Reconciling",
      groupEpoch: 3,
      assignmentEpoch: 3,
      assignorName: "range",
      members: [
        {
          ...common,
          memberId: "a",
          memberEpoch: 2,
          assignment: partitions(ALL),
          targetAssignment: partitions([0, 1, 2]),
        },
        {
          ...common,
          memberId: "b",
          memberEpoch: 3,
          assignment: [],
          targetAssignment: partitions([3, 4, 5]),
        },
      ],
    });
  });

  test("[GRP52] leaves out topics that are deleted", () => {
    const it = group().topic("orders", 0);
    expect(it.describe().members.map((member) => member.assignment)).toEqual([[], []]);
    expect(topicIdsOf(it.state)).toEqual(new Set([idOf("orders")]));
    expect(topicNamesOf(it.state, null)).toEqual(new Set(["orders"]));
  });

  test("[GRP52] of another group, or of none, says that there is none", () => {
    const it = new GroupUnderTest();
    expect(it.describe()).toMatchObject({
      error: "GROUP_ID_NOT_FOUND",
      errorMessage: "Group group not found.",
      groupState: "",
      members: [],
    });
  });

  test("[GRP52] names Kafka's states", () => {
    const it = new GroupUnderTest().topic("orders", 6);
    it.joinAs("a", ["orders"]);
    expect(it.describe().groupState).toBe("Stable");
    it.joinAs("b", ["orders"]);
    expect(it.describe().groupState).toBe("Assigning");
    it.turn.now += 1000;
    it.beat("b");
    expect(it.describe().groupState).toBe("Reconciling");
    it.heartbeat("a", -1);
    it.heartbeat("b", -1);
    expect(it.describe().groupState).toBe("Empty");
  });
});
