/**
 * Reading one partition through a gateway: from the tail in memory when it reaches back far enough,
 * from what was read ahead, or from the leader, which then also watches for this gateway if the
 * read comes to the end.
 */

import { NO_LEADER } from "../controller/records.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { isRefusal, type ReadCall, type ReadResult } from "../replication/replica-calls.ts";
import type { Broker, Located } from "./broker.ts";
import type { Afterwards } from "./handler.ts";
import type { Tail } from "./tails.ts";

export type PartitionRead = Omit<ReadCall, "watcher"> & {
  /** Whether the reader waits at the end or comes again: the partition is then watched. */
  readonly watch: boolean;
};

/**
 * Reads; errors are in the result. Byte arrays in it are never changed by anyone. With `afterwards`
 * the reader's next read may be made while it works on this one.
 */
export async function readPartition(
  broker: Broker,
  located: Located,
  read: PartitionRead,
  afterwards?: Afterwards,
): Promise<ReadResult> {
  const { topicId } = located.topic;
  const tail = broker.tails.get(topicId, located.partition);
  const known = tail && readTail(broker, tail, read);
  if (known) return known;
  if (!afterwards) return readLeader(broker, located, read);
  return broker.readAhead.read(located, read, afterwards);
}

/** An answer from memory, or undefined when only the leader can answer. */
function readTail(broker: Broker, tail: Tail, read: PartitionRead): ReadResult | undefined {
  const { position } = tail;
  const now = broker.ports.clock.now();
  if (!position || tail.isSilent(now)) return undefined;
  if (read.currentLeaderEpoch !== -1 && read.currentLeaderEpoch !== position.leaderEpoch)
    return undefined;
  if (read.lastFetchedEpoch !== -1) return undefined;
  if (read.readCommitted && position.lastStableOffset !== position.highWatermark) return undefined;
  const batches = tail.read(read.offset, read.maxBytes, read.minOneBatch);
  if (!batches) return undefined;
  tail.lastReadAt = now;
  return {
    ...position,
    error: null,
    pieces: batches.pieces,
    nextOffset: batches.nextOffset,
    divergingEpoch: null,
    watching: true,
  };
}

/** Asks the leader, as {@link readPartition} does where memory has no answer. */
export async function readLeader(
  broker: Broker,
  located: Located,
  read: PartitionRead,
): Promise<ReadResult> {
  const { topic, partition, state } = located;
  if (state.leader === NO_LEADER) return failedRead("LEADER_NOT_AVAILABLE", read.offset);
  const { watch, ...call } = read;
  const { clock, gatewayName } = broker.ports;
  const tail = watch ? broker.tails.open(topic.topicId, partition, clock.now()) : null;
  try {
    const answer = await broker
      .leader(located)
      .read({ ...call, watcher: watch ? gatewayName : null });
    if (isRefusal(answer)) {
      broker.refused(topic.topicId, partition);
      return failedRead(answer.refused, read.offset);
    }
    if (tail && answer.watching)
      broker.tails.opened(topic.topicId, partition, tail, answer, clock.now());
    else if (tail && !tail.position) broker.tails.close(topic.topicId, partition);
    return answer;
  } catch {
    broker.refused(topic.topicId, partition);
    return failedRead("NOT_LEADER_OR_FOLLOWER", read.offset);
  }
}

/** The result of a read that could not be made. */
export function failedRead(error: ErrorName, offset: number): ReadResult {
  return {
    error,
    pieces: [],
    nextOffset: offset,
    leaderEpoch: -1,
    logStartOffset: -1,
    highWatermark: -1,
    lastStableOffset: -1,
    divergingEpoch: null,
    watching: false,
  };
}
