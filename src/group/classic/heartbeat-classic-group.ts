/** Heartbeat in a classic group: renews a session, and tells whether to join again. */
import type { ErrorName } from "../../protocol/errors.ts";
import type { HeartbeatCall } from "../group-calls.ts";
import type { Turn } from "../turn.ts";
import type { ClassicGroup } from "./classic-group.ts";

export function heartbeatClassicGroup(
  group: ClassicGroup,
  call: HeartbeatCall,
  turn: Turn,
): ErrorName | null {
  const member = group.membership.find(call.memberId, call.groupInstanceId);
  if (typeof member === "string") return member;
  if (call.generationId !== group.generationId) return "ILLEGAL_GENERATION";
  member.renewSession(turn.now);
  return group.state === "PreparingRebalance" ? "REBALANCE_IN_PROGRESS" : null;
}
