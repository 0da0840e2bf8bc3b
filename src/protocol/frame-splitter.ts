/**
 * Cuts a byte stream, which arrives in pieces cut anywhere, into Kafka's frames: a four-byte size,
 * then that many bytes. Memory grows with what has arrived, never with what a size claims.
 */
import { readInt32 } from "../base/big-endian.ts";
import { MalformedFrame } from "../base/malformed-frame.ts";

const SIZE_BYTES = 4;

/** What is set aside for a frame before more of it has arrived; afterwards it is doubled. */
const FIRST_BUFFER_BYTES = 64 * 1024;

export class FrameSplitter {
  readonly #maxFrameBytes: number;
  /** The frame that is arriving, with its size in front; null between frames. */
  #partial: Uint8Array | null = null;
  #filled = 0;
  /** Why nothing more can be cut out of the stream. */
  #failure: MalformedFrame | null = null;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /**
   * How many more bytes end the frame that is arriving; at least those of the next frame's size.
   * Throws when the stream is malformed.
   */
  get missingBytes(): number {
    if (this.#failure) throw this.#failure;
    if (!this.#partial || this.#filled < SIZE_BYTES) return SIZE_BYTES - this.#filled;
    return this.#frameSize(this.#partial, 0) + SIZE_BYTES - this.#filled;
  }

  /**
   * What is set aside for the frame that is arriving, or will be with its next piece; 0 while none
   * is, or its size is not there yet. Throws when the stream is malformed.
   */
  get bufferBytes(): number {
    if (this.#failure) throw this.#failure;
    if (this.#filled < SIZE_BYTES) return 0;
    const arriving = readInt32(this.#partial!, 0);
    return Math.min(arriving, Math.max(this.#nextBufferBytes, this.#partial!.length));
  }

  /**
   * How many bytes the next piece should bring: what is set aside for the frame that is arriving
   * has room for them. Throws when the stream is malformed.
   */
  get wantedBytes(): number {
    const missing = this.missingBytes;
    if (this.#filled < SIZE_BYTES) return missing;
    return Math.min(missing, this.bufferBytes + SIZE_BYTES - this.#filled);
  }

  /** Whether a frame has begun and not ended. */
  get isInFrame(): boolean {
    return this.#filled > 0;
  }

  /**
   * Takes the next piece and returns the frames that are complete now, without their sizes. They
   * may be views into `bytes`, which belongs to them from here on. A size that is negative or above
   * the limit is a {@link MalformedFrame}: the stream cannot be trusted any more. What came before
   * it is returned first, and the next call throws.
   */
  push(bytes: Uint8Array): Uint8Array[] {
    if (this.#failure) throw this.#failure;
    const frames: Uint8Array[] = [];
    try {
      this.#cut(bytes, frames);
    } catch (error) {
      if (!(error instanceof MalformedFrame) || frames.length === 0) throw error;
      this.#failure = error;
    }
    return frames;
  }

  #cut(bytes: Uint8Array, frames: Uint8Array[]): void {
    let position = 0;
    while (position < bytes.length) {
      if (this.#filled === 0) {
        const frame = this.#wholeFrame(bytes, position);
        if (frame) {
          frames.push(frame);
          position += SIZE_BYTES + frame.length;
          continue;
        }
      }
      position += this.#fill(bytes, position);
      if (this.missingBytes === 0) {
        frames.push(this.#partial!.subarray(SIZE_BYTES, this.#filled));
        this.#partial = null;
        this.#filled = 0;
      }
    }
  }

  /** The frame at `position` if all of it is there: no copy is needed. */
  #wholeFrame(bytes: Uint8Array, position: number): Uint8Array | null {
    if (bytes.length - position < SIZE_BYTES) return null;
    const size = this.#frameSize(bytes, position);
    const start = position + SIZE_BYTES;
    return bytes.length - start < size ? null : bytes.subarray(start, start + size);
  }

  /** Copies up to the end of the frame that is arriving; returns how many bytes it took. */
  #fill(bytes: Uint8Array, position: number): number {
    const count = Math.min(this.missingBytes, bytes.length - position);
    const partial = this.#roomFor(count);
    partial.set(bytes.subarray(position, position + count), this.#filled);
    this.#filled += count;
    return count;
  }

  #roomFor(count: number): Uint8Array {
    const needed = this.#filled + count;
    if (this.#partial && this.#partial.length >= needed) return this.#partial;
    const whole = this.#filled + this.missingBytes;
    const larger = new Uint8Array(Math.min(whole, Math.max(this.#nextBufferBytes, needed)));
    if (this.#partial) larger.set(this.#partial.subarray(0, this.#filled));
    this.#partial = larger;
    return larger;
  }

  get #nextBufferBytes(): number {
    return Math.max(FIRST_BUFFER_BYTES, 2 * this.#filled);
  }

  #frameSize(bytes: Uint8Array, position: number): number {
    const size = readInt32(bytes, position);
    if (size < 0 || size > this.#maxFrameBytes) {
      throw new MalformedFrame(
        `a frame claims ${size} bytes; at most ${this.#maxFrameBytes} are allowed`,
      );
    }
    return size;
  }
}
