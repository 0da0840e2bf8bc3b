/**
 * `npm run differential`: the same requests to Apache Kafka and to Odradek, and their answers
 * compared field by field.
 *
 *     npm run differential -- --sequences 10000 --seed 7
 *     npm run differential -- --seed 7 --sequence 42
 *
 * Both servers are started unless `--kafka` and `--odradek` say where they are; `--answers` tells
 * which errors there were. Ctrl-C ends it with the sum so far. A seed makes the same sequences each
 * time, but for the time of records.
 */
import { parseArgs } from "node:util";

import { answerCounts, report, summary } from "./report.ts";
import { runMany } from "./run-many.ts";
import { startServers } from "./servers.ts";

const { values } = parseArgs({
  options: {
    sequences: { type: "string", default: "300" },
    seed: { type: "string" },
    sequence: { type: "string" },
    parallel: { type: "string", default: "8" },
    kafka: { type: "string" },
    odradek: { type: "string" },
    answers: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const indexes =
  values.sequence === undefined
    ? Array.from({ length: Number(values.sequences) }, (_, index) => index)
    : [Number(values.sequence)];
console.log(`Seed ${seed}.`);
const stopping = new AbortController();
process.once("SIGINT", () => stopping.abort());
const servers = await startServers(values);
try {
  const result = await runMany({
    seed,
    indexes,
    parallel: Number(values.parallel),
    clusters: servers.clusters,
    signal: stopping.signal,
    found: (finding) => console.log(report(seed, finding)),
  });
  console.log(summary(seed, result));
  if (values.answers) console.log(answerCounts(result));
  process.exitCode = result.findings.length > 0 ? 1 : 0;
} finally {
  await servers.stop();
}
