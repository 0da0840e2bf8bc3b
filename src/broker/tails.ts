/**
 * The ends of the partitions that this gateway's readers wait at. A leader pushes what it commits
 * once per gateway; waiting Fetches and live subscribers are then served from here, without a call
 * and without a poll. Everything here can be dropped at any moment: a reader that finds no tail
 * asks the leader.
 *
 *     absent --open--> opening --opened--> following --gap, new epoch, refusal--> absent
 *
 * While a tail is opening (the read that registers the watch is under way), pushes may arrive
 * before the read's answer; they are kept and fitted on to it.
 */
import type { Uuid } from "../base/uuid.ts";
import { cutBatches } from "../protocol/records/cut-batches.ts";
import type { LogPosition, TailPush } from "../replication/replica-calls.ts";

/** Bytes of recent batches kept in memory for one partition. */
const MAX_TAIL_BYTES = 4 * 1024 * 1024;

/** A tail that nobody has read for this long is given up at the next push. */
const UNREAD_AFTER_MS = 60_000;

/** A tail that has been silent for this long is confirmed with the leader by the next reader. */
const SILENT_AFTER_MS = 60_000;

interface Entry {
  readonly baseOffset: number;
  readonly nextOffset: number;
  readonly bytes: Uint8Array;
}

export class Tail {
  /** Where the log stands; null while the tail is opening. */
  position: LogPosition | null = null;
  /** The highest offset heard of, kept in `entries` or not. */
  heardOffset = 0;
  entries: Entry[] = [];
  byteCount = 0;
  /** Bytes ever appended behind the reader's backs: a counter to measure growth by. */
  appendedBytes = 0;
  lastReadAt: number;
  lastHeardAt: number;
  readonly #listeners = new Set<() => void>();
  /** The highest log start offset heard of: what tells of it may be overtaken. */
  #logStartOffset = 0;

  constructor(now: number) {
    this.lastReadAt = now;
    this.lastHeardAt = now;
  }

  /** Calls `listener` on every change until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  isWanted(now: number): boolean {
    return this.#listeners.size > 0 || now - this.lastReadAt < UNREAD_AFTER_MS;
  }

  isSilent(now: number): boolean {
    return now - this.lastHeardAt >= SILENT_AFTER_MS;
  }

  moveTo(position: LogPosition): void {
    this.position = position;
    this.startsAt(position.logStartOffset);
  }

  /** The log begins at `logStartOffset` or above it: what lies below is not read any more. */
  startsAt(logStartOffset: number): void {
    this.#logStartOffset = Math.max(this.#logStartOffset, logStartOffset);
    if (this.position) this.position = { ...this.position, logStartOffset: this.#logStartOffset };
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /**
   * The batches from `offset` up to `maxBytes`, or null when the tail does not reach back to it.
   * The views belong to the tail: they may be written to sockets, never changed.
   */
  read(offset: number, maxBytes: number, minOneBatch: boolean): TailRead | null {
    const { highWatermark = -1, logStartOffset = 0 } = this.position ?? {};
    if (offset === highWatermark) return { pieces: [], nextOffset: offset };
    // Whether an offset outside the log is out of range is for the leader to say.
    if (offset > highWatermark || offset < logStartOffset) return null;
    if (this.entries.length === 0 || offset < this.entries[0]!.baseOffset) return null;
    const pieces: Uint8Array[] = [];
    let nextOffset = offset;
    let remaining = maxBytes;
    for (const entry of this.entries) {
      if (entry.nextOffset <= offset) continue;
      const cut = {
        offset: nextOffset,
        upperBound: entry.nextOffset,
        maxBytes: remaining,
        minOneBatch: minOneBatch && pieces.length === 0,
      };
      const batches = cutBatches(entry.bytes, cut);
      if (batches.bytes.length > 0) pieces.push(batches.bytes);
      nextOffset = batches.nextOffset;
      remaining -= batches.bytes.length;
      if (nextOffset < entry.nextOffset) break;
    }
    return { pieces, nextOffset };
  }
}

export interface TailRead {
  readonly pieces: Uint8Array[];
  readonly nextOffset: number;
}

export class Tails {
  readonly #maxTotalBytes: number;
  readonly #tails = new Map<string, Tail>();
  #byteCount = 0;

  /** `maxTotalBytes` of recent batches are kept for all partitions together. */
  constructor(maxTotalBytes: number) {
    this.#maxTotalBytes = maxTotalBytes;
  }

  get(topicId: Uuid, partition: number): Tail | undefined {
    return this.#tails.get(key(topicId, partition));
  }

  /**
   * Begins to follow a partition; `opened` must follow with the answer of the read that watches.
   */
  open(topicId: Uuid, partition: number, now: number): Tail {
    const tail = this.get(topicId, partition) ?? new Tail(now);
    this.#tails.set(key(topicId, partition), tail);
    return tail;
  }

  /** The read that watches has answered: pushes that came before it are fitted on. */
  opened(topicId: Uuid, partition: number, tail: Tail, position: LogPosition, now: number): void {
    if (this.get(topicId, partition) !== tail) return;
    tail.lastHeardAt = now;
    if (tail.position?.leaderEpoch === position.leaderEpoch) tail.startsAt(position.logStartOffset);
    if (tail.position && tail.position.highWatermark >= position.highWatermark) return;
    const newer = tail.entries.filter((entry) => entry.nextOffset > position.highWatermark);
    this.#drop(tail);
    tail.moveTo(position);
    for (const entry of newer) {
      const end = entry.nextOffset;
      const sizeInBytes = entry.bytes.length;
      const at = { ...position, highWatermark: end, lastStableOffset: end };
      const push = { ...at, ...entry, topicId, partition, sizeInBytes };
      if (!this.#follow(tail, push)) return this.close(topicId, partition);
    }
    if (tail.heardOffset > tail.position!.highWatermark) return this.close(topicId, partition);
    tail.changed();
  }

  /**
   * Takes a push in. False says that nobody here waits for this partition: the leader forgets the
   * watch.
   */
  apply(push: TailPush, now: number): boolean {
    const tail = this.get(push.topicId, push.partition);
    if (!tail) return false;
    if (!tail.isWanted(now)) {
      this.close(push.topicId, push.partition);
      return false;
    }
    tail.lastHeardAt = now;
    tail.heardOffset = Math.max(tail.heardOffset, push.nextOffset);
    if (!tail.position) {
      tail.startsAt(push.logStartOffset);
      if (push.bytes) this.#keep(tail, { ...push, bytes: push.bytes });
      return true;
    }
    if (!this.#follow(tail, push)) {
      this.close(push.topicId, push.partition);
      return false;
    }
    tail.changed();
    return true;
  }

  /** Forgets a tail; its listeners wake up and find it gone. */
  close(topicId: Uuid, partition: number): void {
    const tail = this.get(topicId, partition);
    if (!tail) return;
    this.#tails.delete(key(topicId, partition));
    this.#drop(tail);
    tail.position = null;
    tail.changed();
  }

  /**
   * Moves the tail to the push. False: there is a gap or another epoch, and the tail is of no use.
   */
  #follow(tail: Tail, push: TailPush): boolean {
    const before = tail.position!;
    if (push.leaderEpoch !== before.leaderEpoch) return push.leaderEpoch < before.leaderEpoch;
    tail.startsAt(push.logStartOffset);
    if (push.nextOffset <= before.highWatermark) return true;
    // A push that gathered behind another may begin below what a read has brought since.
    if (push.baseOffset > before.highWatermark) return false;
    const { leaderEpoch, logStartOffset, highWatermark, lastStableOffset } = push;
    tail.moveTo({ leaderEpoch, logStartOffset, highWatermark, lastStableOffset });
    tail.appendedBytes += push.sizeInBytes;
    if (push.bytes) this.#keep(tail, { ...push, bytes: push.bytes });
    else this.#drop(tail);
    return true;
  }

  #keep(tail: Tail, { baseOffset, nextOffset, bytes }: Entry): void {
    if (bytes.length === 0) return;
    tail.entries.push({ baseOffset, nextOffset, bytes });
    tail.byteCount += bytes.length;
    this.#byteCount += bytes.length;
    while (
      tail.byteCount > MAX_TAIL_BYTES ||
      (this.#byteCount > this.#maxTotalBytes && tail.entries.length > 0)
    ) {
      this.#dropOldest(tail);
    }
  }

  #dropOldest(tail: Tail): void {
    const { bytes } = tail.entries.shift()!;
    tail.byteCount -= bytes.length;
    this.#byteCount -= bytes.length;
  }

  #drop(tail: Tail): void {
    while (tail.entries.length > 0) this.#dropOldest(tail);
  }
}

function key(topicId: Uuid, partition: number): string {
  return `${topicId}/${partition}`;
}
