/** Reading ahead for readers that go through a log, over a cluster in a simulated world. */
import { describe, expect, test } from "vitest";

import { deleteRecordsHandler } from "../../src/broker/handlers/21-delete-records.ts";
import { batch } from "../log/batches.ts";
import { requestContext } from "./request-context.ts";
import { fetchFrom, smallCluster } from "./small-cluster.ts";

/** Two of these do not fit into one read. */
const BATCH_BYTES = 100_000;
const READ_BYTES = 120_000;

/** A cluster with a partition of so many large batches, and a reader that is told of each read. */
async function logOf(batches: number) {
  const cluster = await smallCluster(1);
  for (let i = 0; i < batches; i++) await cluster.append(0, batch({ valueSize: BATCH_BYTES }));
  const reads = () => cluster.cluster.network.sent.get("read") ?? 0;
  const fetchAt = async (fetchOffset: number) => {
    const asked = [{ partition: 0, fetchOffset, partitionMaxBytes: READ_BYTES }];
    const [fetched] = await cluster.settle(fetchFrom(cluster, asked));
    return fetched!;
  };
  /** Reads one batch, and leaves time to read ahead. */
  const readAt = async (fetchOffset: number) => {
    const { size, errorCode } = await fetchAt(fetchOffset);
    expect([errorCode, size > BATCH_BYTES && size < 2 * BATCH_BYTES]).toEqual([0, true]);
    await cluster.world.runFor(50);
  };
  return { ...cluster, reads, fetchAt, readAt };
}

describe("reading ahead", () => {
  test("[BRK75] begins with the second read that goes on where one was cut short", async () => {
    const { readAt, reads } = await logOf(6);
    const made = [];
    for (const offset of [0, 1, 2, 3]) {
      await readAt(offset);
      made.push(reads());
    }
    expect(made).toEqual([1, 3, 4, 5]);
  });

  test("[BRK75] reads the end of the log from its leader", async () => {
    const { append, fetchAt, readAt } = await logOf(3);
    for (const offset of [0, 1]) await readAt(offset);
    await append(0, batch({ valueSize: 10 }));
    const { size } = await fetchAt(2);
    expect(size).toBeGreaterThan(BATCH_BYTES + 10);
  });

  test("[BRK75] is forgotten after a second, with its share of memory", async () => {
    const { broker, readAt, reads, world } = await logOf(6);
    for (const offset of [0, 1]) await readAt(offset);
    expect([reads(), broker.memory.answers.used]).toEqual([3, READ_BYTES]);
    await world.runFor(1000);
    expect(broker.memory.answers.used).toBe(0);
    await readAt(2);
    expect(reads()).toBe(4);
  });

  test("[BRK75] is not done for want of memory", async () => {
    const { broker, readAt, reads } = await logOf(6);
    broker.memory.answers.hold(broker.memory.answers.free - READ_BYTES / 2, () => {});
    for (const offset of [0, 1, 2]) await readAt(offset);
    expect(reads()).toBe(3);
  });

  test("[BRK75] tells nothing of what was deleted", async () => {
    const { broker, fetchAt, readAt, settle } = await logOf(6);
    for (const offset of [0, 1]) await readAt(offset);
    const partitions = [{ partitionIndex: 0, offset: 4 }];
    const request = { timeoutMs: 1000, topics: [{ name: "topic", partitions }] };
    await settle(deleteRecordsHandler.handle(request, requestContext(broker, 2)));
    expect(await fetchAt(2)).toMatchObject({ errorCode: 1 });
  });
});
