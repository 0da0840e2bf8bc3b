/**
 * The offsets of a group as they are committed, stored and fetched. A commit carries its number as
 * its metadata, so that what is stored can be told apart.
 */
import type { CoordinatorRecord } from "../../../src/protocol/coordinator-records.ts";
import type { World } from "../world.ts";
import type { StoredGroup } from "./stored-group.ts";
import type { Topics } from "./topics.ts";

type OffsetCommitRecord = Extract<CoordinatorRecord, { type: "OffsetCommit" }>;

/** The epoch of whoever commits without being a member. */
export const OUTSIDERS_EPOCH = -1;

/** What a member has sent. */
export interface Commit {
  readonly id: number;
  readonly name: string;
  readonly memberId: string;
  /** The generation or the member epoch. */
  readonly epoch: number;
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly offset: number;
  /** Whether the partition was stored to be its own when it was sent. */
  readonly isByOwner: boolean;
}

/** The moment when a request is sent: its answer is from then or later. */
export interface Mark {
  readonly at: number;
  readonly life: number;
  /** The classic generation; 0 in a consumer group, whose members may lag behind its epoch. */
  readonly generation: number;
}

/** Where the offsets belong to. */
export interface OffsetsContext {
  readonly world: World;
  readonly topics: Topics;
  readonly stored: StoredGroup;
  /** Whether somebody has asked that the group be deleted. */
  readonly isToBeDeleted: boolean;
  fail(why: string): void;
}

/** What the group had committed of a partition from a moment on; null is nothing. */
interface Moment {
  readonly at: number;
  readonly value: NonNullable<OffsetCommitRecord["value"]> | null;
}

export class CommittedOffsets {
  readonly #context: OffsetsContext;
  readonly #commits: Commit[] = [];
  readonly #storedIds = new Set<number>();
  readonly #moments = new Map<string, Moment[]>();
  acknowledgedCount = 0;
  fetchedCount = 0;

  constructor(context: OffsetsContext) {
    this.#context = context;
  }

  /** Notes what is about to be sent, and numbers it. */
  sending(commit: Omit<Commit, "id" | "isByOwner">): Commit {
    const numbered = { ...commit, id: this.#commits.length, isByOwner: this.#isByOwner(commit) };
    this.#commits.push(numbered);
    return numbered;
  }

  /** A member was told that its commit is stored. */
  acknowledged({ id, name, topic, partition, offset }: Commit): void {
    this.acknowledgedCount += 1;
    if (this.#storedIds.has(id)) return;
    this.#context.fail(`${name}'s commit of ${offset} to ${topic}/${partition} is not stored.`);
  }

  /** A member was told what is committed: something that was so since it asked. */
  fetched(
    topic: string,
    partition: number,
    told: { offset: number; topicId: string | null },
    sent: Mark,
  ): void {
    this.fetchedCount += 1;
    const moments = this.#moments.get(`${topic}/${partition}`) ?? [];
    const last = moments.findLastIndex(({ at }) => at < sent.at);
    const possible = last === -1 ? [{ at: 0, value: null }, ...moments] : moments.slice(last);
    const offsets = possible.map(({ value }) => offsetOf(value, told.topicId));
    if (offsets.includes(told.offset)) return;
    this.#context.fail(
      `${told.offset} was fetched of ${topic}/${partition}, not one of ${offsets.join()}.`,
    );
  }

  /** A record became durable. */
  stored({ key, value }: OffsetCommitRecord): void {
    const { topic, partition } = key;
    const place = `${topic}/${partition}`;
    const moments = this.#moments.get(place) ?? [];
    this.#moments.set(place, moments);
    const before = moments.at(-1)?.value ?? null;
    moments.push({ at: this.#context.world.now, value });
    if (value === null) this.#forgotten(place, before);
    else this.#committed(place, value, before);
  }

  /** The offsets that are committed of topics that are no more. */
  leftovers(): string[] {
    const { topics } = this.#context;
    return [...this.#moments].flatMap(([place, moments]) => {
      const topicId = moments.at(-1)?.value?.topicId;
      return topicId !== undefined && topics.deleted.has(topicId)
        ? [`The offset of ${place} is left of a topic that was deleted.`]
        : [];
    });
  }

  #forgotten(place: string, before: Moment["value"]): void {
    const { topics, isToBeDeleted } = this.#context;
    if (before === null || isToBeDeleted || topics.deleted.has(before.topicId)) return;
    this.#context.fail(`The offset ${before.offset} of ${place} is forgotten.`);
  }

  #committed(place: string, value: NonNullable<Moment["value"]>, before: Moment["value"]): void {
    const { offset, metadata, topicId } = value;
    const commit = this.#commits[Number(metadata)];
    if (commit?.offset !== offset || `${commit.topic}/${commit.partition}` !== place) {
      return this.#context.fail(`${place}: ${offset} was stored, which nobody has committed.`);
    }
    this.#storedIds.add(commit.id);
    const { topics } = this.#context;
    const wrong = this.#refusal(commit, topicId);
    if (wrong) this.#context.fail(`${place}: ${commit.name}'s ${offset} was stored, ${wrong}.`);
    if (before === null || topics.isChurned(commit.topic) || offset >= before.offset) return;
    const last = this.#commits[Number(before.metadata)]!;
    // Its own commits may come late, even after it has begun anew from what was committed before.
    if (last.memberId === commit.memberId || isOutsiders(last) || isOutsiders(commit)) return;
    if (this.#context.stored.kind === "consumer" && !this.#isByOwner(commit)) return;
    this.#context.fail(
      `${place}: ${commit.name} took ${last.name}'s ${before.offset} back to ${offset}.`,
    );
  }

  /** Why a commit may not be stored, or null. */
  #refusal(commit: Commit, topicId: string): string | null {
    const { kind, memberIds } = this.#context.stored;
    if (isOutsiders(commit)) return memberIds.size === 0 ? null : "though the group has members";
    return kind === "classic" ? this.#ofOldGeneration(commit) : this.#byNoOwner(commit, topicId);
  }

  /** Why a commit may not be stored in a classic group. */
  #ofOldGeneration({ epoch }: Commit): string | null {
    const { classicGeneration } = this.#context.stored;
    if (epoch === classicGeneration) return null;
    return `of generation ${epoch} in generation ${classicGeneration}`;
  }

  /** Why a commit may not be stored in a consumer group. */
  #byNoOwner(commit: Commit, topicId: string): string | null {
    const { memberId, epoch, topic, partition } = commit;
    const { stored, topics } = this.#context;
    const current = stored.epochOf(memberId);
    if (current === undefined) return "who is no member";
    const since = stored.assignmentEpochOf(memberId, topicId, partition);
    const isCurrent =
      epoch === current || (epoch < current && since !== undefined && epoch >= since);
    if (!isCurrent) return `of epoch ${epoch} in epoch ${current}`;
    // Who commits by name may mean a topic that is no more.
    if (topics.isChurned(topic)) return null;
    const owner = stored.ownerOf(topicId, partition);
    if (owner === undefined || owner === memberId) return null;
    // As in Kafka, who is in the current epoch may commit anything: what it has sent before it gave
    // up a partition in that very epoch may come after another has got it.
    return epoch === current && commit.isByOwner ? null : `which is ${owner}'s`;
  }

  #isByOwner({ memberId, topicId, partition }: Omit<Commit, "id" | "isByOwner">): boolean {
    return this.#context.stored.ownerOf(topicId, partition) === memberId;
  }
}

function isOutsiders({ epoch }: Commit): boolean {
  return epoch === OUTSIDERS_EPOCH;
}

function offsetOf(value: Moment["value"], topicId: string | null): number {
  if (value === null) return -1;
  const isOfAnother = topicId !== null && topicId !== value.topicId;
  return isOfAnother ? -1 : value.offset;
}
