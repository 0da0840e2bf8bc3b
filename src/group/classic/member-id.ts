/** The id of a member of a classic group: what it calls itself, and a random UUID. */
import type { Random } from "../../base/clock.ts";

const UUID_BYTES = 16;

/** Of which parts the text of a UUID is made, in hexadecimal digits. */
const UUID_FORM = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;

/** A new id, as Kafka's clients and people who read logs know them. */
export function newMemberId(name: string, random: Random): string {
  const bytes = random.fill(new Uint8Array(UUID_BYTES));
  // Version 4, and the variant of RFC 9562.
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${name}-${digits.replace(UUID_FORM, "$1-$2-$3-$4-$5")}`;
}
