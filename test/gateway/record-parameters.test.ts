import { describe, expect, test } from "vitest";

import { Problem } from "../../src/gateway/problem.ts";
import {
  formatParameter,
  limitParameter,
  partitionParameter,
  startParameter,
  waitParameter,
} from "../../src/gateway/record-parameters.ts";

const query = (text: string) => new URLSearchParams(text);

describe("[A5] a query", () => {
  test("has its defaults", () => {
    const nothing = query("");
    expect(partitionParameter(nothing)).toBeNull();
    expect(limitParameter(nothing)).toBe(100);
    expect(waitParameter(nothing)).toBe(0);
    expect(formatParameter(nothing)).toBe("text");
    expect(startParameter(nothing, "earliest")).toEqual({ offset: "earliest" });
  });

  test("says where to begin", () => {
    expect(startParameter(query("offset=latest"), "earliest")).toEqual({ offset: "latest" });
    expect(startParameter(query("offset=0"), "latest")).toEqual({ offset: 0 });
    expect(startParameter(query("timestamp=5"), "latest")).toEqual({ timestamp: 5 });
  });

  test.for([
    ["partition", "-1", partitionParameter],
    ["partition", "2147483648", partitionParameter],
    ["limit", "10001", limitParameter],
    ["limit", "1e3", limitParameter],
    ["wait", "60001", waitParameter],
    ["wait", "", waitParameter],
    ["format", "xml", formatParameter],
    ["offset", "9007199254740993", (given: URLSearchParams) => startParameter(given, "latest")],
    ["offset", " 1", (given: URLSearchParams) => startParameter(given, "latest")],
    ["timestamp", "now", (given: URLSearchParams) => startParameter(given, "latest")],
  ] as const)("with %s=%s is refused by that name", ([name, value, read]) => {
    expect(problemOf(() => read(new URLSearchParams({ [name]: value })))).toMatchObject({
      title: "INVALID_REQUEST",
      status: 400,
      parameter: name,
    });
  });

  test("may not have both an offset and a timestamp", () => {
    const both = query("offset=1&timestamp=2");
    const problem = problemOf(() => startParameter(both, "latest"));
    expect(problem).toMatchObject({ parameter: "timestamp" });
  });
});

function problemOf(read: () => unknown): Record<string, unknown> {
  try {
    read();
  } catch (error) {
    if (error instanceof Problem) return error.toJSON();
  }
  throw new Error("There was no problem.");
}
