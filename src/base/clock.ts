/** Time as the pure folders see it: an argument, never a global. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): Millis;
}

/** Milliseconds, a point in time or a span. */
export type Millis = number;

/** Randomness as an argument: bytes from the host, or from a seed in a simulation. */
export interface Random {
  /** Fills `bytes` with random bytes and returns it. */
  fill(bytes: Uint8Array): Uint8Array;
}
