import { describe, expect, test } from "vitest";

import { murmur2, partitionOfKey } from "../../src/base/murmur2.ts";

/** Key, hash, and partition of ten, as kafka-clients 4.3.1 computes them. */
const JAVA: readonly (readonly [key: string, hash: number, partition: number])[] = [
  ["", 275646681, 1],
  ["a", -1563381124, 4],
  ["ab", 316155434, 4],
  ["abc", 479470107, 7],
  ["abcd", -1323649548, 0],
  ["k", -1567496736, 2],
  ["hello", 2132663229, 9],
  ["order-42", 501153024, 4],
  ["21", -973932308, 0],
  ["foobar", -790332482, 6],
  ["a-little-bit-long-string", -985981536, 2],
  ["a-little-bit-longer-string", -1486304829, 9],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971, 7],
  ["ключ", 2122343024, 4],
  ["😀", 131881617, 7],
];

describe("[P5] murmur2", () => {
  test.for(JAVA)("hashes %j as the Java client does", ([key, hash, partition]) => {
    const bytes = new TextEncoder().encode(key);
    expect(murmur2(bytes)).toBe(hash);
    expect(partitionOfKey(bytes, 10)).toBe(partition);
  });

  test("hashes every byte value as the Java client does", () => {
    expect(murmur2(Uint8Array.from({ length: 256 }, (_, byte) => byte))).toBe(-1948347274);
  });
});
