/**
 * A budget of memory that clients make a gateway hold. Who takes a large share of it holds it until
 * it is released; who comes when it is used up waits, or makes do with less.
 *
 * Nobody keeps others waiting for ever: while the budget is used up, those who have held a share
 * for longest, and for some seconds, give it up, which ends their connections. Only then is there a
 * timer.
 */
import type { Clock, Millis } from "../base/clock.ts";
import type { Timers } from "./ports.ts";

/** How long a share is safe from being taken back while others lack it. */
const SAFE_MS = 10_000;

/** What those get who can make do with less, when nothing is free. */
const MIN_SHARE_BYTES = 64 * 1024;

/** How often a budget that is used up is looked at. */
const LOOK_MS = 1_000;

/** A share of a budget, until it is released. */
export class Hold {
  bytes: number;
  readonly since: Millis;
  /**
   * Whether it can be taken back. Not any more once it was asked to be given up, which takes a
   * while.
   */
  mayBeTakenBack = true;
  /** Whether others get it as soon as it is given up, although its work goes on for a while. */
  goesBackAtOnce = false;
  readonly #giveUp: () => void;
  readonly #budget: ByteBudget;

  constructor(budget: ByteBudget, bytes: number, giveUp: () => void, since: Millis) {
    this.#budget = budget;
    this.bytes = bytes;
    this.#giveUp = giveUp;
    this.since = since;
  }

  /** Ends what the share is held for; it is released in the course of that. */
  giveUp(): void {
    this.keep();
    this.#giveUp();
    if (this.goesBackAtOnce) this.release();
  }

  /** It is not the client that others wait for, so that it is not taken back. */
  keep(): void {
    this.mayBeTakenBack = false;
  }

  /** Holds more or less from now on. */
  resize(bytes: number): void {
    this.#budget.resize(this, bytes);
  }

  /** Gives the share back; once is enough. */
  release(): void {
    this.#budget.release(this);
  }
}

interface Waiting {
  /** What is held already of what becomes more. */
  readonly begun: Hold | null;
  readonly bytes: number;
  readonly giveUp: () => void;
  readonly resolve: (hold: Hold) => void;
}

export class ByteBudget {
  readonly #limit: number;
  readonly #ports: { readonly clock: Clock; readonly timers: Timers };
  readonly #holds = new Set<Hold>();
  #used = 0;
  #waiting: Waiting[] = [];
  #isLooking = false;
  /** The one share that may grow although nothing is free. */
  #first: Hold | null = null;

  constructor(limit: number, ports: { readonly clock: Clock; readonly timers: Timers }) {
    this.#limit = limit;
    this.#ports = ports;
  }

  /** How many bytes are held now, of how many there are. */
  get used(): number {
    return this.#used;
  }

  /** What is not held yet; never negative. */
  get free(): number {
    return Math.max(this.#limit - this.#used, 0);
  }

  /** Takes a share at once, whether it fits or not. */
  hold(bytes: number, giveUp: () => void): Hold {
    const hold = new Hold(this, bytes, giveUp, this.#ports.clock.now());
    this.#holds.add(hold);
    this.#used += bytes;
    if (this.free === 0) this.#lookLater();
    return hold;
  }

  /**
   * Takes a share when some of the budget is free, be it less than that: what is larger than all of
   * the budget gets through as well, one at a time, and waiting never ends in a deadlock. Who asks
   * for little comes first, so that those who announce much do not keep the others waiting. Of
   * those who need more for what they have `begun`, one gets it whether it is free or not: else
   * they might all wait for one another.
   */
  whenFree(bytes: number, giveUp: () => void, begun: Hold | null = null): Hold | Promise<Hold> {
    if (this.free > 0 || this.#isFirst(begun)) return this.hold(bytes, giveUp);
    this.#lookLater();
    return new Promise((resolve) => {
      const after = this.#waiting.findIndex((other) => other.bytes > bytes);
      const at = after < 0 ? this.#waiting.length : after;
      this.#waiting.splice(at, 0, { begun, bytes, giveUp, resolve });
    });
  }

  /** Who waits with this `giveUp` is gone: what it waits for comes at once, and is nothing. */
  forget(giveUp: () => void): void {
    if (this.#waiting.length === 0) return;
    const gone = this.#waiting.filter((waiting) => waiting.giveUp === giveUp);
    if (gone.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting.giveUp !== giveUp);
    for (const { resolve } of gone) resolve(new Hold(this, 0, giveUp, this.#ports.clock.now()));
  }

  /**
   * Takes as much of `wanted` as is free, or a little when nothing is: for work that soon ends, and
   * that can make do with less.
   */
  share(wanted: number): Hold {
    const bytes = Math.min(wanted, Math.max(this.free, MIN_SHARE_BYTES));
    return this.hold(bytes, () => {});
  }

  /** For {@link Hold}. */
  resize(hold: Hold, bytes: number): void {
    if (!this.#holds.has(hold)) return;
    this.#used += bytes - hold.bytes;
    hold.bytes = bytes;
    this.#admit();
  }

  /** For {@link Hold}. */
  release(hold: Hold): void {
    if (!this.#holds.delete(hold)) return;
    this.#used -= hold.bytes;
    if (hold === this.#first) this.#first = null;
    this.#admit();
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.free > 0) {
      const { bytes, giveUp, resolve } = this.#waiting.shift()!;
      resolve(this.hold(bytes, giveUp));
    }
    if (this.#first) return;
    const at = this.#waiting.findIndex(({ begun }) => this.#isFirst(begun));
    if (at < 0) return;
    const [{ bytes, giveUp, resolve }] = this.#waiting.splice(at, 1) as [Waiting];
    resolve(this.hold(bytes, giveUp));
  }

  /** Whether this is the share that may grow in any case; it becomes the one if there is none. */
  #isFirst(begun: Hold | null): boolean {
    if (!begun || !this.#holds.has(begun)) return false;
    this.#first ??= begun;
    return this.#first === begun;
  }

  #lookLater(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#ports.timers.after(LOOK_MS, () => {
      this.#isLooking = false;
      if (this.free > 0) return;
      this.#takeBack();
      this.#lookLater();
    });
  }

  /**
   * Holds are in the order in which they were taken. Who gives one up may need a moment for it, so
   * no more are asked than are enough.
   */
  #takeBack(): void {
    const unsafe = this.#ports.clock.now() - SAFE_MS;
    let lacking = this.#used - this.#limit + 1;
    for (const hold of this.#holds) {
      if (hold.since > unsafe || lacking <= 0) return;
      if (hold.bytes === 0 || !hold.mayBeTakenBack) continue;
      lacking -= hold.bytes;
      hold.giveUp();
    }
  }
}
