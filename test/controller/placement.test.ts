/** Where replicas are placed. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { placeReplicas } from "../../src/controller/placement.ts";

test("[CTL8, CTL9] no broker has two replicas of a partition, and all lead as many as the others", () => {
  const brokers = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 9 });
  const numbers = fc.record({
    partitionCount: fc.integer({ min: 1, max: 60 }),
    replicationFactor: fc.integer({ min: 1, max: 9 }),
    start: fc.nat(1_000_000),
  });
  fc.assert(
    fc.property(brokers, numbers, (nodeIds, { partitionCount, replicationFactor, start }) => {
      const factor = Math.min(replicationFactor, nodeIds.length);
      const placed = placeReplicas(nodeIds, partitionCount, factor, start);
      expect(placed).toHaveLength(partitionCount);
      for (const replicas of placed) expect(new Set(replicas).size).toBe(factor);
      const led = nodeIds.map((nodeId) => placed.filter(([leader]) => leader === nodeId).length);
      expect(Math.max(...led) - Math.min(...led)).toBeLessThanOrEqual(1);
    }),
  );
});
