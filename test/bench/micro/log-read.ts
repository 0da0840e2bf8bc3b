/** What a fetch reads from a partition's log, of small rows and of large ones; and times. */
import { bench, do_not_optimize, group, run } from "mitata";

import { PartitionLog } from "../../../src/log/partition-log.ts";
import { NOW, append, batch, config } from "../../log/batches.ts";
import { NodeSql } from "../../support/node-sql.ts";

const LOG_BYTES = 64 * 1024 * 1024;
/** A prime, so that one read after the other comes to all of the log. */
const STRIDE = 7919;

/** One append writes one row. */
const ROWS = [
  { name: "rows of one small batch", batches: 1, count: 1, valueSize: 100, rows: 100_000 },
  { name: "rows of 1 MiB", batches: 64, count: 16, valueSize: 1000, rows: Infinity },
];

for (const { name, batches, count, valueSize, rows } of ROWS) {
  const log = PartitionLog.open(new NodeSql(), config(), NOW);
  for (let row = 0; row < rows && log.sizeInBytes < LOG_BYTES; row++) {
    const turn = Array.from({ length: batches }, (_, index) => {
      // A millisecond passes from record to record.
      const first = NOW + log.logEndOffset + index * count;
      return batch({ timestamps: Array.from({ length: count }, (_, i) => first + i), valueSize });
    });
    append(log, ...turn);
  }
  const upperBound = log.logEndOffset;
  let offset = 0;
  const nextOffset = () => (offset = (offset + STRIDE) % upperBound);
  const read = (maxBytes: number) => {
    do_not_optimize(log.read(nextOffset(), { maxBytes, upperBound, minOneBatch: true }));
  };
  group(name, () => {
    bench("read one batch", () => read(1));
    bench("read 1 MiB", () => read(1024 * 1024));
    bench("look up a timestamp", () => {
      do_not_optimize(log.offsetForTimestamp(NOW + nextOffset(), upperBound));
    });
  });
}

await run();
