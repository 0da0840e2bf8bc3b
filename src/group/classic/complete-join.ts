/** The end of the join phase: a new generation, and everybody that waits is told of it. */
import type { Turn } from "../turn.ts";
import { answerJoin, currentGeneration } from "./answers.ts";
import type { ClassicGroup } from "./classic-group.ts";
import { groupMetadata } from "./group-metadata.ts";
import { subscribedTopics } from "./subscribed-topics.ts";

/** Static members may ask for no rebalance timeout, and must not keep the coordinator busy. */
const SHORTEST_POSTPONEMENT_MS = 100;

/** Completes the join phase if there is nobody to wait for any longer. */
export function completeJoinIfAllJoined(group: ClassicGroup, turn: Turn): void {
  if (group.state !== "PreparingRebalance" || group.isInitialRebalance) return;
  if (group.membership.hasEverybodyJoined) completeJoin(group, turn);
}

/** Completes the join phase with those who have joined. */
export function completeJoin(group: ClassicGroup, turn: Turn): void {
  group.joinDeadline = null;
  for (const member of group.members.values()) {
    if (!member.isAwaitingJoin && !member.isStatic) group.membership.remove(member.memberId);
  }
  if (group.members.size === 0) becomeEmpty(group, turn);
  else if (electJoinedLeader(group)) beginGeneration(group, turn);
  else postpone(group, turn);
}

/** Whether there is a leader that has joined; static members stay without joining. */
function electJoinedLeader({ membership }: ClassicGroup): boolean {
  const joined = [...membership.members.values()].filter((member) => member.isAwaitingJoin);
  if (joined.some((member) => member.memberId === membership.leaderId)) return true;
  const [elected] = joined;
  if (elected === undefined) return false;
  membership.leaderId = elected.memberId;
  return true;
}

/** Nobody has joined, so nobody could assign: waits for somebody to come or for sessions to end. */
function postpone(group: ClassicGroup, turn: Turn): void {
  const timeoutMs = Math.max(group.membership.rebalanceTimeoutMs, SHORTEST_POSTPONEMENT_MS);
  group.joinDeadline = { kind: "RebalanceTimeout", at: turn.now + timeoutMs };
}

function becomeEmpty(group: ClassicGroup, turn: Turn): void {
  takeNextGeneration(group);
  group.protocolName = null;
  group.subscribedTopics = subscribedTopics(group);
  group.moveTo("Empty", turn.now);
  turn.record(groupMetadata(group));
}

function beginGeneration(group: ClassicGroup, turn: Turn): void {
  const { membership } = group;
  takeNextGeneration(group);
  group.protocolName = membership.selectProtocol();
  group.subscribedTopics = subscribedTopics(group);
  group.moveTo("CompletingRebalance", turn.now);
  turn.record({
    type: "ClassicGeneration",
    key: {},
    value: { generationId: group.generationId },
  });
  for (const member of group.members.values()) {
    answerJoin(group, member, currentGeneration(group, member.memberId), turn);
    member.renewSession(turn.now);
    member.isNew = false;
    membership.pendingSyncs.add(member.memberId);
  }
  group.syncDeadline = turn.now + membership.rebalanceTimeoutMs;
}

/** Follows all generations that there have been, even one that a restart cut short. */
function takeNextGeneration(group: ClassicGroup): void {
  group.generationId = Math.max(group.generationId, group.begunGenerationId) + 1;
  group.begunGenerationId = group.generationId;
}
