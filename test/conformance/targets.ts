/**
 * Whom the suite is pointed at: the cluster that CONFORMANCE_BOOTSTRAP names, or else `odradek
 * serve` and Apache Kafka side by side, started once for all files. Both have as many brokers and
 * the same configs, Kafka's defaults but for groups that wait for less, so that what holds for one
 * has to hold for the other.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TestProject } from "vitest/node";

import { oracleAvailable } from "../oracle/kafka-jars.ts";
import { startOracle } from "../oracle/start.ts";
import { freePorts } from "../support/free-ports.ts";
import { startServe } from "../support/serve-process.ts";

/** A cluster under test, or the reason why it is left out. */
export type Target =
  | { readonly name: string; readonly bootstrap: string }
  | { readonly name: string; readonly leftOut: string };

declare module "vitest" {
  export interface ProvidedContext {
    targets: readonly Target[];
    /** The file in which the errors are noted that the targets answer. */
    answers: string;
  }
}

/** What a cluster of our own is made of. */
export interface Shape {
  readonly brokers: number;
  readonly config: Readonly<Record<string, string>>;
}

const SHAPE: Shape = {
  /** So that a client can come to the wrong one. */
  brokers: 2,
  /** So that nobody waits long for groups and the ends of sessions, and groups are soon full. */
  config: {
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "group.max.size": "10",
    "group.consumer.max.size": "10",
  },
};

/** Kafka's controllers listen this far above its brokers. */
const CONTROLLER_PORT_OFFSET = 100;

/** Starts a cluster, and adds to `stops` what ends it, or as much of it as had started. */
type Start = (shape: Shape, stops: (() => Promise<unknown>)[]) => Promise<Target>;

/** How each target that is not somebody else's is started, by its name. */
export const starts: ReadonlyMap<string, Start> = new Map([
  ["Odradek", startOdradek],
  ["Apache Kafka", startKafka],
]);

/** Starts what has to be started; vitest runs what this returns in the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const bootstrap = process.env["CONFORMANCE_BOOTSTRAP"];
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    await Promise.all(stops.map((stopOne) => stopOne()));
  };
  try {
    const targets =
      bootstrap === undefined
        ? await Promise.all([...starts.values()].map((start) => start(SHAPE, stops)))
        : [{ name: bootstrap, bootstrap }];
    project.provide("targets", targets);
    const notes = await mkdtemp(join(tmpdir(), "conformance-answers-"));
    stops.push(() => rm(notes, { recursive: true }));
    project.provide("answers", join(notes, "answers.jsonl"));
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

async function startOdradek(
  { brokers, config }: Shape,
  stops: (() => Promise<unknown>)[],
): Promise<Target> {
  const data = await mkdtemp(join(tmpdir(), "odradek-conformance-"));
  const flags = Object.entries(config).flatMap(([key, value]) => ["--override", `${key}=${value}`]);
  const server = await startServe({ data, brokers, flags });
  stops.push(async () => {
    await server.stop();
    await rm(data, { recursive: true, force: true });
  });
  await server.says("Ctrl-C stops it.");
  return { name: "Odradek", bootstrap: `127.0.0.1:${server.port}` };
}

async function startKafka(
  { brokers, config }: Shape,
  stops: (() => Promise<unknown>)[],
): Promise<Target> {
  const name = "Apache Kafka";
  const leftOut = oracleAvailable();
  if (leftOut !== null) return { name, leftOut };
  const port = await freePorts(brokers + CONTROLLER_PORT_OFFSET);
  const oracle = await startOracle({ port, brokers, heap: "512M", config });
  stops.push(() => oracle.stop());
  return { name, bootstrap: oracle.bootstrap };
}
