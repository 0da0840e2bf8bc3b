import * as zlib from "node:zlib";

import { describe, expect, test } from "vitest";

import { concatBytes } from "../../src/base/concat-bytes.ts";
import { decodedRecords } from "../../src/gateway/decoded-records.ts";
import { BATCH_HEADER_SIZE } from "../../src/protocol/records/batch-header.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import type { BatchOptions } from "../../src/protocol/records/encode.ts";
import { installZlibCodecs } from "../../src/protocol/records/zlib-codecs.ts";

installZlibCodecs(zlib);

describe("[A5] the records of a read", () => {
  test("begin at the offset that was asked for, in the middle of a batch", () => {
    const pieces = [concatBytes([batch(3, { baseOffset: 10 }), batch(2, { baseOffset: 13 })])];
    expect(offsets(pieces, 12)).toEqual([12, 13, 14]);
  });

  test("leave out control records", () => {
    const marker = batch(1, { baseOffset: 11, isControl: true, isTransactional: true });
    expect(offsets([batch(1, { baseOffset: 10 }), marker], 10)).toEqual([10]);
  });

  test("go on behind a batch that does not decode, which is reported", () => {
    const broken = batch(3, { baseOffset: 11, compression: "lz4" });
    broken.fill(0xff, BATCH_HEADER_SIZE);
    const pieces = [batch(1, { baseOffset: 10 }), broken, batch(1, { baseOffset: 14 })];
    const found = [...decodedRecords(pieces, 12)];
    const detail = expect.stringContaining("LZ4") as string;
    expect(found).toEqual([
      { undecodable: { error: "CORRUPT_MESSAGE", offset: 12, next: 14, detail } },
      { record: expect.objectContaining({ offset: 14 }) as object },
    ]);
  });

  test("[BRK63] go on behind a record that is too large to be shown, which is reported", () => {
    const sizes = [10, 8 * 1024 * 1024 + 1, 8 * 1024 * 1024];
    const pieces = sizes.map((size, baseOffset) => {
      const record = { timestamp: 0, key: null, value: new Uint8Array(size), headers: [] };
      return encodeBatch([record], { baseOffset, compression: "gzip" });
    });
    const found = [...decodedRecords(pieces, 0)];
    expect(found.map(({ record }) => record?.offset)).toEqual([0, undefined, 2]);
    expect(found[1]!.undecodable).toEqual({
      error: "MESSAGE_TOO_LARGE",
      offset: 1,
      next: 2,
      detail: "The record has 8388609 bytes; up to 8388608 are shown.",
    });
  });
});

function batch(count: number, options: BatchOptions): Uint8Array {
  const record = { timestamp: 0, key: null, value: new Uint8Array(100), headers: [] };
  return encodeBatch(
    Array.from({ length: count }, () => record),
    options,
  );
}

function offsets(pieces: readonly Uint8Array[], from: number): (number | undefined)[] {
  return [...decodedRecords(pieces, from)].map(({ record }) => record?.offset);
}
