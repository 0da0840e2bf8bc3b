/**
 * Reading ahead for who reads a log from its past to its end: while a client works on one answer,
 * the read that it is going to ask for next is made, and its own request then finds it done. One
 * that follows another is known by its offset, which is where the one before was cut short.
 *
 *     absent --a read was cut short--> expected --it came, was cut short as well--> read ahead
 *
 * A read takes the machine for a millisecond, so it waits until the answer before it has left. What
 * is read ahead is kept for a moment, and for one reader. Everything here can be dropped.
 */
import type { Uuid } from "../base/uuid.ts";
import type { ReadResult } from "../replication/replica-calls.ts";
import type { Located } from "./broker.ts";
import type { ByteBudget, Hold } from "./byte-budget.ts";
import { byteCountOf, isCutShort } from "./fetch-round.ts";
import type { Afterwards } from "./handler.ts";
import type { PartitionRead } from "./partition-reader.ts";
import type { Timers } from "./ports.ts";

/** Readers that are followed at the same time; whoever read longest ago is forgotten. */
const MAX_READERS = 256;

/** Below this a read costs too little to be made in advance. */
const MIN_BYTES = 64 * 1024;

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
  readonly key: string;
  readonly located: Located;
  readonly read: PartitionRead;
  /** Null until it is read ahead. */
  result: Promise<ReadResult> | null;
  hold: Hold | null;
  /** It is not to be forgotten by the clock any more. */
  cancel: () => void;
}

export class ReadAhead {
  readonly #ports: ReadAheadPorts;
  readonly #expected = new Map<string, Expected>();

  constructor(ports: ReadAheadPorts) {
    this.#ports = ports;
  }

  /** Makes a read at the leader, or takes it if it was made already. */
  async read(located: Located, read: PartitionRead, afterwards: Afterwards): Promise<ReadResult> {
    const key = keyOf(located, read);
    const expected = this.#expected.get(key);
    if (expected) this.#forget(expected);
    const ahead = await expected?.result;
    const isUsable = ahead && fits(ahead, expected!.read, read);
    const result = isUsable ? ahead : await this.#ports.read(located, read);
    if (isCutShort(result) && byteCountOf(result) >= MIN_BYTES) {
      const next = this.#expect(located, { ...read, offset: result.nextOffset });
      if (expected) afterwards(() => this.#readAhead(next));
    }
    return result;
  }

  /** What was read of a partition is not to be told any more. */
  drop(topicId: Uuid, partition: number): void {
    for (const expected of this.#expected.values()) {
      const { located } = expected;
      if (located.topic.topicId === topicId && located.partition === partition) {
        this.#forget(expected);
      }
    }
  }

  #expect(located: Located, read: PartitionRead): Expected {
    const key = keyOf(located, read);
    const before = this.#expected.get(key);
    if (before) this.#forget(before);
    const expected = { key, located, read, result: null, hold: null, cancel: () => {} };
    this.#expected.set(key, expected);
    if (this.#expected.size > MAX_READERS) this.#forget(this.#expected.values().next().value!);
    return expected;
  }

  #readAhead(expected: Expected): void {
    const { memory, timers } = this.#ports;
    const { key, located, read } = expected;
    if (this.#expected.get(key) !== expected || memory.free < read.maxBytes) return;
    const forget = () => this.#forget(expected);
    expected.hold = memory.hold(read.maxBytes, forget);
    expected.cancel = timers.after(KEEP_MS, forget);
    // It is not known yet whether its reader is going to wait at the end.
    expected.result = this.#ports.read(located, { ...read, watch: false });
  }

  #forget(expected: Expected): void {
    if (this.#expected.get(expected.key) === expected) this.#expected.delete(expected.key);
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
