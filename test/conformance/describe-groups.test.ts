/** DescribeGroups and ListGroups: what anybody may learn of the groups of a broker. */
import { expect } from "vitest";

import { describeGroups } from "../../src/protocol/messages/15-describe-groups.ts";
import { listGroups } from "../../src/protocol/messages/16-list-groups.ts";
import { bytes, text } from "./batches.ts";
import { at } from "./group-offsets.ts";
import { Group, assignmentOf, isPending, syncAll, until } from "./group.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const NOT_ASKED_FOR = -2147483648;
/** READ, DELETE and DESCRIBE, as bits. */
const ON_GROUPS = (1 << 3) | (1 << 6) | (1 << 8);

const versions = servedVersions(describeGroups);
const lists = servedVersions(listGroups);

conformance("DescribeGroups and ListGroups", (test) => {
  test("[K49] a group that is not there is dead, and from version 6 on not found", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    for (const version of versions) {
      const dead = { groupState: "Dead", protocolType: "", protocolData: "", members: [] };
      const described = await group.describe(version);
      expect(described).toMatchObject({ groupId: group.id, ...dead });
      expect([described.error, described.errorMessage]).toEqual(
        version < 6 ? ["NONE", null] : ["GROUP_ID_NOT_FOUND", `Group ${group.id} not found.`],
      );
    }
  });

  test("[K49] the states of a group, and what is told of its members in each", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const protocols = { range: "subscription", sticky: "another" };
    const [leader, follower] = await group.joinedAs([{ protocols }, { protocols }]);
    const inState = async (groupState: string, protocolData = "") => {
      for (const version of versions) {
        const { members, ...described } = await group.describe(version);
        const same = { error: "NONE", groupId: group.id, protocolType: "conformance" };
        expect(described).toMatchObject({ ...same, groupState, protocolData });
        const authorizedOperations = NOT_ASKED_FOR;
        if (version >= 3) expect(described).toMatchObject({ authorizedOperations });
        const ids = members.map(({ memberId }) => memberId).toSorted();
        expect(ids).toEqual([leader!.memberId, follower!.memberId].toSorted());
        for (const member of members) {
          expect(member.clientId).toBe("conformance");
          expect(member.clientHost).toMatch(/^\/[\d.:a-f]+$/);
          const isStable = groupState === "Stable";
          expect(text(member.memberMetadata)).toBe(isStable ? "subscription" : "");
          if (isStable) expect(text(member.memberAssignment)).toBe(assignmentOf(member));
        }
      }
    };
    await inState("CompletingRebalance");
    await syncAll([leader!, follower!]);
    await inState("Stable", "range");
    const joined = leader!.join();
    expect(await isPending(joined)).toBe(true);
    await inState("PreparingRebalance");
    await follower!.join();
    await joined;
    await syncAll([leader!, follower!]);
    for (const member of [leader!, follower!]) await member.leave();
    for (const version of versions) {
      const described = await group.describe(version);
      const empty = { groupState: "Empty", protocolType: "conformance", protocolData: "" };
      expect(described).toMatchObject({ error: "NONE", ...empty, members: [] });
    }
  });

  test("[K49] from version 4 on a static member has its instance id", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    await group.stableAs([{ groupInstanceId: "instance" }, {}]);
    for (const version of versions) {
      const { members } = await group.describe(version);
      const ids = members.map(({ groupInstanceId }) => groupInstanceId);
      expect(new Set(ids)).toEqual(new Set(version < 4 ? [null] : ["instance", null]));
    }
  });

  test("[K49] many groups are described each for itself, and the nameless one as well", async ({
    cluster,
  }) => {
    const groups = await Group.together(cluster, 2);
    await groups[0]!.stable(1);
    const { wire } = groups[0]!;
    const ids = groups.map(({ id }) => id);
    for (const version of versions) {
      const answer = await wire.call(describeGroups, version, { groups: [...ids, ""] });
      const told = new Map(answer.groups.map((group) => [group.groupId, group]));
      expect(told.size).toBe(3);
      expect(told.get(ids[0]!)).toMatchObject({ errorCode: 0, groupState: "Stable" });
      expect(told.get(ids[1]!)!.groupState).toBe("Dead");
      expect((await wire.call(describeGroups, version, { groups: [] })).groups).toEqual([]);
    }
  });

  test("[K16, K49] authorized operations are told where they are asked for", async ({
    cluster,
  }) => {
    const [none, group] = [await Group.unused(cluster), await Group.unused(cluster)];
    await group.stable(1);
    for (const version of versions.filter((number) => number >= 3)) {
      const ask = async ({ id, wire }: Group) => {
        const request = { groups: [id], includeAuthorizedOperations: true };
        const { groups } = await wire.call(describeGroups, version, request);
        return groups[0]!.authorizedOperations;
      };
      expect((await ask(group)) & ON_GROUPS).toBe(ON_GROUPS);
      // Nobody may do anything with what is not there, or was not asked about it.
      if (version >= 6) expect(await ask(none)).toBe(NOT_ASKED_FOR);
    }
  });

  test("[K49] a group of members that speak the consumer protocol is not a classic one", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    expect((await group.consumerMember().join([])).error).toBe("NONE");
    for (const version of versions) {
      const { error, errorMessage, groupState } = await group.describe(version);
      expect([groupState, error, errorMessage]).toEqual(
        version < 6
          ? ["Dead", "NONE", null]
          : ["Dead", "GROUP_ID_NOT_FOUND", `Group ${group.id} is not a classic group.`],
      );
    }
  });

  test("[K14, K49] a group is listed by its coordinator, and by no other broker", async ({
    cluster,
  }) => {
    const groups = await Promise.all([1, 2, 3, 4].map(() => Group.unused(cluster)));
    await Promise.all(groups.map((group) => group.stable(1)));
    for (const group of groups) {
      for (const { nodeId, wire } of await cluster.brokers()) {
        for (const version of lists) {
          const listed = await group.listed({}, version, wire);
          const isCoordinator = nodeId === group.coordinator.nodeId;
          expect(listed).toMatchObject(
            isCoordinator
              ? [
                  {
                    protocolType: "conformance",
                    groupState: version < 4 ? "" : "Stable",
                    groupType: version < 5 ? "" : "classic",
                  },
                ]
              : [],
          );
        }
      }
    }
  });

  test("[K49] groups are listed by their states from version 4 on, and by their types from 5 on", async ({
    cluster,
  }) => {
    const [classic, consumer, simple] = await Promise.all([
      Group.unused(cluster),
      Group.unused(cluster),
      Group.unused(cluster),
    ]);
    await classic.joined(1);
    const member = consumer.consumerMember();
    await member.join([]);
    await simple.commit([at(await cluster.newPartition(), 1)]);
    const everything = [classic, consumer, simple];
    await until(async () => (await simple.listed()).length === 1);
    for (const [states, types, expected] of [
      [[], [], everything],
      [["CompletingRebalance"], [], [classic]],
      [["completingrebalance"], [], [classic]],
      [["COMPLETINGREBALANCE", "Empty"], [], [classic, simple]],
      [["Stable"], [], [consumer]],
      [["Dead"], [], []],
      [["NoSuchState"], [], []],
      [["NoSuchState", "Empty"], [], [simple]],
      [[], ["classic"], [classic, simple]],
      [[], ["Classic"], [classic, simple]],
      [[], ["CONSUMER"], [consumer]],
      [[], ["consumer", "classic"], everything],
      [[], ["share"], []],
      [[], ["NoSuchType"], []],
      [["Empty"], ["classic"], [simple]],
      [["Empty"], ["consumer"], []],
    ] as const) {
      for (const version of lists.filter((number) => number >= (types.length > 0 ? 5 : 4))) {
        const filters = {
          statesFilter: states,
          ...(types.length > 0 && { typesFilter: types }),
        };
        for (const group of everything) {
          const isListed = (expected as readonly Group[]).includes(group);
          expect(await group.listed(filters, version)).toHaveLength(isListed ? 1 : 0);
        }
      }
    }
    const described = { protocolType: "consumer", groupState: "Stable", groupType: "consumer" };
    expect(await consumer.listed()).toMatchObject([described]);
    expect(await simple.listed()).toMatchObject([{ protocolType: "", groupState: "Empty" }]);
  });

  test("[K49] members keep what they were assigned until there is a new assignment", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const [leader] = await group.stable(1);
    await leader!.join();
    const told = async () => {
      const { members } = await group.describe();
      return members.map(({ memberAssignment }) => text(memberAssignment));
    };
    expect(await told()).toEqual([assignmentOf(leader!)]);
    await leader!.sync([{ memberId: leader!.memberId, assignment: bytes("new") }]);
    expect(await told()).toEqual(["new"]);
  });
});
