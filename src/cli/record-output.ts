/**
 * Standard output for many records: bytes are gathered and written together, no faster than they
 * are read. Who reads may go away at any time, as `head` does; that is an end and not an error.
 */

/** From so many bytes on, what is gathered is written. */
const GATHERED_BYTES = 64 * 1024;

export class RecordOutput {
  readonly #stream: NodeJS.WritableStream;
  #pieces: Uint8Array[] = [];
  #size = 0;
  #isOpen = true;

  constructor(stream: NodeJS.WritableStream = process.stdout) {
    this.#stream = stream;
    stream.on("error", () => (this.#isOpen = false));
  }

  /** Whether anybody still reads. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether so much is gathered that it is time to flush. */
  get isFull(): boolean {
    return this.#size >= GATHERED_BYTES;
  }

  /** Gathers bytes, which may be a view: they are kept until the next flush. */
  write(bytes: Uint8Array | string): void {
    const piece = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
    this.#pieces.push(piece);
    this.#size += piece.length;
  }

  /** Writes what is gathered; resolves when there is room for more. */
  async flush(): Promise<void> {
    if (this.#size === 0) return;
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#size = 0;
    if (!this.#isOpen) return;
    const written = Promise.withResolvers<void>();
    this.#stream.write(bytes, (error) => {
      if (error) this.#isOpen = false;
      written.resolve();
    });
    await written.promise;
  }
}
