/**
 * The blocks inside LZ4 frames: sequences of a token (four bits for the number of literals, four
 * for the length of the copy), literals, and the copy's distance. The last one has literals only.
 */
import { MalformedFrame } from "../../base/malformed-frame.ts";
import type { SequenceWriter } from "./lz-matches.ts";
import { copyLiterals, copyMatch, findMatches } from "./lz-matches.ts";

const MIN_MATCH = 4;

/** What `size` bytes may grow to in the worst case. */
export function lz4BlockBound(size: number): number {
  return size + Math.ceil(size / 255) + 16;
}

/**
 * Appends the block `input[start, inputEnd)` to `output` at `written`, never past its end, and
 * returns where it ended. Copies may reach back to the output's first byte.
 */
export function decompressLz4Block(
  input: Uint8Array,
  start: number,
  inputEnd: number,
  output: Uint8Array,
  written: number,
): number {
  let at = start;
  let to = written;
  const extended = (length: number): number => {
    if (length < 15) return length;
    let sum = length;
    for (;;) {
      if (at >= inputEnd) throw overrun(at);
      const byte = input[at++]!;
      sum += byte;
      if (byte !== 255) return sum;
    }
  };
  while (at < inputEnd) {
    const token = input[at++]!;
    const literals = extended(token >>> 4);
    if (literals > inputEnd - at || literals > output.length - to) throw overrun(at);
    copyLiterals(input, at, at + literals, output, to);
    at += literals;
    to += literals;
    if (at === inputEnd) return to;
    if (inputEnd - at < 2) throw overrun(at);
    const distance = input[at]! | (input[at + 1]! << 8);
    at += 2;
    const length = extended(token & 15) + MIN_MATCH;
    if (distance === 0 || distance > to || length > output.length - to) throw overrun(at);
    copyMatch(output, to, distance, length);
    to += length;
  }
  throw new MalformedFrame("an LZ4 block does not end with literals", at);
}

function overrun(position: number): MalformedFrame {
  return new MalformedFrame("an LZ4 sequence reaches outside of its block", position);
}

/** Writes LZ4 blocks of `input` to `output`, which has room for the worst case. */
export class Lz4BlockWriter implements SequenceWriter {
  readonly #input: Uint8Array;
  readonly #output: Uint8Array;
  /** Where the next byte goes. */
  position = 0;

  constructor(input: Uint8Array, output: Uint8Array) {
    this.#input = input;
    this.#output = output;
  }

  /** Writes `input[start, end)`, at most 64 KB, as one block that depends on no other. */
  writeBlock(start: number, end: number): void {
    const literals = findMatches(this.#input, start, end, this);
    this.#writeLiterals(literals, end, 0);
  }

  writeSequence(
    literalsStart: number,
    literalsEnd: number,
    distance: number,
    length: number,
  ): void {
    const matchLength = length - MIN_MATCH;
    this.#writeLiterals(literalsStart, literalsEnd, Math.min(matchLength, 15));
    this.#output[this.position++] = distance;
    this.#output[this.position++] = distance >>> 8;
    this.#writeExtension(matchLength);
  }

  #writeLiterals(start: number, end: number, matchNibble: number): void {
    const length = end - start;
    this.#output[this.position++] = (Math.min(length, 15) << 4) | matchNibble;
    this.#writeExtension(length);
    copyLiterals(this.#input, start, end, this.#output, this.position);
    this.position += length;
  }

  #writeExtension(length: number): void {
    if (length < 15) return;
    let rest = length - 15;
    for (; rest >= 255; rest -= 255) this.#output[this.position++] = 255;
    this.#output[this.position++] = rest;
  }
}
