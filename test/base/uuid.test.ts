import { expect, test } from "vitest";

import type { Random } from "../../src/base/clock.ts";
import { isUuid, randomUuid, uuidFromBytes, writeUuid, ZERO_UUID } from "../../src/base/uuid.ts";

test("a uuid is the unpadded base64url of its bytes", () => {
  for (let round = 0; round < 64; round++) {
    const bytes = Uint8Array.from({ length: 16 }, (_, index) => (round * 37 + index * 61) & 0xff);
    const uuid = uuidFromBytes(bytes);
    expect(uuid).toBe(Buffer.from(bytes).toString("base64url"));
    expect(isUuid(uuid)).toBe(true);
    expect(written(uuid)).toEqual(bytes);
  }
});

test("the zero uuid is sixteen zero bytes", () => {
  expect(uuidFromBytes(new Uint8Array(16))).toBe(ZERO_UUID);
});

test("a uuid is read and written at an offset", () => {
  const bytes = Uint8Array.from({ length: 20 }, (_, index) => index);
  const uuid = uuidFromBytes(bytes, 3);
  expect(uuid).toBe(uuidFromBytes(bytes.slice(3, 19)));
  const target = new Uint8Array(20);
  writeUuid(target, 3, uuid);
  expect([...target]).toEqual([0, 0, 0, ...bytes.slice(3, 19), 0]);
});

test("a text of another length, of other characters or with stray bits is no uuid", () => {
  for (const text of ["", ZERO_UUID.slice(1), `${ZERO_UUID}A`, `${ZERO_UUID.slice(1)}B`]) {
    expect(isUuid(text)).toBe(false);
  }
  expect(isUuid("+AAAAAAAAAAAAAAAAAAAAA")).toBe(false);
  expect(() => written("+AAAAAAAAAAAAAAAAAAAAA")).toThrow("base64url");
});

test("a random uuid is of version 4 and never starts with a dash", () => {
  // The first bytes that this gives make a uuid that starts with a dash.
  const firstBytes = [0xf8, 0xfb, 0x12];
  const random: Random = { fill: (bytes) => bytes.fill(firstBytes.shift()!) };
  const uuid = randomUuid(random);
  expect(firstBytes).toEqual([]);
  expect(uuid).not.toMatch(/^-/);
  const bytes = written(uuid);
  expect(bytes[6]! >> 4).toBe(4);
  expect(bytes[8]! >> 6).toBe(2);
});

function written(uuid: string): Uint8Array {
  const bytes = new Uint8Array(16);
  writeUuid(bytes, 0, uuid);
  return bytes;
}
