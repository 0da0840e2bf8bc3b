/**
 * The part of workerd's `node:zlib` that this project uses; @cloudflare/workers-types leaves it
 * out.
 */
declare module "node:zlib" {
  export function gzipSync(bytes: Uint8Array): Uint8Array;
  export function gunzipSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
  export function zstdCompressSync(bytes: Uint8Array): Uint8Array;
  export function zstdDecompressSync(
    bytes: Uint8Array,
    options: { maxOutputLength: number },
  ): Uint8Array;
}
