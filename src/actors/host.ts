/** Time and randomness as actors have them, for the pure code that they host. */
import type { Clock, Random } from "../base/clock.ts";
import type { Timers } from "../broker/ports.ts";

export const clock: Clock = { now: () => Date.now() };

export const random: Random = { fill: (bytes) => crypto.getRandomValues(bytes) };

export const timers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
