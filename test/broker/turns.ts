/** Timers that a test turns by hand. */
import type { Timers } from "../../src/broker/ports.ts";

export class Turns implements Timers {
  #due: { run: () => void }[] = [];

  /** Every delay is until the next turn. */
  after(_delayMs: number, run: () => void): () => void {
    const timer = { run };
    this.#due.push(timer);
    return () => {
      this.#due = this.#due.filter((other) => other !== timer);
    };
  }

  /** Runs what is due now, and not what that adds. */
  next(): void {
    for (const { run } of this.#due.splice(0)) run();
  }

  /** As many turns as anything here waits for. */
  pass(): void {
    for (let turn = 0; turn < 100; turn++) this.next();
  }
}

/** Lets promises go on as far as they can. */
export function microtasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
