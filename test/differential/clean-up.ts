import { ErrorCode } from "../../src/protocol/errors.ts";
/** Takes away what a sequence has made in a cluster, so that thousands can run in it. */
import { leaveGroup } from "../../src/protocol/messages/13-leave-group.ts";
import { describeGroups } from "../../src/protocol/messages/15-describe-groups.ts";
import type { DescribeGroupsResponse } from "../../src/protocol/messages/15-describe-groups.ts";
import { deleteTopics } from "../../src/protocol/messages/20-delete-topics.ts";
import { deleteGroups } from "../../src/protocol/messages/42-delete-groups.ts";
import type { DeleteGroupsResponse } from "../../src/protocol/messages/42-delete-groups.ts";
import { consumerGroupHeartbeat } from "../../src/protocol/messages/68-consumer-group-heartbeat.ts";
import { consumerGroupDescribe } from "../../src/protocol/messages/69-consumer-group-describe.ts";
import type { ConsumerGroupDescribeResponse } from "../../src/protocol/messages/69-consumer-group-describe.ts";
import { plainCall } from "./kind.ts";
import type { KnownGroup, Memory } from "./memory.ts";
import type { Side } from "./side.ts";

const TIMEOUT_MS = 30_000;
const MOST_ROUNDS = 20;
const LEAVING = -1;

/** Ends all groups and deletes all topics. */
export async function cleanUp(side: Side, memory: Memory): Promise<void> {
  for (const groupId of memory.groupIds) memory.group(groupId);
  const groups = [...memory.groups.values()].filter(({ groupId }) => groupId !== "");
  await Promise.all(groups.map((group) => disband(side, group)));
  const topicNames = [...memory.topics.keys()];
  await side.send(plainCall(deleteTopics, 5, { topicNames, timeoutMs: TIMEOUT_MS }));
}

/** Takes all members out of a group, until it can be deleted. */
async function disband(side: Side, { groupId, classic }: KnownGroup): Promise<void> {
  // Those that were given an id and never came are in no description.
  let leaving = classic.map(({ memberId }) => ({ memberId }));
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const ended = await ask<DeleteGroupsResponse>(side, deleteGroups, 2, {
      groupsNames: [groupId],
    });
    if (ended?.results[0]?.errorCode !== ErrorCode.NON_EMPTY_GROUP) return;
    const consumers = { groupIds: [groupId], includeAuthorizedOperations: false };
    const consumer = await ask<ConsumerGroupDescribeResponse>(
      side,
      consumerGroupDescribe,
      1,
      consumers,
    );
    for (const { memberId } of consumer?.groups[0]?.members ?? []) {
      const last = { groupId, memberId, memberEpoch: LEAVING };
      await ask(side, consumerGroupHeartbeat, 1, last);
    }
    const described = await ask<DescribeGroupsResponse>(side, describeGroups, 5, {
      groups: [groupId],
    });
    const members = described?.groups[0]?.members.map(({ memberId }) => ({ memberId })) ?? [];
    await ask(side, leaveGroup, 5, { groupId, members: [...leaving, ...members] });
    leaving = [];
  }
}

async function ask<Response>(
  side: Side,
  ...[api, version, request]: Parameters<typeof plainCall>
): Promise<Response | null> {
  const answer = await side.send(plainCall(api, version, request));
  return "failure" in answer ? null : (answer.response as Response);
}
