/** The checksum of a batch: of one record, of a producer's full batch, of a full row. */
import { bench, do_not_optimize, run } from "mitata";

import { crc32c } from "../../../src/base/crc32c.ts";

const KIBIBYTE = 1024;

for (const kibibytes of [0.125, 16, 1024]) {
  const bytes = crypto.getRandomValues(new Uint8Array(16 * KIBIBYTE));
  const input = new Uint8Array(kibibytes * KIBIBYTE).map(
    (_, index) => bytes[index % bytes.length]!,
  );
  bench(`crc32c of ${kibibytes} KiB`, () => do_not_optimize(crc32c(input)));
}

await run();
