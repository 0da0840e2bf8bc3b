import { describe, expect, test } from "vitest";

import { concatBytes } from "../../src/base/concat-bytes.ts";
import { decodedRecords } from "../../src/gateway/decoded-records.ts";
import { BATCH_HEADER_SIZE } from "../../src/protocol/records/batch-header.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import type { BatchOptions } from "../../src/protocol/records/encode.ts";

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
    expect(found).toEqual([
      { undecodable: { offset: 12, next: 14, detail: expect.stringContaining("LZ4") as string } },
      { record: expect.objectContaining({ offset: 14 }) as object },
    ]);
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
