/**
 * What must hold of a history, each rule for itself. A checker returns what is wrong, in sentences.
 */
import { parseLogConfig } from "../../src/log/log-config.ts";
import { PartitionLog } from "../../src/log/partition-log.ts";
import { batchHeaders } from "../../src/protocol/records/batch-header.ts";
import { decodeRecords } from "../../src/protocol/records/decode.ts";
import type { KafkaRecord } from "../../src/protocol/records/record.ts";
import type { Disk } from "./disk.ts";
import { type Following, type History, valueOf } from "./history.ts";

/** The records of one partition as they are stored, by offset. */
export type StoredLog = readonly string[];

/** Where the log on a disk ends. */
export function endOf(disk: Disk): number {
  return PartitionLog.open(disk, parseLogConfig({}), 0).logEndOffset;
}

/** Reads all that a replica has on its disk. Offsets without a record, or twice, are an error. */
export function readStored(disk: Disk): StoredLog {
  const log = PartitionLog.open(disk, parseLogConfig({}), 0);
  const values: string[] = [];
  while (values.length < log.logEndOffset) {
    const options = { maxBytes: 1 << 20, minOneBatch: true, upperBound: log.logEndOffset };
    const read = log.read(values.length, options);
    if (read === "OFFSET_OUT_OF_RANGE") throw new Error(`Offset ${values.length} is not stored.`);
    const before = values.length;
    for (const { offset, value } of read.pieces.flatMap(recordsIn)) {
      if (offset !== values.length) throw new Error(`Offset ${offset} is not in its place.`);
      values.push(valueOf(value!));
    }
    if (values.length === before) throw new Error(`A read at ${before} came to nothing.`);
  }
  return values;
}

function recordsIn(piece: Uint8Array): KafkaRecord[] {
  return batchHeaders(piece).flatMap((header) => decodeRecords(piece, header));
}

/** No acknowledged record is lost: each is where its producer was told. */
export function lostRecords(history: History, stored: ReadonlyMap<string, StoredLog>): string[] {
  return history.acknowledged.flatMap(({ place, baseOffset, values }) => {
    if (history.deleted.has(place)) return [];
    const log = stored.get(place) ?? [];
    return values.flatMap((value, index) => {
      const found = log[baseOffset + index];
      if (found === value) return [];
      return [`${place}: ${value} was acknowledged at ${baseOffset + index}, where ${found} is.`];
    });
  });
}

/** No record is stored twice, and those of one producer are in the order in which it made them. */
export function misplacedRecords(
  history: History,
  stored: ReadonlyMap<string, StoredLog>,
): string[] {
  return [...stored].flatMap(([place, log]) => {
    const last = new Map<string, string>();
    const seen = new Set<string>();
    return log.flatMap((value, offset) => {
      const producer = value.split(":")[0]!;
      const before = last.get(producer) ?? "";
      last.set(producer, value);
      if (seen.has(value)) return [`${place}: ${value} is stored again at ${offset}.`];
      seen.add(value);
      if (value > before || history.unnumbered.has(producer)) return [];
      return [`${place}: ${value} is at ${offset}, behind ${before}.`];
    });
  });
}

/** A fetcher gets every record from where it began, once and in order. */
export function wronglyFetched(history: History, stored: ReadonlyMap<string, StoredLog>): string[] {
  return history.followings.flatMap(({ place, startOffset, fetched }) => {
    if (history.deleted.has(place)) return [];
    const log = stored.get(place) ?? [];
    return fetched.flatMap(({ offset, value }, index) => {
      if (offset !== startOffset + index) return [`${place}: ${offset} was fetched out of turn.`];
      if (log[offset] === value) return [];
      return [`${place}: a fetcher got ${value} at ${offset}, where ${log[offset]} is.`];
    });
  });
}

/** When something broke that a partition's readers may have to find out by themselves. */
export interface Trouble {
  readonly at: number;
  readonly actor: string;
  /** How long its readers may take to notice. */
  readonly echoMs: number;
}

export interface Promptness {
  /** How long a record may take to whoever waits for it, when nothing is broken. */
  readonly boundMs: number;
  /** How long a fetcher that was interrupted may take to come back. */
  readonly returnMs: number;
  readonly troubles: readonly Trouble[];
}

/** Who waits at the end gets a record as soon as it is acknowledged: no wake-up is lost. */
export function lateRecords(history: History, promptness: Promptness): string[] {
  const { acknowledged } = history;
  const byPlace = Map.groupBy(history.followings, ({ place }) => place);
  return acknowledged.flatMap((batch) => {
    if (history.deleted.has(batch.place)) return [];
    return (byPlace.get(batch.place) ?? []).flatMap((following) => {
      const offset = batch.baseOffset + batch.values.length - 1;
      const got = following.fetched[offset - following.startOffset]?.at ?? Infinity;
      const from = Math.max(batch.at, following.since + promptness.boundMs);
      if (got - from <= promptness.boundMs || !following.isEager) return [];
      if (isTroubled(following, batch.at, { ...promptness, until: got })) return [];
      return [`${batch.place}: offset ${offset}, acknowledged at ${batch.at}, came at ${got}.`];
    });
  });
}

/**
 * Whether something happened, shortly before `at` or until the record came, that excuses a delay.
 */
function isTroubled(
  { place, nodeId, interruptions }: Following,
  at: number,
  { returnMs, boundMs, troubles, until }: Promptness & { readonly until: number },
): boolean {
  const to = Math.min(until, at + boundMs);
  const isNear = (moment: number, echoMs: number) => moment >= at - echoMs && moment <= to;
  const names = ["controller", `gateway/${nodeId}`, `replica/${place}/${nodeId}`];
  return (
    interruptions.some((moment) => isNear(moment, returnMs)) ||
    troubles.some(({ at, actor, echoMs }) => isNear(at, echoMs) && names.includes(actor))
  );
}
