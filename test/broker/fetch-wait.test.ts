/** How long a Fetch waits, and what ends its wait. */
import { describe, expect, test } from "vitest";

import { fetchHandler } from "../../src/broker/handlers/01-fetch.ts";
import { batch } from "../log/batches.ts";
import { fetchRequest, openConnection } from "./fetch-requests.ts";
import { requestContext } from "./request-context.ts";
import { fetchFrom, smallCluster, type SmallCluster } from "./small-cluster.ts";

const WAIT_MS = 30_000;
const SIZE = batch().length;

/** A Fetch that has been waiting for a second. */
async function begun(
  cluster: SmallCluster,
  { minBytes = 1, partitions = [0], connection = openConnection() },
) {
  const { world } = cluster;
  const began = world.now;
  const asked = partitions.map((partition) => ({ partition }));
  const limits = { maxWaitMs: WAIT_MS, minBytes };
  const answer = fetchFrom(cluster, asked, limits, connection).then((fetched) => ({
    sizes: fetched.map(({ size }) => size),
    took: world.now - began,
  }));
  await world.runFor(1000);
  return { answer };
}

describe("a Fetch at the end of its partitions", () => {
  test("[BRK17] waits as long as it may, and no longer", async () => {
    const cluster = await smallCluster(1);
    const { answer } = await begun(cluster, {});
    const { sizes, took } = await cluster.settle(answer);
    expect(sizes).toEqual([0]);
    expect(took).toBeGreaterThanOrEqual(WAIT_MS);
    expect(took).toBeLessThan(WAIT_MS + 10);
  });

  test("[BRK17] is answered as soon as something is appended to one of them", async () => {
    const cluster = await smallCluster(7);
    const { answer } = await begun(cluster, { partitions: [0, 3, 6] });
    const before = cluster.world.now;
    await cluster.append(3, batch());
    const { sizes } = await cluster.settle(answer);
    expect(sizes).toEqual([0, SIZE, 0]);
    expect(cluster.world.now - before).toBeLessThan(50);
  });

  test("[BRK17] waits for minBytes over all of them", async () => {
    const cluster = await smallCluster(4);
    const { answer } = await begun(cluster, { partitions: [0, 3], minBytes: 3 * SIZE });
    let isAnswered = false;
    void answer.then(() => (isAnswered = true));
    await cluster.append(0, batch());
    await cluster.append(3, batch());
    await cluster.world.runFor(1000);
    expect(isAnswered).toBe(false);
    await cluster.append(0, batch());
    expect((await cluster.settle(answer)).sizes).toEqual([2 * SIZE, SIZE]);
  });

  test("[BRK17] ends its wait when the connection does", async () => {
    const cluster = await smallCluster(1);
    const connection = openConnection();
    const { answer } = await begun(cluster, { connection });
    connection.close();
    expect((await cluster.settle(answer)).took).toBeLessThan(3000);
  });

  test("[BRK17] ends its wait with an error when the topic is deleted", async () => {
    const cluster = await smallCluster(1);
    const partitions = [{ partition: 0 }];
    const answer = fetchFrom(cluster, partitions, { maxWaitMs: WAIT_MS });
    await cluster.world.runFor(1000);
    const { topicId, broker } = cluster;
    await cluster.settle(broker.ports.controller.deleteTopics([{ name: null, topicId }]));
    expect(await cluster.settle(answer)).toMatchObject([{ errorCode: 3, size: 0 }]);
    expect(cluster.world.now).toBeLessThan(5000);
  });
});

describe("a Fetch that has less than minBytes", () => {
  test("[BRK18] is answered at once when the next batch is there but does not fit", async () => {
    const cluster = await smallCluster(1);
    await cluster.append(0, batch());
    await cluster.append(0, batch({ valueSize: 5000 }));
    const asked = [{ partition: 0, partitionMaxBytes: 1000 }];
    const before = cluster.world.now;
    const answer = fetchFrom(cluster, asked, { maxWaitMs: WAIT_MS, minBytes: 500 });
    expect(await cluster.settle(answer)).toMatchObject([{ size: SIZE }]);
    expect(cluster.world.now - before).toBeLessThan(50);
  });
});

test("[BRK19] a waiting Fetch makes no call, however long the partition is silent", async () => {
  const cluster = await smallCluster(1);
  const { answer } = await begun(cluster, {});
  const sent = new Map(cluster.cluster.network.sent);
  await cluster.settle(answer);
  expect(cluster.cluster.network.sent).toEqual(sent);
});

test("[BRK19] who asks again and again in a session is served from memory", async () => {
  const cluster = await smallCluster(1);
  const { append, broker, settle } = cluster;
  const reads = () => cluster.cluster.network.sent.get("read") ?? 0;
  const context = requestContext(broker, 12);
  const ask = (sessionId: number, sessionEpoch: number) => {
    const request = fetchRequest(sessionEpoch === 0 ? [{ partition: 0 }] : [], {
      sessionId,
      sessionEpoch,
      ...(sessionEpoch > 0 && { topics: [] }),
    });
    return settle(fetchHandler.handle(request, context));
  };
  const { sessionId } = (await ask(0, 0))!;
  await ask(sessionId!, 1);
  const before = reads();
  expect((await ask(sessionId!, 2))!.responses).toEqual([]);
  await append(0, batch());
  await cluster.world.runFor(50);
  const [topic] = (await ask(sessionId!, 3))!.responses;
  expect(topic!.partitions[0]!.records).toHaveLength(SIZE);
  expect(reads()).toBe(before);
});
