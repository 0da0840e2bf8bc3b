/**
 * The moment at which a wake-up is lost most easily, over and over: readers come to the end of a
 * partition while something is appended to it. Here nothing breaks; a gateway forgets its tails
 * before each round, or its clock jumps, so that all of them are opened anew.
 */
import { fetchHandler } from "../../src/broker/handlers/01-fetch.ts";
import { batchHeaders, lastOffsetAt } from "../../src/protocol/records/batch-header.ts";
import { MAX_PUSH_BYTES } from "../../src/replication/tail-pusher.ts";
import { fetchRequest, openConnection } from "../broker/fetch-requests.ts";
import { requestContext } from "../broker/request-context.ts";
import { batch } from "../log/batches.ts";
import { Cluster, gatewayName } from "./cluster.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { World } from "./world.ts";

const PARTITION_COUNT = 4;
const READERS_AT = 1;
const WRITER_AT = 2;
const MAX_WAIT_MS = 60_000;

interface Reader {
  readonly next: Map<number, number>;
  readonly connection: ReturnType<typeof openConnection>;
}

/** Plays this many rounds; a reader that is not told in time is an error. */
export async function playOpenings(seed: number, roundCount: number): Promise<void> {
  const openings = new Openings(seed);
  await openings.begin();
  for (let round = 0; round < roundCount; round++) await openings.play(round);
}

class Openings {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #cluster: Cluster;
  readonly #maxDelayMs: number;
  readonly #ends = new Map<number, number>();

  constructor(seed: number) {
    this.#world = new World(seed);
    this.#random = this.#world.random;
    this.#maxDelayMs = this.#random.pick([2, 10]);
    this.#cluster = new Cluster(this.#world, {
      maxDelayMs: this.#maxDelayMs,
      maxDiskLatencyMs: this.#random.pick([0, 5]),
      fate: () => "made",
    });
  }

  async begin(): Promise<void> {
    const { controller } = this.#cluster.gateway(WRITER_AT).broker.ports;
    const assignments = Array.from({ length: PARTITION_COUNT }, (_, partitionIndex) => ({
      partitionIndex,
      brokerIds: [READERS_AT],
    }));
    const topic = { name: "topic", numPartitions: -1, replicationFactor: -1, assignments };
    void controller.createTopics([{ ...topic, configs: [] }], false);
    await this.#world.runFor(1000);
    for (let partition = 0; partition < PARTITION_COUNT; partition++) {
      this.#begin(this.#append(partition));
    }
    await this.#world.runFor(1000);
  }

  /** Readers and appends at the same time; after a while every reader has everything. */
  async play(round: number): Promise<void> {
    const random = this.#random;
    if (random.chance(0.7)) this.#cluster.crash(gatewayName(READERS_AT));
    else if (random.chance(0.5)) this.#world.clockJumpMs += 65_000;
    const window = 6 * this.#maxDelayMs;
    const readers = Array.from({ length: random.int(1, 4) }, () => this.#newReader());
    for (const reader of readers) {
      this.#world.after(random.int(0, window), () => this.#begin(this.#read(reader)));
    }
    for (let count = random.int(1, 2); count > 0; count--) {
      const partition = random.int(0, PARTITION_COUNT - 1);
      this.#world.after(random.int(0, 2 * window), () => this.#begin(this.#append(partition)));
    }
    await this.#world.runFor(60 * this.#maxDelayMs);
    for (const { next, connection } of readers) {
      for (const [partition, offset] of next) {
        const end = this.#ends.get(partition)!;
        if (offset === end) continue;
        throw new Error(`A reader waits at ${offset} of ${end} in round ${round}.`);
      }
      connection.close();
    }
    await this.#world.runFor(1);
  }

  #begin(work: Promise<void>): void {
    work.catch((error: Error) => this.#world.fail(error));
  }

  /** A reader of some partitions, which may have something left to read before the end. */
  #newReader(): Reader {
    const random = this.#random;
    const next = new Map<number, number>();
    while (next.size === 0) {
      for (const [partition, end] of this.#ends) {
        const behind = random.chance(0.2) ? random.int(0, Math.min(end, 3)) : 0;
        if (random.chance(0.6)) next.set(partition, end - behind);
      }
    }
    return { next, connection: openConnection() };
  }

  async #read({ next, connection }: Reader): Promise<void> {
    const { broker } = this.#cluster.gateway(READERS_AT);
    const context = requestContext(broker, 12, { connection });
    while (!connection.isClosed) {
      const asked = [...next].map(([partition, fetchOffset]) => ({ partition, fetchOffset }));
      const request = fetchRequest(asked, { maxWaitMs: MAX_WAIT_MS });
      const response = (await fetchHandler.handle(request, context))!;
      for (const { partitionIndex, errorCode, records } of response.responses[0]!.partitions) {
        if (errorCode !== 0) throw new Error(`A reader got error ${errorCode}.`);
        for (const { position } of batchHeaders(records as Uint8Array)) {
          next.set(partitionIndex, lastOffsetAt(records as Uint8Array, position) + 1);
        }
      }
    }
  }

  async #append(partition: number): Promise<void> {
    const { broker } = this.#cluster.gateway(WRITER_AT);
    await broker.routes.load([{ name: "topic" }]);
    const located = broker.locate({ name: "topic" }, partition);
    if (typeof located === "string") throw new Error(located);
    const valueSize = this.#random.chance(0.1) ? MAX_PUSH_BYTES : 8;
    const { error, lastOffset } = await broker.append(located, batch({ valueSize }), 9);
    if (error !== null) throw new Error(error);
    this.#ends.set(partition, lastOffset + 1);
  }
}
