/**
 * The search that LZ4 and snappy share: cut a block into sequences of literals followed by a copy
 * of something that stood earlier in the block. Greedy, with one hash table and no chains: about as
 * good as those formats' own fast modes.
 *
 * The limits at the block's end are LZ4's, which are the stricter ones: the last five bytes are
 * literals and no copy begins in the last twelve.
 */

const MIN_MATCH = 4;
const LAST_LITERALS = 5;
const MATCH_MARGIN = 12;
const HASH_BITS = 14;

/** The positions seen so far, by hash. One block at a time uses it and clears it first. */
const seen = new Uint16Array(1 << HASH_BITS);

/** Takes the sequences of a block in order. */
export interface SequenceWriter {
  /** Literals `[literalsStart, literalsEnd)`, then `length` bytes from `distance` bytes before. */
  writeSequence(literalsStart: number, literalsEnd: number, distance: number, length: number): void;
}

/**
 * Gives the sequences of `input[start, end)` to `writer` and returns where the literals that follow
 * the last of them begin.
 */
export function findMatches(
  input: Uint8Array,
  start: number,
  end: number,
  writer: SequenceWriter,
): number {
  seen.fill(0);
  let literals = start;
  // Every 64 misses the steps grow by one, so that incompressible bytes pass quickly.
  let misses = 64;
  for (let at = start + 1; at <= end - MATCH_MARGIN;) {
    const word = wordAt(input, at);
    const hash = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = start + seen[hash]!;
    seen[hash] = at - start;
    if (wordAt(input, candidate) !== word) {
      at += misses++ >>> 6;
      continue;
    }
    let length = MIN_MATCH;
    const longest = end - LAST_LITERALS - at;
    while (length < longest && input[candidate + length] === input[at + length]) length++;
    writer.writeSequence(literals, at, at - candidate, length);
    at += length;
    literals = at;
    misses = 64;
  }
  return literals;
}

function wordAt(input: Uint8Array, position: number): number {
  return (
    input[position]! |
    (input[position + 1]! << 8) |
    (input[position + 2]! << 16) |
    (input[position + 3]! << 24)
  );
}

/** Below this many bytes a loop is faster than a view and a native copy. */
const SHORT_COPY = 32;

/** Copies `input[start, end)` to `output` at `position`. */
export function copyLiterals(
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  position: number,
): void {
  if (end - start > SHORT_COPY) {
    output.set(input.subarray(start, end), position);
    return;
  }
  for (let from = start, to = position; from < end; from++, to++) output[to] = input[from]!;
}

/** Repeats in `output`, at `position`, the `length` bytes that stand `distance` bytes before it. */
export function copyMatch(
  output: Uint8Array,
  position: number,
  distance: number,
  length: number,
): void {
  const from = position - distance;
  if (length > SHORT_COPY && distance >= length) {
    output.copyWithin(position, from, from + length);
    return;
  }
  // Byte by byte, for a copy may overlap what it writes: that is how runs are encoded.
  for (let i = 0; i < length; i++) output[position + i] = output[from + i]!;
}
