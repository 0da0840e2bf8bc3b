/** The loop of `odradek console-consumer`: takes records and writes them until it is to end. */
import type { FetchedBatch } from "../../client/consumer/fetched-batches.ts";
import type { TopicPartition } from "../../client/topic-partition.ts";
import { partitionName } from "../../client/topic-partition.ts";
import type { RecordOutput } from "../record-output.ts";
import type { RecordFormatter } from "./record-formatter.ts";

/** Where records come from: a member of a group, or a consumer on its own. */
export interface RecordSource {
  poll(timeoutMs: number): Promise<FetchedBatch[]>;
  seek(partition: TopicPartition, offset: number): void;
}

export interface ConsumeOptions {
  /** Infinity for no end. */
  readonly maxMessages: number;
  /** How long no record may come before it ends; Infinity for no end. */
  readonly timeoutMs: number;
  readonly skipMessageOnError: boolean;
  /** Ends it when aborted. */
  readonly signal: AbortSignal;
}

/** Aborting is noticed at least so often. */
const POLL_MS = 200;

/** Writes records; resolves with how many there were. */
export async function consume(
  source: RecordSource,
  format: RecordFormatter,
  output: RecordOutput,
  options: ConsumeOptions,
): Promise<number> {
  const { maxMessages, timeoutMs, signal } = options;
  let count = 0;
  let lastMs = Date.now();
  const isOver = () => count >= maxMessages || signal.aborted || !output.isOpen;
  while (!isOver()) {
    const left = timeoutMs - (Date.now() - lastMs);
    if (left < 0) {
      console.error(`No record came within ${timeoutMs} ms.`);
      break;
    }
    const batches = await source.poll(Math.min(left, POLL_MS));
    if (batches.length === 0) continue;
    const records = recordsOf(batches);
    for (let next = records.next(); !next.done; next = records.next()) {
      const { batch, record } = next.value;
      if (isOver()) {
        giveBack(source, next.value, records);
        break;
      }
      count++;
      write(format, output, { batch, record }, options);
      if (output.isFull) await output.flush();
    }
    await output.flush();
    lastMs = Date.now();
  }
  if (!output.isOpen) console.error("Unable to write to standard out, closing consumer.");
  return count;
}

interface PlacedRecord {
  readonly batch: FetchedBatch;
  readonly record: FetchedBatch["records"][number];
}

function* recordsOf(batches: readonly FetchedBatch[]): Generator<PlacedRecord, void, undefined> {
  for (const batch of batches) for (const record of batch.records) yield { batch, record };
}

function write(
  format: RecordFormatter,
  output: RecordOutput,
  { record, batch }: PlacedRecord,
  { skipMessageOnError }: ConsumeOptions,
): void {
  try {
    format(record, batch, (bytes) => output.write(bytes));
  } catch (error) {
    if (!skipMessageOnError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`Error processing message, skipping this message: ${reason}`);
  }
}

/** Has the group's position stay before the records that were fetched and not written. */
function giveBack(source: RecordSource, first: PlacedRecord, others: Iterable<PlacedRecord>): void {
  const unconsumed = new Map<string, PlacedRecord>();
  for (const placed of [first, ...others]) {
    const name = partitionName(placed.batch);
    if (!unconsumed.has(name)) unconsumed.set(name, placed);
  }
  for (const { batch, record } of unconsumed.values()) source.seek(batch, record.offset);
}
