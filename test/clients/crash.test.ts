/**
 * kill -9 of workerd under load, ten times over. `odradek serve` starts it again by itself; the
 * producers do what correct clients do and are never told what happened. `SEED=<number>` repeats
 * the times of the kills and what is written between them.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { initProducerId } from "../../src/protocol/messages/22-init-producer-id.ts";
import { Cluster } from "../conformance/cluster.ts";
import type { Partition } from "../conformance/partition.ts";
import { Wire } from "../conformance/wire.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";
import type { Acknowledgement, StoredRecord } from "./acknowledged-history.ts";
import { brokenPromises } from "./acknowledged-history.ts";
import { IdempotentLane } from "./idempotent-lane.ts";
import { wholeLog } from "./whole-log.ts";

const KILLS = 10;
const PRODUCERS = 4;
const PARTITIONS = 3;
const CONFIGS = { "max.message.bytes": "4000000" };

describe("a workerd that is killed under load", () => {
  const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 32));
  let odradek: Odradek;
  let acknowledged: Acknowledgement[];
  let logs: StoredRecord[][];
  let producerIds: number[];
  let retried: number;

  beforeAll(async () => {
    odradek = await startOdradek();
    // Nobody closes these connections: they are about to be killed.
    const cluster = new Cluster(odradek.bootstrap);
    const partitions = await cluster.newTopic({ partitions: PARTITIONS, configs: CONFIGS });
    producerIds = await newProducerIds(PRODUCERS);
    const lanes = lanesTo(partitions);
    const random = new SeededRandom(seed);

    const stop = new AbortController();
    const running = Promise.all(lanes.map((lane) => lane.run(stop.signal)));
    await Promise.race([running, killRepeatedly(random)]);
    stop.abort();
    await running;
    await kill(KILLS + 1);

    acknowledged = lanes.flatMap((lane) => lane.acknowledged);
    retried = lanes.reduce((sum, lane) => sum + lane.retried, 0);
    logs = await readAll(partitions[0]!.name);
    report(lanes);
  }, 120_000);
  afterAll(() => odradek?.stop());

  test("[P1, P2, L8] loses, doubles and moves nothing that it has acknowledged", () => {
    expect(brokenPromises(acknowledged, logs)).toEqual([]);
  });

  test("was killed while batches were under way, and many were sent again", () => {
    expect(acknowledged.length).toBeGreaterThan(KILLS * PRODUCERS * PARTITIONS);
    expect(retried).toBeGreaterThan(KILLS);
    for (const log of logs) {
      expect(new Set(log.map(({ producer }) => producer)).size).toBe(PRODUCERS);
    }
  });

  test("[P2] gives nobody a producer id that somebody has", async () => {
    const later = await newProducerIds(PRODUCERS);
    expect(new Set([...producerIds, ...later]).size).toBe(2 * PRODUCERS);
  });

  describe("and a history that is spoilt by one record is found out:", () => {
    /** An acknowledged record from the middle of its partition. */
    const victim = () => {
      const { partition, baseOffset } = acknowledged[Math.floor(acknowledged.length / 2)]!;
      return { log: logs[partition]!, partition, offset: baseOffset };
    };
    const spoilt = (spoil: (log: StoredRecord[], offset: number) => StoredRecord[]) => {
      const { log, partition, offset } = victim();
      return logs.with(partition, spoil(log, offset));
    };
    const renumbered = (log: StoredRecord[]) =>
      log.map((record, offset) => ({ ...record, offset }));

    test.each([
      ["lost", (log: StoredRecord[], offset: number) => log.toSpliced(offset, 1)],
      ["lost without a hole", (log, offset) => renumbered(log.toSpliced(offset, 1))],
      ["doubled", (log, offset) => renumbered(log.toSpliced(offset, 0, log[offset]!))],
      ["doubled at the end", (log, offset) => renumbered([...log, log[offset]!])],
      [
        "moved",
        (log, offset) =>
          renumbered(log.toSpliced(offset, 1).toSpliced(offset + 9, 0, log[offset]!)),
      ],
      ["the last that is lost", (log) => log.slice(0, -1)],
    ] as [string, (log: StoredRecord[], offset: number) => StoredRecord[]][])("%s", (_, spoil) => {
      expect(brokenPromises(acknowledged, spoilt(spoil))).not.toEqual([]);
    });
  });

  function lanesTo(partitions: readonly Partition[]): IdempotentLane[] {
    return producerIds.flatMap((producerId, producer) =>
      partitions.map(({ topicId, index, leader }) => {
        const address = `127.0.0.1:${odradek.ports[leader.nodeId - 1]}`;
        const random = new SeededRandom(seed + 1 + producer * PARTITIONS + index);
        const lane = { address, topicId, partition: index, producer, producerId, random };
        return new IdempotentLane(lane);
      }),
    );
  }

  async function killRepeatedly(random: SeededRandom): Promise<void> {
    for (let times = 1; times <= KILLS; times++) {
      // Sometimes before anybody has connected again, mostly in full swing.
      await sleep(random.int(50, 1_500));
      await kill(times);
    }
    await sleep(200);
  }

  /** Kills the workerd that runs and waits for the next. */
  async function kill(times: number): Promise<void> {
    process.kill(odradek.workerdPid(), "SIGKILL");
    await odradek.says("workerd is running again", times);
  }

  async function newProducerIds(count: number): Promise<number[]> {
    const wire = await Wire.open(`127.0.0.1:${odradek.ports[0]}`);
    const ids: number[] = [];
    while (ids.length < count) {
      const request = { transactionalId: null, transactionTimeoutMs: 60_000 };
      ids.push((await wire.call(initProducerId, 4, request)).producerId);
    }
    wire.close();
    return ids;
  }

  async function readAll(topic: string): Promise<StoredRecord[][]> {
    const cluster = new Cluster(odradek.bootstrap);
    const logs = await Promise.all((await cluster.settled(topic)).map(wholeLog));
    await cluster.close();
    return logs;
  }

  function report(lanes: readonly IdempotentLane[]): void {
    const records = acknowledged.reduce((sum, { recordsCount }) => sum + recordsCount, 0);
    const refusals = Object.entries(
      Object.groupBy(
        lanes.flatMap((lane) => lane.refusals),
        (name) => name,
      ),
    )
      .map(([name, all]) => `${all!.length} ${name}`)
      .join(", ");
    console.log(
      `SEED=${seed}: ${acknowledged.length} batches (${records} records) acknowledged, ` +
        `${retried} sent again, ${KILLS + 1} kills, ${logs.flat().length} records stored; ` +
        `answers to try again: ${refusals || "none"}`,
    );
  }
});
