/**
 * Cuts what a broker sends, which arrives in pieces cut anywhere, into responses: a four-byte size,
 * then that many bytes. A frame that arrived in one piece is a view into it; others are copied
 * once.
 */
import { readInt32 } from "../base/big-endian.ts";
import { joinBytes } from "../base/concat-bytes.ts";
import { MalformedFrame } from "../base/malformed-frame.ts";

const SIZE_BYTES = 4;

/** More than any fetch asks for. A size beyond it is not Kafka's protocol, or not for us. */
export const MAX_RESPONSE_BYTES = 512 * 1024 * 1024;

/** The responses, without their sizes. Each is the caller's. */
export async function* responseFrames(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  let wanted = SIZE_BYTES;
  for await (const piece of bytes) {
    pieces.push(piece);
    length += piece.length;
    if (length < wanted) continue;
    let whole = joinBytes(pieces);
    while (whole.length >= SIZE_BYTES) {
      wanted = SIZE_BYTES + frameSize(whole);
      if (whole.length < wanted) break;
      yield whole.subarray(SIZE_BYTES, wanted);
      whole = whole.subarray(wanted);
    }
    if (whole.length < SIZE_BYTES) wanted = SIZE_BYTES;
    pieces = whole.length === 0 ? [] : [whole];
    length = whole.length;
  }
}

function frameSize(bytes: Uint8Array): number {
  const size = readInt32(bytes, 0);
  if (size >= 0 && size <= MAX_RESPONSE_BYTES) return size;
  throw new MalformedFrame(`a response claims ${size} bytes`);
}
