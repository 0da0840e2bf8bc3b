/**
 * What stands behind a batch's header when its attributes name a compression type. Most batches
 * pass through as they are; these are for readers who want records and for those we write.
 *
 * Snappy and LZ4 are plain JavaScript and always there. Gzip and zstd come from the host, because
 * its own are native (`zlib-codecs.ts`), a pure folder imports no host, and Cloudflare compiles no
 * WebAssembly from bytes. A browser may install others.
 */
import { assert } from "../../base/assert.ts";
import { MalformedFrame } from "../../base/malformed-frame.ts";
import type { CompressionType } from "./attributes.ts";
import { compressLz4, decompressLz4 } from "./lz4.ts";
import { compressSnappy, decompressSnappy } from "./snappy.ts";

/** One compression type, both ways. Neither way keeps or changes the bytes it is given. */
export interface Codec {
  /** Compresses `bytes` into a new array. */
  compress(bytes: Uint8Array): Uint8Array;
  /** Decompresses into a new array; throws whatever it likes on bad bytes or above `maxSize`. */
  decompress(bytes: Uint8Array, maxSize: number): Uint8Array;
}

const codecs = new Map<CompressionType, Codec>([
  ["snappy", { compress: compressSnappy, decompress: decompressSnappy }],
  ["lz4", { compress: compressLz4, decompress: decompressLz4 }],
]);

/** Makes a compression type known, or replaces its codec. Hosts do so once, while they load. */
export function installCodec(type: Exclude<CompressionType, "none">, codec: Codec): void {
  codecs.set(type, codec);
}

/** Compresses the records of a batch; for `none` it returns `bytes` themselves. */
export function compress(type: CompressionType, bytes: Uint8Array): Uint8Array {
  return type === "none" ? bytes : codecOf(type).compress(bytes);
}

/**
 * Decompresses the records of a batch; for `none` it returns `bytes` themselves. More than
 * `maxSize` bytes are a {@link MalformedFrame}, as is anything that the codec cannot read.
 */
export function decompress(type: CompressionType, bytes: Uint8Array, maxSize: number): Uint8Array {
  if (type === "none") return bytes;
  const codec = codecOf(type);
  try {
    return codec.decompress(bytes, maxSize);
  } catch (error) {
    if (error instanceof MalformedFrame) throw error;
    throw new MalformedFrame(`${type} cannot decompress these records: ${String(error)}`);
  }
}

function codecOf(type: CompressionType): Codec {
  const codec = codecs.get(type);
  assert(codec, `No codec for ${type}: the host has to install one while it loads.`);
  return codec;
}
