/**
 * What is read from a log changes hands by reference where reader and replica share an isolate,
 * which under workerd all actors do, and on Cloudflare some. An answer carries its bytes through
 * V8's serializer and Cap'n Proto, and they are copied on both sides, which costs a long read from
 * the log about a sixth of its time.
 *
 * The reader opens a place in the isolate's memory and sends its id along. A replica that finds the
 * place leaves the pieces there and answers without them. In another isolate nobody knows the id,
 * and the pieces travel with the answer. The answer itself is always a call's, so that the gates of
 * the platform, order and failure stay as they are.
 */
import { type Answer, isRefusal, type ReadResult } from "../replication/replica-calls.ts";

type Pieces = ReadResult["pieces"];

/**
 * Reads under way that have a place. Above it the one that waits for longest loses its own, and so
 * does in time one whose reader was destroyed while it waited.
 */
const MAX_PLACES = 4096;

/** What was left at each place; null while nothing was. */
const places = new Map<string, Pieces | null>();

let opened = 0;
/** Tells the places of isolates apart. Randomness is not to be had before the first request. */
let isolate: string | null = null;

/** Reads with `read`, which sends the place's id along, and takes what was left there. */
export async function takeOver(
  read: (place: string) => Promise<Answer<ReadResult>>,
): Promise<Answer<ReadResult>> {
  const place = openPlace();
  try {
    const answer = await read(place);
    const pieces = places.get(place);
    return pieces && !isRefusal(answer) ? { ...answer, pieces } : answer;
  } finally {
    places.delete(place);
  }
}

/** The answer as it is to be sent: without its pieces, if the reader is here to take them. */
export function handOver(place: string, answer: Answer<ReadResult>): Answer<ReadResult> {
  if (isRefusal(answer) || !places.has(place)) return answer;
  places.set(place, answer.pieces);
  return { ...answer, pieces: [] };
}

function openPlace(): string {
  if (places.size >= MAX_PLACES) places.delete(places.keys().next().value!);
  isolate ??= crypto.randomUUID();
  opened += 1;
  const place = `${isolate}/${opened}`;
  places.set(place, null);
  return place;
}
