/**
 * What the commands that stand for Kafka's tools have in common: where the cluster is, which file
 * has more to say about the client, and how a command that was called wrongly ends.
 */
import { Command, InvalidArgumentError } from "commander";

import { Cluster } from "../client/cluster.ts";
import type { ClusterOptions } from "../client/cluster.ts";
import type { Network } from "../client/transport.ts";
import { webSocketNetwork } from "../client/websocket-network.ts";
import { CommandError } from "./command-error.ts";
import type { Properties } from "./properties.ts";
import { readPropertiesFile } from "./properties.ts";
import { tcpNetwork } from "./tcp-network.ts";
import { addVersionFlag } from "./version.ts";

const DEFAULT_BOOTSTRAP = "localhost:9092";

/** How a tool is presented in its help. */
export interface ToolHelp {
  readonly name: string;
  readonly description: string;
  /** The name of Kafka's own tool, whose flags these are. */
  readonly tool: string;
  /** Command lines that can be typed as they stand. */
  readonly examples: readonly string[];
}

/** The flags that say where the cluster is. */
export interface ConnectFlags {
  readonly bootstrapServer?: string;
  readonly commandConfig?: string;
}

/** A command with the flags that all tools have. */
export function toolCommand({ name, description, tool, examples }: ToolHelp): Command {
  const lines = examples.map((example) => `  odradek ${example}`).join("\n");
  const self = new Command(name)
    .description(description)
    .option(
      "--bootstrap-server <host:port,...>",
      "brokers to ask first, or ws://host:port/kafka; without it KAFKA_BOOTSTRAP, or localhost:9092",
    )
    .option("--command-config <file>", "properties file with configs of the client")
    .configureHelp({ helpWidth: 100 })
    .addHelpText("after", `\nExamples:\n${lines}\n\nThe flags are those of Kafka's ${tool}.`);
  return addVersionFlag(self);
}

/** Prints a line; a test collects it instead. */
export type Say = (line: string) => void;

/** Adds one value of a flag that may be given more than once. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** Reads a whole number, which may be negative. */
export function parseInteger(text: string): number {
  const number = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError("It must be a whole number.");
}

/** The properties of the file that `--command-config` names. */
export function commandConfig(flags: ConnectFlags): Properties {
  return flags.commandConfig === undefined ? new Map() : readPropertiesFile(flags.commandConfig);
}

/** The network that the flags name, or the environment, or else the one on this machine. */
export function networkOf(flags: ConnectFlags, properties: Properties): Network {
  const address =
    flags.bootstrapServer ??
    properties.get("bootstrap.servers") ??
    process.env["KAFKA_BOOTSTRAP"] ??
    DEFAULT_BOOTSTRAP;
  const protocol = properties.get("security.protocol") ?? "PLAINTEXT";
  if (protocol !== "PLAINTEXT") {
    throw new CommandError(`security.protocol=${protocol} is not supported: Odradek's commands
connect without TLS and SASL. Use a listener with PLAINTEXT.`);
  }
  return /^wss?:/.test(address) ? webSocketNetwork(address) : tcpNetwork(address);
}

/** A cluster for the time of some work; its connections are closed after it. */
export async function withCluster<Result>(
  flags: ConnectFlags,
  properties: Properties,
  work: (cluster: Cluster) => Promise<Result>,
): Promise<Result> {
  const cluster = new Cluster(networkOf(flags, properties), clusterOptions(properties));
  try {
    return await work(cluster);
  } finally {
    cluster.close();
  }
}

/** The client's options, by the names that Kafka's clients give them. */
export function clusterOptions(properties: Properties): Partial<ClusterOptions> {
  const names = {
    connectTimeoutMs: "socket.connection.setup.timeout.ms",
    requestTimeoutMs: "request.timeout.ms",
    apiTimeoutMs: "default.api.timeout.ms",
    retryBackoffMs: "retry.backoff.ms",
    retryBackoffMaxMs: "retry.backoff.max.ms",
  };
  const numbers = Object.entries(names).flatMap(([option, name]) => {
    const value = properties.get(name);
    return value === undefined ? [] : [[option, integerProperty(name, value)] as const];
  });
  const clientId = properties.get("client.id");
  return {
    ...Object.fromEntries(numbers),
    ...(clientId !== undefined && { clientId }),
    onUnreachable: warnOnce(),
  };
}

/** The number that a property is. */
export function integerProperty(name: string, value: string): number {
  const number = Number(value.trim());
  if (Number.isSafeInteger(number)) return number;
  throw new CommandError(`Invalid value ${value} for configuration ${name}: Not a number.`);
}

/** Says of each broker once that it cannot be reached: the client goes on trying. */
function warnOnce(): (address: string, error: Error) => void {
  const told = new Set<string>();
  return (address, error) => {
    if (told.has(address)) return;
    told.add(address);
    console.error(`WARN ${error.message} Trying again.`);
  };
}
