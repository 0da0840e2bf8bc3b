import { expect, test } from "vitest";

import { crc32c } from "../../src/base/crc32c.ts";

const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);

test("CRC-32C gives the check value and the vectors of RFC 3720", () => {
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(ascending)).toBe(0x46dd794e);
  expect(crc32c(ascending.toReversed())).toBe(0x113fdb5c);
});

test("CRC-32C of nothing is 0", () => {
  expect(crc32c(new Uint8Array(0))).toBe(0);
});

test("eight bytes a step give the same as one bit a step, for every length and alignment", () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => (i * 167 + 13) & 0xff);
  for (let start = 0; start < 20; start++) {
    for (let end = start; end <= bytes.length; end++) {
      expect(crc32c(bytes, start, end)).toBe(bitByBit(bytes.subarray(start, end)));
    }
  }
});

function bitByBit(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
