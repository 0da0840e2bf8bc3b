/**
 * Requests that are well formed and say what no client says: their fields have extreme values,
 * their arrays are empty, repeat themselves or are null.
 */
import { writeInt32 } from "../../src/base/big-endian.ts";
import { crc32c } from "../../src/base/crc32c.ts";
import {
  decodeRequestHeader,
  decodeRequestPrefix,
  encodeRequestFrame,
} from "../../src/protocol/frame.ts";
import { BATCH_HEADER_SIZE } from "../../src/protocol/records/batch-header.ts";
import type { Field, Fields } from "../../src/protocol/schema.ts";
import type { SeededRandom } from "../simulation/seeded-random.ts";
import { apiByKey } from "./golden-requests.ts";

const INTEGERS = [-2, -1, 0, 1, 2, 3, 100, 0x7f];
const EXTREMES: Partial<Record<Field["kind"], readonly number[]>> = {
  int8: [-0x80, 0x7f],
  float64: [NaN, Infinity],
  int16: [-0x8000, 0x7fff],
  int32: [-0x8000_0000, 0x7fff_ffff, 100_000],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, -3, -4, -5, 2 ** 31],
  uint16: [0xffff],
  uint32: [0xffff_ffff],
};
const TEXTS = [
  "",
  ".",
  "..",
  "a/b",
  "__consumer_offsets",
  "__proto__",
  "constructor",
  "\u0000",
  "\ufeff\ud83e\uddf5",
  "x".repeat(249),
  "x".repeat(250),
  "x".repeat(32_000),
];
/** Where a record batch has the checksum of all that comes after it. */
const CRC_OFFSET = 17;
const REPETITIONS = [2, 2, 2, 10, 1000];

type Container = Record<string | number, unknown>;

/** A value of a message, where it is. */
interface Place {
  readonly container: Container;
  readonly key: string | number;
  readonly field: Field;
}

/** The request with some of its values changed, or null where it cannot be written any more. */
export function mutateMessage(random: SeededRandom, frame: Uint8Array): Uint8Array | null {
  const api = apiByKey.get(decodeRequestPrefix(frame).apiKey)!;
  const { header, reader } = decodeRequestHeader(frame, api);
  const message = api.decodeRequest(reader, header.apiVersion) as Container;
  for (let count = random.int(1, 3); count > 0; count--) {
    const places = placesIn(api.request, message);
    if (places.length === 0) return null;
    change(random, random.pick(places), header.apiVersion);
  }
  try {
    return new Uint8Array(Buffer.concat(encodeRequestFrame(api, header, message)).subarray(4));
  } catch {
    return null;
  }
}

function placesIn(fields: Fields, message: Container): Place[] {
  return Object.entries(fields).flatMap(([key, field]) =>
    placesAt({ container: message, key, field }),
  );
}

function placesAt(place: Place): Place[] {
  const { container, key, field } = place;
  const value = container[key];
  if (value === null || value === undefined) return [place];
  const { element, fields } = field;
  if (element) {
    const list = value as unknown[] & Container;
    const inside = list.flatMap((_, index) =>
      placesAt({ container: list, key: index, field: element }),
    );
    return [place, ...inside];
  }
  return fields ? placesIn(fields, value as Container) : [place];
}

function change(random: SeededRandom, { container, key, field }: Place, version: number): void {
  const { nullable } = field;
  const mayBeNull = version >= nullable.min && version <= nullable.max;
  if (mayBeNull && random.chance(0.2)) container[key] = null;
  else if (field.element) container[key] = changedList(random, (container[key] ?? []) as unknown[]);
  else container[key] = otherValue(random, field, container[key]);
}

function changedList(random: SeededRandom, list: unknown[]): unknown[] {
  if (list.length === 0 || random.chance(0.2)) return [];
  const at = random.int(0, list.length - 1);
  if (random.chance(0.3)) return list.toSpliced(at, 1);
  const copies = Array.from({ length: random.pick(REPETITIONS) }, () => list[at]);
  return list.toSpliced(at, 0, ...copies);
}

function otherValue(random: SeededRandom, { kind }: Field, value: unknown): unknown {
  const numbers = EXTREMES[kind];
  if (numbers) return random.pick([...INTEGERS, ...numbers]);
  if (kind === "bool") return value !== true;
  if (kind === "string") return random.pick(TEXTS);
  if (kind === "uuid") return Buffer.from(random.fill(new Uint8Array(16))).toString("base64url");
  // Every other field is bytes, or a struct that was left out.
  return kind === "struct" ? null : otherBytes(random, value as Uint8Array | null);
}

/** Cut off, doubled, or with one bit that is another; a record batch gets a new checksum or not. */
function otherBytes(random: SeededRandom, value: Uint8Array | null): Uint8Array {
  const bytes = Uint8Array.from(value ?? []);
  if (bytes.length === 0) return random.fill(new Uint8Array(random.int(0, 100)));
  if (random.chance(0.2)) return bytes.subarray(0, random.int(0, bytes.length));
  if (random.chance(0.1)) return Uint8Array.from([...bytes, ...bytes]);
  bytes[random.int(0, bytes.length - 1)]! ^= 1 << random.int(0, 7);
  if (bytes.length > BATCH_HEADER_SIZE && random.chance(0.7)) {
    writeInt32(bytes, CRC_OFFSET, crc32c(bytes, CRC_OFFSET + 4, bytes.length));
  }
  return bytes;
}
