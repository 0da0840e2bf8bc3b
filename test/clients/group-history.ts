/**
 * What the members of a group did, in the order in which a test learned of it: which partitions
 * each was given and gave up, and which records it handled. It is judged afterwards: no partition
 * may have two owners, no record may be left out, and none may come again without a reason.
 */

/** A partition as Kafka writes it: `topic-3`. */
export type TopicPartition = string;

/** Something that a member reports, as its client's own callbacks or messages tell it. */
export type MemberEvent =
  | { readonly kind: "assigned" | "revoked"; readonly partitions: readonly TopicPartition[] }
  | {
      readonly kind: "handled";
      readonly partition: TopicPartition;
      /** Offsets of the first and the last record, with all between them. */
      readonly first: number;
      readonly last: number;
    }
  | { readonly kind: "committed"; readonly partition: TopicPartition; readonly offset: number }
  | { readonly kind: "failed"; readonly reason: string };

/** An offset of each partition: of its end, or one that was committed. */
export type Offsets = Readonly<Record<TopicPartition, number>>;

interface Entry {
  readonly member: string;
  readonly event: MemberEvent;
  readonly atMs: number;
}

/**
 * Two members report over two pipes, and this process may be late to read either. Whoever really
 * owns a partition twice does so until the next rebalance.
 */
const READING_SLACK_MS = 300;

export class GroupHistory {
  readonly #entries: Entry[] = [];
  readonly #owned = new Map<string, Set<TopicPartition>>();
  readonly #away = new Set<string>();
  /** The offsets that somebody has handled, by partition; a record of partition p at offset o. */
  readonly #handled = new Map<TopicPartition, Set<number>>();

  /** How many events there were; a mark for what comes later. */
  get length(): number {
    return this.#entries.length;
  }

  /** Takes down what a member has reported just now. */
  record(member: string, event: MemberEvent, atMs = performance.now()): void {
    if (event.kind === "assigned" && this.#away.has(member)) return;
    this.#entries.push({ member, event, atMs });
    if (event.kind === "assigned") {
      const owned = this.#owned.get(member) ?? new Set();
      this.#owned.set(member, owned);
      for (const partition of event.partitions) owned.add(partition);
    } else if (event.kind === "revoked") {
      for (const partition of event.partitions) this.#owned.get(member)?.delete(partition);
    } else if (event.kind === "handled") {
      const handled = this.#handled.get(event.partition) ?? new Set();
      this.#handled.set(event.partition, handled);
      for (let offset = event.first; offset <= event.last; offset++) handled.add(offset);
    }
  }

  /** From now on nothing is the member's: it was killed, or it is stopped past its time. */
  leaves(member: string): void {
    this.record(member, { kind: "revoked", partitions: this.ownedBy(member) });
    this.#away.add(member);
  }

  /** The member runs again; it owns what it is assigned from now on. */
  returns(member: string): void {
    this.#away.delete(member);
  }

  /** What the member owns now, in order. */
  ownedBy(member: string): TopicPartition[] {
    return [...(this.#owned.get(member) ?? [])].toSorted(byTopicAndNumber);
  }

  /** The offset after the last record of each partition that the member handled. */
  handledBy(member: string): Record<TopicPartition, number> {
    const ends: Record<TopicPartition, number> = {};
    for (const entry of this.#entries) {
      if (entry.member !== member || entry.event.kind !== "handled") continue;
      ends[entry.event.partition] = entry.event.last + 1;
    }
    return ends;
  }

  /** All that the member reported. */
  eventsOf(member: string): MemberEvent[] {
    return this.#entries.filter((entry) => entry.member === member).map(({ event }) => event);
  }

  /** Every record below these offsets that nobody has handled, as sentences. */
  unhandled(ends: Offsets): string[] {
    return Object.entries(ends).flatMap(([partition, end]) => {
      const handled = this.#handled.get(partition) ?? new Set();
      const missing = Array.from({ length: end }, (_, offset) => offset).filter(
        (offset) => !handled.has(offset),
      );
      if (missing.length === 0) return [];
      return [`${partition} lacks ${missing.length} from offset ${missing[0]} of ${end}.`];
    });
  }

  /** Every time that two members owned one partition, as sentences. */
  doubleOwners(): string[] {
    const owners = new Map<TopicPartition, Map<string, number>>();
    const found: string[] = [];
    for (const { member, event, atMs } of this.#entries) {
      if (event.kind !== "assigned" && event.kind !== "revoked") continue;
      for (const partition of event.partitions) {
        const current = owners.get(partition) ?? new Map<string, number>();
        owners.set(partition, current);
        if (event.kind === "assigned") {
          current.set(member, atMs);
          continue;
        }
        found.push(...overlaps(partition, current, member, atMs));
        current.delete(member);
      }
    }
    for (const [partition, current] of owners) {
      const [member] = current.keys();
      if (member !== undefined) found.push(...overlaps(partition, current, member, Infinity));
    }
    return found;
  }

  /**
   * Every record below these offsets that was handled after `mark` (a {@link length}) by anybody
   * but `except`, as sentences: for offsets that were committed before it, or left by that member.
   */
  repeats(below: Offsets, mark: number, except?: string): string[] {
    return this.#entries.slice(mark).flatMap(({ member, event }) => {
      if (event.kind !== "handled" || member === except) return [];
      const { partition, first } = event;
      const limit = below[partition] ?? 0;
      if (first >= limit) return [];
      return [`${member} handled ${partition} from ${first}, which was done up to ${limit}.`];
    });
  }
}

/** How long `member`, who gives the partition up at `atMs`, has had it together with others. */
function overlaps(
  partition: TopicPartition,
  owners: ReadonlyMap<string, number>,
  member: string,
  atMs: number,
): string[] {
  const since = owners.get(member);
  if (since === undefined) return [];
  return [...owners].flatMap(([other, otherSince]) => {
    const together = atMs - Math.max(since, otherSince);
    if (other === member || together <= READING_SLACK_MS) return [];
    return [`${partition} was ${member}'s and ${other}'s for ${Math.round(together)} ms.`];
  });
}

/** The order in which partitions are listed: by topic, then by number. */
export function byTopicAndNumber(a: TopicPartition, b: TopicPartition): number {
  return a.localeCompare(b, "en", { numeric: true });
}
