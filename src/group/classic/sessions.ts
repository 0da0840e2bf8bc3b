/** Members are removed unless they are heard of; what they say is not written down anywhere. */
import type { Millis } from "../../base/clock.ts";
import type { ClassicGroup } from "./classic-group.ts";

/** A commit of offsets is as good as a heartbeat, except while the assignment is awaited. */
export function renewSession(group: ClassicGroup, memberId: string, now: Millis): void {
  if (group.state === "CompletingRebalance") return;
  group.members.get(memberId)?.renewSession(now);
}
