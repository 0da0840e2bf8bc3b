/** The order of batches on their way to a leader, whatever happens to some of them. */
import { describe, expect, test } from "vitest";

import { PartitionQueue } from "../../src/client/producer/partition-queue.ts";

const BATCH_SIZE = 10;

/** A queue with one full batch for each of these names. */
function queueOf(...names: string[]): PartitionQueue {
  const queue = new PartitionQueue("t", 0);
  for (const name of names) {
    const record = { timestamp: 0, key: null, value: Buffer.from(name), headers: [] };
    queue.add(record, BATCH_SIZE, BATCH_SIZE);
  }
  return queue;
}

const nameOf = ({ records }: { records: readonly { value: Uint8Array | null }[] }) =>
  Buffer.from(records[0]!.value!).toString();
const isReady = (queue: PartitionQueue) => queue.readyAt(BATCH_SIZE, 5) <= Date.now();

describe("a batch", () => {
  test("is ready when it is full, or when its first record has lingered", () => {
    const queue = new PartitionQueue("t", 0);
    const record = { timestamp: 0, key: null, value: null, headers: [] };
    expect(queue.readyAt(BATCH_SIZE, 1_000)).toBe(Infinity);
    expect(queue.add(record, 4, BATCH_SIZE)).toBe(false);
    expect(queue.readyAt(BATCH_SIZE, 1_000)).toBeGreaterThan(Date.now() + 900);
    expect(queue.readyAt(BATCH_SIZE, 0)).toBeLessThanOrEqual(Date.now());
    expect(queue.add(record, 6, BATCH_SIZE)).toBe(true);
    expect(queue.readyAt(BATCH_SIZE, 1_000)).toBe(0);
  });

  test("takes no record that would make it too large: a new one begins", () => {
    const queue = new PartitionQueue("t", 0);
    const record = { timestamp: 0, key: null, value: null, headers: [] };
    queue.add(record, 6, BATCH_SIZE);
    expect(queue.add(record, 6, BATCH_SIZE)).toBe(true);
    expect(queue.take(false).records).toHaveLength(1);
    expect(queue.take(false).records).toHaveLength(1);
  });

  test("keeps the sequence number with which it was sent first", () => {
    const queue = queueOf("a", "b");
    const [a, b] = [queue.take(true), queue.take(true)];
    expect([a.baseSequence, b.baseSequence]).toEqual([0, 1]);
    queue.retry(b);
    queue.retry(a);
    expect([queue.take(true).baseSequence, queue.take(true).baseSequence]).toEqual([0, 1]);
  });
});

describe("what has to be sent again", () => {
  test("goes before what is newer, in its order, once nothing is in flight", () => {
    const queue = queueOf("a", "b", "c", "d");
    const [a, b, c] = [queue.take(false), queue.take(false), queue.take(false)];
    queue.retry(b);
    expect(isReady(queue)).toBe(false);
    queue.retry(a);
    expect(isReady(queue)).toBe(false);
    queue.settle(c);
    expect(isReady(queue)).toBe(true);
    expect([queue.take(false), queue.take(false), queue.take(false)].map(nameOf)).toEqual([
      "a",
      "b",
      "d",
    ]);
  });

  test("is the oldest as long as nothing older is on its way", () => {
    const queue = queueOf("a", "b");
    const [a, b] = [queue.take(true), queue.take(true)];
    expect([queue.isOldest(a), queue.isOldest(b)]).toEqual([true, false]);
    queue.settle(a);
    expect(queue.isOldest(b)).toBe(true);
  });

  test("counts from 0 again for a new producer id", () => {
    const queue = queueOf("a", "b");
    queue.settle(queue.take(true));
    queue.retry(queue.take(true));
    queue.resetSequences();
    expect(queue.take(true).baseSequence).toBe(0);
  });
});

test("what has waited for too long is taken out", () => {
  const queue = queueOf("a", "b");
  expect(queue.takeExpired(Date.now() - 1_000)).toEqual([]);
  expect(queue.takeExpired(Date.now() + 1).map(nameOf)).toEqual(["a", "b"]);
  expect(queue.isEmpty).toBe(true);
});
