import { describe, expect, test } from "vitest";

import { Problem, statusOf } from "../../src/gateway/problem.ts";
import { ErrorCode } from "../../src/protocol/errors.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";

describe("[A4] a problem", () => {
  test("is a problem document with Kafka's name of the error", async () => {
    const response = new Problem("OFFSET_OUT_OF_RANGE", "Ask for less.", {
      members: { highWatermark: 7 },
    }).toResponse();
    expect(response.status).toBe(416);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toEqual({
      type: "about:blank",
      title: "OFFSET_OUT_OF_RANGE",
      status: 416,
      detail: "Ask for less.",
      highWatermark: 7,
    });
  });

  test.for([
    ["UNKNOWN_TOPIC_OR_PARTITION", 404],
    ["MESSAGE_TOO_LARGE", 413],
    ["INVALID_TIMESTAMP", 400],
    ["CORRUPT_MESSAGE", 400],
    ["LEADER_NOT_AVAILABLE", 503],
    ["NOT_ENOUGH_REPLICAS", 503],
    ["REQUEST_TIMED_OUT", 504],
    ["UNKNOWN_SERVER_ERROR", 500],
  ] as const)("of %s has status %i", ([error, status]) => {
    expect(statusOf(error)).toBe(status);
  });

  test("has a sentence for every error, and says when to try again", () => {
    for (const error of Object.keys(ErrorCode) as ErrorName[]) {
      const problem = new Problem(error);
      if (error !== "NONE") expect(problem.message, error).toMatch(/^[A-Z].*\.$/);
      const retryAfter = problem.toResponse().headers.get("retry-after");
      expect(retryAfter !== null, error).toBe(problem.status === 503);
    }
  });
});
