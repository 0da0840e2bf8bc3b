/**
 * Snappy in both framings that Kafka's clients send: the raw format (librdkafka) and snappy-java's
 * stream of blocks (Java and what follows it), which is also what we write, for every client reads
 * it. Raw snappy begins with the uncompressed length; a snappy-java stream with a magic and then
 * blocks of raw snappy, each behind its compressed length as an int32.
 *
 * Written here because the packages for it leave broken input undetected or need native code.
 */
import { readInt32, writeInt32 } from "../../base/big-endian.ts";
import { MalformedFrame } from "../../base/malformed-frame.ts";
import { VarintReader, writeUnsignedVarint } from "../../base/varint.ts";
import type { SequenceWriter } from "./lz-matches.ts";
import { copyLiterals, copyMatch, findMatches } from "./lz-matches.ts";

/** 0x82 "SNAPPY" 0x00, version 1, compatible with version 1. */
const STREAM_HEADER = Uint8Array.of(0x82, 83, 78, 65, 80, 80, 89, 0, 0, 0, 0, 1, 0, 0, 0, 1);
const STREAM_MAGIC_SIZE = 8;

/** Snappy-java's block size. */
const STREAM_BLOCK_SIZE = 32 * 1024;

/** No element makes more of its bytes than a copy of 64 bytes written in three. */
const MAX_RATIO = 22;

/** Compresses `bytes` as a snappy-java stream; the result is the caller's. */
export function compressSnappy(bytes: Uint8Array): Uint8Array {
  const blockCount = Math.ceil(bytes.length / STREAM_BLOCK_SIZE);
  const worst = STREAM_HEADER.length + bytes.length + (bytes.length >> 5) + blockCount * 16;
  const writer = new BlockWriter(bytes, new Uint8Array(worst));
  writer.output.set(STREAM_HEADER);
  writer.position = STREAM_HEADER.length;
  for (let start = 0; start < bytes.length; start += STREAM_BLOCK_SIZE) {
    const lengthAt = writer.position;
    writer.position += 4;
    writer.writeBlock(start, Math.min(start + STREAM_BLOCK_SIZE, bytes.length));
    writeInt32(writer.output, lengthAt, writer.position - lengthAt - 4);
  }
  return writer.output.slice(0, writer.position);
}

/** Decompresses either framing into a new array of at most `maxSize` bytes. */
export function decompressSnappy(bytes: Uint8Array, maxSize: number): Uint8Array {
  const blocks = hasStreamMagic(bytes, 0) ? streamBlocks(bytes) : [bytes];
  const lengths = blocks.map((block) => new VarintReader(block));
  let size = 0;
  for (const reader of lengths) {
    const length = reader.unsignedVarint();
    if (length > reader.bytes.length * MAX_RATIO) {
      throw new MalformedFrame("a snappy block claims more than it can hold", reader.position);
    }
    size += length;
  }
  if (size > maxSize) throw new MalformedFrame(`snappy makes ${size} bytes, over the limit`);
  const output = new Uint8Array(size);
  let written = 0;
  for (const reader of lengths) {
    written = decompressBlock(reader.bytes, reader.position, output, written);
  }
  if (written !== size) throw new MalformedFrame("snappy makes less than it claims");
  return output;
}

function hasStreamMagic(bytes: Uint8Array, position: number): boolean {
  if (bytes.length - position < STREAM_HEADER.length) return false;
  for (let i = 0; i < STREAM_MAGIC_SIZE; i++) {
    if (bytes[position + i] !== STREAM_HEADER[i]) return false;
  }
  return true;
}

function streamBlocks(bytes: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let position = 0; position < bytes.length;) {
    // Streams may follow one another, so a header may stand wherever a block may.
    if (hasStreamMagic(bytes, position)) {
      position += STREAM_HEADER.length;
      continue;
    }
    const start = position + 4;
    const length = start <= bytes.length ? readInt32(bytes, position) : -1;
    if (length < 0 || length > bytes.length - start) {
      throw new MalformedFrame("a snappy block is cut off", position);
    }
    blocks.push(bytes.subarray(start, start + length));
    position = start + length;
  }
  return blocks;
}

/** Appends one raw block to `output` at `written` and returns where it ended. */
function decompressBlock(
  input: Uint8Array,
  start: number,
  output: Uint8Array,
  written: number,
): number {
  const blockStart = written;
  let to = written;
  for (let at = start; at < input.length;) {
    const tag = input[at++]!;
    let length = (tag >>> 2) + 1;
    if ((tag & 3) === 0) {
      if (length > 60) {
        const lengthBytes = length - 60;
        length = littleEndian(input, at, lengthBytes) + 1;
        at += lengthBytes;
      }
      if (length > input.length - at || length > output.length - to) throw overrun(at);
      copyLiterals(input, at, at + length, output, to);
      at += length;
    } else {
      let distance: number;
      if ((tag & 3) === 1) {
        length = ((tag >>> 2) & 7) + 4;
        distance = ((tag >>> 5) << 8) | littleEndian(input, at, 1);
        at += 1;
      } else {
        const distanceBytes = (tag & 3) === 2 ? 2 : 4;
        distance = littleEndian(input, at, distanceBytes);
        at += distanceBytes;
      }
      if (distance === 0 || distance > to - blockStart) throw overrun(at);
      if (length > output.length - to) throw overrun(at);
      copyMatch(output, to, distance, length);
    }
    to += length;
  }
  return to;
}

function littleEndian(input: Uint8Array, position: number, size: number): number {
  if (size > input.length - position) throw overrun(position);
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + input[position + i]!;
  return value;
}

function overrun(position: number): MalformedFrame {
  return new MalformedFrame("a snappy element reaches outside of its block", position);
}

/** Writes raw snappy blocks one after the other. */
class BlockWriter implements SequenceWriter {
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  position = 0;

  constructor(input: Uint8Array, output: Uint8Array) {
    this.input = input;
    this.output = output;
  }

  writeBlock(start: number, end: number): void {
    this.position = writeUnsignedVarint(this.output, this.position, end - start);
    const literals = findMatches(this.input, start, end, this);
    this.#writeLiterals(literals, end);
  }

  writeSequence(
    literalsStart: number,
    literalsEnd: number,
    distance: number,
    length: number,
  ): void {
    this.#writeLiterals(literalsStart, literalsEnd);
    let rest = length;
    // A copy of less than four bytes has no short form, so the last two share what is left.
    for (; rest >= 68; rest -= 64) this.#writeCopy(distance, 64);
    if (rest > 64) {
      this.#writeCopy(distance, 60);
      rest -= 60;
    }
    this.#writeCopy(distance, rest);
  }

  #writeLiterals(start: number, end: number): void {
    const length = end - start;
    if (length === 0) return;
    if (length <= 60) {
      this.output[this.position++] = (length - 1) << 2;
    } else if (length <= 256) {
      this.output[this.position++] = 60 << 2;
      this.output[this.position++] = length - 1;
    } else {
      this.output[this.position++] = 61 << 2;
      this.output[this.position++] = length - 1;
      this.output[this.position++] = (length - 1) >>> 8;
    }
    copyLiterals(this.input, start, end, this.output, this.position);
    this.position += length;
  }

  #writeCopy(distance: number, length: number): void {
    if (length < 12 && distance < 2048) {
      this.output[this.position++] = 1 | ((length - 4) << 2) | ((distance >>> 8) << 5);
    } else {
      this.output[this.position++] = 2 | ((length - 1) << 2);
      this.output[this.position++] = distance;
      this.output[this.position++] = distance >>> 8;
      return;
    }
    this.output[this.position++] = distance;
  }
}
