/**
 * Variable-length integers: seven bits a byte, the lowest first. Records use the zigzag forms, in
 * which small negative numbers are short too; flexible protocol messages use the unsigned one.
 *
 * A varint has at most five bytes and a varlong ten. Varlongs saturate at the safe integers.
 */
import { saturate } from "./big-endian.ts";
import { MalformedFrame } from "./malformed-frame.ts";

const TWO_TO_27 = 2 ** 27;
const TWO_TO_55 = 2 ** 55;

/**
 * Reads varints one after the other. It keeps a view of the bytes but never changes them; the
 * position is public so that a caller may skip what it does not need to read.
 */
export class VarintReader {
  readonly bytes: Uint8Array;
  /** Where the next read begins. */
  position: number;
  /** Where the bytes that may be read end. */
  readonly end: number;

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  /** An int8, which stands as it is. */
  int8(): number {
    return (this.#byte() << 24) >> 24;
  }

  /** A zigzag varint: an int32. */
  varint(): number {
    const zigzag = this.unsignedVarint();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  /** An unsigned varint: a uint32. */
  unsignedVarint(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const second = this.#byte();
    if (second < 0x80) return (first & 0x7f) | (second << 7);
    return this.#longUnsignedVarint((first & 0x7f) | ((second & 0x7f) << 7));
  }

  /** A zigzag varlong: an int64, saturated. */
  varlong(): number {
    const start = this.position;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
    }
    let middle = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      middle |= (byte & 0x7f) << shift;
      if (byte < 0x80) return unzigzag(low, middle, 0);
    }
    const ninth = this.#byte();
    if (ninth < 0x80) return unzigzag(low, middle, ninth);
    const tenth = this.#byte();
    if (tenth >= 0x80) throw new MalformedFrame("a varlong is longer than ten bytes", start);
    return unzigzag(low, middle, (ninth & 0x7f) | ((tenth & 1) << 7));
  }

  /** Moves `count` bytes on. */
  skip(count: number): void {
    if (count > this.end - this.position) {
      throw new MalformedFrame(`${count} bytes are more than are left`, this.position);
    }
    this.position += count;
  }

  #longUnsignedVarint(low14: number): number {
    let value = low14;
    for (let shift = 14; shift <= 28; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new MalformedFrame("a varint is longer than five bytes", this.position - 5);
  }

  #byte(): number {
    if (this.position >= this.end) throw new MalformedFrame("a varint is cut off", this.position);
    return this.bytes[this.position++]!;
  }
}

/** Undoes the zigzag of 28 low, 28 middle and 8 high bits. */
function unzigzag(low: number, middle: number, high: number): number {
  const magnitude = (low >>> 1) + middle * TWO_TO_27 + high * TWO_TO_55;
  return saturate((low & 1) === 0 ? magnitude : -magnitude - 1);
}

/** How many bytes {@link writeUnsignedVarint} takes for `value`. */
export function sizeOfUnsignedVarint(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/** How many bytes {@link writeVarint} takes for `value`. */
export function sizeOfVarint(value: number): number {
  return sizeOfUnsignedVarint(zigzag32(value));
}

/** How many bytes {@link writeVarlong} takes for `value`. */
export function sizeOfVarlong(value: number): number {
  let size = 1;
  for (let rest = Math.floor(magnitudeOf(value) / 64); rest > 0; rest = Math.floor(rest / 128)) {
    size++;
  }
  return size;
}

/** Writes a uint32 at `position` and returns the position after it. */
export function writeUnsignedVarint(bytes: Uint8Array, position: number, value: number): number {
  let rest = value;
  let at = position;
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

/** Writes an int32 in zigzag form at `position` and returns the position after it. */
export function writeVarint(bytes: Uint8Array, position: number, value: number): number {
  return writeUnsignedVarint(bytes, position, zigzag32(value));
}

/** Writes a safe integer in zigzag form at `position` and returns the position after it. */
export function writeVarlong(bytes: Uint8Array, position: number, value: number): number {
  // Doubling a large safe integer would lose its last bit, so the sign joins the first six bits.
  const magnitude = magnitudeOf(value);
  let digit = ((magnitude % 64) << 1) | (value < 0 ? 1 : 0);
  let rest = Math.floor(magnitude / 64);
  let at = position;
  while (rest > 0) {
    bytes[at++] = digit | 0x80;
    digit = rest % 128;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = digit;
  return at;
}

function zigzag32(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

/** What a zigzag number holds beside its sign: -1 is 0 with a sign, -2 is 1 with a sign. */
function magnitudeOf(value: number): number {
  return value < 0 ? -value - 1 : value;
}
