/**
 * `npm run bench`: Odradek and Apache Kafka side by side. `npm run bench -- --help` tells what it
 * measures and how; the parts are in `compare/`.
 */
import { mkdirSync } from "node:fs";
import { loadavg } from "node:os";

import { oracleAvailable } from "../oracle/kafka-jars.ts";
import { describeMachine } from "./compare/machine.ts";
import { type BenchOptions, benchCommand } from "./compare/options.ts";
import { reportPage, writeReport } from "./compare/report.ts";
import { type Measurement, summarize } from "./compare/results.ts";
import { type Progress, runRounds } from "./compare/rounds.ts";

/** A quiet machine has less to do, however many cores it has. */
const BUSY_LOAD = 0.5;
const WITHOUT_KAFKA = "npm run bench -- --targets odradek --only start,single";

await benchCommand(bench).parseAsync();

async function bench(options: BenchOptions): Promise<void> {
  const { loads, targets, rounds, sizes, data: directory } = options;
  const missing = needsKafka(options) ? oracleAvailable() : null;
  if (missing !== null) {
    console.error(`${missing}\nWithout it, there is: ${WITHOUT_KAFKA}`);
    process.exitCode = 1;
    return;
  }
  mkdirSync(directory, { recursive: true });
  const machine = describeMachine(directory);
  const [load] = loadavg();
  if (load! > BUSY_LOAD) {
    console.error(`This machine is busy (load average ${load!.toFixed(1)}): expect noise.`);
  }
  const measurements: Measurement[] = [];
  const signal = stopSignal();
  let complete = false;
  try {
    await runRounds(options, {
      directory,
      signal,
      progress: onStandardError(),
      record: (measurement) => measurements.push(measurement),
    });
    complete = true;
  } catch (error) {
    console.error(signal.aborted ? "\nStopped." : error);
  }
  if (!complete || measurements.some(({ error }) => error !== undefined)) process.exitCode = 1;
  if (measurements.length === 0) return console.error("Nothing was measured.");
  const rows = summarize(loads, measurements);
  const report = { machine, targets, rounds, sizes, complete, rows, measurements };
  const paths = writeReport(report, options.results);
  console.log(`\n${reportPage(report)}\nWritten to ${paths.join(" and ")}.`);
}

function needsKafka({ targets, loads }: BenchOptions): boolean {
  return targets.some((name) => name !== "odradek") || loads.some(({ needsJava }) => needsJava);
}

function onStandardError(): Progress {
  let begunAt = 0;
  return {
    begin(what) {
      begunAt = performance.now();
      process.stderr.write(`${new Date().toTimeString().slice(0, 8)}  ${what} ... `);
    },
    end(outcome) {
      const seconds = (performance.now() - begunAt) / 1000;
      process.stderr.write(`${outcome} (after ${seconds.toFixed(1)} s)\n`);
    },
  };
}

/** Aborted by the first of these signals; a second one ends the process as if nobody listened. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => controller.abort());
  }
  return controller.signal;
}
