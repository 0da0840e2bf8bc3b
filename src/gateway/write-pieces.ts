/** How answers go into a socket: small pieces joined, large ones as they are. */
import { joinBytes } from "../base/concat-bytes.ts";
import type { ResponsePieces } from "./response-queue.ts";

/** From this size on a piece is written alone: copying it costs more than a write. */
const LARGE_PIECE_BYTES = 128 * 1024;

/** The writes that send all of these responses in order. */
export function* joinForWriting(responses: readonly ResponsePieces[]): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  let smallBytes = 0;
  for (const pieces of responses) {
    for (const piece of pieces) {
      const isLarge = piece.length >= LARGE_PIECE_BYTES;
      if (small.length > 0 && (isLarge || smallBytes + piece.length > LARGE_PIECE_BYTES)) {
        yield joinBytes(small);
        small = [];
        smallBytes = 0;
      }
      if (isLarge) yield piece;
      else {
        small.push(piece);
        smallBytes += piece.length;
      }
    }
  }
  if (small.length > 0) yield joinBytes(small);
}
