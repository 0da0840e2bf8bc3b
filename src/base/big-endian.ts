/**
 * Integers in network byte order, read and written in place. Shifts on a `Uint8Array` instead of a
 * `DataView`: no object per access, and every call site sees one kind of array.
 *
 * Nothing here checks bounds. The caller has made sure that the bytes are there; past the end a
 * read would see zeros and a write would be lost.
 *
 * An int64 is a JavaScript number. What lies beyond the safe integers is read as the nearest one.
 */

const TWO_TO_32 = 0x1_0000_0000;

/** The int8 at `position`. */
export function readInt8(bytes: Uint8Array, position: number): number {
  return (bytes[position]! << 24) >> 24;
}

/** The int16 at `position`. */
export function readInt16(bytes: Uint8Array, position: number): number {
  return ((bytes[position]! << 24) >> 16) | bytes[position + 1]!;
}

/** The int32 at `position`. */
export function readInt32(bytes: Uint8Array, position: number): number {
  return (
    (bytes[position]! << 24) |
    (bytes[position + 1]! << 16) |
    (bytes[position + 2]! << 8) |
    bytes[position + 3]!
  );
}

/** The uint32 at `position`. */
export function readUint32(bytes: Uint8Array, position: number): number {
  return readInt32(bytes, position) >>> 0;
}

/** The int64 at `position`, saturated at the safe integers. */
export function readInt64(bytes: Uint8Array, position: number): number {
  const value = readInt32(bytes, position) * TWO_TO_32 + readUint32(bytes, position + 4);
  return saturate(value);
}

/** The safe integer nearest to `value`. */
export function saturate(value: number): number {
  if (value > Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER;
  if (value < -Number.MAX_SAFE_INTEGER) return -Number.MAX_SAFE_INTEGER;
  return value;
}

/** Writes the low 16 bits of `value` at `position`. */
export function writeInt16(bytes: Uint8Array, position: number, value: number): void {
  bytes[position] = value >> 8;
  bytes[position + 1] = value;
}

/** Writes the low 32 bits of `value` at `position`; good for int32 and uint32. */
export function writeInt32(bytes: Uint8Array, position: number, value: number): void {
  bytes[position] = value >> 24;
  bytes[position + 1] = value >> 16;
  bytes[position + 2] = value >> 8;
  bytes[position + 3] = value;
}

/** Writes a safe integer as an int64 at `position`. */
export function writeInt64(bytes: Uint8Array, position: number, value: number): void {
  writeInt32(bytes, position, Math.floor(value / TWO_TO_32));
  writeInt32(bytes, position + 4, value);
}
