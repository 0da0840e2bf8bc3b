/** OffsetCommit and OffsetFetch of the members of consumer groups (KIP-848). */
import { expect } from "vitest";

import { offsetCommit } from "../../src/protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../../src/protocol/messages/09-offset-fetch.ts";
import type { ConsumerMember } from "./consumer-member.ts";
import { at } from "./group-offsets.ts";
import type { CommitOptions } from "./group-offsets.ts";
import { Group } from "./group.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const commits = servedVersions(offsetCommit);
const fetches = servedVersions(offsetFetch);

/** What a member says of itself in OffsetCommit. */
function committer({ memberId, memberEpoch }: ConsumerMember): CommitOptions {
  return { memberId, generationIdOrMemberEpoch: memberEpoch };
}

conformance("offsets of consumer groups", (test) => {
  test("[K47, K50] a member commits with its epoch, from version 9 on", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    await member.join([partition.name]);
    for (const version of commits) {
      const errors = await group.commit([at(partition, version)], {
        version,
        ...committer(member),
      });
      expect(errors).toEqual([version < 9 ? "UNSUPPORTED_VERSION" : "NONE"]);
    }
    const { offsets } = await group.fetchOffsets([partition]);
    expect(offsets).toMatchObject([{ offset: commits.at(-1) }]);
  });

  test("[K47, K50] a member that commits is known, and its epoch not greater than the group's", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    await member.join([partition.name]);
    const itself = committer(member);
    for (const version of commits.filter((number) => number >= 9)) {
      for (const [said, error] of [
        [{ memberId: "nobody" }, "UNKNOWN_MEMBER_ID"],
        [{ memberId: "" }, "UNKNOWN_MEMBER_ID"],
        [{ memberId: "", generationIdOrMemberEpoch: -1 }, "UNKNOWN_MEMBER_ID"],
        [{ generationIdOrMemberEpoch: member.memberEpoch + 1 }, "STALE_MEMBER_EPOCH"],
        [{ generationIdOrMemberEpoch: member.memberEpoch - 1 }, "STALE_MEMBER_EPOCH"],
        [{ generationIdOrMemberEpoch: -1 }, "STALE_MEMBER_EPOCH"],
        [{}, "NONE"],
      ] as const) {
        const whole = { version, ...itself, ...said };
        expect(await group.commit([at(partition, 1)], whole)).toEqual([error]);
      }
    }
    await member.leave();
    expect(await group.commit([at(partition, 2)], itself)).toEqual(["UNKNOWN_MEMBER_ID"]);
    expect(await group.commit([at(partition, 2)])).toEqual(["NONE"]);
  });

  test.concurrent("[K47, K50] an epoch from before will do for what the member has had since then", async ({
    cluster,
  }) => {
    const [old, young] = [await cluster.newPartition(), await cluster.newPartition()];
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    await member.join([old.name]);
    const before = committer(member);
    await member.beat({ subscribedTopicNames: [old.name, young.name] });
    await member.beatsUntil(({ assigned }) => assigned.length === 2);
    expect(await group.commit([at(old, 1)], before)).toEqual(["NONE"]);
    expect(await group.commit([at(young, 1)], before)).toEqual(["STALE_MEMBER_EPOCH"]);
    // One that is stale spoils all of the request.
    const stale = ["STALE_MEMBER_EPOCH", "STALE_MEMBER_EPOCH"];
    expect(await group.commit([at(old, 2), at(young, 2)], before)).toEqual(stale);
    // What cannot be committed anyway is not asked since when the member has had it.
    const tooLarge = { metadata: "m".repeat(5000) };
    const refused = ["OFFSET_METADATA_TOO_LARGE"];
    expect(await group.commit([at(young, 2, tooLarge)], before)).toEqual(refused);
    expect(await group.commit([at(old, 2, tooLarge), at(young, 2)], before)).toEqual(stale);
    const future = { ...before, generationIdOrMemberEpoch: member.memberEpoch + 1 };
    expect(await group.commit([at(young, 2, tooLarge)], future)).toEqual(["STALE_MEMBER_EPOCH"]);
    expect((await group.fetchOffsets([old, young])).offsets).toMatchObject([
      { offset: 1 },
      { offset: -1 },
    ]);
    const now = committer(member);
    expect(await group.commit([at(old, 3), at(young, 3)], now)).toEqual(["NONE", "NONE"]);
  });

  test("[K47, K50] a member commits for any partition, whether it is its own or not", async ({
    cluster,
  }) => {
    const [own, other] = [await cluster.newPartition(), await cluster.newPartition()];
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    await member.join([own.name]);
    const errors = await group.commit([at(own, 1), at(other, 2)], committer(member));
    expect(errors).toEqual(["NONE", "NONE"]);
    expect((await group.fetchOffsets(null)).offsets).toHaveLength(2);
  });

  test("[K48, K50] a member that fetches is known and has the group's epoch, and nobody else has one", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    await member.join([partition.name]);
    await group.commit([at(partition, 5)], committer(member));
    const { memberId, memberEpoch } = member;
    for (const version of fetches) {
      const { error, offsets } = await group.fetchOffsets([partition], { version });
      expect(error).toBe("NONE");
      expect(offsets).toMatchObject([{ error: "NONE", offset: 5 }]);
    }
    for (const version of fetches.filter((number) => number >= 9)) {
      for (const [asked, error] of [
        [{ memberId, memberEpoch }, "NONE"],
        [{ memberId: null, memberEpoch: -1 }, "NONE"],
        [{ memberId, memberEpoch: memberEpoch + 1 }, "STALE_MEMBER_EPOCH"],
        [{ memberId, memberEpoch: memberEpoch - 1 }, "STALE_MEMBER_EPOCH"],
        [{ memberId, memberEpoch: -1 }, "STALE_MEMBER_EPOCH"],
        [{ memberId: "nobody", memberEpoch }, "UNKNOWN_MEMBER_ID"],
        [{ memberId: "", memberEpoch: -1 }, "UNKNOWN_MEMBER_ID"],
      ] as const) {
        for (const partitions of [[partition], null]) {
          const fetched = await group.fetchOffsets(partitions, { version, ...asked });
          expect(fetched.error).toBe(error);
          expect(fetched.offsets).toHaveLength(error === "NONE" ? 1 : 0);
        }
      }
    }
  });

  test("[K47, K50] offsets outlive the members that committed them", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    await member.join([partition.name]);
    await group.commit([at(partition, 7, { metadata: "seven" })], committer(member));
    await member.leave();
    const next = group.consumerMember();
    await next.join([partition.name]);
    const { memberId, memberEpoch } = next;
    const { offsets } = await group.fetchOffsets([partition], { memberId, memberEpoch });
    expect(offsets).toMatchObject([{ offset: 7, metadata: "seven" }]);
  });
});
