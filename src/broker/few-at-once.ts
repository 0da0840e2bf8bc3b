/** One request's calls of many actors, each of which may have to wake. */
import type { Timers } from "./ports.ts";

/** As many are called at the same time. */
const MAX_AT_ONCE = 64;

/** Calls after which other requests have their turn. */
const CALLS_PER_TURN = 256;

/**
 * What becomes of each call, in their order. Calls of actors that are awake follow one another
 * without a pause: with `timers` there is one from time to time, for requests that may make any
 * number of those.
 */
export async function fewAtOnce<Each, Result>(
  all: readonly Each[],
  call: (each: Each) => Promise<Result>,
  timers?: Timers,
): Promise<Result[]> {
  const results = new Array<Result>(all.length);
  const left = all.entries();
  const worker = async () => {
    for (const [index, each] of left) {
      results[index] = await call(each);
      if (timers && index % CALLS_PER_TURN >= CALLS_PER_TURN - MAX_AT_ONCE) {
        await new Promise<void>((resolve) => timers.after(0, resolve));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_AT_ONCE, all.length) }, worker));
  return results;
}
