/** Seeded worlds of consumer groups, each with its own members, topics and faults. */
import { expect, test } from "vitest";

import { chosenSeeds, repeatably } from "../seeds.ts";
import { simulateGroups } from "./group-simulation.ts";
import { newGroupSwarm } from "./group-swarm.ts";

const TIMEOUT_MS = 300_000;

const simulate = (seed: number) => simulateGroups(seed, newGroupSwarm);

test.each(chosenSeeds(40, 10))(
  "what is promised holds in every world of groups from seed %i on",
  async (...seeds) => {
    for (const seed of seeds) {
      const { gainCount } = await repeatably(seed, simulate);
      expect(gainCount, "partitions that were assigned").toBeGreaterThan(0);
    }
  },
  TIMEOUT_MS,
);
