import * as zlib from "node:zlib";

import { readRecordsBatches, Reader } from "@platformatic/kafka";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { CompressionType } from "../../../src/protocol/records/attributes.ts";
import { COMPRESSION_TYPES } from "../../../src/protocol/records/attributes.ts";
import { readBatchHeader } from "../../../src/protocol/records/batch-header.ts";
import { decodeRecords } from "../../../src/protocol/records/decode.ts";
import { encodeBatch } from "../../../src/protocol/records/encode.ts";
import { validateBatch } from "../../../src/protocol/records/validate-batch.ts";
import { installZlibCodecs } from "../../../src/protocol/records/zlib-codecs.ts";
import { anyRecords, defaultRules, record } from "./records.ts";

installZlibCodecs(zlib);

const RUNS = { numRuns: 60 };

describe.each(COMPRESSION_TYPES)("a batch with compression %s", (compression) => {
  test("decodes to the records that went in", () => {
    fc.assert(
      fc.property(anyRecords, fc.nat(), (records, baseOffset) => {
        const batch = encodeBatch(records, { compression, baseOffset });
        const expected = records.map((each, i) => ({ ...each, offset: baseOffset + i }));
        expect(decodeRecords(batch, readBatchHeader(batch))).toEqual(expected);
      }),
      RUNS,
    );
  });

  test("is a batch that a leader accepts", () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        expect(validateBatch(encodeBatch(records, { compression }), defaultRules)).toBeNull();
      }),
      RUNS,
    );
  });

  test("is read by another client", () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const batch = Buffer.from(encodeBatch(records, { compression }));
        const [theirs] = readRecordsBatches(Reader.from(batch));
        const values = theirs!.records.map(
          ({ value }) => value && Buffer.from(value).toString("hex"),
        );
        expect(values).toEqual(records.map(({ value }) => value?.toHex() ?? null));
      }),
      RUNS,
    );
  });
});

test("a record of 5 MB goes through every compression", () => {
  const noise = zlib.deflateRawSync(Buffer.alloc(1000, "z")).toString("latin1");
  const value = `${"spool of thread ".repeat(200_000)}${noise.repeat(10_000)}`;
  const records = [record(value), record("")];
  for (const compression of COMPRESSION_TYPES) {
    const batch = encodeBatch(records, { compression: compression satisfies CompressionType });
    const decoded = decodeRecords(batch, readBatchHeader(batch));
    expect(Buffer.compare(decoded[0]!.value!, records[0]!.value!)).toBe(0);
    expect(decoded[1]!.value).toEqual(new Uint8Array(0));
  }
});

test("keys and values of an uncompressed batch are views of its bytes", () => {
  const batch = encodeBatch([record("abc")]);
  const [decoded] = decodeRecords(batch, readBatchHeader(batch));
  expect(decoded!.value!.buffer).toBe(batch.buffer);
});
