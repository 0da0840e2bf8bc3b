/** Where a reader begins, as an offset: ends of the log and times are looked up at the leader. */
import { askLeader } from "../broker/ask-leader.ts";
import type { Broker, Located } from "../broker/broker.ts";
import type { ErrorName } from "../protocol/errors.ts";
import type { Start } from "./record-parameters.ts";

/** Kafka's special timestamps of ListOffsets. */
const LATEST = -1;
const EARLIEST = -2;

export interface StartOffset {
  readonly error: ErrorName | null;
  readonly offset: number;
}

/** The offset to read from. A time after the last record is the log's end: readers wait for it. */
export async function startOffset(
  broker: Broker,
  located: Located,
  start: Start,
): Promise<StartOffset> {
  const { offset, timestamp } = start;
  if (typeof offset === "number") return { error: null, offset };
  if (timestamp === undefined) {
    return offsetAt(broker, located, offset === "earliest" ? EARLIEST : LATEST);
  }
  const found = await offsetAt(broker, located, timestamp);
  return found.error === null && found.offset === -1 ? offsetAt(broker, located, LATEST) : found;
}

async function offsetAt(broker: Broker, located: Located, timestamp: number): Promise<StartOffset> {
  const call = { timestamp, readCommitted: false, currentLeaderEpoch: -1 };
  const answer = await askLeader(broker, located, (leader) => leader.listOffsets(call));
  return typeof answer === "string" ? { error: answer, offset: -1 } : answer;
}
