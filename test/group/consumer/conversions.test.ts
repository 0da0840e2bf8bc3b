/** Classic groups that become consumer groups, and consumer groups that become classic ones. */
import { describe, expect, test } from "vitest";

import { ClassicGroup } from "../../../src/group/classic/classic-group.ts";
import { topicNamesOf } from "../../../src/group/consumer/topic-names.ts";
import type { ClassicProtocol } from "../../../src/group/group-calls.ts";
import { joinGroup, syncGroup } from "../../../src/group/group-requests.ts";
import { encodeAssignment } from "../../../src/protocol/consumer-protocol.ts";
import { GroupUnderTest, idOf, protocol } from "./group-under-test.ts";
import type { Partitions } from "./group-under-test.ts";

const FIRST = [0, 1, 2];
const LAST = [3, 4, 5];

const INITIAL_DELAY_MS = 3000;

interface ClassicOptions {
  readonly configs?: Readonly<Record<string, string>>;
  readonly protocolType?: string;
  readonly protocols?: readonly ClassicProtocol[];
  /** What the leader assigns to each member; nothing, if there are none yet. */
  readonly assigned?: readonly Partitions[];
  readonly userData?: Uint8Array;
}

/** A classic group that is stable, and its members. */
class ClassicGroupUnderTest {
  readonly it: GroupUnderTest;
  readonly memberIds: string[] = [];
  readonly #options: ClassicOptions;
  #nextTicket = 100;

  constructor(options: ClassicOptions = {}) {
    this.#options = options;
    this.it = new GroupUnderTest({
      "group.consumer.assignors": "range",
      "group.consumer.assignment.interval.ms": "0",
      "group.initial.rebalance.delay.ms": `${INITIAL_DELAY_MS}`,
      ...options.configs,
    });
    this.it.topic("orders", 6);
    const members = options.assigned?.length ?? 2;
    if (members > 0) this.stabilize(this.joinAll(members));
  }

  /** So many members join, and wait. */
  joinAll(count: number): number[] {
    const { protocolType = "consumer", protocols = [protocol("range", ["orders"])] } =
      this.#options;
    return Array.from({ length: count }, (_, index) => {
      const ticket = this.#nextTicket++;
      const call = {
        memberId: this.memberIds[index] ?? "",
        groupInstanceId: null,
        protocolType,
        protocols,
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 60_000,
        client: { clientId: `c${index}`, clientHost: "/127.0.0.1" },
        requiresKnownMemberId: false,
        supportsSkippingAssignment: false,
      };
      joinGroup(this.it.state, call, ticket, this.it.turn);
      return ticket;
    });
  }

  /** The join phase ends, and the leader, which joined first, assigns. */
  stabilize(tickets: readonly number[]): void {
    const { turn, state } = this.it;
    const { assigned = [{ orders: FIRST }, { orders: LAST }], userData = null } = this.#options;
    this.it.passClassic(INITIAL_DELAY_MS);
    this.it.passClassic(INITIAL_DELAY_MS);
    const joined = tickets.map((ticket) => turn.joins.get(ticket)!);
    this.memberIds.splice(0, this.memberIds.length, ...joined.map(({ memberId }) => memberId));
    const assignments = this.memberIds.map((memberId, index) => ({
      memberId,
      assignment: encodeAssignment(
        {
          assignedPartitions: Object.entries(assigned[index] ?? {}).map(([topic, partitions]) => ({
            topic,
            partitions: [...partitions],
          })),
          userData,
        },
        0,
      ),
    }));
    for (const { memberId, generationId, leader } of joined) {
      const call = {
        memberId,
        groupInstanceId: null,
        generationId,
        protocolType: null,
        protocolName: null,
        assignments: memberId === leader ? assignments : [],
      };
      syncGroup(state, call, this.#nextTicket++, turn);
    }
  }
}

describe("a classic group", () => {
  test("[GRP56] becomes a consumer group with the first member that speaks that protocol", () => {
    const { it, memberIds } = new ClassicGroupUnderTest();
    const [one, two] = memberIds as [string, string];
    const { generationId } = it.classic;
    const before = it.turn.records.length;
    expect(it.joinAs("new", ["orders"])).toMatchObject({
      error: null,
      memberEpoch: generationId + 1,
      assignment: [],
    });
    expect(it.recordedSince(before).slice(0, 10)).toEqual([
      "GroupMetadata",
      "ClassicGeneration",
      "ConsumerGroupMemberMetadata",
      "ConsumerGroupMemberMetadata",
      "ConsumerGroupMetadata",
      "ConsumerGroupTargetAssignmentMember",
      "ConsumerGroupTargetAssignmentMember",
      "ConsumerGroupTargetAssignmentMetadata",
      "ConsumerGroupCurrentMemberAssignment",
      "ConsumerGroupCurrentMemberAssignment",
    ]);
    expect(it.member(one)).toMatchObject({
      memberEpoch: generationId,
      state: "STABLE",
      subscribedTopicNames: ["orders"],
      client: { clientId: "c0" },
      classic: { sessionTimeoutMs: 10_000 },
    });
    expect(it.assigned(one)).toEqual({ orders: FIRST });
    expect(it.assigned(two)).toEqual({ orders: LAST });
    expect(it.classicHeartbeat(one, generationId)).toBe("REBALANCE_IN_PROGRESS");
    it.settle();
    expect(it.group.stateName).toBe("Stable");
    expect(Object.keys(it.assigned("new"))).toEqual(["orders"]);
    expect(it.reloaded().group?.groupType).toBe("consumer");
  });

  test("[GRP56] gives its members their sessions when it becomes one", () => {
    const { it } = new ClassicGroupUnderTest();
    it.joinAs("new", ["orders"]);
    it.pass(9999);
    expect(it.group.members.size).toBe(3);
    it.pass(1);
    expect([...it.group.members.keys()]).toEqual(["new"]);
  });

  test("[GRP56] tells those who wait in a rebalance to join again", () => {
    const under = new ClassicGroupUnderTest();
    const { it, memberIds } = under;
    const [ticket] = under.joinAll(1) as [number];
    expect(it.classic.stateName).toBe("PreparingRebalance");
    it.joinAs("new", ["orders"]);
    expect(it.turn.joins.get(ticket)).toMatchObject({
      error: "REBALANCE_IN_PROGRESS",
      memberId: memberIds[0],
    });
  });

  test("[GRP56] that has never had a generation becomes one as well", () => {
    const under = new ClassicGroupUnderTest({ assigned: [] });
    const tickets = under.joinAll(2);
    under.it.joinAs("new", ["orders"]);
    for (const ticket of tickets) {
      expect(under.it.turn.joins.get(ticket)?.error).toBe("REBALANCE_IN_PROGRESS");
    }
    under.it.settle();
    expect(under.it.group.members.size).toBe(3);
    expect(under.it.group.stateName).toBe("Stable");
  });

  test("[GRP56] is asked for its topics before it becomes one", () => {
    const { it } = new ClassicGroupUnderTest({ assigned: [{ orders: FIRST, payments: [0] }] });
    expect(topicNamesOf(it.state, null)).toEqual(new Set());
    const call = {
      memberId: "new",
      memberEpoch: 0,
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: 1,
      subscribedTopicNames: ["other"],
      subscribedTopicRegex: null,
      serverAssignor: null,
      topicPartitions: [],
      client: { clientId: "", clientHost: "" },
    };
    expect(topicNamesOf(it.state, call)).toEqual(new Set(["other", "orders", "payments"]));
  });

  test.for<[string, ClassicOptions, string]>([
    [
      "upgrades are not wanted",
      { configs: { "group.consumer.migration.policy": "DOWNGRADE" } },
      "online upgrade is disabled.",
    ],
    [
      "it is of another type",
      { protocolType: "connect" },
      "the group does not use the consumer embedded protocol.",
    ],
    [
      "it is too large",
      { configs: { "group.consumer.max.size": "1" } },
      "the group size exceeds the consumer group maximum size.",
    ],
    [
      "its members do not speak as they should",
      { protocols: [{ name: "range", metadata: new Uint8Array([0, 1, 0, 0]) }] },
      "the embedded consumer protocol is malformed.",
    ],
    [
      "its assignor says more than an assignment",
      { userData: new Uint8Array([1]) },
      "an unsupported custom assignor is in use. Please refer to the documentation or switch to a " +
        "default assignor before re-attempting the upgrade.",
    ],
  ])("[GRP56] stays one where %s", ([, options, reason]) => {
    const { it } = new ClassicGroupUnderTest(options);
    const before = it.turn.records.length;
    expect(it.joinAs("new", ["orders"])).toMatchObject({
      error: "GROUP_ID_NOT_FOUND",
      errorMessage: `Cannot upgrade classic group group to consumer group because ${reason}`,
    });
    expect(it.recordedSince(before)).toEqual([]);
    expect(it.classic.stateName).toBe("Stable");
  });

  test("[GRP56] stays one where its leader has assigned a partition twice", () => {
    const { it } = new ClassicGroupUnderTest({ assigned: [{ orders: FIRST }, { orders: FIRST }] });
    expect(it.joinAs("new", ["orders"])).toMatchObject({
      error: "UNKNOWN_SERVER_ERROR",
      errorMessage: null,
    });
    expect(it.classic.members.size).toBe(2);
  });

  test("[GRP56] stays one when the heartbeat is refused for anything else", () => {
    const { it } = new ClassicGroupUnderTest({ configs: { "group.consumer.max.size": "2" } });
    expect(it.joinAs("new", ["orders"]).error).toBe("GROUP_MAX_SIZE_REACHED");
    const regex = { subscribedTopicRegex: "foo(" };
    const other = new ClassicGroupUnderTest().it;
    expect(other.joinAs("new", [], regex).error).toBe("INVALID_REGULAR_EXPRESSION");
    for (const epoch of [1, -1]) {
      expect(other.heartbeat("new", epoch)).toMatchObject({
        error: "GROUP_ID_NOT_FOUND",
        errorMessage: "Group group is not a consumer group.",
      });
    }
    expect(other.describe().errorMessage).toBe("Group group is not a consumer group.");
    expect([it.classic.stateName, other.classic.stateName]).toEqual(["Stable", "Stable"]);
  });

  test("[GRP56] without members becomes one whatever the policy is", () => {
    const it = new GroupUnderTest({ "group.consumer.migration.policy": "DISABLED" });
    it.state.group = new ClassicGroup("group", it.turn.now);
    expect(it.joinAs("a", [])).toMatchObject({ error: null, memberEpoch: 1 });
    expect(it.recordedSince(0)).toEqual([
      "GroupMetadata",
      "ClassicGeneration",
      "ConsumerGroupMemberMetadata",
      "ConsumerGroupCurrentMemberAssignment",
    ]);
  });
});

describe("a consumer group", () => {
  /** Two members of the classic protocol, and one of the consumer protocol. */
  function mixed(configs: Readonly<Record<string, string>> = {}): {
    it: GroupUnderTest;
    memberIds: readonly string[];
  } {
    const { it, memberIds } = new ClassicGroupUnderTest({ configs });
    it.joinAs("new", ["orders"]);
    it.settle();
    return { it, memberIds };
  }

  test("[GRP57] becomes a classic group when only members of that protocol remain", () => {
    const { it, memberIds } = mixed();
    const { groupEpoch } = it.group;
    const target = it.target(memberIds[0]!);
    const before = it.turn.records.length;
    expect(it.heartbeat("new", -1)).toMatchObject({ error: null, memberEpoch: -1 });
    expect(it.recordedSince(before).slice(-2)).toEqual(["ConsumerGroupMetadata", "GroupMetadata"]);
    expect([...it.classic.members.keys()]).toEqual(memberIds);
    expect(it.classic).toMatchObject({
      generationId: groupEpoch,
      state: "PreparingRebalance",
      protocolName: "range",
    });
    for (const memberId of memberIds) {
      expect(it.classic.members.get(memberId)?.sessionDeadline).toBe(it.turn.now + 10_000);
    }
    const record = it.turn.records.at(-1)!;
    if (record.type !== "GroupMetadata") throw new Error("The group is stored last.");
    const [first] = record.value!.members;
    expect(first).toMatchObject({ memberId: memberIds[0], sessionTimeout: 10_000 });
    expect(first!.assignment).toEqual(
      encodeAssignment(
        { assignedPartitions: [{ topic: "orders", partitions: [...target["orders"]!] }] },
        1,
      ),
    );
    expect(it.reloaded().group?.groupType).toBe("classic");
  });

  test("[GRP57] becomes one when its last member of the other protocol is fenced", () => {
    const { it } = mixed({ "group.consumer.session.timeout.ms": "5000" });
    it.pass(5000);
    expect(it.classic.members.size).toBe(2);
  });

  test("[GRP57] stays one while there are members of the consumer protocol, or none at all", () => {
    const { it, memberIds } = mixed();
    it.joinAs("newer", ["orders"]);
    it.heartbeat("newer", -1);
    expect(it.group.members.size).toBe(3);
    it.leave(...[...memberIds, "new"].map((memberId) => ({ memberId, groupInstanceId: null })));
    expect(it.group.stateName).toBe("Empty");
  });

  test("[GRP57] stays one where downgrades are not wanted or it is too large", () => {
    for (const configs of [
      { "group.consumer.migration.policy": "UPGRADE" },
      { "group.max.size": "2" },
    ]) {
      const { it, memberIds } = mixed(configs);
      if ("group.max.size" in configs) it.join("");
      it.heartbeat("new", -1);
      it.settle();
      expect(it.group.members.has(memberIds[0]!)).toBe(true);
    }
  });

  test("[GRP57] becomes one when the last is replaced by a member of the classic protocol", () => {
    const it = new GroupUnderTest({ "group.consumer.assignment.interval.ms": "0" });
    it.topic("orders", 6).joinAs("s", ["orders"], { instanceId: "i" });
    const { memberId, error, generationId } = it.join("", { groupInstanceId: "i" });
    expect(error).toBeNull();
    expect([...it.classic.members.keys()]).toEqual([memberId]);
    // Nothing has changed but its protocol: it goes on with what it had, without a rebalance.
    expect(it.classic).toMatchObject({ state: "Stable", generationId });
    const ticket = 1000;
    const sync = { protocolType: "consumer", protocolName: "range", assignments: [] };
    const call = { memberId, groupInstanceId: "i", generationId, ...sync };
    syncGroup(it.state, call, ticket, it.turn);
    expect(it.turn.syncs.get(ticket)).toMatchObject({ error: null });
    expect(it.reloaded().group?.groupType).toBe("classic");
  });

  test("[GRP57] rebalances where that member subscribes to something else", () => {
    const it = new GroupUnderTest().topic("orders", 6);
    it.joinAs("s", ["payments"], { instanceId: "i" });
    const { generationId } = it.join("", { groupInstanceId: "i" });
    expect(generationId).toBe(0);
    expect(it.classic.state).toBe("PreparingRebalance");
  });

  test("[GRP57] does not become one when others of its protocol remain", () => {
    const it = new GroupUnderTest().topic("orders", 6);
    it.joinAs("s", ["orders"], { instanceId: "i" });
    it.joinAs("t", ["orders"]);
    const { memberId } = it.join("", { groupInstanceId: "i" });
    expect([...it.group.members.keys()]).toEqual(["t", memberId]);
    expect(it.group.partitionEpochs.get(idOf("orders"), 0)).not.toBeUndefined();
  });
});
