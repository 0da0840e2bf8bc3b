/**
 * Which partition of `__consumer_offsets` speaks for a group: Java's `String.hashCode`, over 50.
 */
import { expect, test } from "vitest";

import { coordinatorPartition } from "../../src/broker/coordinator-partition.ts";

test.each([
  // Java's hash codes: 0, 97, 99162322, -862545276 and the smallest int32 there is.
  ["", 0],
  ["a", 47],
  ["hello", 22],
  ["Hello World", 22],
  ["polygenelubricants", 0],
  // A hash is taken over UTF-16 units: 0xd83d * 31 + 0xde00 is 1772899.
  ["\u{1f600}", 49],
])("the group %j belongs to partition %i", (groupId, partition) => {
  expect(coordinatorPartition(groupId)).toBe(partition);
});
