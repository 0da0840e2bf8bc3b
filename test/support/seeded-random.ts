/**
 * Randomness that a seed repeats: `SEED=<number>` before the command of a test that printed it. The
 * generator is mulberry32, which is enough to choose times and sizes by.
 */
import type { Random } from "../../src/base/clock.ts";

/** The seed that the environment asks for, or a new one. */
export function chosenSeed(): number {
  const asked = process.env["SEED"];
  return asked === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(asked);
}

/** Numbers and bytes that depend on the seed and on how many were drawn before. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** At least 0 and below 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `lowest` to `highest`, both included. */
  integer(lowest: number, highest: number): number {
    return lowest + Math.floor(this.fraction() * (highest - lowest + 1));
  }

  fill(bytes: Uint8Array): Uint8Array {
    return bytes.map((_, index) => (bytes[index] = this.integer(0, 255)));
  }
}
