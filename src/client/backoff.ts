/**
 * Waiting before something is tried again: longer each time, up to a limit, and never quite as long
 * as others wait (KIP-580).
 */

export interface Backoff {
  /** How long the first wait is. */
  readonly retryBackoffMs: number;
  /** How long a wait may become. */
  readonly retryBackoffMaxMs: number;
}

const GROWTH = 2;
const JITTER = 0.2;

/** How long to wait after this many failures, of which there is at least one. */
export function backoffMs(
  { retryBackoffMs, retryBackoffMaxMs }: Backoff,
  failures: number,
): number {
  const wait = retryBackoffMs * GROWTH ** (failures - 1);
  return Math.min(wait, retryBackoffMaxMs) * (1 - JITTER + 2 * JITTER * Math.random());
}

/** Resolves after a while; at once where it is over already. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
