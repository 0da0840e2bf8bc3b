/** The command line of `npm run bench`, and the text that teaches it. */
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Command, InvalidArgumentError, Option } from "commander";

import { parseCount } from "../../support/whole-numbers.ts";
import type { Load, Sizes } from "./load.ts";
import { LOADS } from "./loads.ts";
import type { Plan } from "./rounds.ts";
import { TARGETS, type TargetName } from "./target.ts";

const FULL: Sizes = {
  smallRecords: 3_000_000,
  largeRecords: 600_000,
  memoryRecords: 1_000_000,
  latencyRecords: 10_000,
  seconds: 5,
};
const QUICK: Sizes = {
  smallRecords: 300_000,
  largeRecords: 60_000,
  memoryRecords: 60_000,
  latencyRecords: 1000,
  seconds: 1,
};
const TARGET_NAMES = Object.keys(TARGETS) as TargetName[];
const RESULTS = join(import.meta.dirname, "../../../bench-results");
const FULL_ROUNDS = 3;
const QUICK_ROUNDS = 1;

/** What to run, and where its traces go. */
export interface BenchOptions extends Plan {
  readonly data: string;
  readonly results: string;
}

interface Flags {
  only: readonly Load[];
  targets: readonly TargetName[];
  rounds?: number;
  seconds?: number;
  quick?: true;
  data: string;
  results: string;
}

/** The command, which hands its options to `action`. */
export function benchCommand(action: (options: BenchOptions) => Promise<void>): Command {
  const option = (flags: string, description: string) => new Option(flags, description);
  return new Command("npm run bench --")
    .description(
      "Run the same loads, with the same client programs, against Odradek and against Apache Kafka, " +
        "and compare. Kafka is measured as shipped and with topics of flush.messages=1, which are " +
        "as durable as Odradek's always are.",
    )
    .addOption(
      option("--only <loads>", "loads to run, by commas: names, or how they begin")
        .argParser(parseLoads)
        .default(LOADS, "all"),
    )
    .addOption(
      option("--targets <targets>", "whom to measure, by commas")
        .argParser(parseTargets)
        .default(TARGET_NAMES, TARGET_NAMES.join(",")),
    )
    .option(
      "--rounds <count>",
      `how often; medians are told (default: ${FULL_ROUNDS}, with --quick ${QUICK_ROUNDS})`,
      parseCount,
    )
    .option("--quick", "little of everything: for a first look, not for figures to tell")
    .option(
      "--seconds <count>",
      "how long each load of single records takes " +
        `(default: ${FULL.seconds}, with --quick ${QUICK.seconds})`,
      parseCount,
    )
    .option("--data <directory>", "where the servers' data may be; a real disk", tmpdir())
    .addOption(
      option("--results <directory>", "where JSON and Markdown are written").default(
        RESULTS,
        "bench-results",
      ),
    )
    .addHelpText("after", explanation())
    .action((flags: Flags) => action(optionsFrom(flags)));
}

function optionsFrom(flags: Flags): BenchOptions {
  const { only: loads, targets, data, results } = flags;
  const sizes = flags.quick ? QUICK : FULL;
  return {
    loads,
    targets,
    rounds: flags.rounds ?? (flags.quick ? QUICK_ROUNDS : FULL_ROUNDS),
    sizes: { ...sizes, seconds: flags.seconds ?? sizes.seconds },
    data,
    results,
  };
}

function explanation(): string {
  const width = Math.max(...LOADS.map(({ name }) => name.length));
  const loads = LOADS.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`);
  return `
Loads:
${loads.join("\n")}

Each round starts the servers on free ports, warms them up and runs load after load, each against
all targets in turn. Kafka needs Java and Maven. A full run takes about half an hour and 5 GB of
disk; leave the machine alone meanwhile. Ctrl-C ends the servers and tells what was measured so far.

Examples:
  npm run bench
  npm run bench -- --quick
  npm run bench -- --only single,latency --rounds 5
  npm run bench -- --only produce-1k --targets odradek,kafka`;
}

function parseLoads(text: string): Load[] {
  const wanted = text.split(",").map((name) => name.trim());
  // A name may be the beginning of another one, and is itself then.
  const isExact = (each: string) => LOADS.some(({ name }) => name === each);
  const matches = ({ name }: Load, each: string) =>
    isExact(each) ? name === each : each !== "" && name.startsWith(each);
  const unknown = wanted.find((each) => !LOADS.some((load) => matches(load, each)));
  if (unknown === undefined) {
    return LOADS.filter((load) => wanted.some((each) => matches(load, each)));
  }
  const names = LOADS.map(({ name }) => name).join(", ");
  throw new InvalidArgumentError(`There is no load "${unknown}". There are: ${names}.`);
}

function parseTargets(text: string): TargetName[] {
  const wanted = text.split(",").map((name) => name.trim());
  const names = Object.keys(TARGETS) as TargetName[];
  const unknown = wanted.find((each) => !Object.hasOwn(TARGETS, each));
  if (unknown === undefined) return names.filter((name) => wanted.includes(name));
  throw new InvalidArgumentError(
    `There is no target "${unknown}". There are: ${names.join(", ")}.`,
  );
}
