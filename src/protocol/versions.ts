/**
 * Ranges of an API's versions, written as in Kafka's message JSON: `"3+"`, `"0-12"`, `"7"`.
 */
import { assert } from "../base/assert.ts";

/** A range as text. `"3+"` has no end. */
export type Versions = `${number}+` | `${number}-${number}` | `${number}`;

/** A range as numbers, both ends included; `max` is Infinity where the text has no end. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** Every version. */
export const ALL_VERSIONS: VersionRange = { min: 0, max: Infinity };

/** No version. */
export const NO_VERSIONS: VersionRange = { min: Infinity, max: -Infinity };

/** The range that `versions` says. */
export function versionRange(versions: Versions): VersionRange {
  const match = /^(\d+)(\+|-(\d+))?$/.exec(versions);
  assert(match !== null, `"${versions}" is not a range of versions.`);
  const min = Number(match[1]);
  if (match[2] === undefined) return { min, max: min };
  return { min, max: match[3] === undefined ? Infinity : Number(match[3]) };
}

/** Whether `version` lies in `range`. */
export function includes(range: VersionRange, version: number): boolean {
  return version >= range.min && version <= range.max;
}
