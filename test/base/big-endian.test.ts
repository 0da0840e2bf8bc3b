import fc from "fast-check";
import { expect, test } from "vitest";

import {
  readInt16,
  readInt32,
  readInt64,
  readInt8,
  readUint32,
  writeInt16,
  writeInt32,
  writeInt64,
} from "../../src/base/big-endian.ts";

test("integers are read as DataView reads them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 9, maxLength: 9 }), (bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      expect(readInt8(bytes, 1)).toBe(view.getInt8(1));
      expect(readInt16(bytes, 1)).toBe(view.getInt16(1));
      expect(readInt32(bytes, 1)).toBe(view.getInt32(1));
      expect(readUint32(bytes, 1)).toBe(view.getUint32(1));
    }),
  );
});

test("an int64 is read exactly when it is safe, and as the nearest safe integer when not", () => {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  const edges = [limit, limit + 1n, -limit, -limit - 1n, 2n ** 63n - 1n, -(2n ** 63n), 0n, -1n];
  const anyInt64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  fc.assert(
    fc.property(fc.oneof(anyInt64, fc.constantFrom(...edges)), (value) => {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigInt64(0, value);
      const clamped = value > limit ? limit : value < -limit ? -limit : value;
      expect(readInt64(bytes, 0)).toBe(Number(clamped));
    }),
  );
});

test("what is written is read again", () => {
  fc.assert(
    fc.property(fc.integer(), fc.maxSafeInteger(), (int32, int64) => {
      const bytes = new Uint8Array(14);
      writeInt16(bytes, 0, int32);
      writeInt32(bytes, 2, int32);
      writeInt64(bytes, 6, int64);
      expect(readInt16(bytes, 0)).toBe((int32 << 16) >> 16);
      expect(readInt32(bytes, 2)).toBe(int32);
      expect(readInt64(bytes, 6)).toBe(int64);
    }),
  );
});
