/**
 * The Produce requests of one connection that are under way. They overlap, so that there is a limit
 * of what they are together; the small ones, which hold nothing each, have one hold for all.
 */
import { SMALL_BYTES } from "../base/limits.ts";
import type { ByteBudget, Hold } from "../broker/byte-budget.ts";

/**
 * Bytes of Produce requests that one connection may have under way; reading pauses above it. It is
 * less while the gateway's memory is used up.
 */
const MAX_BYTES = 16 * 1024 * 1024;
const MIN_BYTES = 64 * 1024;

/** What a request costs besides its bytes until it is answered, about. */
const REQUEST_BYTES = 2 * 1024;

export class ProducesUnderWay {
  readonly #frames: ByteBudget;
  #bytes = 0;
  #smallBytes = 0;
  #hold: Hold | null = null;
  #onEnd: (() => void) | null = null;
  #isClosed = false;

  constructor(frames: ByteBudget) {
    this.#frames = frames;
  }

  /** A request of this size begins; it is small if it holds nothing of its own. */
  begin(size: number, isSmall: boolean): void {
    this.#bytes += size + REQUEST_BYTES;
    if (isSmall) this.#holdSmall(size + REQUEST_BYTES);
  }

  /** It has been answered. */
  end(size: number, isSmall: boolean): void {
    this.#bytes -= size + REQUEST_BYTES;
    if (isSmall) this.#holdSmall(-size - REQUEST_BYTES);
    this.#onEnd?.();
  }

  /** Whether another one may be read. */
  get isRoom(): boolean {
    return this.#bytes <= (this.#frames.free === 0 ? MIN_BYTES : MAX_BYTES);
  }

  /** Waits until another one may be read, or the connection has ended. */
  untilRoom(): Promise<void> {
    return this.#until(() => this.isRoom);
  }

  /** Waits until there are none, or the connection has ended. */
  untilNone(): Promise<void> {
    return this.#until(() => this.#bytes === 0);
  }

  /** The connection has ended. What is under way still is. */
  close(): void {
    this.#isClosed = true;
    this.#holdSmall(0);
    this.#onEnd?.();
  }

  async #until(isTrue: () => boolean): Promise<void> {
    while (!isTrue() && !this.#isClosed) {
      await new Promise<void>((resolve) => (this.#onEnd = resolve));
    }
    this.#onEnd = null;
  }

  /** The hold stays for as long as the connection: what comes and goes here does so often. */
  #holdSmall(more: number): void {
    this.#smallBytes += more;
    const bytes = this.#smallBytes > SMALL_BYTES ? this.#smallBytes : 0;
    if (this.#hold) {
      if (this.#hold.bytes !== bytes) this.#hold.resize(bytes);
    } else if (bytes > 0) {
      this.#hold = this.#frames.hold(bytes, () => {});
      // They are on their way to a disk.
      this.#hold.keep();
    }
    if (this.#isClosed && bytes === 0) this.#hold?.release();
  }
}
