/**
 * Keeps workerd running. A process that dies is started again: at once when it had lived for a
 * while, after a growing pause when it did not, and not for ever. The first start is not repeated:
 * what hinders it, a taken port or broken code, is for a person to mend.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { CommandError } from "./command-error.ts";
import type { Workerd, WorkerdEnd } from "./workerd.ts";

/** A run this long was no failed start. */
const SHORT_LIFE_MS = 1_000;
const BACKOFF_MS = 100;
const BACKOFF_MAX_MS = 5_000;
/** The pauses of this many short lives add up to about half a minute. */
const MAX_SHORT_LIVES = 12;

/** What is kept running, and who hears of it. */
export interface Supervised {
  readonly start: () => Workerd;
  /** Called whenever all sockets listen; `restarts` is 0 the first time. */
  readonly ready: (workerd: Workerd, restarts: number) => void;
  readonly say: (sentence: string) => void;
  /** Makes the error of a first start that failed. */
  readonly explain: (end: WorkerdEnd) => CommandError;
  /** Ends it all, cleanly. */
  readonly signal: AbortSignal;
  /** Waits before a start, at most until the signal; tests of many deaths pass a faster one. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Runs until the signal comes. Throws a `CommandError` when workerd cannot be kept running. */
export async function supervise(supervised: Supervised): Promise<void> {
  const { start, ready, say, explain, signal, pause = sleepUntil } = supervised;
  let restarts = 0;
  let shortLives = 0;
  while (!signal.aborted) {
    const workerd = start();
    const stop = () => workerd.stop();
    signal.addEventListener("abort", stop, { once: true });
    const listening = await workerd.listening;
    const since = performance.now();
    if (listening && !signal.aborted) ready(workerd, restarts);
    const end = await workerd.ended;
    signal.removeEventListener("abort", stop);
    if (signal.aborted) return;
    if (!listening && restarts === 0) throw explain(end);
    if (!listening) for (const line of end.lastWords) say(`workerd: ${line}`);

    const livedMs = listening ? performance.now() - since : 0;
    shortLives = livedMs < SHORT_LIFE_MS ? shortLives + 1 : 0;
    if (shortLives > MAX_SHORT_LIVES) {
      throw new CommandError(`workerd ${end.how}, ${shortLives} times in a row. Giving up.`);
    }
    const pauseMs = pauseAfter(shortLives);
    say(`workerd ${end.how}; starting it again${pauseMs > 0 ? ` in ${pauseMs} ms` : ""}.`);
    await pause(pauseMs, signal);
    restarts++;
  }
}

function pauseAfter(shortLives: number): number {
  return shortLives === 0 ? 0 : Math.min(BACKOFF_MS * 2 ** (shortLives - 1), BACKOFF_MAX_MS);
}

async function sleepUntil(milliseconds: number, signal: AbortSignal): Promise<void> {
  // An aborted sleep rejects; the loop looks at the signal itself.
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
