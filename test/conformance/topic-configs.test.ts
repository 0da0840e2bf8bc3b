/** What a topic's configs change for those who produce to it. */
import { expect } from "vitest";

import { writeInt16 } from "../../src/base/big-endian.ts";
import {
  COMPRESSION_TYPES,
  LOG_APPEND_TIME_BIT,
  compressionOf,
  isLogAppendTime,
} from "../../src/protocol/records/attributes.ts";
import { ATTRIBUTES_POSITION, computeBatchCrc } from "../../src/protocol/records/batch-header.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import {
  batch,
  batchAt,
  batchOfSize,
  batchesIn,
  bytes,
  record,
  recordsIn,
  resealed,
  valuesIn,
} from "./batches.ts";
import { Partition } from "./partition.ts";
import { conformance } from "./suite.ts";

const MEGABYTE = 1 << 20;
const HOUR_MS = 3_600_000;

conformance("topic configs", (test) => {
  test("[K22] max.message.bytes is the size of a whole batch", async ({ cluster }) => {
    const partition = await cluster.newPartition({ "max.message.bytes": "1000" });
    const refused = { error: "MESSAGE_TOO_LARGE", baseOffset: -1 };
    expect(await partition.produce(batchOfSize(1001))).toMatchObject(refused);
    const stored = { error: "NONE", baseOffset: 0 };
    expect(await partition.produce(batchOfSize(1000))).toMatchObject(stored);
    // Its records are small, but it is not.
    const many = Array.from({ length: 200 }, () => "small");
    expect(await partition.produce(batch(...many))).toMatchObject(refused);
    expect((await partition.fetch()).highWatermark).toBe(1);
  });

  test("[K22] it is 1,048,588 bytes unless said", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    expect((await partition.produce(batchOfSize(1_048_589))).error).toBe("MESSAGE_TOO_LARGE");
    expect((await partition.produce(batchOfSize(1_048_588))).error).toBe("NONE");
  });

  test("[K22] a batch that is larger than a segment is refused", async ({ cluster }) => {
    const configs = { "segment.bytes": `${MEGABYTE}`, "max.message.bytes": `${4 * MEGABYTE}` };
    const partition = await cluster.newPartition(configs);
    const { error } = await partition.produce(batch(new Uint8Array(2 * MEGABYTE)));
    expect(error).toBe("RECORD_LIST_TOO_LARGE");
    expect((await partition.produce(batch("small"))).baseOffset).toBe(0);
  });

  test("[K22, K65] a batch of 900 KB is written and read", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const values = Array.from({ length: 900 }, (_, index) => `${index} `.padEnd(1000, "y"));
    expect((await partition.produce(batch(...values))).error).toBe("NONE");
    expect(valuesIn((await partition.fetch()).records)).toEqual(values);
  });

  test("[K22, K65] a record of 2 MB is written and read where the topic allows it", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition({ "max.message.bytes": `${3 * MEGABYTE}` });
    const value = new Uint8Array(2 * MEGABYTE).map((_, index) => index * 7);
    expect((await partition.produce(batch(value))).error).toBe("NONE");
    expect((await partition.produce(batch("behind it"))).baseOffset).toBe(1);
    // It is larger than what a partition may return, but it is the first (KIP-74).
    const [large] = recordsIn((await partition.fetch()).records);
    expect(Buffer.compare(large!.value!, value)).toBe(0);
    expect(valuesIn((await partition.fetch({ fetchOffset: 1 })).records)).toEqual(["behind it"]);
  });

  test("[K23] a compacted topic refuses records without a key, and names them", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition({ "cleanup.policy": "compact" });
    const keyed = record("with a key", { key: bytes("key") });
    const records = encodeBatch([keyed, record("without"), keyed, record("without")]);
    for (const version of [3, 8, 13]) {
      const { error, baseOffset, recordErrors } = await partition.produce(records, { version });
      expect([error, baseOffset]).toEqual(["INVALID_RECORD", -1]);
      if (version >= 8) expect(recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([1, 3]);
    }
    expect((await partition.produce(encodeBatch([keyed]))).baseOffset).toBe(0);
  });

  test("[K24] a timestamp more than an hour ahead is refused, and one long past is not", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const now = Date.now();
    const ahead = await partition.produce(batchAt([now, now + 2 * HOUR_MS]));
    expect(ahead).toMatchObject({ error: "INVALID_TIMESTAMP", baseOffset: -1 });
    expect(ahead.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([1]);
    expect((await partition.produce(batchAt([now + HOUR_MS / 2]))).error).toBe("NONE");
    expect((await partition.produce(batchAt([0]))).error).toBe("NONE");
    expect((await partition.produce(batchAt([-1]))).error).toBe("NONE");
  });

  test("[K24] message.timestamp.before.max.ms and after.max.ms move the bounds", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition({
      "message.timestamp.before.max.ms": `${HOUR_MS}`,
      "message.timestamp.after.max.ms": `${3 * HOUR_MS}`,
    });
    const now = Date.now();
    expect((await partition.produce(batchAt([now + 2 * HOUR_MS]))).error).toBe("NONE");
    expect((await partition.produce(batchAt([now - HOUR_MS / 2]))).error).toBe("NONE");
    for (const timestamp of [now + 4 * HOUR_MS, now - 2 * HOUR_MS]) {
      expect((await partition.produce(batchAt([timestamp]))).error).toBe("INVALID_TIMESTAMP");
    }
  });

  test("[K24] under LogAppendTime a producer does not say so itself", async ({ cluster }) => {
    const partition = await cluster.newPartition({ "message.timestamp.type": "LogAppendTime" });
    const spoilt = resealed(batch("value"), (copy) =>
      writeInt16(copy, ATTRIBUTES_POSITION, LOG_APPEND_TIME_BIT),
    );
    expect((await partition.produce(spoilt)).error).toBe("INVALID_TIMESTAMP");
  });

  test.for(COMPRESSION_TYPES)(
    "[K24] under LogAppendTime the broker's time takes the place of the records' (%s)",
    async (compression, { cluster }) => {
      const partition = await cluster.newPartition({ "message.timestamp.type": "LogAppendTime" });
      const before = Date.now();
      // Bounds are for the times of producers, and these are passed over.
      const sent = batchAt([1, 5, before + 9 * HOUR_MS], { compression });
      const { error, logAppendTimeMs } = await partition.produce(sent);
      expect(error).toBe("NONE");
      expect(logAppendTimeMs).toBeGreaterThanOrEqual(before);
      expect(logAppendTimeMs).toBeLessThanOrEqual(Date.now());

      const { records } = await partition.fetch();
      const [header] = batchesIn(records);
      expect(isLogAppendTime(header!.attributes)).toBe(true);
      expect(header!.maxTimestamp).toBe(logAppendTimeMs);
      expect(header!.crc).toBe(computeBatchCrc(records!, 0));
      const times = recordsIn(records).map(({ timestamp }) => timestamp);
      expect(times).toEqual([logAppendTimeMs, logAppendTimeMs, logAppendTimeMs]);
    },
  );

  test.for([
    ["gzip", "none"],
    ["snappy", "gzip"],
    ["lz4", "zstd"],
    ["zstd", "snappy"],
    ["uncompressed", "lz4"],
  ] as const)(
    "[K65, P3] compression.type=%s has a batch in %s compressed anew",
    async ([type, sent], { cluster }) => {
      const partition = await cluster.newPartition({ "compression.type": type });
      const reader = new Partition(partition, 0, {
        ...partition.leader,
        wire: await cluster.openLeader(partition),
      });
      const waiting = reader.fetch({ maxWaitMs: 10_000 });
      const values = Array.from({ length: 20 }, (_, index) => `value ${index} `.repeat(9));
      const records = values.map((value) => record(value));
      const { error } = await partition.produce(encodeBatch(records, { compression: sent }));
      expect(error).toBe("NONE");
      for (const fetched of [(await waiting).records, (await partition.fetch()).records]) {
        const [header] = batchesIn(fetched);
        expect(compressionOf(header!.attributes)).toBe(type === "uncompressed" ? "none" : type);
        expect(header!.crc).toBe(computeBatchCrc(fetched!, 0));
        expect(valuesIn(fetched)).toEqual(values);
      }
    },
  );
});
