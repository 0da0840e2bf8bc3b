/**
 * The flags of `odradek serve` and what they mean to the Worker: each flag that the Worker must
 * know becomes one of the variables of `wrangler.toml`.
 */

import { InvalidArgumentError } from "commander";

import { maxAwakeActors, maxConnections, openFilesLimit } from "./open-files.ts";

/** The flags of `odradek serve`, parsed and checked one by one. */
export interface ServeOptions {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly httpPort: number;
  readonly brokers: number;
  readonly advertisedHost: string;
  readonly allowOrigin: readonly string[];
  readonly override: Readonly<Record<string, string>>;
  readonly config: string;
  readonly verbose?: boolean;
}

const MAX_PORT = 65_535;
const MAX_BROKERS = 100;

/** Reads a TCP port. */
export function parsePort(text: string): number {
  return parseCount(text, MAX_PORT, "a port");
}

/** Reads the number of brokers. */
export function parseBrokers(text: string): number {
  return parseCount(text, MAX_BROKERS, "a number of brokers");
}

/** Adds one `--allow-origin` to those before it. Only what a browser would send can ever match. */
export function collectOrigin(text: string, previous: readonly string[]): string[] {
  if (URL.parse(text)?.origin !== text) {
    throw new InvalidArgumentError("An origin looks like https://example.com: no path, no slash.");
  }
  return [...previous, text];
}

/** Adds one `--override name=value` to those before it, as in kafka-server-start. */
export function collectOverride(
  text: string,
  previous: Readonly<Record<string, string>>,
): Record<string, string> {
  const equals = text.indexOf("=");
  if (equals < 1) {
    throw new InvalidArgumentError("An override looks like log.retention.ms=60000.");
  }
  return { ...previous, [text.slice(0, equals).trim()]: text.slice(equals + 1).trim() };
}

/** Says what is wrong with the ports as a whole, or returns null. */
export function invalidPorts(options: ServeOptions): string | null {
  const { port, httpPort, brokers } = options;
  const last = port + brokers - 1;
  if (last > MAX_PORT) {
    return `--port ${port} leaves no room for ${brokers} brokers: the last would listen on ${last}.`;
  }
  if (httpPort >= port && httpPort <= last) {
    return `--http-port ${httpPort} is one of the brokers' ports (${port} to ${last}). Choose another.`;
  }
  return null;
}

/** The variables that the Worker gets in place of those in `wrangler.toml`. */
export function workerVars(options: ServeOptions, clusterId: string): Record<string, string> {
  return {
    CLUSTER_ID: clusterId,
    BROKERS: String(options.brokers),
    KAFKA_PORT: String(options.port),
    ADVERTISED_HOST: options.advertisedHost,
    ALLOW_ORIGIN: options.allowOrigin.join(","),
    BROKER_CONFIG: JSON.stringify(options.override),
    MAX_AWAKE_ACTORS: String(maxAwakeActors(openFilesLimit(), options.brokers)),
    MAX_CONNECTIONS: String(maxConnections(openFilesLimit())),
  };
}

function parseCount(text: string, max: number, what: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > max) {
    throw new InvalidArgumentError(`It must be ${what} from 1 to ${max}.`);
  }
  return count;
}
