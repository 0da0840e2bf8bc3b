/**
 * Kafka's Uuid: 16 bytes on the wire, and everywhere else the 22 characters of unpadded base64url
 * that Kafka's tools print. Topic ids, directory ids and member ids are made of it.
 */
import { assert } from "./assert.ts";
import type { Random } from "./clock.ts";

/** A 16-byte id as 22 characters of base64url. Two equal ids are equal strings. */
export type Uuid = string;

/** No id at all: the value of a uuid field that nobody has set. */
export const ZERO_UUID: Uuid = "AAAAAAAAAAAAAAAAAAAAAA";

const UUID_BYTES = 16;
const UUID_CHARACTERS = 22;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const NO_DIGIT = 0xff;

const characterOfDigit = new Uint8Array(64);
const digitOfCharacter = new Uint8Array(128).fill(NO_DIGIT);
for (let digit = 0; digit < 64; digit++) {
  const character = ALPHABET.charCodeAt(digit);
  characterOfDigit[digit] = character;
  digitOfCharacter[character] = digit;
}

const characters = new Array<number>(UUID_CHARACTERS).fill(0);

/** The id whose 16 bytes begin at `offset`. Copies; keeps nothing of `bytes`. */
export function uuidFromBytes(bytes: Uint8Array, offset = 0): Uuid {
  assert(offset + UUID_BYTES <= bytes.length, "A uuid has 16 bytes.");
  let pending = 0;
  let bits = 0;
  let length = 0;
  for (let index = offset; index < offset + UUID_BYTES; index++) {
    pending = (pending << 8) | bytes[index]!;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      characters[length++] = characterOfDigit[(pending >> bits) & 63]!;
    }
  }
  characters[length] = characterOfDigit[(pending << (6 - bits)) & 63]!;
  return String.fromCharCode.apply(null, characters);
}

/** Writes the 16 bytes of `uuid` at `offset`. */
export function writeUuid(bytes: Uint8Array, offset: number, uuid: Uuid): void {
  assert(uuid.length === UUID_CHARACTERS, "A uuid has 22 characters.");
  let pending = 0;
  let bits = 0;
  let position = offset;
  for (let index = 0; index < UUID_CHARACTERS; index++) {
    const digit = digitOfCharacter[uuid.charCodeAt(index)] ?? NO_DIGIT;
    assert(digit !== NO_DIGIT, "A uuid is base64url.");
    pending = (pending << 6) | digit;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[position++] = pending >> bits;
    }
  }
}

/**
 * Whether `text` is a uuid as Kafka writes it: 22 characters of base64url, the last one padded with
 * zero bits.
 */
export function isUuid(text: string): boolean {
  return /^[A-Za-z0-9_-]{21}[AQgw]$/.test(text);
}

/**
 * A new random (version 4) id. Never a reserved one, and never one that starts with a dash, which
 * command lines would take for an option.
 */
export function randomUuid(random: Random): Uuid {
  const bytes = new Uint8Array(UUID_BYTES);
  for (;;) {
    random.fill(bytes);
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const uuid = uuidFromBytes(bytes);
    if (!uuid.startsWith("-")) return uuid;
  }
}
