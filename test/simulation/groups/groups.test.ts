/** Seeded worlds of consumer groups, each with its own members, topics and faults. */
import { expect, test } from "vitest";

import { chosenSeeds, PINNED_GROUPS, repeatably } from "../seeds.ts";
import { simulateGroups } from "./group-simulation.ts";
import { newGroupSwarm, newLargeGroupSwarm } from "./group-swarm.ts";

const TIMEOUT_MS = 300_000;
const PARTITIONS_OF_LARGE = 1000;

const simulate = (seed: number) => simulateGroups(seed, newGroupSwarm);

test.each(chosenSeeds(80, 10))(
  "[GRP80, GRP81, GRP82, GRP83, GRP84, GRP85, GRP86, GRP87] what is promised of groups holds in every world from seed %i on",
  async (...seeds) => {
    for (const seed of seeds) {
      const { gainCount } = await repeatably(seed, simulate);
      expect(gainCount, "partitions that were assigned").toBeGreaterThan(0);
    }
  },
  TIMEOUT_MS,
);

test.each(PINNED_GROUPS)("[GRP84, GRP86] $bug", { timeout: TIMEOUT_MS }, async ({ seed }) => {
  await repeatably(seed, simulate);
});

test.each(["classic", "consumer"] as const)(
  "[GRP80, GRP84, GRP87] 200 members that speak the %s protocol share 1,000 partitions",
  async (protocol) => {
    const { gainCount } = await repeatably(1, (seed) =>
      simulateGroups(seed, (random) => newLargeGroupSwarm(random, protocol)),
    );
    expect(gainCount).toBeGreaterThan(PARTITIONS_OF_LARGE);
  },
  TIMEOUT_MS,
);

test("worlds are the same when their seeds are", { timeout: TIMEOUT_MS }, async () => {
  const [once, again, other] = [await simulate(7), await simulate(7), await simulate(9)];
  expect(again).toEqual(once);
  expect(other.trace).not.toBe(once.trace);
});
