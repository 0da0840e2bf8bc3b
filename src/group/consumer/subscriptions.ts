/**
 * What the members of a consumer group subscribe to: topics by their names, counted, and topics by
 * regular expressions, each of which is resolved once for all members that have it.
 */
import type { Millis } from "../../base/clock.ts";
import type { SubscriptionType } from "../assignors/assignor.ts";
import type { ConsumerGroupMember } from "./consumer-group-member.ts";

/** The topics that a regular expression stood for at a time. */
export interface ResolvedRegularExpression {
  readonly topics: ReadonlySet<string>;
  readonly timestamp: Millis;
}

export class Subscriptions {
  /** How many members name each topic. */
  readonly #byName = new Map<string, number>();
  /** How many resolved regular expressions match each topic. */
  readonly #byRegex = new Map<string, number>();
  /** How many members have each regular expression. */
  readonly #regexes = new Map<string, number>();
  readonly #resolved = new Map<string, ResolvedRegularExpression>();

  add(member: ConsumerGroupMember): void {
    for (const topic of member.subscribedTopicNames) count(this.#byName, topic, 1);
    if (member.subscribedTopicRegex !== "") count(this.#regexes, member.subscribedTopicRegex, 1);
  }

  remove(member: ConsumerGroupMember): void {
    for (const topic of member.subscribedTopicNames) count(this.#byName, topic, -1);
    if (member.subscribedTopicRegex !== "") count(this.#regexes, member.subscribedTopicRegex, -1);
  }

  /** Notes what a regular expression stands for from now on; null for no longer anything. */
  resolve(regex: string, resolved: ResolvedRegularExpression | null): void {
    for (const topic of this.#resolved.get(regex)?.topics ?? []) count(this.#byRegex, topic, -1);
    this.#resolved.delete(regex);
    if (resolved === null) return;
    this.#resolved.set(regex, resolved);
    for (const topic of resolved.topics) count(this.#byRegex, topic, 1);
  }

  /** How many members have the regular expression. */
  subscribers(regex: string): number {
    return this.#regexes.get(regex) ?? 0;
  }

  /** The regular expressions that members have. */
  get regularExpressions(): Iterable<string> {
    return this.#regexes.keys();
  }

  get hasRegularExpressions(): boolean {
    return this.#regexes.size > 0;
  }

  get resolvedRegularExpressions(): ReadonlyMap<string, ResolvedRegularExpression> {
    return this.#resolved;
  }

  get hasUnresolvedRegularExpressions(): boolean {
    return this.#regexes.size !== this.#resolved.size;
  }

  /** Whether a member names the topic or has a regular expression that is known to match it. */
  includes(topic: string): boolean {
    return this.#byName.has(topic) || this.#byRegex.has(topic);
  }

  /** All topics of all members, whether they exist or not. */
  topicNames(): ReadonlySet<string> {
    return new Set([...this.#byName.keys(), ...this.#byRegex.keys()]);
  }

  /** All topics of one member; of a regular expression that is not resolved none are known. */
  topicNamesOf({ subscribedTopicNames, subscribedTopicRegex }: ConsumerGroupMember): string[] {
    const resolved = this.#resolved.get(subscribedTopicRegex)?.topics;
    return resolved === undefined
      ? [...subscribedTopicNames]
      : [...new Set([...subscribedTopicNames, ...resolved])];
  }

  /** Whether all members of so many subscribe to the same. */
  subscriptionType(memberCount: number): SubscriptionType {
    const counts = this.#regexes.size === 0 ? this.#byName : this.#regexes;
    const isSame = counts === this.#byName || this.#byName.size === 0;
    const isEverybodys = [...counts.values()].every((members) => members === memberCount);
    return isSame && isEverybodys ? "HOMOGENEOUS" : "HETEROGENEOUS";
  }
}

function count(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const next = (counts.get(key) ?? 0) + change;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
