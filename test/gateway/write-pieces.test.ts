/** How answers become writes: the same bytes in few pieces, and large ones untouched. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { concatBytes } from "../../src/base/concat-bytes.ts";
import { joinForWriting } from "../../src/gateway/write-pieces.ts";

const LARGE = 128 * 1024;

describe("the pieces of answers", () => {
  test("[BRK14] are written in order, and every byte once", () => {
    const piece = fc.oneof(fc.nat(20), fc.constantFrom(LARGE - 1, LARGE, LARGE + 1));
    fc.assert(
      fc.property(fc.array(fc.array(piece, { maxLength: 4 }), { maxLength: 5 }), (responses) => {
        let number = 0;
        const pieces = responses.map((sizes) =>
          sizes.map((size) => new Uint8Array(size).fill(++number)),
        );
        const writes = [...joinForWriting(pieces)];
        const all = (parts: readonly Uint8Array[]) => Buffer.from(concatBytes([...parts]));
        expect(all(writes).equals(all(pieces.flat()))).toBe(true);
        for (const write of writes) {
          const isOwn = pieces.flat().some((own) => own === write);
          expect(isOwn || write.length <= LARGE).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("[BRK14] are joined when they are small, and written as they are when they are large", () => {
    const [a, b, c] = [new Uint8Array(10), new Uint8Array(LARGE), new Uint8Array(20)];
    const writes = [...joinForWriting([[a, c], [b], [c], [a]])];
    expect(writes.map(({ length }) => length)).toEqual([30, LARGE, 30]);
    expect(writes[1]).toBe(b);
  });
});
