/**
 * What clients saw, for the checkers: which batches were acknowledged and when, and which records
 * each fetcher got and when. Nothing is checked here.
 */

/** A batch that a producer was told is stored. */
export interface Acknowledged {
  readonly place: string;
  readonly baseOffset: number;
  readonly values: readonly string[];
  readonly at: number;
}

/** A record that a fetcher got. */
export interface Fetched {
  readonly offset: number;
  readonly value: string;
  readonly at: number;
}

/** What one fetcher got from one partition, from where it began. */
export interface Following {
  readonly place: string;
  readonly nodeId: number;
  readonly startOffset: number;
  readonly since: number;
  /** Whether it takes whatever there is, at once. */
  readonly isEager: boolean;
  readonly fetched: Fetched[];
  /** When it went away from the partition, or was made to ask anew. */
  readonly interruptions: number[];
}

export class History {
  readonly acknowledged: Acknowledged[] = [];
  readonly followings: Following[] = [];
  /** Places whose topic was deleted: what they held is nobody's loss. */
  readonly deleted = new Set<string>();
  /** Producers whose batches may be stored in any order: they do not number them. */
  readonly unnumbered = new Set<string>();
}

/** A partition of one topic, which a topic of the same name is not. */
export function placeOf(topicId: string, partition: number): string {
  return `${topicId}/${partition}`;
}

/** A record's value as bytes, with zeros behind it up to a size. */
export function bytesOf(value: string, size: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(value.length, size));
  new TextEncoder().encodeInto(value, bytes);
  return bytes;
}

/** The value that {@link bytesOf} made bytes of. */
export function valueOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end));
}
