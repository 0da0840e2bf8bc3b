/**
 * Purgatory for Fetches: waits until the tails of the partitions have grown by enough bytes, one of
 * them was lost, the time is over, or the client has gone. Whoever waited looks again.
 */
import type { Broker } from "./broker.ts";
import type { FetchedPartition } from "./fetch-round.ts";
import type { ConnectionContext } from "./handler.ts";
import type { Tail } from "./tails.ts";

export interface FetchWait {
  readonly missingBytes: number;
  readonly remainingMs: number;
  readonly connection: ConnectionContext;
}

export function fetchWait(
  broker: Broker,
  fetched: readonly FetchedPartition[],
  { missingBytes, remainingMs, connection }: FetchWait,
): Promise<void> {
  const waits = tailsOf(broker, fetched);
  if (!waits) return Promise.resolve();
  return new Promise((resolve) => {
    const leave: (() => void)[] = [];
    const end = () => {
      for (const undo of leave.splice(0)) undo();
      resolve();
    };
    const look = () => {
      if (hasGrownBy(waits, missingBytes)) end();
    };
    for (const { tail } of waits) leave.push(tail.listen(look));
    leave.push(broker.ports.timers.after(remainingMs, end), connection.onClose(end));
    look();
  });
}

interface WaitAtTail {
  readonly tail: Tail;
  /** The tail's byte counter when the wait began. */
  readonly appendedBytes: number;
  readonly highWatermark: number;
}

/** The tails to wait at; null when one that was watched is gone already, and nobody would tell. */
function tailsOf(broker: Broker, fetched: readonly FetchedPartition[]): WaitAtTail[] | null {
  const waits: WaitAtTail[] = [];
  for (const { located, partition, result } of fetched) {
    if (typeof located === "string") continue;
    const tail = broker.tails.get(located.topic.topicId, partition.partition);
    if (!tail && result.watching) return null;
    if (!tail) continue;
    const { appendedBytes } = tail;
    waits.push({ tail, appendedBytes, highWatermark: result.highWatermark });
  }
  return waits;
}

/** A tail that was dropped, or that moved between the read and the wait, counts as grown enough. */
function hasGrownBy(waits: readonly WaitAtTail[], missingBytes: number): boolean {
  let grown = 0;
  for (const { tail, appendedBytes, highWatermark } of waits) {
    if (!tail.position) return true;
    const moved = tail.position.highWatermark > highWatermark;
    if (moved && tail.appendedBytes === appendedBytes) return true;
    grown += tail.appendedBytes - appendedBytes;
  }
  return grown >= missingBytes;
}
