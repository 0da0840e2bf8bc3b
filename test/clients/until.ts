/** Waiting for something to become so: looked for again and again, and given up with a sentence. */
import { setTimeout as sleep } from "node:timers/promises";

/** A machine with few cores may have to start many JVMs meanwhile. */
const PATIENCE_MS = 45_000;
const LOOK_AGAIN_MS = 20;

/** Resolves with what `look` finds once that is truthy; else throws `what`, said at the end. */
export async function until<Found>(
  what: string | (() => string),
  look: () => Found | Promise<Found>,
  patienceMs = PATIENCE_MS,
): Promise<Found> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) {
      const wanted = typeof what === "string" ? what : what();
      throw new Error(`After ${patienceMs / 1000} s it is still not so: ${wanted}`);
    }
    await sleep(LOOK_AGAIN_MS);
  }
}
