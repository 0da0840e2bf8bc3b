/** Lets one wait for what others do: whoever waits is woken when something has changed. */

export class Signal {
  #changed = Promise.withResolvers<void>();

  /** Wakes all who wait. */
  notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Resolves with the next notification, or after `ms`. */
  async wait(ms: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, ms);
    await Promise.race([this.#changed.promise, late.promise]);
    clearTimeout(timer);
  }
}
