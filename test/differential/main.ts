/**
 * `npm run differential`: the same requests to Apache Kafka and to Odradek, and their answers
 * compared field by field. A seed makes the same sequences each time, but for the time of records.
 */
import { Command } from "commander";

import { parseCount, parseWholeNumber } from "../support/whole-numbers.ts";
import { answerCounts, report, summary } from "./report.ts";
import { runMany } from "./run-many.ts";
import { startServers } from "./servers.ts";

const PROGRESS_STEP = 500;

interface Options {
  readonly sequences: number;
  readonly seed?: number;
  readonly sequence?: number;
  readonly parallel: number;
  readonly kafka?: string;
  readonly odradek?: string;
  readonly answers?: true;
}

const options = new Command("npm run differential --")
  .description(
    "Send the same sequences of requests to Apache Kafka and to Odradek, and compare what they " +
      "answer, field by field. Ctrl-C ends it with the sum so far.",
  )
  .option("--sequences <count>", "how many sequences", parseCount, 300)
  .option(
    "--seed <number>",
    "the same one makes the same sequences (default: another each time)",
    parseWholeNumber,
  )
  .option("--sequence <number>", "run this one of the seed's sequences alone", parseWholeNumber)
  .option("--parallel <count>", "sequences under way at the same time", parseCount, 8)
  .option("--kafka <host:port>", "a Kafka that runs (default: one is started)")
  .option("--odradek <host:port>", "an Odradek that runs (default: one is started)")
  .option("--answers", "tell which errors there were, and how often")
  .addHelpText(
    "after",
    `
Examples:
  npm run differential -- --sequences 10000 --seed 7
  npm run differential -- --seed 7 --sequence 42`,
  )
  .parse()
  .opts<Options>();
const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
const indexes =
  options.sequence === undefined
    ? Array.from({ length: options.sequences }, (_, index) => index)
    : [options.sequence];
console.log(`Seed ${seed}.`);
const stopping = new AbortController();
process.once("SIGINT", () => stopping.abort());
const servers = await startServers(options);
try {
  const result = await runMany({
    seed,
    indexes,
    parallel: options.parallel,
    clusters: servers.clusters,
    signal: stopping.signal,
    found: (finding) => console.log(report(seed, finding)),
    progress: (ended) => {
      if (ended % PROGRESS_STEP === 0) console.error(`${ended} of ${indexes.length} sequences`);
    },
  });
  console.log(summary(seed, result));
  if (options.answers) console.log(answerCounts(result));
  process.exitCode = result.findings.length > 0 ? 1 : 0;
} finally {
  await servers.stop();
}
