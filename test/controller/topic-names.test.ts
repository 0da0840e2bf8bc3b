/** Kafka's rules for topic names. */
import { expect, test } from "vitest";

import { invalidTopicName, isInternalTopic } from "../../src/controller/topic-names.ts";

test.each(["a", "A.b_c-9", "...", "-", "_", "x".repeat(249)])(
  "[CTL1] %s is a topic name",
  (name) => {
    expect(invalidTopicName(name)).toBeNull();
  },
);

test.each([
  ["", "the empty string is not allowed"],
  [".", "'.' is not allowed"],
  ["..", "'..' is not allowed"],
  ["x".repeat(250), "longer than the max allowed length 249"],
  ["a b", "other than ASCII alphanumerics, '.', '_' and '-'"],
  ["ä", "other than ASCII alphanumerics, '.', '_' and '-'"],
  ["a\n", "other than ASCII alphanumerics, '.', '_' and '-'"],
])("[CTL1] %j is no topic name, and Kafka says why", (name, why) => {
  expect(invalidTopicName(name)).toContain(why);
});

test("the topics that Kafka keeps for itself are internal", () => {
  expect(isInternalTopic("__consumer_offsets")).toBe(true);
  expect(isInternalTopic("__consumer_offsets_")).toBe(false);
});
