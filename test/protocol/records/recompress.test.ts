/** A batch in another compression holds the same records. */
import * as zlib from "node:zlib";

import { describe, expect, test } from "vitest";

import { MalformedFrame } from "../../../src/base/malformed-frame.ts";
import { COMPRESSION_TYPES, compressionOf } from "../../../src/protocol/records/attributes.ts";
import {
  BATCH_HEADER_SIZE,
  computeBatchCrc,
  readBatchHeader,
} from "../../../src/protocol/records/batch-header.ts";
import { decodeRecords } from "../../../src/protocol/records/decode.ts";
import { encodeBatch } from "../../../src/protocol/records/encode.ts";
import { recompress } from "../../../src/protocol/records/recompress.ts";
import { installZlibCodecs } from "../../../src/protocol/records/zlib-codecs.ts";
import { NOW, record } from "./records.ts";

installZlibCodecs(zlib);

const records = Array.from({ length: 50 }, (_, index) => record(`value ${index} `.repeat(9), NOW));
const PRODUCER = { producerId: 7, producerEpoch: 3, baseSequence: 11, isTransactional: true };

describe("recompress", () => {
  for (const from of COMPRESSION_TYPES) {
    for (const to of COMPRESSION_TYPES) {
      test(`a batch in ${from} becomes one in ${to} with the same records and header`, () => {
        const batch = encodeBatch(records, { ...PRODUCER, compression: from });
        const given = batch.slice();
        const anew = recompress(batch, to);
        expect(batch).toEqual(given);
        if (from === to) expect(anew).toBe(batch);

        const [before, after] = [readBatchHeader(batch), readBatchHeader(anew)];
        expect(compressionOf(after.attributes)).toBe(to);
        expect(after.crc).toBe(computeBatchCrc(anew, 0));
        const { attributes, crc, sizeInBytes } = after;
        expect({ ...before, attributes, crc, sizeInBytes }).toEqual(after);
        expect(after.attributes & ~7).toBe(before.attributes & ~7);
        expect(decodeRecords(anew, after)).toEqual(decodeRecords(batch, before));
      });
    }
  }

  test("records that do not decompress are malformed", () => {
    const batch = encodeBatch(records, { compression: "gzip" });
    batch.fill(0xff, BATCH_HEADER_SIZE);
    expect(() => recompress(batch, "none")).toThrow(MalformedFrame);
  });
});
