/** InitProducerId without transactions, and what a producer's sequence numbers are for. */
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import { errorName, isRetriable } from "../../src/protocol/errors.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import { initProducerId } from "../../src/protocol/messages/22-init-producer-id.ts";
import type { InitProducerIdResponse } from "../../src/protocol/messages/22-init-producer-id.ts";
import { sequenced, valuesIn } from "./batches.ts";
import type { Cluster } from "./cluster.ts";
import { produceRequest } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";
import type { Wire } from "./wire.ts";

const MAX_SEQUENCE = 0x7fffffff;

type Producer = readonly [producerId: number, producerEpoch: number];

/** Asks for a producer id, and again while the broker waits for more of them itself. */
async function init(wire: Wire, version = 5): Promise<InitProducerIdResponse> {
  const request = { transactionalId: null, transactionTimeoutMs: 60_000 };
  for (let attempt = 1; ; attempt++) {
    const answer = await wire.call(initProducerId, version, request);
    if (!isRetriable(answer.errorCode) || attempt === 100) return answer;
    await sleep(50);
  }
}

async function newProducer(cluster: Cluster): Promise<Producer> {
  const { producerId, producerEpoch } = await init(await cluster.wire());
  return [producerId, producerEpoch];
}

conformance("idempotence", (test) => {
  test("[K51] every producer gets an id of its own and epoch 0, in every version, from every broker", async ({
    cluster,
  }) => {
    const ids: number[] = [];
    for (const { wire } of await cluster.brokers()) {
      for (const version of servedVersions(initProducerId)) {
        const answer = await init(wire, version);
        expect(answer).toMatchObject({ errorCode: 0, producerEpoch: 0 });
        expect(answer.producerId).toBeGreaterThanOrEqual(0);
        ids.push(answer.producerId);
      }
    }
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("[K51] an id without an epoch, an epoch without an id and an empty transactional id are invalid", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const plain = { transactionalId: null, transactionTimeoutMs: 60_000 };
    for (const request of [
      { ...plain, producerId: 7 },
      { ...plain, producerEpoch: 0 },
      { ...plain, transactionalId: "" },
    ]) {
      const { errorCode, producerId } = await wire.call(initProducerId, 4, request);
      expect([errorName(errorCode), producerId]).toEqual(["INVALID_REQUEST", -1]);
    }
  });

  test("[K25] a duplicate batch answers its first offset", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const producer = await newProducer(cluster);
    const sent = sequenced(producer, 0, 3);
    expect(await partition.produce(sent)).toMatchObject({ error: "NONE", baseOffset: 0 });
    for (const version of servedVersions(produce)) {
      const again = await partition.produce(sent, { version });
      expect(again).toMatchObject({ error: "NONE", baseOffset: 0 });
    }
    expect((await partition.fetch()).highWatermark).toBe(3);
  });

  test("[K25] the last five batches of a producer are known, and older ones are not", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const producer = await newProducer(cluster);
    const sent = Array.from({ length: 7 }, (_, index) => sequenced(producer, 2 * index, 2));
    for (const [index, records] of sent.entries()) {
      expect((await partition.produce(records)).baseOffset).toBe(2 * index);
    }
    for (const [index, records] of sent.entries()) {
      const known = { error: "NONE", baseOffset: 2 * index };
      const forgotten = { error: "OUT_OF_ORDER_SEQUENCE_NUMBER", baseOffset: -1 };
      expect(await partition.produce(records)).toMatchObject(index < 2 ? forgotten : known);
    }
    expect((await partition.fetch()).highWatermark).toBe(14);
  });

  test("[K25] a gap, a repetition of other length and a step back are out of order", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const producer = await newProducer(cluster);
    await partition.produce(sequenced(producer, 0, 3));
    for (const [baseSequence, count] of [
      [4, 1],
      [100, 1],
      [0, 2],
      [1, 2],
      [2, 5],
    ] as const) {
      const { error } = await partition.produce(sequenced(producer, baseSequence, count));
      expect(error).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
    }
    expect((await partition.produce(sequenced(producer, 3))).baseOffset).toBe(3);
  });

  test("[K25] a producer that the partition does not know may begin anywhere", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const producer = await newProducer(cluster);
    const begun = await partition.produce(sequenced(producer, 17));
    expect(begun).toMatchObject({ error: "NONE", baseOffset: 0 });
    expect((await partition.produce(sequenced(producer, 18))).error).toBe("NONE");
    const { error } = await partition.produce(sequenced(producer, 20));
    expect(error).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
  });

  test("[K25] after the largest int32 comes sequence 0, also inside a batch", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const [one, other] = [await newProducer(cluster), await newProducer(cluster)];
    for (const [producer, baseSequence, count] of [
      [one, MAX_SEQUENCE - 1, 2],
      [one, 0, 1],
      [other, MAX_SEQUENCE - 1, 4],
      [other, 2, 1],
    ] as const) {
      const sent = sequenced(producer, baseSequence, count);
      const { error, baseOffset } = await partition.produce(sent);
      expect(error).toBe("NONE");
      expect((await partition.produce(sent)).baseOffset).toBe(baseOffset);
    }
  });

  test("[K25] a higher epoch begins at sequence 0 and fences the lower one", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const [producerId] = await newProducer(cluster);
    await partition.produce(sequenced([producerId, 3], 0, 2));
    const { error: begun } = await partition.produce(sequenced([producerId, 4], 2));
    expect(begun).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
    expect((await partition.produce(sequenced([producerId, 4], 0))).error).toBe("NONE");
    const { error: fenced } = await partition.produce(sequenced([producerId, 3], 2));
    expect(fenced).toBe("INVALID_PRODUCER_EPOCH");
  });

  test("[K25] after a batch without an epoch any sequence is taken", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const [producerId] = await newProducer(cluster);
    const errorOf = async (producerEpoch: number, baseSequence: number) =>
      (await partition.produce(sequenced([producerId, producerEpoch], baseSequence))).error;
    expect(await errorOf(-1, 7)).toBe("NONE");
    expect(await errorOf(-1, 3)).toBe("NONE");
    expect(await errorOf(0, 5)).toBe("NONE");
    expect(await errorOf(0, 7)).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
    expect(await errorOf(1, 5)).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
  });

  test("[K25] sequences belong to a partition and a producer", async ({ cluster }) => {
    const [first, second] = await cluster.newTopic({ partitions: 2 });
    const [one, other] = [await newProducer(cluster), await newProducer(cluster)];
    for (const [partition, producer, baseSequence] of [
      [first!, one, 0],
      [first!, other, 0],
      [second!, one, 0],
      [first!, one, 1],
      [first!, other, 1],
      [second!, one, 1],
    ] as const) {
      expect((await partition.produce(sequenced(producer, baseSequence))).error).toBe("NONE");
    }
    expect((await first!.fetch()).highWatermark).toBe(4);
    expect((await second!.fetch()).highWatermark).toBe(2);
  });

  test("[K25] five requests in flight are appended in order, and their repetition changes nothing", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const { wire } = partition.leader;
    const producer = await newProducer(cluster);
    const sent = [0, 1, 2, 3, 4].map((baseSequence) => sequenced(producer, baseSequence));
    for (let attempt = 0; attempt < 3; attempt++) {
      const answers = sent.map((records) =>
        wire.call(produce, 9, produceRequest([{ partition, records }])),
      );
      const offsets = (await Promise.all(answers)).map(
        ({ responses }) => responses[0]!.partitionResponses[0]!.baseOffset,
      );
      expect(offsets).toEqual([0, 1, 2, 3, 4]);
    }
    expect(valuesIn((await partition.fetch()).records)).toEqual([
      "0+0",
      "1+0",
      "2+0",
      "3+0",
      "4+0",
    ]);
  });

  test("[K25] a batch that was refused leaves no trace in its producer's state", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition({ "max.message.bytes": "1000" });
    const producer = await newProducer(cluster);
    const { error } = await partition.produce(sequenced(producer, 0, 200));
    expect(error).toBe("MESSAGE_TOO_LARGE");
    expect((await partition.produce(sequenced(producer, 0))).baseOffset).toBe(0);
  });
});
