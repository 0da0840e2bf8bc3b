/** DeleteGroups and OffsetDelete: how groups, and what they have committed, are forgotten. */
import { expect } from "vitest";

import { encodeSubscription } from "../../src/protocol/consumer-protocol.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { deleteGroups } from "../../src/protocol/messages/42-delete-groups.ts";
import { at, deleteOffsets } from "./group-offsets.ts";
import { Group, isPending } from "./group.ts";
import { UNKNOWN_TOPIC_ID } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";
import type { Wire } from "./wire.ts";

const versions = servedVersions(deleteGroups);

/** What a classic consumer of these topics joins with. */
function consumerOf(...topics: string[]) {
  return { protocolType: "consumer", protocols: { range: encodeSubscription({ topics }, 0) } };
}

async function remove(wire: Wire, version: number, groupsNames: string[]) {
  const { results } = await wire.call(deleteGroups, version, { groupsNames });
  const errors = new Map(results.map(({ groupId, errorCode }) => [groupId, errorName(errorCode)]));
  expect(errors.size).toBe(results.length);
  return errors;
}

conformance("DeleteGroups and OffsetDelete", (test) => {
  test.for(versions)(
    "[K49] a group is deleted with its offsets (v%i)",
    async (version, { cluster }) => {
      const partition = await cluster.newPartition();
      const group = await Group.unused(cluster);
      const [member] = await group.stable(1);
      await member!.leave();
      await group.commit([at(partition, 5)]);
      expect(await group.delete(version)).toBe("NONE");
      expect((await group.describe()).error).toBe("GROUP_ID_NOT_FOUND");
      expect(await group.listed()).toEqual([]);
      expect((await group.fetchOffsets([partition])).offsets).toMatchObject([{ offset: -1 }]);
      expect((await group.fetchOffsets(null)).offsets).toEqual([]);
      expect(await group.delete(version)).toBe("GROUP_ID_NOT_FOUND");
      // A new group of that name begins anew.
      expect((await group.joined(1))[0]!.generationId).toBe(1);
    },
  );

  test("[K49] a group with members is not deleted, in whatever state it is", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const expectRefused = async (groupState: string) => {
      for (const version of versions) expect(await group.delete(version)).toBe("NON_EMPTY_GROUP");
      expect((await group.describe()).groupState).toBe(groupState);
    };
    const [leader, follower] = await group.joined(2);
    await expectRefused("CompletingRebalance");
    await leader!.sync();
    await follower!.sync();
    await expectRefused("Stable");
    const joined = leader!.join();
    expect(await isPending(joined)).toBe(true);
    await expectRefused("PreparingRebalance");
    await follower!.leave();
    expect((await joined).error).toBe("NONE");
  });

  test("[K49] who has been given an id and has not joined is no member yet", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const pending = await group.classicMember();
    await pending.joinOnce();
    expect(await group.delete()).toBe("NONE");
    expect((await pending.joinOnce()).error).toBe("UNKNOWN_MEMBER_ID");
  });

  test("[K49] many groups are deleted each for itself, and one that is named twice once", async ({
    cluster,
  }) => {
    for (const version of versions) {
      const groups = await Group.together(cluster, 3);
      const [first, second, third] = groups;
      await first!.commit([at(await cluster.newPartition(), 1)]);
      await second!.stable(1);
      const { wire } = first!;
      const errors = await remove(wire, version, [...groups.map(({ id }) => id), first!.id]);
      expect(errors).toEqual(
        new Map([
          [first!.id, "NONE"],
          [second!.id, "NON_EMPTY_GROUP"],
          [third!.id, "GROUP_ID_NOT_FOUND"],
        ]),
      );
      expect(await remove(wire, version, [])).toEqual(new Map());
    }
  });

  test("[K49] a consumer group is deleted when it is empty", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    await member.join([]);
    expect(await group.delete()).toBe("NON_EMPTY_GROUP");
    await member.leave();
    expect((await group.describeConsumer()).groupState).toBe("Empty");
    expect(await group.delete()).toBe("NONE");
    expect((await group.describeConsumer()).error).toBe("GROUP_ID_NOT_FOUND");
  });

  test("[K49] offsets are deleted one by one, whether there are any or not", async ({
    cluster,
  }) => {
    const [first, second, third] = await cluster.newTopic({ partitions: 3 });
    const group = await Group.unused(cluster);
    await group.commit([at(first!, 1), at(second!, 2)]);
    const beyond = { name: first!.name, topicId: first!.topicId, index: 3 };
    const gone = { name: cluster.unusedName(), topicId: UNKNOWN_TOPIC_ID, index: 0 };
    expect(await group.deleteOffsets([first!, third!, beyond, gone])).toEqual([
      "NONE",
      "NONE",
      "UNKNOWN_TOPIC_OR_PARTITION",
      "UNKNOWN_TOPIC_OR_PARTITION",
    ]);
    const { offsets } = await group.fetchOffsets([first!, second!]);
    expect(offsets).toMatchObject([{ offset: -1 }, { offset: 2 }]);
    expect(await group.deleteOffsets([])).toEqual([]);
    // The group is there even when it has no offset any longer.
    expect(await group.deleteOffsets([second!])).toEqual(["NONE"]);
    expect((await group.describe()).groupState).toBe("Empty");
  });

  test("[K49] a group without offsets or without a name has none to delete", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const gone = { name: cluster.unusedName(), topicId: UNKNOWN_TOPIC_ID, index: 0 };
    for (const partitions of [[partition], [gone], []]) {
      expect(await group.deleteOffsets(partitions)).toBe("GROUP_ID_NOT_FOUND");
      expect(await deleteOffsets(group.wire, "", partitions)).toBe("INVALID_GROUP_ID");
    }
  });

  test("[K49] the offsets of topics that members consume are not deleted", async ({ cluster }) => {
    const [consumed, other] = [await cluster.newPartition(), await cluster.newPartition()];
    const group = await Group.unused(cluster);
    await group.commit([at(consumed, 1), at(other, 2)]);
    const [member] = await group.joinedAs([consumerOf(consumed.name)]);
    const errors = ["GROUP_SUBSCRIBED_TO_TOPIC", "NONE"];
    expect(await group.deleteOffsets([consumed, other])).toEqual(errors);
    await member!.sync();
    expect(await group.deleteOffsets([consumed, other])).toEqual(errors);
    const { offsets } = await group.fetchOffsets([consumed, other]);
    expect(offsets).toMatchObject([{ offset: 1 }, { offset: -1 }]);
    await member!.leave();
    expect(await group.deleteOffsets([consumed])).toEqual(["NONE"]);
  });

  test("[K49] consumers that nobody understands may consume any topic", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    await group.commit([at(partition, 1)]);
    await group.stableAs([{ protocolType: "consumer", protocols: { range: "\u0000" } }]);
    expect(await group.deleteOffsets([partition])).toEqual(["GROUP_SUBSCRIBED_TO_TOPIC"]);
  });

  test("[K49] of a group that is not of consumers nothing is deleted while it has members", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    await group.commit([at(partition, 1)]);
    const [member] = await group.joined(1);
    expect(await group.deleteOffsets([partition])).toBe("NON_EMPTY_GROUP");
    await member!.sync();
    expect(await group.deleteOffsets([partition])).toBe("NON_EMPTY_GROUP");
    await member!.leave();
    expect(await group.deleteOffsets([partition])).toEqual(["NONE"]);
  });

  test("[K49] a consumer group keeps the offsets of what its members subscribe to", async ({
    cluster,
  }) => {
    const [consumed, other] = [await cluster.newPartition(), await cluster.newPartition()];
    const group = await Group.unused(cluster);
    await group.commit([at(consumed, 1), at(other, 2)]);
    const member = group.consumerMember();
    await member.join([consumed.name]);
    const errors = ["GROUP_SUBSCRIBED_TO_TOPIC", "NONE"];
    expect(await group.deleteOffsets([consumed, other])).toEqual(errors);
    await member.leave();
    expect(await group.deleteOffsets([consumed])).toEqual(["NONE"]);
  });
});
