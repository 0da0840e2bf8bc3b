/**
 * Gzip and zstd by `node:zlib`, which workerd (`nodejs_compat`) and Node (from 22.15 on) have as
 * native code, and which stops at the size limit without having allocated more. The host hands the
 * module in, once, while it loads: `import * as zlib from "node:zlib"; installZlibCodecs(zlib);`
 */
import type { Codec } from "./compression.ts";
import { installCodec } from "./compression.ts";

/** The four functions of `node:zlib` that record batches need. */
export interface Zlib {
  gzipSync(bytes: Uint8Array): Uint8Array;
  gunzipSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
  zstdCompressSync(bytes: Uint8Array): Uint8Array;
  zstdDecompressSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
}

/** Makes gzip and zstd known to those who encode and decode records. */
export function installZlibCodecs(zlib: Zlib): void {
  installCodec("gzip", codec(zlib.gzipSync, zlib.gunzipSync));
  installCodec("zstd", codec(zlib.zstdCompressSync, zlib.zstdDecompressSync));
}

function codec(compress: Zlib["gzipSync"], decompress: Zlib["gunzipSync"]): Codec {
  return {
    compress: (bytes) => plain(compress(bytes)),
    decompress: (bytes, maxSize) => plain(decompress(bytes, { maxOutputLength: maxSize })),
  };
}

/** The same memory as a plain `Uint8Array`, for a `Buffer` slices in a way of its own. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
