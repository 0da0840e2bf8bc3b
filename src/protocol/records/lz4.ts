/**
 * LZ4 frames, as record batches hold them since magic 1: a header with its checksum, blocks, and an
 * end mark. We write what the Java client writes (independent blocks of 64 KB, no checksums on
 * them) and read all that the frame format allows but dictionaries.
 *
 *     magic uint32 | FLG | BD | [content size uint64] | header checksum
 *     { block size uint32, high bit: stored as it is | block | [checksum] }... 0 | [checksum]
 *
 * All integers are little-endian. Written here because the packages for it check neither bounds nor
 * checksums, or need native code.
 */
import { MalformedFrame } from "../../base/malformed-frame.ts";
import { xxhash32 } from "../../base/xxhash32.ts";
import { Lz4BlockWriter, decompressLz4Block, lz4BlockBound } from "./lz4-block.ts";

const FRAME_MAGIC = 0x184d2204;
const VERSION_MASK = 0xc0;
const VERSION = 0x40;
const INDEPENDENT_BLOCKS = 0x20;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const DICTIONARY_ID = 0x01;
const BLOCK_64_KB = 4;
const STORED = 0x8000_0000;
const BLOCK_SIZE = 64 * 1024;

/** Compresses `bytes` to one frame; the result is the caller's. */
export function compressLz4(bytes: Uint8Array): Uint8Array {
  const blockCount = Math.ceil(bytes.length / BLOCK_SIZE);
  const output = new Uint8Array(lz4BlockBound(bytes.length) + blockCount * 20 + 16);
  writeUint32(output, 0, FRAME_MAGIC);
  output[4] = VERSION | INDEPENDENT_BLOCKS;
  output[5] = BLOCK_64_KB << 4;
  output[6] = xxhash32(output, 4, 6) >>> 8;
  const writer = new Lz4BlockWriter(bytes, output);
  writer.position = 7;
  for (let start = 0; start < bytes.length; start += BLOCK_SIZE) {
    const end = Math.min(start + BLOCK_SIZE, bytes.length);
    const sizeAt = writer.position;
    const blockAt = sizeAt + 4;
    writer.position = blockAt;
    writer.writeBlock(start, end);
    const size = writer.position - blockAt;
    if (size < end - start) {
      writeUint32(output, sizeAt, size);
    } else {
      writeUint32(output, sizeAt, (end - start) | STORED);
      output.set(bytes.subarray(start, end), blockAt);
      writer.position = blockAt + end - start;
    }
  }
  writeUint32(output, writer.position, 0);
  return output.slice(0, writer.position + 4);
}

/** Decompresses one frame into a new array of at most `maxSize` bytes; what follows is ignored. */
export function decompressLz4(bytes: Uint8Array, maxSize: number): Uint8Array {
  const { flags, maxBlockSize, blocksAt } = readFrameHeader(bytes);
  let output = new Uint8Array(Math.min(maxSize, Math.max(bytes.length * 4, 1024)));
  let written = 0;
  let at = blocksAt;
  for (;;) {
    const field = uint32At(bytes, at);
    at += 4;
    if (field === 0) break;
    const size = field & ~STORED;
    if (size > bytes.length - at || size > maxBlockSize) {
      throw new MalformedFrame(`an LZ4 block claims ${size} bytes`, at);
    }
    const needed = Math.min(written + maxBlockSize, maxSize);
    if (output.length < needed) output = grown(output, needed, maxSize);
    const capacity = Math.min(output.length, written + maxBlockSize);
    const end = at + size;
    if ((field & STORED) !== 0) {
      if (size > capacity - written) throw new MalformedFrame("LZ4 makes too many bytes", at);
      output.set(bytes.subarray(at, end), written);
      written += size;
    } else {
      const firstByte = (flags & INDEPENDENT_BLOCKS) !== 0 ? written : 0;
      const room = output.subarray(firstByte, capacity);
      written = firstByte + decompressLz4Block(bytes, at, end, room, written - firstByte);
    }
    at = end;
    if ((flags & BLOCK_CHECKSUM) !== 0) {
      verifyChecksum(xxhash32(bytes, end - size, end), bytes, at);
      at += 4;
    }
  }
  if ((flags & CONTENT_CHECKSUM) !== 0) verifyChecksum(xxhash32(output, 0, written), bytes, at);
  return output.subarray(0, written);
}

function readFrameHeader(bytes: Uint8Array) {
  if (bytes.length < 7 || uint32At(bytes, 0) !== FRAME_MAGIC) {
    throw new MalformedFrame("this is no LZ4 frame", 0);
  }
  const flags = bytes[4]!;
  if ((flags & VERSION_MASK) !== VERSION || (flags & DICTIONARY_ID) !== 0) {
    throw new MalformedFrame("an LZ4 frame has flags that are not supported", 4);
  }
  const blockSizeId = (bytes[5]! >>> 4) & 7;
  if (blockSizeId < BLOCK_64_KB) throw new MalformedFrame("an LZ4 frame has no block size", 5);
  const checksumAt = (flags & CONTENT_SIZE) === 0 ? 6 : 14;
  const checksum = (xxhash32(bytes, 4, checksumAt) >>> 8) & 0xff;
  if (bytes[checksumAt] !== checksum) {
    throw new MalformedFrame("an LZ4 frame's header checksum does not match", checksumAt);
  }
  return { flags, maxBlockSize: 1 << (8 + 2 * blockSizeId), blocksAt: checksumAt + 1 };
}

function grown(output: Uint8Array, needed: number, maxSize: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(Math.max(output.length * 2, needed), maxSize));
  larger.set(output);
  return larger;
}

function verifyChecksum(hash: number, bytes: Uint8Array, position: number): void {
  if (hash !== uint32At(bytes, position)) {
    throw new MalformedFrame("an LZ4 checksum does not match", position);
  }
}

function uint32At(bytes: Uint8Array, position: number): number {
  if (bytes.length - position < 4) throw new MalformedFrame("an LZ4 frame is cut off", position);
  const low = bytes[position]! | (bytes[position + 1]! << 8) | (bytes[position + 2]! << 16);
  return (low | (bytes[position + 3]! << 24)) >>> 0;
}

function writeUint32(bytes: Uint8Array, position: number, value: number): void {
  bytes[position] = value;
  bytes[position + 1] = value >>> 8;
  bytes[position + 2] = value >>> 16;
  bytes[position + 3] = value >>> 24;
}
