/** Rounds of readers that come to the end while something is appended. */
import { test } from "vitest";

import { playOpenings } from "./openings.ts";
import { chosenSeeds, PINNED_OPENINGS, repeatably } from "./seeds.ts";

const ROUND_COUNT = 40;
const TIMEOUT_MS = 120_000;

const play = (seed: number) => playOpenings(seed, ROUND_COUNT);

test.each(chosenSeeds(100, 20))(
  "[BRK26] no wake-up is lost where readers come to the end, from seed %i on",
  async (...seeds) => {
    for (const seed of seeds) await repeatably(seed, play);
  },
  TIMEOUT_MS,
);

test.each(PINNED_OPENINGS)("[BRK26] $bug", { timeout: TIMEOUT_MS }, async ({ seed }) => {
  await repeatably(seed, play);
});
