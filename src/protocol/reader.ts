/**
 * Reads Kafka's primitive types from bytes that a stranger sent. Nothing is read past the end, no
 * count is believed before the bytes for it are there, and every failure is a MalformedFrame.
 *
 * The reader keeps the bytes it is given, and so do the `bytes` and `records` it returns, which are
 * views into them: whoever keeps one keeps the whole frame, and whoever changes the frame changes
 * them. Strings and uuids are copies.
 */
import { readInt16, readInt32, readInt64 } from "../base/big-endian.ts";
import { MalformedFrame } from "../base/malformed-frame.ts";
import { uuidFromBytes } from "../base/uuid.ts";
import type { Uuid } from "../base/uuid.ts";

// Kafka's clients and brokers replace what is not UTF-8, and keep a byte order mark.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Longer strings are cheaper to decode natively. */
const SHORT_STRING = 40;

/** The most bytes that a string may have, compact or not. */
export const MAX_STRING_BYTES = 0x7fff;

export class Reader {
  readonly #source: Uint8Array;
  readonly #end: number;
  readonly #maxElements: number;
  #position = 0;
  #tagSize = 0;
  #elements = 0;

  constructor(source: Uint8Array, maxElements = Infinity) {
    this.#source = source;
    this.#end = source.length;
    this.#maxElements = maxElements;
  }

  /** How many elements the arrays have that were begun so far. */
  get elements(): number {
    return this.#elements;
  }

  /** Where the next read begins. */
  get position(): number {
    return this.#position;
  }

  /** How many bytes are left. */
  get remaining(): number {
    return this.#end - this.#position;
  }

  bool(): boolean {
    return this.#source[this.#take(1)] !== 0;
  }

  int8(): number {
    return (this.#source[this.#take(1)]! << 24) >> 24;
  }

  int16(): number {
    return readInt16(this.#source, this.#take(2));
  }

  int32(): number {
    return readInt32(this.#source, this.#take(4));
  }

  /** An int64, saturated at the safe integers. */
  int64(): number {
    return readInt64(this.#source, this.#take(8));
  }

  uint16(): number {
    return this.int16() & 0xffff;
  }

  uint32(): number {
    return this.int32() >>> 0;
  }

  float64(): number {
    const at = this.#source.byteOffset + this.#take(8);
    return new DataView(this.#source.buffer, at, 8).getFloat64(0);
  }

  uuid(): Uuid {
    return uuidFromBytes(this.#source, this.#take(16));
  }

  /** An unsigned varint of up to 32 bits. */
  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#source[this.#take(1)]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new MalformedFrame("a varint is longer than five bytes", this.#position);
  }

  string(field: string): string {
    return this.nullableString() ?? this.#nullRefused(field);
  }

  nullableString(): string | null {
    return this.#string(this.int16());
  }

  compactString(field: string): string {
    return this.nullableCompactString() ?? this.#nullRefused(field);
  }

  nullableCompactString(): string | null {
    return this.#string(this.uvarint() - 1);
  }

  /** Of `bytes` and of `records`: a view. */
  bytes(field: string): Uint8Array {
    return this.nullableBytes() ?? this.#nullRefused(field);
  }

  nullableBytes(): Uint8Array | null {
    return this.#view(this.int32());
  }

  compactBytes(field: string): Uint8Array {
    return this.nullableCompactBytes() ?? this.#nullRefused(field);
  }

  nullableCompactBytes(): Uint8Array | null {
    return this.#view(this.uvarint() - 1);
  }

  /** How many elements of at least `elementBytes` follow. */
  arrayCount(elementBytes: number, field: string): number {
    const count = this.nullableArrayCount(elementBytes);
    return count < 0 ? this.#nullRefused(field) : count;
  }

  /** The same, or -1 for null. */
  nullableArrayCount(elementBytes: number): number {
    return this.#count(this.int32(), elementBytes);
  }

  compactArrayCount(elementBytes: number, field: string): number {
    const count = this.nullableCompactArrayCount(elementBytes);
    return count < 0 ? this.#nullRefused(field) : count;
  }

  nullableCompactArrayCount(elementBytes: number): number {
    return this.#count(this.uvarint() - 1, elementBytes);
  }

  /** Whether a nullable struct follows. */
  structFollows(): boolean {
    return this.int8() >= 0;
  }

  /** The same for a struct that is a tagged field. */
  taggedStructFollows(): boolean {
    return this.uvarint() > 0;
  }

  /** How many tagged fields follow. */
  tagCount(): number {
    return this.#count(this.uvarint(), 2);
  }

  /**
   * The number of the next tagged field. As in Kafka, the size that goes with it is used to skip
   * the field and not otherwise, and a tag may come out of order or twice: the last one counts.
   */
  tag(): number {
    const tag = this.uvarint();
    this.#tagSize = this.uvarint();
    return tag;
  }

  /** Skips the field whose tag was just read. */
  skipTag(): void {
    this.#take(this.#tagSize);
  }

  /** Skips all tagged fields, where this version knows none. */
  skipTags(): void {
    for (let count = this.tagCount(); count > 0; count--) {
      this.tag();
      this.skipTag();
    }
  }

  #take(size: number): number {
    const position = this.#position;
    if (size > this.#end - position) {
      throw new MalformedFrame(`${size} bytes expected, ${this.#end - position} left`, position);
    }
    this.#position = position + size;
    return position;
  }

  // Any negative length is null, as in Kafka.
  #string(size: number): string | null {
    if (size < 0) return null;
    if (size > MAX_STRING_BYTES) {
      throw new MalformedFrame(`a string has ${size} bytes`, this.#position);
    }
    const start = this.#take(size);
    if (size <= SHORT_STRING) {
      let text = "";
      let at = start;
      for (; at < this.#position && this.#source[at]! < 0x80; at++) {
        text += String.fromCharCode(this.#source[at]!);
      }
      if (at === this.#position) return text;
    }
    return utf8.decode(this.#source.subarray(start, this.#position));
  }

  #view(size: number): Uint8Array | null {
    if (size < 0) return null;
    const start = this.#take(size);
    return this.#source.subarray(start, this.#position);
  }

  #count(count: number, elementBytes: number): number {
    if (count * elementBytes > this.#end - this.#position) {
      throw new MalformedFrame(`${count} elements cannot be in what is left`, this.#position);
    }
    if (count <= 0) return count < 0 ? -1 : 0;
    this.#elements += count;
    if (this.#elements > this.#maxElements) {
      throw new MalformedFrame(`more than ${this.#maxElements} elements`, this.#position);
    }
    return count;
  }

  #nullRefused(field: string): never {
    throw new MalformedFrame(`${field} is null`, this.#position);
  }
}
