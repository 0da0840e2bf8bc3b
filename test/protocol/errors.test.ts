import { expect, test } from "vitest";

import { ErrorCode, errorMessage, errorName, isRetriable } from "../../src/protocol/errors.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { readGolden } from "./golden-file.ts";

const kafkaErrors = JSON.parse(readGolden("errors.json")) as [number, ErrorName, boolean][];

test("the table has Kafka's errors, with Kafka's codes, and no others", () => {
  const codes = Object.fromEntries(kafkaErrors.map(([code, name]) => [name, code]));
  expect(ErrorCode).toEqual(codes);
});

test("the same errors are retriable as in Kafka", () => {
  for (const [code, name, retriable] of kafkaErrors) {
    expect(errorName(code)).toBe(name);
    expect(isRetriable(code), name).toBe(retriable);
  }
});

test("every error but NONE has a message", () => {
  for (const [code, name] of kafkaErrors) {
    if (name !== "NONE") expect(errorMessage(code), name).toMatch(/^[A-Z].*\.$/);
  }
});

test("a code that nobody knows is an unknown server error", () => {
  expect(errorName(12345)).toBe("UNKNOWN_SERVER_ERROR");
  expect(isRetriable(12345)).toBe(false);
});
