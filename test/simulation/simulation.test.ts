/**
 * Seeded worlds, each a run of the whole request path with its own faults. A failure says how it is
 * repeated: `SEED` runs one world, `SEEDS` that many from the first.
 */
import { describe, expect, test, vi } from "vitest";

import { PINNED } from "./seeds.ts";
import { simulate } from "./simulation.ts";

const COUNT = Number(process.env["SEEDS"] ?? 120);
const BATCH = 20;
const TIMEOUT_MS = 120_000;

const one = process.env["SEED"];

describe.runIf(one !== undefined)("one world", () => {
  test(`keeps every promise of seed ${one}`, { timeout: TIMEOUT_MS }, async () => {
    const { swarm, ...outcome } = await repeatably(Number(one));
    console.log(JSON.stringify(swarm), outcome);
  });
});

describe.runIf(one === undefined)("worlds", () => {
  const firsts = Array.from({ length: Math.ceil(COUNT / BATCH) }, (_, index) => index * BATCH + 1);

  test.each(firsts)(
    "[BRK24, BRK25, BRK26, BRK27] keep what is promised in every world, from seed %i on",
    async (first) => {
      let acknowledged = 0;
      for (let seed = first; seed < first + BATCH; seed++) {
        const { acknowledgedCount, fetchedCount } = await repeatably(seed);
        expect(fetchedCount, "a world in which nothing was fetched").toBeGreaterThan(0);
        acknowledged += acknowledgedCount;
      }
      expect(acknowledged, "work in all these worlds").toBeGreaterThan(BATCH * 100);
    },
    TIMEOUT_MS,
  );

  test.each(PINNED)("$bug", { timeout: TIMEOUT_MS }, async ({ seed }) => {
    await repeatably(seed);
  });

  test("are the same when their seed is", { timeout: TIMEOUT_MS }, async () => {
    const [once, again, other] = [await simulate(7), await simulate(7), await simulate(8)];
    expect(again).toEqual(once);
    expect(other.trace).not.toBe(once.trace);
  });
});

/** Runs a world, and says of a failure how to see it again. */
async function repeatably(seed: number) {
  // What a broker has no answer for is logged; a client would see an error that it cannot expect.
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    const outcome = await simulate(seed);
    expect(logged.mock.calls, "what was logged").toEqual([]);
    return outcome;
  } catch (error) {
    const command = `SEED=${seed} npx vitest run --project unit test/simulation`;
    throw new Error(`Seed ${seed} failed. To repeat it: ${command}`, { cause: error });
  } finally {
    logged.mockRestore();
  }
}
