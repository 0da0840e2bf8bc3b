/**
 * Which partition of `__consumer_offsets` speaks for a group: Java's `String.hashCode`, over how
 * many there are.
 */
import { expect, test } from "vitest";

import { coordinatorPartition } from "../../src/group/coordinator-partition.ts";

// All of them as Kafka's own Utils.abs has them.
test.each([
  // Java's hash codes: 0, 97, 99162322, -862545276 and the smallest int32 there is.
  ["", 50, 0],
  ["a", 50, 47],
  ["hello", 50, 22],
  ["Hello World", 50, 26],
  ["polygenelubricants", 50, 0],
  // A hash is taken over UTF-16 units: 0xd83d * 31 + 0xde00 is 1772899.
  ["\u{1f600}", 50, 49],
  ["a", 7, 6],
  ["Hello World", 7, 5],
  ["Hello World", 1, 0],
])("the group %j belongs, of %i partitions, to partition %i", (groupId, count, partition) => {
  expect(coordinatorPartition(groupId, count)).toBe(partition);
});
