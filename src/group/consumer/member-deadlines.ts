/**
 * What Kafka keeps on timers for each member of a consumer group. None of it is stored: after a
 * restart sessions start anew.
 */
import type { Millis } from "../../base/clock.ts";

/** When a member is fenced from its group unless it does something before. */
export interface MemberDeadlines {
  /** Be heard of. */
  session: Millis | null;
  /** Give up what it was told to, and so leave its epoch. */
  rebalance: { readonly at: Millis; readonly memberEpoch: number } | null;
  /** As a member of the classic protocol: join again, as its heartbeats tell it. */
  join: Millis | null;
  /** As a member of the classic protocol: ask for its assignment after it has joined. */
  sync: Millis | null;
}

export function noDeadlines(): MemberDeadlines {
  return { session: null, rebalance: null, join: null, sync: null };
}

/** The first of them, or null if there is none. */
export function earliest({ session, rebalance, join, sync }: MemberDeadlines): Millis | null {
  const never = Infinity;
  const next = Math.min(session ?? never, rebalance?.at ?? never, join ?? never, sync ?? never);
  return next === never ? null : next;
}
