/**
 * Which seeds are run: `SEED` is one, `SEEDS` is how many from the first. A failure says how it is
 * repeated. Those in which a bug was found are run each time.
 */
import { vi } from "vitest";

/** Seeds of the openings, each with the bug that it shows where it is not mended. */
export const PINNED_OPENINGS: readonly { readonly seed: number; readonly bug: string }[] = [
  { seed: 1, bug: "a push between the reads of two partitions wakes the Fetch of both" },
  { seed: 4, bug: "a Fetch whose tail was closed while it was read does not wait for it" },
  { seed: 27, bug: "a push without bytes that overtakes a read's answer is not forgotten" },
  { seed: 32, bug: "a refusal that is on its way does not end a watch that was renewed" },
];

/** Seeds of worlds of groups. */
export const PINNED_GROUPS: readonly { readonly seed: number; readonly bug: string }[] = [
  { seed: 8, bug: "of two looks at the topics the older answer, if it comes last, does not win" },
  { seed: 328, bug: "a group that is upgraded before its leader has assigned gets an assignment" },
  { seed: 342, bug: "a registration that comes late does not bring back a group that is gone" },
];

/** The seeds to run, in groups of a size. */
export function chosenSeeds(count: number, groupSize: number): number[][] {
  const { SEED, SEEDS } = process.env;
  if (SEED !== undefined) return [[Number(SEED)]];
  const seeds = Array.from({ length: Number(SEEDS ?? count) }, (_, index) => index + 1);
  return Object.values(Object.groupBy(seeds, (seed) => Math.floor((seed - 1) / groupSize))).filter(
    (group) => group !== undefined,
  );
}

/** Runs what a seed makes, and says of a failure how to see it again. */
export async function repeatably<Outcome>(
  seed: number,
  run: (seed: number) => Promise<Outcome>,
): Promise<Outcome> {
  // What a broker has no answer for is logged; a client would see an error that it cannot expect.
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    const outcome = await run(seed);
    if (logged.mock.calls.length === 0) return outcome;
    throw new Error(`An error was logged: ${logged.mock.calls[0]!.join(" ")}`);
  } catch (error) {
    const command = `SEED=${seed} npx vitest run --project unit test/simulation`;
    throw new Error(`${(error as Error).message}\nTo see it again: ${command}`, { cause: error });
  } finally {
    logged.mockRestore();
  }
}
