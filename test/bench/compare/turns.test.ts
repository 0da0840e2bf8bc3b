/** The order in which targets take their turns. */
import { expect, test } from "vitest";

import { rotated } from "./turns.ts";

test("in as many turns as there are values, each is at each place once", () => {
  const turns = [6, 7, 8].map((first) => rotated(["a", "b", "c"], first));
  expect(turns).toEqual([
    ["a", "b", "c"],
    ["b", "c", "a"],
    ["c", "a", "b"],
  ]);
});

test("one value is always first, and none gives none", () => {
  expect(rotated(["a"], 5)).toEqual(["a"]);
  expect(rotated([], 5)).toEqual([]);
});
