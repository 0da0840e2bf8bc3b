/** OffsetFetch: how far groups have consumed. */
import { expect } from "vitest";

import type { ErrorName } from "../../src/protocol/errors.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { offsetFetch } from "../../src/protocol/messages/09-offset-fetch.ts";
import { deleteTopics } from "../../src/protocol/messages/20-delete-topics.ts";
import { at, fetchedOffsets, topicsToFetch } from "./group-offsets.ts";
import { Group, until } from "./group.ts";
import { UNKNOWN_TOPIC_ID } from "./partition.ts";
import type { Partition } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const versions = servedVersions(offsetFetch);

/** No offset, and no error. */
const NOTHING = { error: "NONE", offset: -1, leaderEpoch: -1, metadata: "" };

/** What stands for a partition's topic in an answer. */
function topicIn(version: number, { name, topicId }: Partition): string {
  return version < 10 ? name : topicId;
}

conformance("OffsetFetch", (test) => {
  test("[K48] where nothing was committed there is offset -1, and no error", async ({
    cluster,
  }) => {
    const [first, second] = await cluster.newTopic({ partitions: 2 });
    const [none, some] = [await Group.unused(cluster), await Group.unused(cluster)];
    await some.commit([at(first!, 5)]);
    const beyond = { name: first!.name, topicId: first!.topicId, index: 99 };
    for (const version of versions) {
      for (const [group, partition] of [
        [none, first!],
        [some, second!],
        [some, beyond],
      ] as const) {
        const { error, offsets } = await group.fetchOffsets([partition], { version });
        expect(error).toBe("NONE");
        expect(offsets).toMatchObject([{ ...NOTHING, index: partition.index }]);
      }
    }
    // Nor does it make a group.
    expect((await none.describe()).error).toBe("GROUP_ID_NOT_FOUND");
  });

  test("[K48] every version tells what was committed", async ({ cluster }) => {
    const [one, two] = await cluster.newTopic({ partitions: 2 });
    const other = await cluster.newPartition();
    const group = await Group.unused(cluster);
    await group.commit([
      at(one!, 11, { leaderEpoch: 0, metadata: "one" }),
      at(two!, 22),
      at(other, 33, { leaderEpoch: 4, metadata: "ö" }),
    ]);
    for (const version of versions) {
      const epoch = (leaderEpoch: number) => (version < 5 ? -1 : leaderEpoch);
      const { error, offsets } = await group.fetchOffsets([other, one!, two!], { version });
      expect(error).toBe("NONE");
      const [topic, otherTopic] = [topicIn(version, one!), topicIn(version, other)];
      const well = { error: "NONE" };
      expect(offsets).toEqual([
        { ...well, topic: otherTopic, index: 0, offset: 33, leaderEpoch: epoch(4), metadata: "ö" },
        { ...well, topic, index: 0, offset: 11, leaderEpoch: epoch(0), metadata: "one" },
        { ...well, topic, index: 1, offset: 22, leaderEpoch: -1, metadata: "" },
      ]);
    }
  });

  test("[K48] no list of topics is all of them, and an empty one is none", async ({ cluster }) => {
    const [first, , third] = await cluster.newTopic({ partitions: 3 });
    const other = await cluster.newPartition();
    const [none, some] = [await Group.unused(cluster), await Group.unused(cluster)];
    await some.commit([at(first!, 1), at(third!, 3), at(other, 4)]);
    for (const version of versions.filter((number) => number >= 2)) {
      const { error, offsets } = await some.fetchOffsets(null, { version });
      expect(error).toBe("NONE");
      const told = offsets.map(({ topic, index, offset }) => `${topic} ${index} ${offset}`);
      expect(told.toSorted()).toEqual(
        [
          `${topicIn(version, first!)} 0 1`,
          `${topicIn(version, first!)} 2 3`,
          `${topicIn(version, other)} 0 4`,
        ].toSorted(),
      );
      const nothing = { error: "NONE", offsets: [] };
      expect(await some.fetchOffsets([], { version })).toEqual(nothing);
      expect(await none.fetchOffsets(null, { version })).toEqual(nothing);
    }
  });

  test.for(versions.filter((version) => version >= 8))(
    "[K48] many groups are answered each for itself (v%i)",
    async (version, { cluster }) => {
      const partition = await cluster.newPartition();
      const groups = await Group.together(cluster, 4);
      for (const [index, group] of groups.entries()) {
        if (index > 0) await group.commit([at(partition, index)]);
      }
      const topics = topicsToFetch([partition]);
      const answer = await groups[0]!.wire.call(offsetFetch, version, {
        groups: groups.map(({ id }, index) => {
          return { groupId: id, topics: index === 2 ? null : topics };
        }),
      });
      const told = new Map(answer.groups.map((group) => [group.groupId, group]));
      expect(told.size).toBe(groups.length);
      for (const [index, { id }] of groups.entries()) {
        const { errorCode, topics: fetched } = told.get(id)!;
        expect(errorName(errorCode)).toBe("NONE");
        const offset = index === 0 ? -1 : index;
        expect(fetchedOffsets(fetched)).toMatchObject([{ error: "NONE", offset }]);
      }
    },
  );

  test("[K48] no group is no answer", async ({ cluster }) => {
    const { wire } = await Group.unused(cluster);
    for (const version of versions.filter((number) => number >= 8)) {
      expect((await wire.call(offsetFetch, version, { groups: [] })).groups).toEqual([]);
    }
  });

  test("[K48] a stable offset is asked for, and without transactions all are stable", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    await group.commit([at(partition, 8)]);
    for (const version of versions.filter((number) => number >= 7)) {
      for (const partitions of [[partition], null]) {
        const asked = { version, requireStable: true };
        const { error, offsets } = await group.fetchOffsets(partitions, asked);
        expect(error).toBe("NONE");
        expect(offsets).toMatchObject([{ error: "NONE", offset: 8 }]);
      }
    }
  });

  test("[K48] a topic that there is not has no offset by its name, and is unknown by its id", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    await group.commit([at(partition, 1)]);
    const gone = { name: cluster.unusedName(), topicId: UNKNOWN_TOPIC_ID, index: 3 };
    for (const version of versions) {
      const { error, offsets } = await group.fetchOffsets([gone, partition], { version });
      const unknown: ErrorName = version < 10 ? "NONE" : "UNKNOWN_TOPIC_ID";
      expect(error).toBe("NONE");
      const told = new Map(offsets.map((offset) => [offset.index, offset]));
      expect(told.get(3)).toMatchObject({ ...NOTHING, error: unknown });
      expect(told.get(0)).toMatchObject({ error: "NONE", offset: 1 });
    }
  });

  test("[K48] members of a classic group and strangers are told the same", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    await group.commit([at(partition, 6)]);
    const [member] = await group.joined(1);
    for (const version of versions.filter((number) => number >= 9)) {
      for (const [memberId, memberEpoch] of [
        [member!.memberId, member!.generationId],
        [member!.memberId, 99],
        ["nobody", 0],
        ["", -1],
        [null, -1],
      ] as const) {
        const asked = { version, memberId, memberEpoch };
        const { error, offsets } = await group.fetchOffsets([partition], asked);
        expect(error).toBe("NONE");
        expect(offsets).toMatchObject([{ error: "NONE", offset: 6 }]);
      }
    }
  });

  test("[K48] the offsets of a topic go with it, and do not come back with its name", async ({
    cluster,
  }) => {
    const [partition, kept] = [await cluster.newPartition(), await cluster.newPartition()];
    const { name } = partition;
    const group = await Group.unused(cluster);
    await group.commit([at(partition, 5), at(kept, 6)]);
    const wire = await cluster.wire();
    const request = { topicNames: [name], timeoutMs: 10_000 };
    const { responses } = await wire.call(deleteTopics, 5, request);
    expect(responses).toMatchObject([{ errorCode: 0 }]);
    const offsets = async () =>
      (await group.fetchOffsets([partition, kept], { version: 9 })).offsets;
    await until(async () => (await offsets())[0]!.offset === -1);
    expect(await offsets()).toMatchObject([NOTHING, { offset: 6 }]);
    expect((await group.fetchOffsets(null)).offsets).toMatchObject([{ offset: 6 }]);
  });
});
