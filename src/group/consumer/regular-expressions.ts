/**
 * Subscriptions by regular expression. They are RE2's, as in Kafka, so that no member can make one
 * that takes for ever. What they stand for is found out beside the heartbeats, for all of a group
 * together: the group says that it is time, the host lists the topics, and the group takes note.
 */
import { RE2JS, RE2JSException, RE2JSSyntaxException } from "re2js";

import type { Millis } from "../../base/clock.ts";
import type { GroupState } from "../group-state.ts";
import type { Turn } from "../turn.ts";
import { ConsumerGroup } from "./consumer-group.ts";
import { regularExpressionRecord } from "./group-records.ts";
import { refuse } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";
import { refreshMetadata } from "./update-member.ts";

/** However much changes, and however many topics there are to look at. */
const MIN_REFRESH_INTERVAL_MS: Millis = 10_000;

/** Why this is no regular expression, or null. No expression, and the empty one, mean none. */
export function refuseRegularExpression(regex: string | null): Refusal | null {
  if (regex === null || regex === "") return null;
  try {
    RE2JS.compile(regex);
    return null;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const reason = error instanceof RE2JSSyntaxException ? error.getDescription() : error.message;
    return refuse(
      "INVALID_REGULAR_EXPRESSION",
      `SubscribedTopicRegex \`${regex}\` is not a valid regular expression: ${reason}.`,
    );
  }
}

/**
 * The regular expressions that are to be resolved now, none if it is not the time. Otherwise the
 * group waits until it hears what they stand for, or that it could not be found out.
 */
export function startRegexResolution(group: ConsumerGroup, turn: Turn): readonly string[] {
  const { subscriptions } = group;
  if (!subscriptions.hasRegularExpressions || group.isResolvingRegularExpressions) return [];
  const [first] = subscriptions.resolvedRegularExpressions.values();
  // All are resolved together, so one stands for them all.
  const age = turn.now - (first?.timestamp ?? -Infinity);
  if (age <= MIN_REFRESH_INTERVAL_MS) return [];
  const isDue =
    subscriptions.hasUnresolvedRegularExpressions ||
    group.hasNewTopics ||
    age > turn.config.consumerRegexRefreshIntervalMs;
  if (!isDue) return [];
  group.isResolvingRegularExpressions = true;
  group.hasNewTopics = false;
  return [...subscriptions.regularExpressions];
}

/** Which of the topics each regular expression matches as a whole, by expression. */
export function matchTopics(
  regexes: readonly string[],
  topicNames: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    regexes.map((regex) => {
      const pattern = RE2JS.compile(regex);
      return [regex, topicNames.filter((name) => pattern.testExact(name))];
    }),
  );
}

/**
 * Notes what regular expressions stand for, those that members still have. All the topics are in
 * the turn's image.
 */
export function regexesResolved(
  state: GroupState,
  matches: ReadonlyMap<string, readonly string[]>,
  turn: Turn,
): void {
  const { group } = state;
  // It may have become a classic group meanwhile.
  if (!(group instanceof ConsumerGroup)) return;
  const { groupId, subscriptions } = group;
  group.isResolvingRegularExpressions = false;
  let hasChanged = false;
  for (const [regex, names] of matches) {
    if (subscriptions.subscribers(regex) === 0) continue;
    const before = subscriptions.resolvedRegularExpressions.get(regex)?.topics ?? new Set();
    const topics = new Set(names);
    if (topics.size !== before.size || names.some((name) => !before.has(name))) hasChanged = true;
    turn.record(regularExpressionRecord(groupId, regex, { topics, timestamp: turn.now }));
  }
  refreshMetadata(group, hasChanged, turn);
}

/** The topics could not be listed: another heartbeat tries again. */
export function regexResolutionFailed(group: ConsumerGroup): void {
  group.isResolvingRegularExpressions = false;
  group.hasNewTopics = true;
}
