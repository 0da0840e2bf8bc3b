/**
 * The uniform assignor where members subscribe to different topics. A topic is balanced when no
 * subscriber that owns a partition of it has more than one partition more, of all topics, than any
 * other subscriber: then it would not help to move any of its partitions.
 *
 * First it is settled how many partitions of each topic each member gets, and only then which ones,
 * so that none moves in vain. Partitions that nobody owns go where the fewest are, topic by topic.
 * Then each topic is balanced, which may upset others, so it goes on until all of them are.
 */
import type { Uuid } from "../../base/uuid.ts";
import type { GroupAssignment, GroupSpec } from "./assignor.ts";
import { evenShares } from "./even-shares.ts";
import { assignmentOf, countOwned, deal, ownersOf, type Owners } from "./owners.ts";

/** Kafka's limit, should subscriptions overlap in ways that even out slowly. */
const MAX_ROUNDS = 16;

interface Topic {
  readonly topicId: Uuid;
  readonly owners: Owners;
  /** The members that subscribe to it, by index. */
  readonly subscribers: number[];
  /** How many of its partitions each of the subscribers gets. */
  readonly shares: number[];
}

export function assignHeterogeneousGroup(spec: GroupSpec): GroupAssignment {
  const ownersByTopic = ownersOf(spec);
  const topics = topicsOf(spec, ownersByTopic);
  /** How many partitions each member gets, of all topics. */
  const loads = countOwned(ownersByTopic.values(), spec.members.size);

  for (const topic of topics) giveOutUnowned(topic, loads);
  let moved = true;
  for (let round = 0; moved && round < MAX_ROUNDS; round++) {
    moved = false;
    for (const topic of topics) {
      if (isBalanced(topic, loads)) continue;
      balance(topic, loads);
      moved = true;
    }
  }

  for (const { owners, subscribers, shares } of topics) {
    const sharesOfAll = new Array<number>(spec.members.size).fill(0);
    for (const [index, member] of subscribers.entries()) sharesOfAll[member] = shares[index]!;
    deal([owners], sharesOfAll);
  }
  return assignmentOf(spec, ownersByTopic);
}

/**
 * The topics, those with the most partitions for a subscriber first: they upset the balance most,
 * and the smaller ones restore it. Then those with the least choice of subscribers.
 */
function topicsOf({ members }: GroupSpec, ownersByTopic: ReadonlyMap<Uuid, Owners>): Topic[] {
  const subscribersByTopic = new Map<Uuid, number[]>();
  for (const topicId of ownersByTopic.keys()) subscribersByTopic.set(topicId, []);
  for (const [index, member] of [...members.values()].entries()) {
    for (const topicId of member.subscribedTopicIds) subscribersByTopic.get(topicId)!.push(index);
  }
  return [...ownersByTopic]
    .map(([topicId, owners]) => {
      const subscribers = subscribersByTopic.get(topicId)!;
      const owned = countOwned([owners], members.size);
      return { topicId, owners, subscribers, shares: subscribers.map((member) => owned[member]!) };
    })
    .sort(
      (a, b) =>
        b.owners.length / b.subscribers.length - a.owners.length / a.subscribers.length ||
        a.subscribers.length - b.subscribers.length ||
        (a.topicId < b.topicId ? -1 : 1),
    );
}

function giveOutUnowned({ owners, subscribers, shares }: Topic, loads: number[]): void {
  const unowned = owners.length - shares.reduce((sum, share) => sum + share, 0);
  if (unowned === 0) return;
  const besides = subscribers.map((member) => loads[member]!);
  const more = evenShares(unowned, new Array<number>(subscribers.length).fill(0), besides);
  for (const [index, member] of subscribers.entries()) {
    shares[index]! += more[index]!;
    loads[member]! += more[index]!;
  }
}

function isBalanced({ subscribers, shares }: Topic, loads: readonly number[]): boolean {
  let least = Infinity;
  let most = -Infinity;
  for (const [index, member] of subscribers.entries()) {
    least = Math.min(least, loads[member]!);
    if (shares[index]! > 0) most = Math.max(most, loads[member]!);
  }
  return most - least <= 1;
}

function balance({ owners, subscribers, shares }: Topic, loads: number[]): void {
  const besides = subscribers.map((member, index) => loads[member]! - shares[index]!);
  const even = evenShares(owners.length, shares, besides);
  for (const [index, member] of subscribers.entries()) {
    shares[index] = even[index]!;
    loads[member] = besides[index]! + even[index]!;
  }
}
