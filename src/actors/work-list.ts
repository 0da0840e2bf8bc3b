/**
 * Calls of other actors that are made until each is confirmed: all that are listed in storage, some
 * at a time. Who asks for it while it runs has all made that are listed then, what failed before as
 * well. What fails stays listed, for the next time.
 */

/** Calls under way at a time. */
const BATCH = 16;

/** Up to `limit` of what is listed, behind `after`. */
type Page<Item> = (limit: number, after?: Item) => readonly Item[];

export class WorkList<Item> {
  readonly #page: Page<Item>;
  readonly #call: (item: Item) => Promise<void>;
  readonly #confirmed: (item: Item) => void;
  #isRunning = false;
  #isAskedFor = false;

  constructor(
    page: Page<Item>,
    call: (item: Item) => Promise<void>,
    confirmed: (item: Item) => void,
  ) {
    this.#page = page;
    this.#call = call;
    this.#confirmed = confirmed;
  }

  get isEmpty(): boolean {
    return this.#page(1).length === 0;
  }

  async run(): Promise<void> {
    this.#isAskedFor = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#isAskedFor) {
        this.#isAskedFor = false;
        await this.#runOnce();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async #runOnce(): Promise<void> {
    let batch = this.#page(BATCH);
    while (batch.length > 0) {
      await Promise.all(batch.map((item) => this.#try(item)));
      batch = this.#page(BATCH, batch.at(-1));
    }
  }

  async #try(item: Item): Promise<void> {
    try {
      await this.#call(item);
    } catch {
      return;
    }
    this.#confirmed(item);
  }
}
