/** The begin of a rebalance: everybody has to join again, or for the first time. */
import type { ErrorName } from "../../protocol/errors.ts";
import type { Turn } from "../turn.ts";
import { answerSync, refusedSync } from "./answers.ts";
import type { ClassicGroup } from "./classic-group.ts";
import { NO_BYTES } from "./classic-member.ts";
import { completeJoin, completeJoinIfAllJoined } from "./complete-join.ts";

/** Something has changed: begins a rebalance, or goes on with the one that is under way. */
export function rebalance(group: ClassicGroup, turn: Turn): void {
  if (group.state === "PreparingRebalance") completeJoinIfAllJoined(group, turn);
  else prepareRebalance(group, turn);
}

/** Begins a rebalance of a group that is not preparing one. */
export function prepareRebalance(group: ClassicGroup, turn: Turn): void {
  const { membership } = group;
  if (group.state === "CompletingRebalance") {
    withdrawAssignments(group, "REBALANCE_IN_PROGRESS", turn);
  }
  membership.pendingSyncs.clear();
  group.syncDeadline = null;
  group.moveTo("PreparingRebalance", turn.now);
  if (group.isInitialRebalance) {
    delayInitialRebalance(group, turn);
  } else if (membership.hasEverybodyJoined) {
    completeJoin(group, turn);
  } else {
    const at = turn.now + membership.rebalanceTimeoutMs;
    group.joinDeadline = { kind: "RebalanceTimeout", at };
  }
}

/** Members of an empty group seldom come alone (KIP-134). */
function delayInitialRebalance(group: ClassicGroup, turn: Turn): void {
  const delayMs = turn.config.groupInitialRebalanceDelayMs;
  const remainingMs = Math.max(group.membership.rebalanceTimeoutMs - delayMs, 0);
  group.joinDeadline = { kind: "InitialDelay", at: turn.now + delayMs, delayMs, remainingMs };
}

/** Tells those who wait for their assignment why there will be none. */
export function withdrawAssignments(group: ClassicGroup, error: ErrorName, turn: Turn): void {
  for (const member of group.members.values()) {
    member.assignment = NO_BYTES;
    answerSync(member, refusedSync(error), turn);
  }
}

/**
 * To be called once with a group that was loaded: if the config allows fewer members than it has, a
 * rebalance decides who stays.
 */
export function rebalanceIfOverCapacity(group: ClassicGroup, turn: Turn): void {
  if (group.members.size > turn.config.groupMaxSize) prepareRebalance(group, turn);
}
