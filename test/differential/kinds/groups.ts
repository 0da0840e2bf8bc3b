/** Requests about groups: what they have committed, who is in them, and their end. */
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { offsetCommit } from "../../../src/protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../../../src/protocol/messages/09-offset-fetch.ts";
import { findCoordinator } from "../../../src/protocol/messages/10-find-coordinator.ts";
import { describeGroups } from "../../../src/protocol/messages/15-describe-groups.ts";
import { listGroups } from "../../../src/protocol/messages/16-list-groups.ts";
import { deleteGroups } from "../../../src/protocol/messages/42-delete-groups.ts";
import { offsetDelete } from "../../../src/protocol/messages/47-offset-delete.ts";
import type { Draw } from "../draw.ts";
import { kind } from "../kind.ts";
import type { Memory } from "../memory.ts";

const STATES = ["Empty", "Stable", "PreparingRebalance", "CompletingRebalance", "Assigning"];
const ODD_STATES = ["Dead", "Reconciling", "stable", "nonsense", ""];
const TYPES = ["classic", "consumer", "Consumer", "share", "nonsense"];
/** The first version in which members of consumer groups may commit. */
const FIRST_OF_CONSUMERS = 9;
const TOO_LONG = "m".repeat(5000);

interface Committer {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly epoch: number;
}

/** A member of either protocol, or nobody. */
function drawCommitter(draw: Draw, memory: Memory, groupId: string, version: number) {
  const { classic, consumers } = memory.group(groupId);
  const isOldFor = version < FIRST_OF_CONSUMERS && draw.chance(0.9);
  const members: Committer[] = [
    ...classic.map(({ generation, ...member }) => ({ ...member, epoch: generation })),
    ...(isOldFor ? [] : consumers),
  ];
  const nobody: Committer = { memberId: "", instanceId: null, epoch: -1 };
  const member = members.length > 0 ? draw.mostly(draw.pick(members), [nobody], 0.15) : nobody;
  return {
    memberId: draw.mostly(member.memberId, ["nobody"], 0.03),
    epoch: draw.mostly(member.epoch, [member.epoch + 1, member.epoch - 1], 0.06),
    instanceId: draw.mostly(member.instanceId, ["i3"], 0.03),
  };
}

const commit = kind({
  api: offsetCommit,
  weight: 6,
  draw: (draw, memory, version) => {
    const groupId = memory.drawOwnGroupId(draw);
    const { memberId, epoch, instanceId } = drawCommitter(draw, memory, groupId, version);
    const { classic, consumers } = memory.group(groupId);
    // In Kafka a commit of nothing brings a group into being, as long as its broker runs.
    const isThere = classic.length + consumers.length > 0;
    const partition = (partitionIndex: number) => ({
      partitionIndex,
      committedOffset: draw.mostly(draw.int(0, 20), [-1, -2, 2 ** 53 - 1], 0.05),
      committedLeaderEpoch: draw.mostly(-1, [0, 1, -2], 0.2),
      committedMetadata: draw.mostly<string | null>(
        "",
        [null, "some", "é", isThere ? TOO_LONG : ""],
        0.2,
      ),
    });
    return {
      groupId,
      generationIdOrMemberEpoch: epoch,
      memberId,
      groupInstanceId: instanceId,
      retentionTimeMs: draw.mostly(-1, [0, 86_400_000], 0.1),
      topics: memory
        .drawPartitions(draw, partition)
        .map(({ topic: { name, topicId }, partitions }) => ({ name, topicId, partitions })),
    };
  },
});

const fetchCommitted = kind({
  api: offsetFetch,
  weight: 6,
  draw: (draw, memory) => {
    const topics = () => {
      const drawn = memory.drawPartitions(draw, (index) => index);
      const named = drawn.map(({ topic: { name, topicId }, partitions }) => {
        return { name, topicId, partitionIndexes: partitions };
      });
      return draw.mostly<typeof named | null>(named, [null], 0.3);
    };
    const groups = draw.list(1, 2, () => {
      const groupId = memory.drawGroupId(draw);
      const { consumers } = memory.group(groupId);
      const member = consumers.length > 0 && draw.chance(0.3) ? draw.pick(consumers) : null;
      const memberEpoch = member?.epoch ?? -1;
      return {
        groupId,
        memberId: member?.memberId ?? draw.mostly(null, ["", "nobody"], 0.1),
        memberEpoch: draw.mostly(memberEpoch, [memberEpoch + 1, 0], 0.06),
        topics: topics(),
      };
    });
    return {
      groupId: groups[0]!.groupId,
      topics: topics(),
      groups: groups.filter(
        ({ groupId }, index) => groups.findIndex((each) => each.groupId === groupId) === index,
      ),
      requireStable: draw.chance(0.3),
    };
  },
});

const forget = kind({
  api: offsetDelete,
  weight: 2,
  draw: (draw, memory) => ({
    groupId: memory.drawGroupId(draw),
    topics: memory
      .drawPartitions(draw, (partitionIndex) => ({ partitionIndex }))
      .map(({ topic: { name }, partitions }) => ({ name, partitions })),
  }),
});

const describe = kind({
  api: describeGroups,
  weight: 4,
  draw: (draw, memory) => ({
    groups: draw.mostly(
      draw.list(1, 2, () => memory.drawGroupId(draw)),
      [[]],
      0.03,
    ),
    includeAuthorizedOperations: draw.chance(0.2),
  }),
});

const list = kind({
  api: listGroups,
  weight: 2,
  draw: (draw) => ({
    statesFilter: draw.chance(0.5) ? [] : draw.some([...STATES, draw.pick(ODD_STATES)], 2),
    typesFilter: draw.chance(0.6) ? [] : draw.some(TYPES, 2),
  }),
});

const remove = kind({
  api: deleteGroups,
  weight: 1,
  draw: (draw, memory) => ({
    groupsNames: draw.mostly(
      draw.list(1, 2, () => memory.drawGroupId(draw)),
      [[]],
      0.03,
    ),
  }),
  learn: (memory, _request, { results }) => {
    for (const { groupId, errorCode } of results) {
      if (errorCode === ErrorCode.NONE) memory.groups.delete(groupId);
    }
  },
});

const find = kind({
  api: findCoordinator,
  weight: 1,
  draw: (draw, memory) => ({
    key: memory.drawGroupId(draw),
    // Of transactions and share partitions only the kinds that there are not are asked for.
    keyType: draw.mostly(0, [-1, 3], 0.1),
    coordinatorKeys: draw.mostly(
      draw.list(1, 2, () => memory.drawGroupId(draw)),
      [[]],
      0.05,
    ),
  }),
});

export const groupKinds = [commit, fetchCommitted, forget, describe, list, remove, find];
