import { expect, test } from "vitest";

import { xxhash32 } from "../../src/base/xxhash32.ts";

test("xxHash32 with seed 0 gives its known values", () => {
  const utf8 = new TextEncoder();
  expect(xxhash32(new Uint8Array(0))).toBe(0x02cc5d05);
  expect(xxhash32(utf8.encode("a"))).toBe(0x550d7456);
  expect(xxhash32(utf8.encode("abc"))).toBe(0x32d153ff);
  expect(xxhash32(utf8.encode("Nobody inspects the spammish repetition"))).toBe(0xe2293b2f);
});

test("xxHash32 hashes the range that it is given", () => {
  const bytes = new TextEncoder().encode("--Nobody inspects the spammish repetition--");
  expect(xxhash32(bytes, 2, bytes.length - 2)).toBe(0xe2293b2f);
});
