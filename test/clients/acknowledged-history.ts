/**
 * What producers were told, held against what the log says in the end. An acknowledgement is a
 * promise about a batch: its records are at these offsets, once, in the producer's order. What was
 * sent and never acknowledged may be there or not.
 */

/** A batch that the broker has acknowledged. */
export interface Acknowledgement {
  readonly partition: number;
  readonly producer: number;
  /** The sequence number of the batch's first record, which counts in this partition alone. */
  readonly baseSequence: number;
  readonly recordsCount: number;
  readonly baseOffset: number;
}

/** A record that was read back; its value names its producer and its sequence number. */
export interface StoredRecord {
  readonly offset: number;
  readonly producer: number;
  readonly sequence: number;
}

/** The log of each partition, by its index, in the order in which it was read. */
export type StoredLogs = readonly (readonly StoredRecord[])[];

/** Every broken promise, as sentences. None: nothing acknowledged was lost, doubled or moved. */
export function brokenPromises(
  acknowledged: readonly Acknowledgement[],
  logs: StoredLogs,
): string[] {
  return [
    ...logs.flatMap((log, partition) => [...holes(log, partition), ...disorder(log, partition)]),
    ...acknowledged.flatMap((promise) => broken(promise, logs[promise.partition] ?? [])),
  ];
}

/** Offsets run from 0 on: no record was compacted, none aborted. */
function holes(log: readonly StoredRecord[], partition: number): string[] {
  return log.flatMap(({ offset }, index) => {
    return offset === index ? [] : [`Partition ${partition} has offset ${offset} at ${index}.`];
  });
}

/** Each producer's sequence numbers run from 0 on: a gap is a loss, a repetition a duplicate. */
function disorder(log: readonly StoredRecord[], partition: number): string[] {
  const next = new Map<number, number>();
  return log.flatMap(({ producer, sequence, offset }) => {
    const expected = next.get(producer) ?? 0;
    next.set(producer, sequence + 1);
    if (sequence === expected) return [];
    return [
      `Partition ${partition} has at offset ${offset} record ${sequence} of producer ${producer}, ` +
        `where ${expected} should be.`,
    ];
  });
}

function broken(promise: Acknowledgement, log: readonly StoredRecord[]): string[] {
  const { partition, producer, baseSequence, recordsCount, baseOffset } = promise;
  for (let index = 0; index < recordsCount; index++) {
    const found = log[baseOffset + index];
    if (found?.producer === producer && found.sequence === baseSequence + index) continue;
    const what = `record ${baseSequence + index} of producer ${producer}`;
    return [`Partition ${partition} lacks ${what} at its offset ${baseOffset + index}.`];
  }
  return [];
}
