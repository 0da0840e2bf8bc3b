/** Properties as Java reads them. */
import { expect, test } from "vitest";

import { keyValues, merged, parseProperties } from "../../src/cli/properties.ts";

test.each([
  ["a=b", { a: "b" }],
  ["a = b c ", { a: "b c " }],
  ["a:b", { a: "b" }],
  ["a b", { a: "b" }],
  ["a", { a: "" }],
  ["# comment\n! another\n\n  a=b", { a: "b" }],
  ["a=b\\\n   c\nd=e", { a: "bc", d: "e" }],
  ["a=b\\\\\nc=d", { a: "b\\", c: "d" }],
  ["a\\=b=c\\t\\u00fc", { "a=b": "c\tü" }],
  ["a=1\na=2", { a: "2" }],
  ["a=b=c", { a: "b=c" }],
])("%j", (text, expected) => {
  expect(Object.fromEntries(parseProperties(text))).toEqual(expected);
});

test("flags are key=value, or a key alone", () => {
  expect([...keyValues(["a=b=c", "d", "e="])]).toEqual([
    ["a", "b=c"],
    ["d", ""],
    ["e", ""],
  ]);
});

test("of what is said twice, the last counts", () => {
  const layers = [new Map([["a", "1"]]), new Map([["b", "2"]]), new Map([["a", "3"]])];
  expect(Object.fromEntries(merged(...layers))).toEqual({ a: "3", b: "2" });
});
