/**
 * Choosing topics by a regular expression, as Kafka's tools take one wherever they take a topic.
 */
import { CommandError } from "./command-error.ts";

const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  "__consumer_offsets",
  "__transaction_state",
  "__share_group_state",
]);

/** Whether a topic belongs to Kafka itself. */
export function isInternalTopic(name: string): boolean {
  return INTERNAL_TOPICS.has(name);
}

/** Whether names match a pattern from their first to their last character; a comma means "or". */
export function topicFilter(pattern: string): (name: string) => boolean {
  return wholeMatch(
    pattern
      .trim()
      .replaceAll(",", "|")
      .replaceAll(" ", "")
      .replace(/^["']+|["']+$/g, ""),
  );
}

/** Whether a consumer that subscribes to a pattern reads a topic: of Kafka's own it reads none. */
export function subscriptionFilter(pattern: string): (name: string) => boolean {
  const matches = wholeMatch(pattern);
  return (name) => matches(name) && !isInternalTopic(name);
}

function wholeMatch(regex: string): (name: string) => boolean {
  try {
    const whole = new RegExp(`^(?:${regex})$`);
    return (name) => whole.test(name);
  } catch {
    throw new CommandError(`${regex} is an invalid regex.`);
  }
}
