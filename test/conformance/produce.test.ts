/** Produce: what is appended, what is refused and why, and what readers then find. */
import { expect } from "vitest";

import { writeInt16, writeInt32, writeInt64 } from "../../src/base/big-endian.ts";
import { ErrorCode, errorName } from "../../src/protocol/errors.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import type { ProduceResponse } from "../../src/protocol/messages/00-produce.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import {
  COMPRESSION_TYPES,
  CONTROL_BIT,
  compressionOf,
} from "../../src/protocol/records/attributes.ts";
import {
  ATTRIBUTES_POSITION,
  BASE_OFFSET_POSITION,
  BATCH_HEADER_SIZE,
  BATCH_LENGTH_POSITION,
  CRC_POSITION,
  LAST_OFFSET_DELTA_POSITION,
  MAGIC_POSITION,
  PRODUCER_EPOCH_POSITION,
  PRODUCER_ID_POSITION,
  RECORDS_COUNT_POSITION,
  computeBatchCrc,
} from "../../src/protocol/records/batch-header.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import { NOW, batch, batchesIn, bytes, record, recordsIn, resealed, valuesIn } from "./batches.ts";
import { Partition, UNKNOWN_TOPIC_ID, produceRequest } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

/** A batch with one of its header's fields changed. */
type Spoilt = readonly [what: string, spoil: (batch: Uint8Array) => void, error: ErrorName];

conformance("Produce", (test) => {
  test("[K65] appends in every version, and answers the first offset", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const versions = servedVersions(produce);
    for (const [index, version] of versions.entries()) {
      const answer = await partition.produce(batch(`v${version}`, "and another"), { version });
      expect(answer).toMatchObject({
        error: "NONE",
        index: 0,
        baseOffset: 2 * index,
        logAppendTimeMs: -1,
        logStartOffset: version < 5 ? -1 : 0,
        recordErrors: [],
        errorMessage: null,
      });
    }
    const { records } = await partition.fetch();
    expect(valuesIn(records)).toEqual(
      versions.flatMap((version) => [`v${version}`, "and another"]),
    );
  });

  test("[K65] keys, values, headers and timestamps come back as they were sent", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const sent = [
      record("plain"),
      record("", { key: bytes("an empty value") }),
      { ...record("tombstone", { key: bytes("a key") }), value: null },
      record("with headers", {
        key: new Uint8Array(0),
        headers: [
          { key: "h", value: bytes("1") },
          { key: "h", value: null },
          { key: "", value: new Uint8Array(0) },
        ],
      }),
      record("earlier than the others", { timestamp: NOW - 1000 }),
    ];
    await partition.produce(encodeBatch(sent));
    const received = recordsIn((await partition.fetch()).records);
    const plain = <Value>(value: Value) => structuredClone(value);
    expect(plain(received)).toEqual(sent.map((each, offset) => plain({ ...each, offset })));
  });

  test("[K65] a stored batch has the leader's offset and epoch, and its CRC is still right", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("first"));
    const sent = batch("second", "third");
    await partition.produce(sent);
    const { records } = await partition.fetch({ fetchOffset: 1 });
    const header = batchesIn(records).at(-1)!;
    expect(header).toMatchObject({
      baseOffset: 1,
      partitionLeaderEpoch: partition.leader.leaderEpoch,
      sizeInBytes: sent.length,
      lastOffsetDelta: 1,
    });
    expect(header.crc).toBe(computeBatchCrc(records!, header.position));
  });

  test.for(COMPRESSION_TYPES)(
    "[K65] a batch compressed by %s is read back",
    async (compression, { cluster }) => {
      const partition = await cluster.newPartition();
      const values = Array.from({ length: 100 }, (_, index) => `value ${index} `.repeat(20));
      const records = values.map((value) => record(value));
      const answer = await partition.produce(encodeBatch(records, { compression }));
      expect(answer).toMatchObject({ error: "NONE", baseOffset: 0 });
      const fetched = (await partition.fetch()).records;
      expect(batchesIn(fetched).map(({ attributes }) => compressionOf(attributes))).toEqual([
        compression,
      ]);
      expect(valuesIn(fetched)).toEqual(values);
    },
  );

  test("[K20] a batch that nobody can read spoils the whole request", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const unreadable = resealed(batch("x"), (copy) => (copy[MAGIC_POSITION] = 3));
    const ofNoTransaction = encodeBatch([record("x")], {
      isTransactional: true,
      producerId: 1,
      producerEpoch: 0,
      baseSequence: 0,
    });
    const absent = new Partition(
      { name: cluster.unusedName(), topicId: UNKNOWN_TOPIC_ID },
      0,
      partition.leader,
    );
    for (const [records, error] of [
      [unreadable, "CORRUPT_MESSAGE"],
      [ofNoTransaction, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"],
    ] as const) {
      const appends = [
        { partition, records: batch("good") },
        { partition: absent, records },
      ];
      const answer = await partition.leader.wire.call(produce, 12, produceRequest(appends));
      const errors = answer.responses.flatMap(({ partitionResponses }) =>
        partitionResponses.map(({ errorCode }) => errorName(errorCode)),
      );
      expect(errors).toEqual([error, error]);
    }
    expect((await partition.fetch()).highWatermark).toBe(0);
  });

  test("[K20] what is wrong with any log is told before its start is looked for", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition({ "max.message.bytes": "100" });
    const large = batch("".padEnd(200));
    const fromOne = resealed(large, (copy) => writeInt64(copy, BASE_OFFSET_POSITION, 1));
    const cut = large.subarray(0, large.length - 1);
    expect(await partition.produce(cut)).toMatchObject({
      error: "INVALID_RECORD",
      logStartOffset: -1,
    });
    expect(await partition.produce(fromOne)).toMatchObject({
      error: "INVALID_RECORD",
      logStartOffset: 0,
    });
    const changed = large.slice();
    changed[changed.length - 1]! ^= 1;
    expect((await partition.produce(changed)).error).toBe("MESSAGE_TOO_LARGE");
  });

  test("[K21] what is unknown or no batch is told before an impossible acks", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const absent = new Partition(
      { name: partition.name, topicId: UNKNOWN_TOPIC_ID },
      0,
      partition.leader,
    );
    const acks = 2;
    expect((await absent.produce(batch("x"), { acks })).error).toBe("UNKNOWN_TOPIC_ID");
    expect((await partition.produce(new Uint8Array(0), { acks })).error).toBe("INVALID_RECORD");
    expect((await partition.produce(batch("x"), { acks })).error).toBe("INVALID_REQUIRED_ACKS");
  });

  test("[K20] zstd is for version 7 and later", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const zstd = encodeBatch([record("small")], { compression: "zstd" });
    for (const version of servedVersions(produce)) {
      const { error } = await partition.produce(zstd, { version });
      expect(error).toBe(version < 7 ? "UNSUPPORTED_COMPRESSION_TYPE" : "NONE");
    }
  });

  test.for<readonly [what: string, records: Uint8Array]>([
    ["no bytes", new Uint8Array(0)],
    ["two batches", Buffer.concat([batch("one"), batch("two")])],
    ["half a batch", batch("one").subarray(0, 40)],
  ])("[K20] %s are not one batch", async ([, records], { cluster }) => {
    const partition = await cluster.newPartition();
    for (const version of [3, 8, 13]) {
      const answer = await partition.produce(records, { version });
      expect(answer).toMatchObject({ error: "INVALID_RECORD", baseOffset: -1 });
    }
    expect((await partition.fetch()).highWatermark).toBe(0);
  });

  test.for<Spoilt>([
    ["magic 0", (copy) => (copy[MAGIC_POSITION] = 0), "INVALID_RECORD"],
    ["magic 1", (copy) => (copy[MAGIC_POSITION] = 1), "INVALID_RECORD"],
    ["magic 3", (copy) => (copy[MAGIC_POSITION] = 3), "CORRUPT_MESSAGE"],
    ["another CRC", (copy) => (copy[CRC_POSITION]! ^= 1), "CORRUPT_MESSAGE"],
    ["a flipped bit in a value", (copy) => (copy[copy.length - 2]! ^= 1), "CORRUPT_MESSAGE"],
    [
      "a length beyond its end",
      (copy) => writeInt32(copy, BATCH_LENGTH_POSITION, copy.length),
      "INVALID_RECORD",
    ],
    ["a length of zero", (copy) => writeInt32(copy, BATCH_LENGTH_POSITION, 0), "CORRUPT_MESSAGE"],
    ["a negative length", (copy) => writeInt32(copy, BATCH_LENGTH_POSITION, -1), "CORRUPT_MESSAGE"],
  ])(
    "[K20] a batch with %s is refused and nothing is stored",
    async ([, spoil, error], { cluster }) => {
      const partition = await cluster.newPartition();
      const spoilt = batch("value", "value");
      spoil(spoilt);
      expect(await partition.produce(spoilt)).toMatchObject({ error, baseOffset: -1 });
      expect((await partition.fetch()).highWatermark).toBe(0);
    },
  );

  test.for<Spoilt>([
    [
      "the control bit",
      (copy) => writeInt16(copy, ATTRIBUTES_POSITION, CONTROL_BIT),
      "INVALID_RECORD",
    ],
    [
      "more records than offsets",
      (copy) => writeInt32(copy, RECORDS_COUNT_POSITION, 3),
      "INVALID_RECORD",
    ],
    [
      "fewer records than offsets",
      (copy) => writeInt32(copy, RECORDS_COUNT_POSITION, 1),
      "INVALID_RECORD",
    ],
    [
      "more offsets than records",
      (copy) => writeInt32(copy, LAST_OFFSET_DELTA_POSITION, 2),
      "INVALID_RECORD",
    ],
    [
      "a negative last offset",
      (copy) => writeInt32(copy, LAST_OFFSET_DELTA_POSITION, -1),
      "INVALID_RECORD",
    ],
    [
      "counts that its records belie",
      (copy) => {
        writeInt32(copy, RECORDS_COUNT_POSITION, 3);
        writeInt32(copy, LAST_OFFSET_DELTA_POSITION, 2);
      },
      "INVALID_RECORD",
    ],
    [
      "a producer id and no sequence",
      (copy) => {
        writeInt64(copy, PRODUCER_ID_POSITION, 7);
        writeInt16(copy, PRODUCER_EPOCH_POSITION, 0);
      },
      "INVALID_RECORD",
    ],
    [
      "a record that is longer than the batch",
      (copy) => (copy[BATCH_HEADER_SIZE] = 0x7e),
      "INVALID_RECORD",
    ],
  ])(
    "[K20] a batch with %s is refused, though its CRC is right",
    async ([, spoil, error], { cluster }) => {
      const partition = await cluster.newPartition();
      const spoilt = resealed(batch("value", "value"), spoil);
      expect(await partition.produce(spoilt)).toMatchObject({ error, baseOffset: -1 });
      expect((await partition.fetch()).highWatermark).toBe(0);
    },
  );

  test("[K20] a batch with a base offset of the client's own is refused", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const offset = batch("value");
    writeInt64(offset, BASE_OFFSET_POSITION, 77);
    expect((await partition.produce(offset)).error).toBe("INVALID_RECORD");
  });

  test("[K20] a batch of a transaction needs a transactional id", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const producer = { producerId: 7, producerEpoch: 0, baseSequence: 0 };
    const transactional = encodeBatch([record("value")], { ...producer, isTransactional: true });
    for (const version of servedVersions(produce)) {
      const answer = await partition.produce(transactional, { version });
      expect(answer).toMatchObject({ error: "TRANSACTIONAL_ID_AUTHORIZATION_FAILED" });
      expect(answer).toMatchObject({ baseOffset: -1, errorMessage: null });
    }
    expect((await partition.fetch()).highWatermark).toBe(0);
  });

  test("[K20] half a batch, or one of an older format, is of no transaction", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const producer = { producerId: 7, producerEpoch: 0, baseSequence: 0 };
    const transactional = encodeBatch([record("value")], { ...producer, isTransactional: true });
    const older = (magic: number) =>
      resealed(transactional, (copy) => (copy[MAGIC_POSITION] = magic));
    for (const records of [older(0), older(1), transactional.subarray(0, -1)]) {
      expect((await partition.produce(records)).error).toBe("INVALID_RECORD");
    }
  });

  test("[K20] a compression type that there is not is refused", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    for (const compression of [5, 6, 7]) {
      const unknown = resealed(batch("value"), (copy) =>
        writeInt16(copy, ATTRIBUTES_POSITION, compression),
      );
      // Kafka itself trips over it, and answers UNKNOWN_SERVER_ERROR.
      expect((await partition.produce(unknown)).error).not.toBe("NONE");
    }
    expect((await partition.fetch()).highWatermark).toBe(0);
  });

  test("[K21] acks is -1, 0 or 1", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    for (const acks of [2, -2, 32767]) {
      const { error } = await partition.produce(batch("value"), { acks });
      expect(error).toBe("INVALID_REQUIRED_ACKS");
    }
    expect((await partition.fetch()).highWatermark).toBe(0);
  });

  test("[K21] acks=0 has no response, and its records are there", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const { wire } = partition.leader;
    for (const version of servedVersions(produce)) {
      const records = batch(`v${version}`);
      wire.send(produce, version, produceRequest([{ partition, records }], 0));
      // The next frame answers this, or the call throws.
      await wire.call(apiVersions, 0, {});
    }
    const expected = servedVersions(produce).map((version) => `v${version}`);
    await expect.poll(async () => valuesIn((await partition.fetch()).records)).toEqual(expected);
  });

  test("[K21] an error with acks=0 closes the connection", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const corrupt = batch("corrupt");
    corrupt[CRC_POSITION]! ^= 1;
    const wire = await cluster.openLeader(partition);
    wire.send(produce, 9, produceRequest([{ partition, records: corrupt }], 0));
    await wire.closed();
  });

  test("[K25] a record can be read as soon as it is acknowledged", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    for (let round = 0; round < 20; round++) {
      for (const [index, acks] of [-1, 1].entries()) {
        const { baseOffset } = await partition.produce(batch(`${round} ${acks}`), { acks });
        expect(baseOffset).toBe(2 * round + index);
        const { records } = await partition.fetch({ fetchOffset: baseOffset });
        expect(valuesIn(records)).toEqual([`${round} ${acks}`]);
      }
    }
  });

  test("[K65] requests that are sent without waiting are appended in their order", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const { wire } = partition.leader;
    const values = Array.from({ length: 200 }, (_, index) => `${index}`);
    const answers: Promise<ProduceResponse>[] = [];
    for (const [index, value] of values.entries()) {
      const request = produceRequest([{ partition, records: batch(value) }], [-1, 0, 1][index % 3]);
      const version = 3 + (index % 11);
      if (request.acks === 0) wire.send(produce, version, request);
      else answers.push(wire.call(produce, version, request));
    }
    for (const { responses } of await Promise.all(answers)) {
      expect(responses[0]!.partitionResponses[0]!.errorCode).toBe(ErrorCode.NONE);
    }
    expect(valuesIn((await partition.fetch()).records)).toEqual(values);
  });

  test("[K65] a partition that is refused does not keep the others from being written", async ({
    cluster,
  }) => {
    const partitions = await cluster.newTopic({ partitions: 4 });
    const { wire, nodeId } = partitions[0]!.leader;
    const [good, bad] = partitions.filter(({ leader }) => leader.nodeId === nodeId);
    const corrupt = batch("corrupt");
    corrupt[CRC_POSITION]! ^= 1;
    const answer = await wire.call(
      produce,
      13,
      produceRequest([
        { partition: bad!, records: corrupt },
        { partition: good!, records: batch("good") },
      ]),
    );
    const errors = answer.responses.flatMap(({ partitionResponses }) =>
      partitionResponses.map(({ index, errorCode }) => [index, errorName(errorCode)]),
    );
    expect(Object.fromEntries(errors)).toEqual({
      [bad!.index]: "CORRUPT_MESSAGE",
      [good!.index]: "NONE",
    });
    expect(valuesIn((await good!.fetch()).records)).toEqual(["good"]);
    expect((await bad!.fetch()).highWatermark).toBe(0);
  });

  test("[K17] a topic or partition that is not there is unknown", async ({ cluster }) => {
    const there = await cluster.newPartition();
    const { leader, name, topicId } = there;
    const noTopic = { name: cluster.unusedName(), topicId: UNKNOWN_TOPIC_ID };
    for (const version of servedVersions(produce)) {
      const topic = new Partition(noTopic, 0, leader);
      const unknown = version < 13 ? "UNKNOWN_TOPIC_OR_PARTITION" : "UNKNOWN_TOPIC_ID";
      expect((await topic.produce(batch("value"), { version })).error).toBe(unknown);
      for (const index of [1, -1]) {
        const partition = new Partition({ name, topicId }, index, leader);
        const { error } = await partition.produce(batch("value"), { version });
        expect(error).toBe("UNKNOWN_TOPIC_OR_PARTITION");
      }
    }
  });

  test("[K26] a broker that does not lead the partition names the one that does", async ({
    cluster,
    skip,
  }) => {
    const partition = await cluster.newPartition();
    const { leader } = partition;
    const other = (await cluster.brokers()).find(({ nodeId }) => nodeId !== leader.nodeId);
    if (!other) return skip("the cluster has one broker");
    const request = produceRequest([{ partition, records: batch("value") }]);
    for (const version of servedVersions(produce)) {
      const answer = await other.wire.call(produce, version, request);
      const { errorCode, currentLeader } = answer.responses[0]!.partitionResponses[0]!;
      expect(errorName(errorCode)).toBe("NOT_LEADER_OR_FOLLOWER");
      if (version < 10) continue;
      const { nodeId: leaderId, leaderEpoch } = leader;
      expect(currentLeader).toEqual({ leaderId, leaderEpoch });
      const { brokers } = await cluster.metadata();
      const endpoint = brokers.find(({ nodeId }) => nodeId === leaderId);
      expect(answer.nodeEndpoints).toEqual([endpoint]);
    }
  });
});
