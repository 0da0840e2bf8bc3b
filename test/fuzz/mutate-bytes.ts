/** Requests that are damaged as bytes, whatever these mean. */
import type { SeededRandom } from "../simulation/seeded-random.ts";

type Mutation = (random: SeededRandom, frame: Uint8Array, other: Uint8Array) => Uint8Array;

const BYTES = [0x00, 0x01, 0x7f, 0x80, 0xff];
const NUMBERS = [-1, 0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, -0x8000_0000, 100_000];

/** Unsigned varints at the edges of 32 bits, one that ends late and one that does not end. */
const VARINTS = [
  [0x00],
  [0x01],
  [0x80, 0x01],
  [0xff, 0xff, 0x03],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x00],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
];

const HEADER_BYTES = 10;
const MAX_API_KEY = 95;
const MAX_VERSION = 20;

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  flipBits(random, frame) {
    for (let count = random.int(1, 8); count > 0; count--) {
      frame[random.int(0, frame.length - 1)]! ^= 1 << random.int(0, 7);
    }
    return frame;
  },
  setByte(random, frame) {
    frame[random.int(0, frame.length - 1)] = random.pick(BYTES);
    return frame;
  },
  setNumber(random, frame) {
    const size = random.pick([2, 4, 8]);
    if (frame.length < size) return frame;
    const view = new DataView(frame.buffer);
    const at = random.int(0, frame.length - size);
    const number = random.pick(NUMBERS);
    if (size === 2) view.setInt16(at, number);
    else if (size === 4) view.setInt32(at, number);
    else view.setBigInt64(at, BigInt(number));
    return frame;
  },
  putVarint(random, frame) {
    const at = random.int(0, frame.length);
    const replaced = random.int(0, 2);
    const varint = Uint8Array.from(random.pick(VARINTS));
    return joined(frame.subarray(0, at), varint, frame.subarray(at + replaced));
  },
  cutOff: (random, frame) => frame.slice(0, random.int(0, frame.length)),
  goOn: (random, frame) => joined(frame, random.fill(new Uint8Array(random.int(1, 100)))),
  splice(random, frame, other) {
    const from = other.subarray(random.int(0, other.length));
    return joined(frame.subarray(0, random.int(0, frame.length)), from);
  },
  duplicate(random, frame) {
    const [start, end] = range(random, frame);
    return joined(frame.subarray(0, end), frame.subarray(start));
  },
  remove(random, frame) {
    const [start, end] = range(random, frame);
    return joined(frame.subarray(0, start), frame.subarray(end));
  },
  otherApi(random, frame) {
    if (frame.length < 4) return frame;
    const view = new DataView(frame.buffer);
    view.setInt16(0, random.chance(0.1) ? random.pick(NUMBERS) : random.int(0, MAX_API_KEY));
    if (random.chance(0.5)) view.setInt16(2, random.int(0, MAX_VERSION));
    return frame;
  },
  otherVersion(random, frame) {
    if (frame.length < 4) return frame;
    const version = random.chance(0.1) ? random.pick(NUMBERS) : random.int(0, MAX_VERSION);
    new DataView(frame.buffer).setInt16(2, version);
    return frame;
  },
  header(random, frame) {
    if (frame.length < HEADER_BYTES) return frame;
    const view = new DataView(frame.buffer);
    view.setInt32(4, random.pick(NUMBERS));
    view.setInt16(8, random.chance(0.5) ? view.getInt16(8) : random.pick(NUMBERS));
    return frame;
  },
};

const names = Object.keys(MUTATIONS);

/** A copy of the frame with one damage or several; `other` lends its bytes. */
export function mutateBytes(
  random: SeededRandom,
  frame: Uint8Array,
  other: Uint8Array,
): Uint8Array {
  let mutated: Uint8Array = frame.slice();
  for (let count = random.pick([1, 1, 1, 2, 3]); count > 0 && mutated.length > 0; count--) {
    mutated = MUTATIONS[random.pick(names)]!(random, mutated, other);
  }
  return mutated;
}

function range(random: SeededRandom, frame: Uint8Array): [number, number] {
  const start = random.int(0, frame.length);
  return [start, Math.min(start + random.int(1, 40), frame.length)];
}

function joined(...pieces: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}
