/** Seeded worlds, each a run of the whole request path with its own faults. */
import { expect, test } from "vitest";

import { chosenSeeds, repeatably } from "./seeds.ts";
import { simulate } from "./simulation.ts";

const TIMEOUT_MS = 300_000;

test.each(chosenSeeds(60, 10))(
  "[BRK24, BRK25, BRK26, BRK27] what is promised holds in every world from seed %i on",
  async (...seeds) => {
    for (const seed of seeds) {
      const { acknowledgedCount, fetchedCount } = await repeatably(seed, simulate);
      expect(acknowledgedCount, "batches that were acknowledged").toBeGreaterThan(20);
      expect(fetchedCount, "records that were fetched").toBeGreaterThan(20);
    }
  },
  TIMEOUT_MS,
);

test("worlds are the same when their seeds are", { timeout: TIMEOUT_MS }, async () => {
  const [once, again, other] = [await simulate(7), await simulate(7), await simulate(8)];
  expect(again).toEqual(once);
  expect(other.trace).not.toBe(once.trace);
});
