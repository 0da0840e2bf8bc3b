/** A server that greedy clients attack, and what they send. */
import { afterAll, beforeAll, expect, test } from "vitest";

import { produce } from "../../src/protocol/messages/00-produce.ts";
import { fetch as fetchApi } from "../../src/protocol/messages/01-fetch.ts";
import { batchOfSize } from "../conformance/batches.ts";
import { Cluster } from "../conformance/cluster.ts";
import type { Partition } from "../conformance/partition.ts";
import { requestBytes } from "../fuzz/greedy-sockets.ts";
import { complaints, SAY_EVERYTHING } from "../fuzz/server-log.ts";
import { underAttack } from "../fuzz/under-attack.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";

/**
 * What clients may make the process hold is about 1.3 GB, and what they have let go of may take
 * some seconds to be collected.
 */
const MAX_RESIDENT_BYTES = 2.5 * 1024 * 1024 * 1024;
const TEST_TIMEOUT_MS = 180_000;

/** How long an attack is kept up that waits for nothing. */
export const ATTACK_MS = 3000;

/** The server of a file's tests, from the first to the last. */
export class AttackedServer {
  server!: Odradek;
  cluster!: Cluster;
  #pid = 0;

  constructor() {
    beforeAll(async () => {
      this.server = await startOdradek({ flags: SAY_EVERYTHING });
      this.cluster = new Cluster(this.server.bootstrap);
      this.#pid = this.server.workerdPid();
    });
    afterAll(async () => {
      await this.cluster.close();
      await this.server.stop();
    });
  }

  /** Declares an attack that the server has to endure. */
  endures(title: string, attack: () => Promise<void>): void {
    test(
      `[S2] ${title}`,
      async () => {
        const endurance = await underAttack(this.server, attack);
        expect(endurance.goodCalls).toBeGreaterThan(0);
        expect(endurance.peakBytes).toBeLessThan(MAX_RESIDENT_BYTES);
        expect(complaints(this.server.said())).toEqual([]);
        expect(this.server.workerdPid()).toBe(this.#pid);
      },
      TEST_TIMEOUT_MS,
    );
  }

  /** The port of the broker that leads the partition. */
  portOf({ leader }: Partition): number {
    return this.server.ports[leader.nodeId - 1]!;
  }
}

export function times<Item>(count: number, make: (index: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export function produceOf({ name }: Partition, size: number): Uint8Array {
  const partitionData = [{ index: 0, records: batchOfSize(size) }];
  return requestBytes(produce, 9, {
    acks: 1,
    timeoutMs: 30_000,
    topicData: [{ name, partitionData }],
  });
}

export function fetchOf(
  topic: string,
  partitions: readonly number[],
  others: object = {},
): Uint8Array {
  const asked = partitions.map((partition) => {
    return { partition, fetchOffset: 0, partitionMaxBytes: 50_000_000 };
  });
  return requestBytes(fetchApi, 12, {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 50_000_000,
    sessionEpoch: -1,
    topics: [{ topic, partitions: asked }],
    forgottenTopicsData: [],
    ...others,
  });
}
