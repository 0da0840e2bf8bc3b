/**
 * Reading ahead for who reads a log from its past to its end: while a client works on one answer,
 * the read that it is going to ask for next is made, and its own request then finds it done. One
 * that follows another is known by its offset, which is where the one before was cut short.
 *
 *     absent --a read was cut short--> expected --it came, and was cut short--> read ahead
 *
 * What is read ahead is kept for a moment, and for one reader. Everything here can be dropped.
 */
import type { Uuid } from "../base/uuid.ts";
import type { ReadResult } from "../replication/replica-calls.ts";
import type { Located } from "./broker.ts";
import type { ByteBudget, Hold } from "./byte-budget.ts";
import { byteCountOf, isCutShort } from "./fetch-round.ts";
import type { PartitionRead } from "./partition-reader.ts";
import type { Timers } from "./ports.ts";

/** Readers that are followed at the same time; whoever read longest ago is forgotten. */
const MAX_READERS = 256;

/** Below this a read costs too little to be made in advance. */
const MIN_BYTES = 64 * 1024;

/** The answer is on its way before the next read takes the machine. */
const PAUSE_MS = 1;

/** How long what was read is kept for who does not ask for it. */
const KEEP_MS = 1000;

export interface ReadAheadPorts {
  readonly timers: Timers;
  readonly memory: ByteBudget;
  /** Asks a partition's leader; errors are in the result. */
  read(located: Located, read: PartitionRead): Promise<ReadResult>;
}

/** The read that somebody is expected to ask for. */
interface Expected {
  readonly topicId: Uuid;
  readonly partition: number;
  readonly read: PartitionRead;
  /** Null until it is read ahead. */
  result: Promise<ReadResult> | null;
  hold: Hold | null;
  /** Cancels what is to happen to it next. */
  cancel: () => void;
}

export class ReadAhead {
  readonly #ports: ReadAheadPorts;
  readonly #expected = new Map<string, Expected>();

  constructor(ports: ReadAheadPorts) {
    this.#ports = ports;
  }

  /** Makes a read at the leader, or takes it if it was made already. */
  async read(located: Located, read: PartitionRead): Promise<ReadResult> {
    const key = keyOf(located, read);
    const expected = this.#expected.get(key);
    if (expected) this.#forget(key, expected);
    const ahead = await expected?.result;
    const isUsable = ahead && fits(ahead, expected!.read, read);
    const result = isUsable ? ahead : await this.#ports.read(located, read);
    if (isCutShort(result) && byteCountOf(result) >= MIN_BYTES) {
      this.#expect(located, { ...read, offset: result.nextOffset }, expected !== undefined);
    }
    return result;
  }

  /** What was read of a partition is not to be told any more. */
  drop(topicId: Uuid, partition: number): void {
    for (const [key, expected] of this.#expected) {
      const isOfIt = expected.topicId === topicId && expected.partition === partition;
      if (isOfIt) this.#forget(key, expected);
    }
  }

  #expect(located: Located, read: PartitionRead, isFollowed: boolean): void {
    const key = keyOf(located, read);
    const { partition, topic } = located;
    const before = this.#expected.get(key);
    if (before) this.#forget(key, before);
    const expected: Expected = {
      topicId: topic.topicId,
      partition,
      read,
      result: null,
      hold: null,
      cancel: () => {},
    };
    this.#expected.set(key, expected);
    for (const [oldest, each] of this.#expected) {
      if (this.#expected.size <= MAX_READERS) break;
      this.#forget(oldest, each);
    }
    if (isFollowed) {
      const { timers } = this.#ports;
      expected.cancel = timers.after(PAUSE_MS, () => this.#readAhead(key, expected, located, read));
    }
  }

  #readAhead(key: string, expected: Expected, located: Located, read: PartitionRead): void {
    const { memory, timers } = this.#ports;
    // Those who have asked come first.
    if (memory.free < read.maxBytes || memory.free < memory.used) return;
    const forget = () => this.#forget(key, expected);
    expected.hold = memory.hold(read.maxBytes, forget);
    expected.cancel = timers.after(KEEP_MS, forget);
    // It is not known yet whether its reader is going to wait at the end.
    expected.result = this.#ports.read(located, { ...read, watch: false });
  }

  #forget(key: string, expected: Expected): void {
    if (this.#expected.get(key) === expected) this.#expected.delete(key);
    expected.cancel();
    expected.hold?.release();
  }
}

/** Reads that would get the same, but for how much of it. */
function keyOf({ topic, partition, state }: Located, read: PartitionRead): string {
  const { offset, readCommitted, currentLeaderEpoch, lastFetchedEpoch } = read;
  const reader = `${readCommitted}/${currentLeaderEpoch}/${lastFetchedEpoch}`;
  return `${topic.topicId}/${partition}/${state.leader}/${offset}/${reader}`;
}

/**
 * Whether the result of a read is one that the leader might answer to another now. At the end of
 * the log it is not: there may be more by now, and the leader has not noted who waits.
 */
function fits(result: ReadResult, made: PartitionRead, asked: PartitionRead): boolean {
  const isWithin =
    byteCountOf(result) <= asked.maxBytes || (asked.minOneBatch && made.maxBytes <= asked.maxBytes);
  return isCutShort(result) && isWithin;
}
