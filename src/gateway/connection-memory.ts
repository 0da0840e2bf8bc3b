/**
 * What one connection holds of its gateway's memory: the frame that arrives, and the requests that
 * are worked on. What is small is not counted, so that those who ask for little need not wait.
 */
import { ELEMENT_BYTES, MAX_REQUEST_ELEMENTS, SMALL_BYTES } from "../base/limits.ts";
import type { Hold } from "../broker/byte-budget.ts";
import type { Memory } from "../broker/memory.ts";

/** A byte of a request may become this many: an element of an array can be as short as one. */
const MAX_BYTES_PER_BYTE = 50;

/** What a request holds until it has been worked on. */
export class RequestHold {
  readonly #frame: Hold;
  readonly #decoded: Hold | null;

  constructor(frame: Hold, decoded: Hold | null) {
    this.#frame = frame;
    this.#decoded = decoded;
    if (!decoded) return;
    // A group may keep it waiting for minutes after its connection has ended.
    frame.goesBackAtOnce = true;
    decoded.goesBackAtOnce = true;
  }

  /** The request has been decoded: so many elements are in its arrays. */
  decoded(elements: number): void {
    this.#decoded?.resize(elements * ELEMENT_BYTES);
  }

  release(): void {
    this.#frame.release();
    this.#decoded?.release();
  }
}

export class ConnectionMemory {
  readonly #memory: Memory;
  readonly #giveUp: () => void;
  #arriving: Hold | null = null;
  #waiting: Hold | null = null;
  #isClosed = false;

  /** `giveUp` ends the connection, because it holds much while others lack it. */
  constructor(memory: Memory, giveUp: () => void) {
    this.#memory = memory;
    this.#giveUp = giveUp;
  }

  /**
   * A frame is arriving that needs this much now. The promise, if there is one, says when there is
   * memory for it.
   */
  arriving(size: number): Promise<void> | undefined {
    if (size <= this.#arrivingBytes) return undefined;
    const begun = this.#arriving;
    const missing = size - (begun?.bytes ?? 0);
    const more = this.#memory.frames.whenFree(missing, this.#giveUp, begun);
    if (more instanceof Promise) return more.then((granted) => this.#keep(granted, size));
    return this.#keep(more, size);
  }

  /** What may arrive without more of the budget. */
  get #arrivingBytes(): number {
    return this.#arriving?.bytes ?? SMALL_BYTES;
  }

  /** Whether a frame of this size may arrive without waiting. */
  mayArrive(size: number): boolean {
    return size <= this.#arrivingBytes || this.#memory.frames.free > 0;
  }

  /** Frames of so many bytes have arrived and wait for those before them. */
  waiting(bytes: number): void {
    if (bytes <= SMALL_BYTES) {
      this.#waiting?.release();
      this.#waiting = null;
    } else if (this.#waiting) this.#waiting.resize(bytes);
    else this.#waiting = this.#memory.frames.hold(bytes, this.#giveUp);
  }

  /**
   * A frame has arrived. Gives what it holds, null when it is small; a promise when there is no
   * memory for what it may become once it `isDecoded` into objects. Such a request may wait for as
   * long as the client wants, and is taken back when others lack memory; bytes that go to a disk
   * are not.
   */
  request(size: number, isDecoded: boolean): RequestHold | Promise<RequestHold> | null {
    if (size <= SMALL_BYTES) return null;
    // One that arrived in one piece is there, whether there is memory for it or not.
    const frame = this.#arriving ?? this.#memory.frames.hold(size, this.#giveUp);
    this.#arriving = null;
    frame.resize(size);
    if (!isDecoded) {
      frame.keep();
      return new RequestHold(frame, null);
    }
    const bytes = Math.min(size * MAX_BYTES_PER_BYTE, MAX_REQUEST_ELEMENTS * ELEMENT_BYTES);
    const decoded = this.#memory.requests.whenFree(bytes, this.#giveUp);
    if (!(decoded instanceof Promise)) return new RequestHold(frame, decoded);
    return decoded.then((granted) => new RequestHold(frame, granted));
  }

  /** The frame that has arrived is not worked on. */
  drop(): void {
    this.#arriving?.release();
    this.#arriving = null;
  }

  /** An answer is to be written. Gives what it holds, null when it is small. */
  answer(size: number): Hold | null {
    return size <= SMALL_BYTES ? null : this.#memory.answers.hold(size, this.#giveUp);
  }

  /** The connection has ended: nothing more arrives. */
  close(): void {
    this.#isClosed = true;
    this.drop();
    this.#waiting?.release();
    this.#memory.frames.forget(this.#giveUp);
    this.#memory.requests.forget(this.#giveUp);
  }

  #keep(more: Hold, size: number): undefined {
    if (!this.#arriving && !this.#isClosed) {
      this.#arriving = more;
      return;
    }
    // The first one stays: it tells since when the frame has been arriving.
    this.#arriving?.resize(size);
    more.release();
  }
}
