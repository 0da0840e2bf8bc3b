/**
 * Time in a simulation: a queue of events, each with its moment. An event runs, then everything
 * that it has set going by promises, and then the next event: a turn of the event loop. Nothing
 * else happens, so a run is a function of its seed; its trace, a hash of all that was noted, proves
 * it.
 */
import { SeededRandom } from "./seeded-random.ts";

interface Event {
  readonly at: number;
  readonly order: number;
  /** Null once it was cancelled. */
  run: (() => void) | null;
}

/** The moment at which every simulation begins. */
const EPOCH_MS = 1_700_000_000_000;

export class World {
  readonly seed: number;
  readonly random: SeededRandom;
  /** Milliseconds since the beginning. Timers go by this; clocks may have jumped ahead of it. */
  now = 0;
  clockJumpMs = 0;
  readonly #events: Event[] = [];
  readonly #onTurnEnd: (() => void)[] = [];
  #order = 0;
  #trace = 0x811c9dc5;
  #failure: Error | null = null;
  eventCount = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.random = new SeededRandom(seed);
  }

  /** What a clock on the wall shows. */
  clock(): number {
    return EPOCH_MS + this.now + this.clockJumpMs;
  }

  /** Runs `run` as an event of its own, `delayMs` from now. Returns what cancels it. */
  after(delayMs: number, run: () => void): () => void {
    const event: Event = { at: this.now + delayMs, order: this.#order++, run };
    this.#push(event);
    return () => void (event.run = null);
  }

  /** Calls `end` at the end of this turn, before the next event. */
  atTurnEnd(end: () => void): void {
    this.#onTurnEnd.push(end);
  }

  /** Adds to the trace. */
  note(what: string): void {
    let hash = this.#trace;
    for (let index = 0; index < what.length; index++) {
      hash = Math.imul(hash ^ what.charCodeAt(index), 0x01000193);
    }
    this.#trace = Math.imul(hash ^ this.now, 0x01000193);
  }

  /** What must not happen has happened: the run ends with this. */
  fail(error: Error): void {
    this.#failure ??= error;
  }

  get trace(): string {
    return (this.#trace >>> 0).toString(16).padStart(8, "0");
  }

  /** How many events are to come. */
  get pendingCount(): number {
    return this.#events.filter(({ run }) => run !== null).length;
  }

  /** Lets time pass. */
  async runFor(durationMs: number): Promise<void> {
    const until = this.now + durationMs;
    await this.#runWhile((event) => event.at <= until);
    this.now = until;
  }

  /** Lets time pass until nothing is left to happen, or too long. Whether nothing is left. */
  async runUntilQuiet(limitMs: number): Promise<boolean> {
    const until = this.now + limitMs;
    await this.#runWhile((event) => event.at <= until);
    return this.#events.length === 0;
  }

  async #runWhile(isDue: (event: Event) => boolean): Promise<void> {
    // What was begun from outside goes on first.
    await this.#endTurn();
    for (let event = this.#events[0]; event && isDue(event); event = this.#events[0]) {
      this.#pop();
      if (!event.run) continue;
      this.now = event.at;
      this.eventCount += 1;
      event.run();
      await this.#endTurn();
    }
  }

  async #endTurn(): Promise<void> {
    // Promises go on in microtasks, all of which come before this.
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (const end of this.#onTurnEnd.splice(0)) end();
    if (this.#failure) throw this.#failure;
  }

  #push(event: Event): void {
    const heap = this.#events;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): void {
    const heap = this.#events;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
