/**
 * One reading of all partitions of a Fetch, in order and under one limit. Partitions that are sure
 * to fit together are read at the same time; the limit then goes on with what is left of it.
 */
import type { ErrorName } from "../protocol/errors.ts";
import type { ReadResult } from "../replication/replica-calls.ts";
import type { Broker, Located } from "./broker.ts";
import type { FetchPartition } from "./fetch-sessions.ts";
import type { Afterwards } from "./handler.ts";
import { failedRead, readPartition } from "./partition-reader.ts";

export interface FetchedPartition {
  readonly partition: FetchPartition;
  readonly located: Located | ErrorName;
  readonly result: ReadResult;
  readonly byteCount: number;
}

export interface FetchRound {
  readonly maxBytes: number;
  readonly readCommitted: boolean;
  readonly watch: boolean;
  readonly afterwards: Afterwards;
}

export async function fetchRound(
  broker: Broker,
  partitions: readonly FetchPartition[],
  located: readonly (Located | ErrorName)[],
  round: FetchRound,
): Promise<FetchedPartition[]> {
  const fetched: FetchedPartition[] = [];
  let remaining = round.maxBytes;
  let hasData = false;
  while (fetched.length < partitions.length) {
    const start = fetched.length;
    const wave = partitions.slice(start, start + waveLength(partitions, start, remaining));
    const budget = Math.max(remaining, 0);
    const results = await Promise.all(
      wave.map((partition, index) =>
        readOne(broker, partition, located[start + index]!, {
          ...round,
          maxBytes: budget,
          // If all were asked for one, each might bring one that does not fit.
          minOneBatch: !hasData && index === 0,
        }),
      ),
    );
    const first = results.findIndex((read) => byteCountOf(read) > 0 || isCutShort(read));
    if (!hasData && first > 0 && byteCountOf(results[first]!) === 0) {
      const at = start + first;
      const whole = { ...round, maxBytes: budget, minOneBatch: true };
      results[first] = await readOne(broker, partitions[at]!, located[at]!, whole);
    }
    results.forEach((read, index) => {
      const partition = wave[index]!;
      // A first batch above the limit may have left less than the others were read under.
      const fits = !hasData || byteCountOf(read) <= Math.max(remaining, 0);
      const result = fits ? read : withoutRecords(read, partition);
      const byteCount = byteCountOf(result);
      hasData ||= byteCount > 0;
      remaining -= byteCount;
      fetched.push({ partition, located: located[start + index]!, result, byteCount });
    });
  }
  return fetched;
}

/**
 * How many partitions from `start` on fit in `remaining` bytes even if each returns all it may; at
 * least one.
 */
function waveLength(
  partitions: readonly FetchPartition[],
  start: number,
  remaining: number,
): number {
  let count = 0;
  let bytes = 0;
  for (let index = start; index < partitions.length; index++) {
    bytes += Math.min(partitions[index]!.maxBytes, Math.max(remaining, 0));
    if (count > 0 && bytes > remaining && remaining > 0) break;
    count += 1;
  }
  return count;
}

async function readOne(
  broker: Broker,
  partition: FetchPartition,
  located: Located | ErrorName,
  round: FetchRound & { readonly minOneBatch: boolean },
): Promise<ReadResult> {
  if (typeof located === "string") return failedRead(located, partition.fetchOffset);
  return readPartition(
    broker,
    located,
    {
      offset: partition.fetchOffset,
      maxBytes: Math.min(partition.maxBytes, round.maxBytes),
      minOneBatch: round.minOneBatch,
      readCommitted: round.readCommitted,
      currentLeaderEpoch: partition.currentLeaderEpoch,
      lastFetchedEpoch: partition.lastFetchedEpoch,
      watch: round.watch,
    },
    round.afterwards,
  );
}

export function byteCountOf(result: ReadResult): number {
  return result.pieces.reduce((sum, piece) => sum + piece.length, 0);
}

function withoutRecords(result: ReadResult, partition: FetchPartition): ReadResult {
  return { ...result, pieces: [], nextOffset: partition.fetchOffset };
}

/** Whether a read stopped before the end because the next batch did not fit. */
export function isCutShort({ error, nextOffset, lastStableOffset }: ReadResult): boolean {
  return error === null && nextOffset < lastStableOffset;
}
