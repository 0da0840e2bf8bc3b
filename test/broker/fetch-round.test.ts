/** What a Fetch returns of its partitions, under which limits and in which order (KIP-74). */
import { describe, expect, test } from "vitest";

import { batch } from "../log/batches.ts";
import { fetchFrom, smallCluster } from "./small-cluster.ts";

const SIZE = 200;
const EMPTY = batch({ valueSize: 0 }).length;

/** Partitions 0, 3 and 6, each with this many batches of {@link SIZE} bytes. */
async function filled(...counts: number[]) {
  const cluster = await smallCluster(9);
  for (const [index, count] of counts.entries()) {
    for (let i = 0; i < count; i++) await cluster.append(3 * index, sized(SIZE));
  }
  return cluster;
}

function sized(size: number): Uint8Array {
  const overhead = EMPTY + (size - EMPTY > 63 ? 2 : 0);
  const bytes = batch({ valueSize: size - overhead });
  expect(bytes).toHaveLength(size);
  return bytes;
}

const asked = [{ partition: 0 }, { partition: 3 }, { partition: 6 }];

describe("one round of a Fetch", () => {
  test("[BRK15] returns whole batches up to the limit of each partition", async () => {
    const cluster = await filled(3, 3);
    const limits = [
      { partition: 0, partitionMaxBytes: 2 * SIZE },
      { partition: 3, partitionMaxBytes: 2 * SIZE - 1 },
    ];
    expect(await cluster.settle(fetchFrom(cluster, limits))).toMatchObject([
      { partition: 0, size: 2 * SIZE },
      { partition: 3, size: SIZE },
    ]);
  });

  test("[BRK15] serves partitions in the order of the request under the limit of all", async () => {
    const cluster = await filled(2, 2, 2);
    const order = [{ partition: 3 }, { partition: 0 }, { partition: 6 }];
    const fetched = await cluster.settle(fetchFrom(cluster, order, { maxBytes: 3 * SIZE }));
    expect(fetched).toMatchObject([
      { partition: 3, size: 2 * SIZE },
      { partition: 0, size: SIZE },
      { partition: 6, size: 0, errorCode: 0 },
    ]);
  });

  test("[BRK15] returns one batch of the first partition that has any, whatever its size", async () => {
    const cluster = await filled(0, 2, 2);
    const fetched = await cluster.settle(fetchFrom(cluster, asked, { maxBytes: 1 }));
    expect(fetched.map(({ size }) => size)).toEqual([0, SIZE, 0]);
    const small = asked.map((each) => ({ ...each, partitionMaxBytes: 1 }));
    const again = await cluster.settle(fetchFrom(cluster, small));
    expect(again.map(({ size }) => size)).toEqual([0, SIZE, 0]);
  });

  test("[BRK15] reads partitions that fit together at the same time", async () => {
    const cluster = await filled(1, 1, 1);
    await cluster.world.runFor(1000);
    const readAll = async (maxBytes: number) => {
      const before = cluster.world.now;
      const fetched = await cluster.settle(fetchFrom(cluster, asked, { maxBytes }));
      expect(fetched.map(({ size }) => size)).toEqual([SIZE, SIZE, SIZE]);
      return cluster.world.now - before;
    };
    const oneByOne = await readAll(2 << 19);
    expect(await readAll(3 << 20)).toBeLessThan(oneByOne);
  });

  test("[BRK16] says of a partition that another broker leads who does", async () => {
    const cluster = await filled(1);
    const fetched = await cluster.settle(fetchFrom(cluster, [{ partition: 1 }, { partition: 0 }]));
    expect(fetched).toMatchObject([
      { partition: 1, errorCode: 6, size: 0 },
      { partition: 0, errorCode: 0, size: SIZE },
    ]);
  });

  test("[BRK16] says to who fetches as a replica that it is none", async () => {
    const cluster = await filled(1);
    const errorsTo = async (replicaId: number) => {
      const both = { replicaId, replicaState: { replicaId, replicaEpoch: 0 } };
      const fetched = await cluster.settle(fetchFrom(cluster, [{ partition: 0 }], both));
      return fetched.map(({ errorCode, size }) => [errorCode, size]);
    };
    expect(await errorsTo(2)).toEqual([[6, 0]]);
    expect(await errorsTo(-2)).toEqual([[0, SIZE]]);
  });

  test("[BRK15] under a limit below nothing returns one batch, and takes no memory", async () => {
    const cluster = await filled(2);
    const { answers } = cluster.broker.memory;
    const free = answers.free;
    const fetched = fetchFrom(cluster, [{ partition: 0 }], { maxBytes: -2_147_483_648 });
    await cluster.world.runFor(0);
    expect(answers.free).toBeLessThanOrEqual(free);
    expect(await cluster.settle(fetched)).toMatchObject([{ size: SIZE }]);
    expect(answers.free).toBe(free);
  });
});
