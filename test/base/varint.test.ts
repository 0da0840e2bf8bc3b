import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { MalformedFrame } from "../../src/base/malformed-frame.ts";
import {
  VarintReader,
  sizeOfUnsignedVarint,
  sizeOfVarint,
  sizeOfVarlong,
  writeUnsignedVarint,
  writeVarint,
  writeVarlong,
} from "../../src/base/varint.ts";

const reader = (hex: string) => new VarintReader(Uint8Array.fromHex(hex));

describe("what is written is read again, in as many bytes as were counted", () => {
  test("unsigned varints", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (value) => {
        const bytes = new Uint8Array(12);
        const end = writeUnsignedVarint(bytes, 1, value);
        const back = new VarintReader(bytes, 1, end);
        expect(back.unsignedVarint()).toBe(value);
        expect(back.position).toBe(end);
        expect(end).toBe(1 + sizeOfUnsignedVarint(value));
      }),
    );
  });

  test("zigzag varints", () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const bytes = new Uint8Array(12);
        const end = writeVarint(bytes, 1, value);
        expect(new VarintReader(bytes, 1, end).varint()).toBe(value);
        expect(end).toBe(1 + sizeOfVarint(value));
      }),
    );
  });

  test("zigzag varlongs", () => {
    const { MAX_SAFE_INTEGER: limit } = Number;
    const edges = [limit, -limit, limit - 1, 2 ** 52, -(2 ** 52), 2 ** 27, 2 ** 28, 63, 64, -64];
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.constantFrom(...edges)), (value) => {
        const bytes = new Uint8Array(12);
        const end = writeVarlong(bytes, 1, value);
        const back = new VarintReader(bytes, 1, end);
        expect(back.varlong()).toBe(value);
        expect(back.position).toBe(end);
        expect(end).toBe(1 + sizeOfVarlong(value));
      }),
    );
  });
});

test("zigzag varlongs are read as BigInt arithmetic reads them, saturated", () => {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (zigzag) => {
      const bytes: number[] = [];
      let rest = zigzag;
      for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
      bytes.push(Number(rest));
      const value = (zigzag >> 1n) ^ -(zigzag & 1n);
      const clamped = value > limit ? limit : value < -limit ? -limit : value;
      expect(new VarintReader(Uint8Array.from(bytes)).varlong()).toBe(Number(clamped));
    }),
  );
});

test("known bytes have known values", () => {
  expect(reader("00").varint()).toBe(0);
  expect(reader("01").varint()).toBe(-1);
  expect(reader("7e").varint()).toBe(63);
  expect(reader("8001").varint()).toBe(64);
  expect(reader("feffffff0f").varint()).toBe(2 ** 31 - 1);
  expect(reader("ffffffff0f").varint()).toBe(-(2 ** 31));
  expect(reader("ffffffff0f").unsignedVarint()).toBe(2 ** 32 - 1);
  expect(reader("feffffffffffffffff01").varlong()).toBe(Number.MAX_SAFE_INTEGER);
  expect(reader("ffffffffffffffffff01").varlong()).toBe(-Number.MAX_SAFE_INTEGER);
});

test("a varint that is too long or cut off is malformed", () => {
  expect(() => reader("ffffffffff01").varint()).toThrow(MalformedFrame);
  expect(() => reader("ffffffffff01").unsignedVarint()).toThrow(MalformedFrame);
  expect(() => reader("ffffffffffffffffffff01").varlong()).toThrow(MalformedFrame);
  for (const cut of ["", "80", "8080", "80808080"]) {
    expect(() => reader(cut).varint()).toThrow(MalformedFrame);
    expect(() => reader(cut).varlong()).toThrow(MalformedFrame);
  }
});

test("nothing behind the reader's end is read or skipped", () => {
  const bounded = new VarintReader(Uint8Array.fromHex("80010203"), 0, 1);
  expect(() => bounded.varint()).toThrow(MalformedFrame);
  const skipping = new VarintReader(Uint8Array.fromHex("80010203"), 0, 2);
  expect(() => skipping.skip(3)).toThrow(MalformedFrame);
  skipping.skip(2);
  expect(skipping.position).toBe(2);
});
