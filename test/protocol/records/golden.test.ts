import * as zlib from "node:zlib";

import { describe, expect, test } from "vitest";

import { MAX_DECOMPRESSED_SIZE } from "../../../src/base/limits.ts";
import {
  compressionOf,
  isControl,
  isTransactional,
} from "../../../src/protocol/records/attributes.ts";
import { batchHeaders, computeBatchCrc } from "../../../src/protocol/records/batch-header.ts";
import { decodeRecords, recordBytes } from "../../../src/protocol/records/decode.ts";
import { encodeBatch } from "../../../src/protocol/records/encode.ts";
import { patchBaseOffset } from "../../../src/protocol/records/patch-batch.ts";
import { validateBatch } from "../../../src/protocol/records/validate-batch.ts";
import { installZlibCodecs } from "../../../src/protocol/records/zlib-codecs.ts";
import { goldenBatches, printed } from "./golden.ts";
import { defaultRules } from "./records.ts";

installZlibCodecs(zlib);

/** Later than all of the golden records. */
const rules = { ...defaultRules, now: 1800000000000 };

describe.each(goldenBatches())("$program, $name, $compression", (golden) => {
  const { bytes, compression, name, records } = golden;
  const [header, ...others] = batchHeaders(bytes);

  test("is one batch whose header says what it holds", () => {
    expect(others).toEqual([]);
    expect(header!.sizeInBytes).toBe(bytes.length);
    expect(header!.crc).toBe(computeBatchCrc(bytes, 0));
    expect(header!.recordsCount).toBe(records.length);
    expect(header!.lastOffsetDelta).toBe(records.length - 1);
    expect(compressionOf(header!.attributes)).toBe(compression);
    expect(isTransactional(header!.attributes)).toBe(name === "transactional");
    expect(isControl(header!.attributes)).toBe(false);
  });

  test("decodes to the records that the Java client reads", () => {
    expect(decodeRecords(bytes, header!).map(printed)).toEqual(records);
  });

  test("is accepted from a producer once it begins at offset 0", () => {
    const produced = bytes.slice();
    patchBaseOffset(produced, 0, 0);
    expect(validateBatch(produced, rules)).toBeNull();
  });

  test("has the records that we would write", () => {
    const again = encodeBatch(decodeRecords(bytes, header!), {
      baseOffset: header!.baseOffset,
      partitionLeaderEpoch: header!.partitionLeaderEpoch,
      producerId: header!.producerId,
      producerEpoch: header!.producerEpoch,
      baseSequence: header!.baseSequence,
      isTransactional: isTransactional(header!.attributes),
    });
    const [againHeader] = batchHeaders(again);
    const [theirs, ours] = [
      recordBytes(bytes, header!, MAX_DECOMPRESSED_SIZE),
      recordBytes(again, againHeader!, MAX_DECOMPRESSED_SIZE),
    ];
    expect(Buffer.compare(ours, theirs)).toBe(0);
    if (compression === "none") expect(again.toHex()).toBe(bytes.toHex());
  });
});

test("the golden batches of four clients cover every compression type", () => {
  const programs = new Set(goldenBatches().map((batch) => batch.program));
  const types = new Set(goldenBatches().map((batch) => batch.compression));
  expect(programs.size).toBe(4);
  expect([...types].toSorted()).toEqual(["gzip", "lz4", "none", "snappy", "zstd"]);
});
