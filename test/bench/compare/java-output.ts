/** Reads what Kafka's performance tools print. What does not look as expected is an error. */

export interface ProducerFigures {
  /** All records, those of the warm-up included. */
  readonly records: number;
  /** Of the steady state, where the tool was told of a warm-up. */
  readonly mbPerSecond: number;
}

/** The last lines of `kafka-producer-perf-test`. */
export function readProducerPerformance(output: string): ProducerFigures {
  const summary =
    /^(\d+) (?:steady state )?records sent, [\d.]+ records\/sec \(([\d.]+) MB\/sec\), .* ms 99th,/gm;
  const [all, steady] = [...output.matchAll(summary)].slice(-2);
  if (!all) throw new Error(`The producer tool did not finish. It said:\n${output}`);
  return { records: Number(all[1]), mbPerSecond: Number((steady ?? all)[2]) };
}

export interface ConsumerFigures {
  readonly records: number;
  /** While it fetched: joining its group is not counted. */
  readonly mbPerSecond: number;
}

/** The table of `kafka-consumer-perf-test`: a line of names and one of values. */
export function readConsumerPerformance(output: string): ConsumerFigures {
  const rows = output.split("\n").map((line) => line.split(",").map((cell) => cell.trim()));
  const header = rows.findIndex((row) => row.includes("fetch.MB.sec"));
  const value = (name: string) => Number(rows[header + 1]?.[rows[header]?.indexOf(name) ?? -1]);
  const figures = { records: value("data.consumed.in.nMsg"), mbPerSecond: value("fetch.MB.sec") };
  if (Object.values(figures).every(Number.isFinite)) return figures;
  throw new Error(`The consumer tool did not finish. It said:\n${output}`);
}

export interface LatencyFigures {
  readonly meanMs: number;
  /** In whole milliseconds, as the tool has it. */
  readonly p99Ms: number;
}

/** The last lines of `EndToEndLatency`. */
export function readEndToEndLatency(output: string): LatencyFigures {
  const mean = /^Avg latency: ([\d.]+) ms$/m.exec(output);
  const p99 = /^Percentiles: .*\b99th = (\d+),/m.exec(output);
  if (mean && p99) return { meanMs: Number(mean[1]), p99Ms: Number(p99[1]) };
  throw new Error(`The latency tool did not finish. It said:\n${output}`);
}
