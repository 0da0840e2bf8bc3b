import { describe, expect, test } from "vitest";

import { MalformedFrame } from "../../src/base/malformed-frame.ts";
import { Reader } from "../../src/protocol/reader.ts";
import { REFERENCED_BYTES, Writer } from "../../src/protocol/writer.ts";
import { joined, written } from "./all-apis.ts";

describe("numbers", () => {
  const { MAX_SAFE_INTEGER } = Number;

  test.for([
    ["int8", -128, "80"],
    ["int8", 127, "7f"],
    ["int16", -32768, "8000"],
    ["int16", 258, "0102"],
    ["int32", -2147483648, "80000000"],
    ["int32", 0x01020304, "01020304"],
    ["int64", -1, "ffffffffffffffff"],
    ["int64", -4294967296, "ffffffff00000000"],
    ["int64", 4294967295, "00000000ffffffff"],
    ["int64", MAX_SAFE_INTEGER, "001fffffffffffff"],
    ["int64", -MAX_SAFE_INTEGER, "ffe0000000000001"],
    ["uint16", 65535, "ffff"],
    ["uint32", 4294967295, "ffffffff"],
    ["uvarint", 0, "00"],
    ["uvarint", 127, "7f"],
    ["uvarint", 128, "8001"],
    ["uvarint", 4294967295, "ffffffff0f"],
    ["float64", -0.1, "bfb999999999999a"],
  ] as const)("the %s %d is %s", ([type, value, hex]) => {
    expect(toHex(written((writer) => writer[type](value)))).toBe(hex);
    expect(reader(hex)[type]()).toBe(value);
  });

  test("an int64 beyond the safe integers is read as the nearest one", () => {
    expect(reader("7fffffffffffffff").int64()).toBe(MAX_SAFE_INTEGER);
    expect(reader("0020000000000000").int64()).toBe(MAX_SAFE_INTEGER);
    expect(reader("8000000000000000").int64()).toBe(-MAX_SAFE_INTEGER);
  });

  test.for([
    ["int8", 128],
    ["int16", -32769],
    ["int32", 2147483648],
    ["int32", 0.5],
    ["int64", MAX_SAFE_INTEGER + 1],
    ["int64", Number.NaN],
    ["uint16", -1],
    ["uint32", -1],
  ] as const)("%s refuses %d instead of writing something else", ([type, value]) => {
    expect(() => new Writer()[type](value)).toThrow();
  });

  test("a field that was forgotten is not written as zero", () => {
    expect(() => new Writer().int32(undefined as never)).toThrow();
    expect(() => new Writer().bool(undefined as never)).toThrow();
  });

  test("a varint of more than five bytes is malformed", () => {
    expect(() => reader("808080808001").uvarint()).toThrow(MalformedFrame);
  });

  test("any byte but 0 is true", () => {
    expect([0, 1, 2, 255].map((byte) => new Reader(Uint8Array.of(byte)).bool())).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });
});

describe("strings", () => {
  const lengths = [0, 1, 39, 40, 41, 126, 127, 128, 300, 16384, 32767];

  test.for(lengths)("an ASCII string of %d characters comes back", (length) => {
    roundTrip("x".repeat(length));
  });

  test.for(["é", "€", "𝄞", "\u0000", "\ufeffbom", `${"x".repeat(39)}é`, "é".repeat(200)])(
    "%j comes back",
    roundTrip,
  );

  test("what is not UTF-8 is replaced, as in Kafka", () => {
    expect(reader("000361ff62").string("name")).toBe("a\ufffdb");
    expect(reader("0461ff62").compactString("name")).toBe("a\ufffdb");
  });

  test("a string of more than 32767 bytes is malformed, and cannot be written", () => {
    const tooLong = written((writer) => writer.uvarint(0x8001));
    expect(() =>
      new Reader(joined([tooLong, new Uint8Array(0x8000)])).compactString("name"),
    ).toThrow(MalformedFrame);
    for (const text of ["x".repeat(0x8000), "€".repeat(0x4000)]) {
      expect(() => new Writer().string(text)).toThrow(MalformedFrame);
      expect(() => new Writer().compactString(text)).toThrow(MalformedFrame);
    }
  });

  function roundTrip(text: string): void {
    const bytes = written((writer) => {
      writer.string(text);
      writer.compactString(text);
      writer.nullableString(text);
      writer.nullableCompactString(text);
    });
    const read = new Reader(bytes);
    expect(read.string("name")).toBe(text);
    expect(read.compactString("name")).toBe(text);
    expect(read.nullableString()).toBe(text);
    expect(read.nullableCompactString()).toBe(text);
    expect(read.remaining).toBe(0);
  }
});

describe("null", () => {
  test("is read where it may be, from any negative length", () => {
    for (const hex of ["ffff", "fffe"]) expect(reader(hex).nullableString()).toBeNull();
    for (const hex of ["ffffffff", "80000000"]) expect(reader(hex).nullableBytes()).toBeNull();
    expect(reader("00").nullableCompactString()).toBeNull();
    expect(reader("00").nullableCompactBytes()).toBeNull();
    expect(reader("ffffffff").nullableArrayCount(1)).toBe(-1);
    expect(reader("00").nullableCompactArrayCount(1)).toBe(-1);
  });

  test("is malformed where it may not be, and the message names the field", () => {
    expect(() => reader("ffff").string("topic")).toThrow(/topic is null/);
    expect(() => reader("00").compactString("topic")).toThrow(MalformedFrame);
    expect(() => reader("ffffffff").bytes("records")).toThrow(MalformedFrame);
    expect(() => reader("00").compactBytes("records")).toThrow(MalformedFrame);
    expect(() => reader("ffffffff").arrayCount(1, "topics")).toThrow(MalformedFrame);
    expect(() => reader("00").compactArrayCount(1, "topics")).toThrow(MalformedFrame);
  });
});

describe("counts and lengths", () => {
  test("a count is believed only if its elements can be there", () => {
    expect(reader("0000000201020304").arrayCount(2, "topics")).toBe(2);
    expect(() => reader("0000000201020304").arrayCount(3, "topics")).toThrow(MalformedFrame);
    expect(() => reader("7fffffff").arrayCount(1, "topics")).toThrow(MalformedFrame);
    expect(() => reader("ffffffff0f").compactArrayCount(1, "topics")).toThrow(MalformedFrame);
  });

  test("a length past the end is malformed", () => {
    expect(() => reader("000461").string("name")).toThrow(MalformedFrame);
    expect(() => reader("7fffffff61").bytes("records")).toThrow(MalformedFrame);
    expect(() => reader("ffffffff0f61").compactBytes("records")).toThrow(MalformedFrame);
  });
});

describe("byte arrays", () => {
  test("are read as views, not copies", () => {
    const bytes = Uint8Array.of(0, 0, 0, 2, 7, 8);
    const view = new Reader(bytes).bytes("records");
    bytes[4] = 9;
    expect([...view]).toEqual([9, 8]);
  });

  test("large ones are written by reference, small ones are copied", () => {
    const small = new Uint8Array(REFERENCED_BYTES - 1);
    const large = new Uint8Array(REFERENCED_BYTES);
    const writer = new Writer();
    writer.bytes(small);
    writer.bytes(large);
    writer.int8(1);
    const pieces = writer.finish();
    expect(pieces).toHaveLength(3);
    expect(pieces[1]).toBe(large);
    expect(pieces[0]).toHaveLength(4 + small.length + 4);
    expect(pieces[2]).toHaveLength(1);
  });

  test("a writer grows without losing what was written", () => {
    const bytes = written((writer) => {
      for (let index = 0; index < 3000; index++) writer.int32(index);
      writer.bytes(new Uint8Array(REFERENCED_BYTES));
      for (let index = 0; index < 3000; index++) writer.int32(index);
    });
    const read = new Reader(bytes);
    for (let index = 0; index < 3000; index++) expect(read.int32()).toBe(index);
    expect(read.bytes("bytes")).toHaveLength(REFERENCED_BYTES);
    for (let index = 0; index < 3000; index++) expect(read.int32()).toBe(index);
  });
});

describe("tagged fields", () => {
  test.for([0, 1, 127, 128, 200, 16383, 16384, 20000])("of %d bytes come back", (size) => {
    const contents = Uint8Array.from({ length: size }, (_, index) => index & 0xff);
    const bytes = written((writer) => {
      writer.uvarint(2);
      const outer = writer.beginTag(3);
      const inner = writer.beginTag(4);
      for (const byte of contents) writer.int8((byte << 24) >> 24);
      writer.endTag(inner);
      writer.endTag(outer);
      const bytesMark = writer.beginTag(200);
      writer.compactBytes(contents);
      writer.endTag(bytesMark);
      writer.int8(42);
    });

    const read = new Reader(bytes);
    expect(read.tagCount()).toBe(2);
    expect(read.tag()).toBe(3);
    const innerAt = read.position;
    expect(read.tag()).toBe(4);
    expect(contents.every((byte) => (read.int8() & 0xff) === byte)).toBe(true);
    expect(read.position - innerAt).toBe(size + written((to) => to.uvarint(size)).length + 1);
    expect(read.tag()).toBe(200);
    expect(read.compactBytes("bytes")).toEqual(contents);
    expect(read.int8()).toBe(42);

    const skipping = new Reader(bytes);
    skipping.skipTags();
    expect(skipping.int8()).toBe(42);
  });

  test("a size or a count past the end is malformed", () => {
    expect(() => reader("010005ff").skipTags()).toThrow(MalformedFrame);
    expect(() => reader("ffffffff0f0000").skipTags()).toThrow(MalformedFrame);
  });
});

function reader(hex: string): Reader {
  return new Reader(new Uint8Array(Buffer.from(hex, "hex")));
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
