/**
 * Writes Kafka's primitive types. Small things are gathered in a buffer that grows; large byte
 * arrays are taken by reference, as pieces of their own, so that a Fetch response is a small head,
 * the records as the log gave them, and a small tail.
 *
 * A referenced array belongs to the frame until the frame has been sent: whoever gave it must not
 * change it. The pieces belong to whoever called `finish`; the writer is done after that.
 */
import { assert } from "../base/assert.ts";
import { writeInt16, writeInt32, writeInt64 } from "../base/big-endian.ts";
import { MalformedFrame } from "../base/malformed-frame.ts";
import { writeUuid } from "../base/uuid.ts";
import type { Uuid } from "../base/uuid.ts";
import { MAX_STRING_BYTES } from "./reader.ts";

/**
 * Byte arrays from this size on are referenced; smaller ones are cheaper to copy than to send
 * alone.
 */
export const REFERENCED_BYTES = 4096;

const FIRST_BUFFER_BYTES = 256;

const utf8 = new TextEncoder();

export class Writer {
  #buffer: Uint8Array = new Uint8Array(FIRST_BUFFER_BYTES);
  /** Where the piece begins that is being written. */
  #start = 0;
  #position = 0;
  #finished: Uint8Array[] = [];
  #finishedBytes = 0;
  #openTags = 0;

  /** How many bytes have been written, referenced ones included. */
  get size(): number {
    return this.#finishedBytes + this.#position - this.#start;
  }

  /** All that was written, in pieces, which are now the caller's. */
  finish(): Uint8Array[] {
    assert(this.#openTags === 0, "Every tagged field has ended.");
    this.#cut();
    return this.#finished;
  }

  bool(value: boolean): void {
    assert(value === true || value === false, "A bool is true or false.");
    const at = this.#reserve(1);
    this.#buffer[at] = value ? 1 : 0;
  }

  int8(value: number): void {
    assert((value << 24) >> 24 === value, "An int8 lies between -2^7 and 2^7 - 1.");
    const at = this.#reserve(1);
    this.#buffer[at] = value;
  }

  int16(value: number): void {
    assert((value << 16) >> 16 === value, "An int16 lies between -2^15 and 2^15 - 1.");
    const at = this.#reserve(2);
    writeInt16(this.#buffer, at, value);
  }

  int32(value: number): void {
    assert((value | 0) === value, "An int32 lies between -2^31 and 2^31 - 1.");
    const at = this.#reserve(4);
    writeInt32(this.#buffer, at, value);
  }

  int64(value: number): void {
    assert(Number.isSafeInteger(value), "An int64 is a safe integer.");
    const at = this.#reserve(8);
    writeInt64(this.#buffer, at, value);
  }

  uint16(value: number): void {
    assert((value & 0xffff) === value, "A uint16 lies between 0 and 2^16 - 1.");
    const at = this.#reserve(2);
    writeInt16(this.#buffer, at, value);
  }

  uint32(value: number): void {
    assert(value >>> 0 === value, "A uint32 lies between 0 and 2^32 - 1.");
    const at = this.#reserve(4);
    writeInt32(this.#buffer, at, value);
  }

  float64(value: number): void {
    const at = this.#reserve(8);
    new DataView(this.#buffer.buffer, at, 8).setFloat64(0, value);
  }

  uuid(value: Uuid): void {
    const at = this.#reserve(16);
    writeUuid(this.#buffer, at, value);
  }

  /** An unsigned varint of up to 32 bits. */
  uvarint(value: number): void {
    this.#position = this.#putUvarint(this.#reserve(5), value);
  }

  string(value: string): void {
    if (this.#ascii(value, 2)) return;
    const encoded = encodeUtf8(value);
    this.int16(encoded.length);
    this.#copy(encoded);
  }

  nullableString(value: string | null): void {
    if (value === null) this.int16(-1);
    else this.string(value);
  }

  compactString(value: string): void {
    if (value.length < 0x7f && this.#ascii(value, 1)) return;
    const encoded = encodeUtf8(value);
    this.uvarint(encoded.length + 1);
    this.#copy(encoded);
  }

  nullableCompactString(value: string | null): void {
    if (value === null) this.uvarint(0);
    else this.compactString(value);
  }

  /** Of `bytes` and of `records`: copied if small, referenced if large. */
  bytes(value: Uint8Array): void {
    this.int32(value.length);
    this.#take(value);
  }

  nullableBytes(value: Uint8Array | null): void {
    if (value === null) this.int32(-1);
    else this.bytes(value);
  }

  compactBytes(value: Uint8Array): void {
    this.uvarint(value.length + 1);
    this.#take(value);
  }

  nullableCompactBytes(value: Uint8Array | null): void {
    if (value === null) this.uvarint(0);
    else this.compactBytes(value);
  }

  arrayCount(count: number): void {
    this.int32(count);
  }

  compactArrayCount(count: number): void {
    this.uvarint(count + 1);
  }

  /** The byte before a nullable struct, which says whether the struct follows. */
  structFollows(follows: boolean): void {
    this.int8(follows ? 1 : -1);
  }

  /** The same for a struct that is a tagged field, where null has another byte. */
  taggedStructFollows(follows: boolean): void {
    this.uvarint(follows ? 1 : 0);
  }

  /**
   * Begins a tagged field and returns where its size goes. Its size is known only when it has been
   * written, so one byte is left for it, which is enough for almost every field there is.
   */
  beginTag(tag: number): number {
    this.uvarint(tag);
    this.#openTags++;
    const at = this.#reserve(1);
    return at - this.#start;
  }

  /** Ends the tagged field whose size goes to `mark`. */
  endTag(mark: number): void {
    this.#openTags--;
    const contents = mark + 1;
    const size = this.#position - this.#start - contents;
    const extra = uvarintBytes(size) - 1;
    const end = this.#reserve(extra);
    const from = this.#start + contents;
    this.#buffer.copyWithin(from + extra, from, end);
    this.#putUvarint(this.#start + mark, size);
  }

  /** Writes an int32 over the first four bytes, where the frame has left room for its size. */
  setFirstInt32(value: number): void {
    const first = this.#finished[0] ?? this.#buffer.subarray(this.#start, this.#position);
    writeInt32(first, 0, value);
  }

  /** Makes room for `size` bytes and returns where they go. */
  #reserve(size: number): number {
    if (this.#position + size > this.#buffer.length) this.#grow(size);
    const at = this.#position;
    this.#position = at + size;
    return at;
  }

  // What is cut off stays in the old buffer; only the piece being written moves to the new one.
  #grow(size: number): void {
    const written = this.#buffer.subarray(this.#start, this.#position);
    const larger = new Uint8Array(2 * (written.length + size) + FIRST_BUFFER_BYTES);
    larger.set(written);
    this.#buffer = larger;
    this.#start = 0;
    this.#position = written.length;
  }

  /** Writes into room that is already reserved, and returns where it ended. */
  #putUvarint(position: number, value: number): number {
    let at = position;
    let rest = value;
    while (rest > 0x7f) {
      this.#buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[at++] = rest;
    return at;
  }

  #cut(): void {
    if (this.#position === this.#start) return;
    const piece = this.#buffer.subarray(this.#start, this.#position);
    this.#finished.push(piece);
    this.#finishedBytes += piece.length;
    this.#start = this.#position;
  }

  #take(value: Uint8Array): void {
    // The bytes of an open tagged field may still have to move, so they stay in the buffer.
    if (value.length < REFERENCED_BYTES || this.#openTags > 0) return this.#copy(value);
    this.#cut();
    this.#finished.push(value);
    this.#finishedBytes += value.length;
  }

  #copy(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#buffer.set(value, at);
  }

  /**
   * Writes a string that is ASCII, with its length in `lengthBytes`; writes nothing if it is not.
   */
  #ascii(value: string, lengthBytes: 1 | 2): boolean {
    const length = value.length;
    if (length > MAX_STRING_BYTES) return false;
    const start = this.#reserve(lengthBytes + length);
    let at = start + lengthBytes;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) {
        this.#position = start;
        return false;
      }
      this.#buffer[at++] = code;
    }
    if (lengthBytes === 1) this.#buffer[start] = length + 1;
    else writeInt16(this.#buffer, start, length);
    return true;
  }
}

function encodeUtf8(value: string): Uint8Array {
  const encoded = utf8.encode(value);
  // A client can reach this: what was not UTF-8 in a name it sent comes back three times as long.
  if (encoded.length > MAX_STRING_BYTES) {
    throw new MalformedFrame(`a string of ${encoded.length} bytes cannot be written`);
  }
  return encoded;
}

function uvarintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes++;
  return bytes;
}
