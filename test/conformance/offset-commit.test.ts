/** OffsetCommit: who may say how far a group has consumed, and what it may say. */
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import type { ErrorName } from "../../src/protocol/errors.ts";
import { offsetCommit } from "../../src/protocol/messages/08-offset-commit.ts";
import type { ClassicMember } from "./classic-member.ts";
import { at } from "./group-offsets.ts";
import type { CommitOptions } from "./group-offsets.ts";
import { Group, shortestSessionMs, syncAll, until } from "./group.ts";
import { UNKNOWN_TOPIC_ID } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const MAX_METADATA = 4096;

const versions = servedVersions(offsetCommit);

/** What a member says of itself in OffsetCommit. */
function committer({ memberId, generationId, options }: ClassicMember): CommitOptions {
  const { groupInstanceId } = options;
  return { memberId, generationIdOrMemberEpoch: generationId, groupInstanceId };
}

conformance("OffsetCommit", (test) => {
  test.for(versions)(
    "[K47, K48] what is committed is fetched (v%i)",
    async (version, { cluster }) => {
      const [first, second] = await cluster.newTopic({ partitions: 2 });
      const group = await Group.unused(cluster);
      const offsets = [
        at(first!, 7, { leaderEpoch: 0, metadata: "käse" }),
        at(second!, 2 ** 40, { metadata: null }),
      ];
      expect(await group.commit(offsets, { version })).toEqual(["NONE", "NONE"]);
      const fetched = await group.fetchOffsets([first!, second!]);
      expect(fetched.error).toBe("NONE");
      const leaderEpoch = version < 6 ? -1 : 0;
      expect(fetched.offsets).toMatchObject([
        { error: "NONE", offset: 7, leaderEpoch, metadata: "käse" },
        { error: "NONE", offset: 2 ** 40, leaderEpoch: -1, metadata: "" },
      ]);
    },
  );

  test("[K47] the last commit counts, whether it goes on or back", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    for (const offset of [5, 9, 0]) {
      expect(await group.commit([at(partition, offset)])).toEqual(["NONE"]);
      expect((await group.fetchOffsets([partition])).offsets).toMatchObject([{ offset }]);
    }
  });

  test("[K47] groups commit each for itself", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const groups = [await Group.unused(cluster), await Group.unused(cluster)];
    for (const [index, group] of groups.entries()) await group.commit([at(partition, index)]);
    for (const [index, group] of groups.entries()) {
      const { offsets } = await group.fetchOffsets(null);
      expect(offsets).toMatchObject([{ topic: partition.topicId, offset: index }]);
    }
  });

  test("[K47] who is no member may commit as long as the group has none", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const [member] = await group.stable(1);
    for (const version of versions) {
      expect(await group.commit([at(partition, 1)], { version })).toEqual(["UNKNOWN_MEMBER_ID"]);
    }
    await member!.leave();
    expect(await group.commit([at(partition, 1)])).toEqual(["NONE"]);
    // Whatever it calls itself.
    expect(await group.commit([at(partition, 2)], { memberId: "nobody" })).toEqual(["NONE"]);
    expect((await group.fetchOffsets([partition])).offsets).toMatchObject([{ offset: 2 }]);
  });

  test("[K47] a commit makes a group that is empty and has no type", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    await group.commit([at(partition, 1)]);
    expect(await group.describe()).toMatchObject({
      error: "NONE",
      groupState: "Empty",
      protocolType: "",
      members: [],
    });
    const listed = { protocolType: "", groupState: "Empty", groupType: "classic" };
    await expect.poll(() => group.listed()).toMatchObject([listed]);
    // Consumers may make it theirs.
    const [member] = await group.stable(1);
    expect(await group.commit([at(partition, 2)], committer(member!))).toEqual(["NONE"]);
  });

  test("[K47] a member has to be known, and its generation the group's", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const [member] = await group.stable(1);
    const { memberId, generationId } = member!;
    for (const version of versions) {
      for (const [said, error] of [
        [{ memberId: "nobody" }, "UNKNOWN_MEMBER_ID"],
        [{ memberId: "" }, "UNKNOWN_MEMBER_ID"],
        [{ memberId: "nobody", generationIdOrMemberEpoch: -1 }, "UNKNOWN_MEMBER_ID"],
        [{ generationIdOrMemberEpoch: -1 }, "ILLEGAL_GENERATION"],
        [{ generationIdOrMemberEpoch: generationId - 1 }, "ILLEGAL_GENERATION"],
        [{ generationIdOrMemberEpoch: generationId + 1 }, "ILLEGAL_GENERATION"],
        [{}, "NONE"],
      ] as const) {
        const whole = { memberId, generationIdOrMemberEpoch: generationId, ...said };
        expect(await group.commit([at(partition, version)], { version, ...whole })).toEqual([
          error,
        ]);
      }
      const { offsets } = await group.fetchOffsets([partition]);
      expect(offsets).toMatchObject([{ offset: version }]);
    }
  });

  test("[K47] a generation of a group that is not there is illegal, and from version 9 on the group is not found", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    for (const version of versions) {
      for (const generationIdOrMemberEpoch of [0, 1]) {
        const said = { version, memberId: "member", generationIdOrMemberEpoch };
        const error: ErrorName = version < 9 ? "ILLEGAL_GENERATION" : "GROUP_ID_NOT_FOUND";
        expect(await group.commit([at(partition, 1)], said)).toEqual([error]);
      }
    }
    expect((await group.describe()).error).toBe("GROUP_ID_NOT_FOUND");
  });

  test("[K47] members commit while others join, but not before the assignment is there", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const members = await group.joined(2);
    const [leader, follower] = members;
    for (const member of members) {
      const errors = await group.commit([at(partition, 1)], committer(member));
      expect(errors).toEqual(["REBALANCE_IN_PROGRESS"]);
    }
    await syncAll(members);
    const rejoined = leader!.join();
    await until(async () => (await follower!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    expect(await group.commit([at(partition, 5)], committer(follower!))).toEqual(["NONE"]);
    expect((await group.fetchOffsets([partition])).offsets).toMatchObject([{ offset: 5 }]);
    await follower!.join();
    await rejoined;
  });

  test("[K46, K47] a static member has to be the one that has the instance id", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const [member] = await group.stable(1, { groupInstanceId: "instance" });
    const itself = committer(member!);
    for (const version of versions.filter((number) => number >= 7)) {
      for (const [said, error] of [
        [{ memberId: "nobody" }, "FENCED_INSTANCE_ID"],
        [{ memberId: "" }, "FENCED_INSTANCE_ID"],
        [{ groupInstanceId: "another" }, "UNKNOWN_MEMBER_ID"],
        [{ groupInstanceId: null }, "NONE"],
        [{}, "NONE"],
      ] as const) {
        const whole = { version, ...itself, ...said };
        expect(await group.commit([at(partition, 1)], whole)).toEqual([error]);
      }
    }
  });

  test("[K47] metadata that is too large is refused, for its partition alone", async ({
    cluster,
  }) => {
    const [first, second] = await cluster.newTopic({ partitions: 2 });
    const group = await Group.unused(cluster);
    for (const version of versions) {
      // It is measured in UTF-16 units, so that these are twice as many bytes.
      const offsets = [
        at(first!, version, { metadata: "ä".repeat(MAX_METADATA) }),
        at(second!, version, { metadata: "a".repeat(MAX_METADATA + 1) }),
      ];
      const errors = await group.commit(offsets, { version });
      expect(errors).toEqual(["NONE", "OFFSET_METADATA_TOO_LARGE"]);
    }
    const { offsets } = await group.fetchOffsets([first!, second!]);
    expect(offsets.map(({ offset }) => offset)).toEqual([versions.at(-1), -1]);
    expect(offsets[0]!.metadata).toHaveLength(MAX_METADATA);
  });

  test("[K47] a partition that there is not is an error of its own", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const gone = { name: cluster.unusedName(), topicId: UNKNOWN_TOPIC_ID, index: 0 };
    const offsets = [
      at(partition, 1),
      at({ name: partition.name, topicId: partition.topicId, index: 9 }, 1),
      at(gone, 1),
      at({ ...gone, index: 1 }, 1),
    ];
    for (const version of versions) {
      const unknown = version < 10 ? "UNKNOWN_TOPIC_OR_PARTITION" : "UNKNOWN_TOPIC_ID";
      expect(await group.commit(offsets, { version })).toEqual([
        "NONE",
        "UNKNOWN_TOPIC_OR_PARTITION",
        unknown,
        unknown,
      ]);
    }
    expect((await group.fetchOffsets(null)).offsets).toHaveLength(1);
  });

  test("[K47] who commits is not asked after where no partition is left", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const gone = { name: cluster.unusedName(), topicId: UNKNOWN_TOPIC_ID, index: 0 };
    const stranger = { memberId: "nobody", generationIdOrMemberEpoch: 7 };
    for (const version of versions) {
      expect(await group.commit([], { version, ...stranger })).toEqual([]);
      const unknown = version < 10 ? "UNKNOWN_TOPIC_OR_PARTITION" : "UNKNOWN_TOPIC_ID";
      expect(await group.commit([at(gone, 1)], { version, ...stranger })).toEqual([unknown]);
    }
    expect((await group.describe()).error).toBe("GROUP_ID_NOT_FOUND");
  });

  test.for(versions.filter((version) => version <= 4))(
    "[K47] a commit may say how long it is kept, and -1 is as long as the broker keeps it (v%i)",
    async (version, { cluster }) => {
      const partition = await cluster.newPartition();
      const group = await Group.unused(cluster);
      for (const retentionTimeMs of [-1, 3_600_000, 2 ** 50]) {
        const errors = await group.commit([at(partition, 3)], { version, retentionTimeMs });
        expect(errors).toEqual(["NONE"]);
        expect((await group.fetchOffsets([partition])).offsets).toMatchObject([{ offset: 3 }]);
      }
    },
  );

  test("[K47] a group without a name may commit", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster, "");
    for (const version of versions) {
      expect(await group.commit([at(partition, version)], { version })).toEqual(["NONE"]);
      const { offsets } = await group.fetchOffsets([partition]);
      expect(offsets).toMatchObject([{ error: "NONE", offset: version }]);
    }
  });

  test.concurrent("[K47] a commit says that its member is alive", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const sessionTimeoutMs = await shortestSessionMs(group);
    const [leader, follower] = await group.stable(2, { sessionTimeoutMs });
    const over = Date.now() + 1.5 * sessionTimeoutMs;
    while (Date.now() < over) {
      await sleep(sessionTimeoutMs / 10);
      expect(await group.commit([at(partition, 1)], committer(leader!))).toEqual(["NONE"]);
    }
    expect(await leader!.heartbeat()).toBe("REBALANCE_IN_PROGRESS");
    expect(await follower!.heartbeat()).toBe("UNKNOWN_MEMBER_ID");
  });
});
