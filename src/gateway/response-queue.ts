/**
 * The answers of one connection, written in the order of their requests, whichever is ready first.
 * What is ready at the same time is written together; one write is under way at a time.
 */

/** One response frame, in pieces. */
export type ResponsePieces = readonly Uint8Array[];

/** A request's place in the queue. */
export interface ResponseSlot {
  /** Gives the answer, or null where the protocol wants none. */
  fill(pieces: ResponsePieces | null): void;
}

interface Slot extends ResponseSlot {
  pieces: ResponsePieces | null;
  isFilled: boolean;
}

/** Answers joined in one write, in bytes. */
const MAX_WRITE_BYTES = 1024 * 1024;

/** What a place in the queue costs beside its answer, about. */
const SLOT_BYTES = 256;

export class ResponseQueue {
  readonly #write: (responses: readonly ResponsePieces[]) => Promise<void>;
  readonly #slots: Slot[] = [];
  #head = 0;
  #unwrittenBytes = 0;
  #isWriting = false;
  #isClosed = false;
  #onEmpty: (() => void)[] = [];

  /** `write` sends whole responses; its rejection ends the connection elsewhere. */
  constructor(write: (responses: readonly ResponsePieces[]) => Promise<void>) {
    this.#write = write;
  }

  /** The memory of answers that are there and not written, because the client does not read. */
  get unwrittenBytes(): number {
    return this.#unwrittenBytes;
  }

  reserve(): ResponseSlot {
    const slot: Slot = {
      pieces: null,
      isFilled: false,
      fill: (pieces) => {
        slot.pieces = pieces;
        slot.isFilled = true;
        if (pieces) this.#unwrittenBytes += sizeOf(pieces) + SLOT_BYTES;
        if (this.#slots[this.#head] === slot && !this.#isWriting) void this.#drain();
      },
    };
    this.#slots.push(slot);
    return slot;
  }

  /** Resolves when every answer reserved so far has been written, or never will be. */
  async empty(): Promise<void> {
    if (this.#isClosed || (this.#head === this.#slots.length && !this.#isWriting)) return;
    await new Promise<void>((resolve) => this.#onEmpty.push(resolve));
  }

  /** The connection has ended: whoever waits for the queue to be empty goes on. */
  close(): void {
    this.#isClosed = true;
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  async #drain(): Promise<void> {
    this.#isWriting = true;
    try {
      // Answers that become ready in the same turn go into the same write.
      await Promise.resolve();
      for (let ready = this.#takeReady(); ready.length > 0; ready = this.#takeReady()) {
        await this.#write(ready);
        for (const pieces of ready) this.#unwrittenBytes -= sizeOf(pieces) + SLOT_BYTES;
      }
    } catch {
      // The connection is broken; its reading side ends and closes it.
      return this.close();
    } finally {
      this.#isWriting = false;
    }
    if (this.#head === this.#slots.length) for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  #takeReady(): ResponsePieces[] {
    const ready: ResponsePieces[] = [];
    let bytes = 0;
    while (bytes < MAX_WRITE_BYTES && this.#slots[this.#head]?.isFilled) {
      const { pieces } = this.#slots[this.#head]!;
      this.#head += 1;
      if (!pieces) continue;
      ready.push(pieces);
      bytes += sizeOf(pieces);
    }
    this.#forgetWritten();
    return ready;
  }

  #forgetWritten(): void {
    if (this.#head === this.#slots.length || this.#head > 1024) {
      this.#slots.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

/** The bytes of a response. */
export function sizeOf(pieces: ResponsePieces | null): number {
  let bytes = 0;
  if (pieces) for (const piece of pieces) bytes += piece.length;
  return bytes;
}
