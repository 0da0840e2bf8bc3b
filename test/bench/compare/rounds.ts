/**
 * The order of things. A round starts each server once, and runs load after load, each against all
 * targets in turn, another one first each time. Both servers are up while one is measured, the
 * other one idle: an idle JVM holds memory, of which the machine needs enough, and all but no time.
 * Before each measurement the file system is synced, so that nobody pays for what the one before
 * has left unwritten.
 */
import { run } from "../../oracle/run.ts";
import type { Load, LoadContext, Measured, Sizes } from "./load.ts";
import type { Measurement } from "./results.ts";
import { type ServerName, serverOf, startServer } from "./servers.ts";
import { digits } from "./table.ts";
import { type Server, TARGETS, Target, type TargetName } from "./target.ts";
import { rotated } from "./turns.ts";

export interface Plan {
  readonly loads: readonly Load[];
  readonly targets: readonly TargetName[];
  readonly rounds: number;
  readonly sizes: Sizes;
}

/** Tells a person what goes on: what is begun, and then what it came to. */
export interface Progress {
  begin(what: string): void;
  end(outcome: string): void;
}

export interface RunOptions {
  /** Where the servers' data may be. */
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Takes each measurement as it is made. */
  readonly record: (measurement: Measurement) => void;
}

/** What a warm-up does of each load. */
const WARMUP_SHARE = 0.2;

/** Runs all rounds. A load that fails is recorded as such; a server that does not start ends it. */
export async function runRounds(plan: Plan, options: RunOptions): Promise<void> {
  for (let round = 1; round <= plan.rounds; round++) {
    const stops: (() => Promise<void>)[] = [];
    try {
      const order = rotated(plan.targets, round - 1);
      const targets = await startTargets(order, options, stops);
      await runRound(plan, { round, targets }, options);
    } finally {
      await Promise.all(stops.map((stop) => stop()));
    }
  }
}

async function startTargets(
  names: readonly TargetName[],
  { directory, signal, progress }: RunOptions,
  stops: (() => Promise<void>)[],
): Promise<Target[]> {
  const servers = new Map<ServerName, Server>();
  const targets: Target[] = [];
  for (const name of names) {
    const serverName = serverOf(name);
    let server = servers.get(serverName);
    if (!server) {
      progress.begin(`Starting ${TARGETS[serverName]}`);
      server = await startServer(serverName, { directory, signal });
      servers.set(serverName, server);
      stops.push(server.stop);
      progress.end(`it is at ${server.bootstrap}`);
    }
    targets.push(new Target(name, server));
  }
  return targets;
}

async function runRound(
  { loads, rounds, sizes }: Plan,
  { round, targets }: { round: number; targets: readonly Target[] },
  options: RunOptions,
): Promise<void> {
  const context: LoadContext = { sizes, signal: options.signal };
  const firstWarm = loads.findIndex((load) => !load.ofServer);
  for (const [index, load] of loads.entries()) {
    if (index === firstWarm) await warmUp(loads.slice(firstWarm), targets, context, options);
    for (const target of rotated(targets, index)) {
      if (load.ofServer && target.name === "kafka-flush") continue;
      options.signal.throwIfAborted();
      await run("sync", ["-f", options.directory]);
      const place = `round ${round}/${rounds}, load ${index + 1}/${loads.length}`;
      options.progress.begin(`${place}: ${load.name}, ${TARGETS[target.name]}`);
      const measured = await measure(load, target, context);
      options.signal.throwIfAborted();
      options.record({ round, load: load.name, target: target.name, ...measured });
      options.progress.end(told(load, measured));
    }
  }
}

/** Until JVM and V8 have compiled what is to be measured: a part of each load, unrecorded. */
async function warmUp(
  loads: readonly Load[],
  targets: readonly Target[],
  { sizes, signal }: LoadContext,
  { progress }: RunOptions,
): Promise<void> {
  const part = (size: number) => Math.ceil(size * WARMUP_SHARE);
  const context: LoadContext = {
    sizes: {
      smallRecords: part(sizes.smallRecords),
      largeRecords: part(sizes.largeRecords),
      memoryRecords: part(sizes.memoryRecords),
      latencyRecords: part(sizes.latencyRecords),
      seconds: sizes.seconds * WARMUP_SHARE,
    },
    signal,
  };
  for (const { name, server } of targets) {
    progress.begin(`Warming up ${TARGETS[name]}`);
    // Topics of its own: what the loads are to read holds all of their records.
    const target = new Target(name, server);
    // What fails here will fail once more where it counts.
    for (const load of loads) await measure(load, target, context);
    signal.throwIfAborted();
    progress.end("done");
  }
}

async function measure(
  load: Load,
  target: Target,
  context: LoadContext,
): Promise<{ figures: Measured } | { error: string }> {
  try {
    return { figures: await load.run(target, context) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function told(load: Load, measured: { figures?: Measured; error?: string }): string {
  if (measured.error !== undefined) return `failed. ${measured.error}`;
  return load.figures
    .map(({ name, unit }) => `${name} ${digits(measured.figures![name]!)} ${unit}`)
    .join(", ");
}
