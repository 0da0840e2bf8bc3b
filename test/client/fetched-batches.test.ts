/** What a reader gets of the bytes that a broker sent. */
import { describe, expect, test } from "vitest";

import { concatBytes } from "../../src/base/concat-bytes.ts";
import { fetchedBatches } from "../../src/client/consumer/fetched-batches.ts";
import type { BatchOptions } from "../../src/protocol/records/encode.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";

const PARTITION = { topic: "t", partition: 3 };

function batch(baseOffset: number, values: readonly string[], options: BatchOptions = {}) {
  const records = values.map((value) => ({
    timestamp: 1_000 + baseOffset,
    key: null,
    value: Buffer.from(value),
    headers: [],
  }));
  return encodeBatch(records, { baseOffset, ...options });
}

/** A marker that ends a transaction: its key is a version and a type. */
function marker(baseOffset: number, producerId: number, type: 0 | 1): Uint8Array {
  const key = Uint8Array.of(0, 0, 0, type);
  const record = { timestamp: 0, key, value: new Uint8Array(6), headers: [] };
  const options = { isControl: true, isTransactional: true, producerId, producerEpoch: 0 };
  return encodeBatch([record], { baseOffset, ...options });
}

function read(
  bytes: Uint8Array,
  fetchOffset: number,
  aborted?: Parameters<typeof fetchedBatches>[3],
) {
  const { batches, nextOffset } = fetchedBatches(PARTITION, bytes, fetchOffset, aborted);
  const records = batches.flatMap((each) => each.records);
  const values = records.map(({ offset, value }) => `${offset}=${String(Buffer.from(value!))}`);
  return { values, nextOffset };
}

test("records before the wanted offset are left out, and with them whole batches", () => {
  const bytes = concatBytes([batch(0, ["a", "b"]), batch(2, ["c", "d", "e"])]);
  expect(read(bytes, 3)).toEqual({ values: ["3=d", "4=e"], nextOffset: 5 });
});

test("a batch that the broker cut off is left for the next fetch", () => {
  const bytes = concatBytes([batch(0, ["a"]), batch(1, ["b"]).subarray(0, 50)]);
  expect(read(bytes, 0)).toEqual({ values: ["0=a"], nextOffset: 1 });
  expect(read(bytes.subarray(0, 30), 0)).toEqual({ values: [], nextOffset: 0 });
});

describe("transactions", () => {
  const transactional = { isTransactional: true, producerEpoch: 0 };
  const bytes = concatBytes([
    batch(0, ["committed"], { ...transactional, producerId: 1, baseSequence: 0 }),
    batch(1, ["aborted"], { ...transactional, producerId: 2, baseSequence: 0 }),
    batch(2, ["plain"]),
    marker(3, 2, 0),
    marker(4, 1, 1),
    batch(5, ["later"], { ...transactional, producerId: 2, baseSequence: 1 }),
    marker(6, 2, 1),
  ]);

  test("a reader of committed records does not see what was aborted", () => {
    const aborted = [{ producerId: 2, firstOffset: 1 }];
    const values = ["0=committed", "2=plain", "5=later"];
    expect(read(bytes, 0, aborted)).toEqual({ values, nextOffset: 7 });
  });

  test("a reader of everything sees all records, and no marker", () => {
    const values = ["0=committed", "1=aborted", "2=plain", "5=later"];
    expect(read(bytes, 0)).toEqual({ values, nextOffset: 7 });
  });

  test("a marker that comes first is passed over", () => {
    expect(read(bytes, 6)).toEqual({ values: [], nextOffset: 7 });
  });
});
