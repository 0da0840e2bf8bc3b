/**
 * What the members of a group were told and did, set against what its coordinator has stored. What
 * must hold of one moment is checked at that moment:
 *
 * - In a consumer group a partition has one owner: who was told to have it, until it has said that
 *   it has not, or is fenced. In a classic group it has one in each generation.
 * - Numbers rise, are stored before they are told, and a generation has one set of members.
 * - Offsets are committed by owners, and go back only if a commit came late.
 */
import type { World } from "../world.ts";
import { CommittedOffsets, type Mark, type OffsetsContext } from "./committed-offsets.ts";
import { StoredGroup } from "./stored-group.ts";
import type { Topics } from "./topics.ts";

/** Who was told something. */
export interface Told {
  readonly name: string;
  readonly memberId: string;
  readonly instanceId: string | null;
  /** The generation or the member epoch. */
  readonly epoch: number;
  readonly sent: Mark;
}

interface Holding {
  readonly memberId: string;
  readonly epoch: number;
  readonly life: number;
}

export class GroupHistory implements OffsetsContext {
  readonly world: World;
  readonly topics: Topics;
  readonly stored: StoredGroup;
  readonly offsets: CommittedOffsets;
  /** Who has each partition, by name. */
  readonly #holders = new Map<string, Map<string, Holding>>();
  /** The places that each has. */
  readonly #held = new Map<string, Set<string>>();
  /** Who was assigned what in each classic generation. */
  readonly #assigned = new Map<string, Map<string, string>>();
  readonly #generations = new Map<string, string>();
  readonly #lastTold = new Map<string, { readonly life: number; readonly epoch: number }>();
  /** Whether somebody has asked that the group be deleted. */
  isToBeDeleted = false;
  /** Whether members have nothing to consume. */
  isIdle = false;
  /** Whether members may be slower than their group can wait. */
  isTroubled = false;
  gainCount = 0;

  constructor(world: World, groupId: string, topics: Topics) {
    this.world = world;
    this.topics = topics;
    this.stored = new StoredGroup(groupId, {
      fail: (why) => this.fail(why),
      onOffset: (record) => this.offsets.stored(record),
    });
    this.offsets = new CommittedOffsets(this);
  }

  fail(why: string): void {
    this.world.fail(new Error(`${this.stored.groupId} at ${this.world.now} ms: ${why}`));
  }

  mark(): Mark {
    const { life, number, kind } = this.stored;
    return { at: this.world.now, life, generation: kind === "classic" ? number : 0 };
  }

  /** A member was told of its generation, or of its epoch. */
  told({ name, memberId, epoch, sent }: Told): void {
    const { life, number, kind } = this.stored;
    // As in Kafka, who brings a consumer group to its end is told of no generation.
    if (sent.life !== life || epoch === 0) return;
    if (epoch > Math.max(number, 1)) this.fail(`${name} was told ${epoch} before it was stored.`);
    const before = this.#lastTold.get(memberId);
    if (before?.life === life && epoch < before.epoch) {
      this.fail(`${name} was told ${before.epoch} and then ${epoch}.`);
    }
    if (kind === "classic" && this.stored.classicGeneration > epoch && sent.generation > epoch) {
      this.fail(`${name} was told ${epoch} after ${sent.generation} had begun.`);
    }
    // A generation that came to nothing may be skipped, and its members be in the one before.
    if (kind === "consumer") this.#lastTold.set(memberId, { life, epoch });
  }

  /** A leader was told who is in its generation. */
  toldMembers({ epoch, sent }: Told, identities: readonly string[]): void {
    if (sent.life !== this.stored.life || this.stored.kind !== "classic") return;
    const key = `${sent.life} ${epoch}`;
    const members = identities.toSorted().join(" ");
    const before = this.#generations.get(key) ?? members;
    if (before !== members) this.fail(`Generation ${epoch} is of ${before}, and of ${members}.`);
    this.#generations.set(key, members);
  }

  /** A member of a classic group was told its assignment in a generation. */
  assigned({ memberId, instanceId, epoch, sent }: Told, places: readonly string[]): void {
    if (sent.life !== this.stored.life || this.stored.kind !== "classic") return;
    this.#lastTold.set(memberId, { life: sent.life, epoch });
    const key = `${sent.life} ${epoch}`;
    const owners = this.#assigned.get(key) ?? new Map<string, string>();
    this.#assigned.set(key, owners);
    const identity = instanceId ?? memberId;
    for (const place of places) {
      const owner = owners.get(place) ?? identity;
      if (owner !== identity) {
        this.fail(`${place} is ${owner}'s and ${identity}'s in generation ${epoch}.`);
      }
      owners.set(place, identity);
    }
  }

  /** A member was told that these places are its own from now on, with those that it has. */
  gains({ name, memberId, epoch, sent }: Told, places: readonly string[]): void {
    const holding = { memberId, epoch, life: sent.life };
    const { stored } = this;
    const isOwner = stored.kind === "consumer" && !stored.isSuperseded(holding);
    const held = this.#held.get(name) ?? new Set<string>();
    this.#held.set(name, held);
    for (const place of places) {
      const holders = this.#holders.get(place) ?? new Map<string, Holding>();
      this.#holders.set(place, holders);
      if (holders.has(name)) continue;
      for (const [other, theirs] of holders) {
        if (!isOwner || stored.isSuperseded(theirs)) continue;
        this.fail(
          `${name} got ${place} in epoch ${epoch}, which ${other} has since ${theirs.epoch}.`,
        );
      }
      holders.set(name, holding);
      held.add(place);
      this.gainCount += 1;
    }
  }

  /** A member says that it has these places and no others. */
  keeps(name: string, places: Iterable<string>): void {
    const kept = new Set(places);
    const held = this.#held.get(name) ?? new Set<string>();
    for (const place of held) {
      if (kept.has(place)) continue;
      this.#holders.get(place)?.delete(name);
      held.delete(place);
    }
  }

  /** A place as both protocols know it: by topic id, unless the name may mean several topics. */
  placeOf(topic: string, partition: number): string {
    const topicId = this.topics.isChurned(topic) ? undefined : this.topics.byName(topic)?.topicId;
    return `${topicId ?? topic}/${partition}`;
  }
}
