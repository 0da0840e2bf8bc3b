/**
 * Murmur2 as Kafka's Java client computes it: the hash by which a record's key chooses its
 * partition. Whoever produces with the same key must arrive at the same number.
 */
const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const ROTATION = 24;

/** The hash as a signed 32-bit number. Keeps nothing of `bytes`. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  let hash = SEED ^ length;
  let position = 0;
  for (; position + 4 <= length; position += 4) {
    let word = Math.imul(littleEndian(bytes, position, 4), MULTIPLIER);
    word ^= word >>> ROTATION;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word, MULTIPLIER);
  }
  if (position < length) {
    hash = Math.imul(hash ^ littleEndian(bytes, position, length - position), MULTIPLIER);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/**
 * The partition of a key. The sign bit is dropped, as in Java's `toPositive`: no absolute value.
 */
export function partitionOfKey(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount;
}

function littleEndian(bytes: Uint8Array, position: number, count: number): number {
  let word = 0;
  for (let index = 0; index < count; index++) word |= bytes[position + index]! << (8 * index);
  return word;
}
