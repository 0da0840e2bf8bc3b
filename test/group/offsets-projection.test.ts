import { describe, expect, test } from "vitest";

import { GroupStore } from "../../src/group/group-store.ts";
import { OffsetsProjection, type ProjectionAppend } from "../../src/group/offsets-projection.ts";
import { decodeCoordinatorRecord } from "../../src/protocol/coordinator-records.ts";
import { readBatchHeader } from "../../src/protocol/records/batch-header.ts";
import { decodeRecords } from "../../src/protocol/records/decode.ts";
import { World } from "../simulation/world.ts";
import { NodeSql } from "../support/node-sql.ts";

const TOPIC_ID = "AAAAAAAAAAAAAAAAAAAAAQ";
const OTHER_TOPIC_ID = "AAAAAAAAAAAAAAAAAAAAAg";

/** A store, its projection, and a topic that does as it is told. */
class ProjectionInWorld {
  readonly world = new World(1);
  readonly store: GroupStore;
  projection: OffsetsProjection;
  /** Every batch that was sent, whatever became of it. */
  readonly sent: Uint8Array[] = [];
  /** What the topic answers next; it accepts what it is told nothing about. */
  readonly answers: (ProjectionAppend | Error)[] = [];
  topicId = TOPIC_ID;
  #nextProducerId = 7000;
  readonly #timers: (() => void)[] = [];

  constructor() {
    this.store = new GroupStore(new NodeSql());
    this.projection = this.#newProjection();
  }

  commit(partition: number, offset: number | null): void {
    const key = { group: "group", topic: "orders", partition };
    const value = offset === null ? null : { ...COMMITTED, offset };
    this.projection.project(this.store.append([{ type: "OffsetCommit", key, value }]));
  }

  /** The coordinator ends, and another one goes on from its disk. */
  restart(): void {
    for (const cancel of this.#timers.splice(0)) cancel();
    this.projection = this.#newProjection();
    this.projection.resume(this.store.stored());
  }

  /** The offsets in a batch, by partition. */
  offsets(batch: Uint8Array): [partition: number, offset: number | null][] {
    return decodeRecords(batch, readBatchHeader(batch, 0)).map(({ key, value }) => {
      const record = decodeCoordinatorRecord(key!, value);
      if (record?.type !== "OffsetCommit") throw new Error("It commits an offset.");
      return [record.key.partition, record.value?.offset ?? null];
    });
  }

  #newProjection(): OffsetsProjection {
    return new OffsetsProjection(this.store, {
      groupId: "group",
      now: () => this.world.clock(),
      after: (delayMs, run) => {
        const cancel = this.world.after(delayMs, run);
        this.#timers.push(cancel);
        return cancel;
      },
      allocateProducerId: () => Promise.resolve(this.#nextProducerId++),
      appendToOffsetsTopic: (batch) => {
        this.sent.push(batch);
        const answer = this.answers.shift() ?? { topicId: this.topicId, error: null };
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
      onCaughtUp: () => {},
    });
  }
}

const COMMITTED = {
  leaderEpoch: -1,
  metadata: "",
  commitTimestamp: 0,
  expireTimestamp: -1,
  topicId: TOPIC_ID,
};

const BROKEN = new Error("The connection was lost.");

describe("the projection", () => {
  test("[GRP98] sends what was stored, in its order, and of one key the last", async () => {
    const group = new ProjectionInWorld();
    group.commit(0, 1);
    group.commit(1, 1);
    group.commit(0, 2);
    await group.world.runFor(3000);
    expect(group.sent.map((batch) => group.offsets(batch))).toEqual([
      [
        [1, 1],
        [0, 2],
      ],
    ]);
    expect(group.projection.isCaughtUp).toBe(true);
  });

  test("[GRP98] keeps a tombstone until the topic has it, and no longer", async () => {
    const group = new ProjectionInWorld();
    group.commit(0, 1);
    await group.world.runFor(3000);
    group.commit(0, null);
    expect(group.store.stored()).toHaveLength(1);
    await group.world.runFor(3000);
    expect(group.offsets(group.sent[1]!)).toEqual([[0, null]]);
    expect(group.store.stored()).toEqual([]);
  });

  test("[GRP99] sends a batch whose fate is not known again as it is, before what came later", async () => {
    const group = new ProjectionInWorld();
    group.answers.push(BROKEN, { topicId: TOPIC_ID, error: "NOT_LEADER_OR_FOLLOWER" });
    group.commit(0, 1);
    await group.world.runFor(2000);
    group.commit(0, 2);
    group.commit(1, 5);
    await group.world.runFor(5000);
    const [first, second, third, fourth] = group.sent;
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expect(group.offsets(first!)).toEqual([[0, 1]]);
    expect(group.offsets(fourth!)).toEqual([
      [0, 2],
      [1, 5],
    ]);
    expect(readBatchHeader(fourth!, 0)).toMatchObject({ producerId: 7000, baseSequence: 1 });
  });

  test("[GRP99] goes on in a new epoch after a restart, with what may be missing", async () => {
    const group = new ProjectionInWorld();
    group.commit(0, 1);
    await group.world.runFor(3000);
    group.commit(1, 1);
    group.restart();
    await group.world.runFor(3000);
    expect(group.sent.slice(1).map((batch) => group.offsets(batch))).toEqual([[[1, 1]]]);
    const header = { producerId: 7000, producerEpoch: 1, baseSequence: 0 };
    expect(readBatchHeader(group.sent[1]!, 0)).toMatchObject(header);
  });

  test("[GRP99] a restart with nothing missing sends nothing", async () => {
    const group = new ProjectionInWorld();
    group.commit(0, 1);
    await group.world.runFor(3000);
    group.restart();
    await group.world.runFor(60_000);
    expect(group.sent).toHaveLength(1);
  });

  test("[GRP99] a producer whose epochs are used up is followed by another", async () => {
    const group = new ProjectionInWorld();
    group.store.set("producer", { producerId: 5, producerEpoch: 32_766 });
    group.commit(0, 1);
    await group.world.runFor(3000);
    expect(readBatchHeader(group.sent[0]!, 0)).toMatchObject({
      producerId: 7000,
      producerEpoch: 0,
    });
  });

  test("[GRP99] who is fenced begins another epoch", async () => {
    const group = new ProjectionInWorld();
    group.answers.push({ topicId: TOPIC_ID, error: "INVALID_PRODUCER_EPOCH" });
    group.commit(0, 1);
    await group.world.runFor(3000);
    expect(group.sent.map((batch) => readBatchHeader(batch, 0).producerEpoch)).toEqual([0, 1]);
    expect(group.offsets(group.sent[1]!)).toEqual([[0, 1]]);
  });

  test("[GRP98] what the topic will never take does not hold up the rest", async () => {
    const group = new ProjectionInWorld();
    group.answers.push({ topicId: TOPIC_ID, error: "MESSAGE_TOO_LARGE" });
    group.commit(0, 1);
    await group.world.runFor(3000);
    group.commit(1, 1);
    await group.world.runFor(3000);
    expect(group.offsets(group.sent[1]!)).toEqual([[1, 1]]);
  });

  test("[GRP100] a topic that was made anew gets everything", async () => {
    const group = new ProjectionInWorld();
    group.commit(0, 1);
    group.commit(1, 1);
    await group.world.runFor(3000);
    group.topicId = OTHER_TOPIC_ID;
    group.commit(0, 2);
    await group.world.runFor(3000);
    const all = group.sent.slice(1).flatMap((batch) => group.offsets(batch));
    expect(all).toContainEqual([0, 2]);
    expect(all).toContainEqual([1, 1]);
    expect(group.projection.isCaughtUp).toBe(true);
  });

  test("[GRP100] also from a coordinator that ended when the topic had only the latest", async () => {
    const group = new ProjectionInWorld();
    group.commit(0, 1);
    group.commit(1, 1);
    await group.world.runFor(3000);
    group.topicId = OTHER_TOPIC_ID;
    group.commit(0, 2);
    const before = group.sent.length;
    while (group.sent.length === before) await group.world.runFor(100);
    group.store.writeLazy();
    group.restart();
    await group.world.runFor(5000);
    const all = group.sent.slice(before).flatMap((batch) => group.offsets(batch));
    expect(all).toContainEqual([1, 1]);
  });

  test("[GRP98] much is sent in batches that any topic takes", async () => {
    const group = new ProjectionInWorld();
    const metadata = "m".repeat(4096);
    const records = Array.from({ length: 400 }, (_, partition) => ({
      type: "OffsetCommit" as const,
      key: { group: "group", topic: "orders", partition },
      value: { ...COMMITTED, offset: 1, metadata },
    }));
    group.projection.project(group.store.append(records));
    await group.world.runFor(20_000);
    expect(group.sent.length).toBeGreaterThan(2);
    expect(Math.max(...group.sent.map(({ length }) => length))).toBeLessThan(600 * 1024);
    expect(group.sent.flatMap((batch) => group.offsets(batch))).toHaveLength(400);
  });
});
