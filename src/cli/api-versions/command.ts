/**
 * `odradek api-versions`, which stands for kafka-broker-api-versions: which APIs each broker
 * serves, in which versions, and which of these both sides know.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import type { Command } from "commander";

import type { Cluster } from "../../client/cluster.ts";
import { KafkaError } from "../../client/kafka-error.ts";
import type { BrokerNode } from "../../client/transport.ts";
import type { Api } from "../../protocol/api.ts";
import type { ApiVersionsResponse } from "../../protocol/messages/18-api-versions.ts";
import type { ConnectFlags, Say } from "../kafka-tool.ts";
import { commandConfig, toolCommand, withCluster } from "../kafka-tool.ts";
import { withProgress } from "../progress.ts";

/** One file for each API: the folder is the list of all of them. */
const MESSAGES = join(import.meta.dirname, "../../protocol/messages");

/** The command with its flags. */
export function command(): Command {
  return toolCommand({
    name: "api-versions",
    tool: "kafka-broker-api-versions",
    description: "Show which APIs each broker serves, and in which versions.",
    examples: ["api-versions", "api-versions --bootstrap-server kafka.example.com:9092"],
  }).action((_options, self: Command) => {
    const flags = self.opts<ConnectFlags>();
    const work = (cluster: Cluster) => withProgress("Asking brokers", run(cluster, console.log));
    return withCluster(flags, commandConfig(flags), work);
  });
}

async function run(cluster: Cluster, say: Say): Promise<void> {
  const apis = await knownApis();
  const { brokers } = await cluster.retry("Listing the brokers", () => cluster.metadata([]));
  for (const broker of brokers) {
    const { host, port, nodeId, rack } = broker;
    const name = `${host}:${port} (id: ${nodeId} rack: ${rack} isFenced: false)`;
    say(`${name} -> ${await answerOf(cluster, broker, apis)}`);
  }
}

async function answerOf(
  cluster: Cluster,
  { nodeId }: BrokerNode,
  apis: readonly Api[],
): Promise<string> {
  try {
    return versionsText((await cluster.broker(nodeId)).versions, apis);
  } catch (error) {
    if (error instanceof KafkaError) return `ERROR: ${error.message}`;
    throw error;
  }
}

/** A broker's APIs by number, a line for each; those among `apis` that it lacks are named too. */
export function versionsText({ apiKeys }: ApiVersionsResponse, apis: readonly Api[]): string {
  const lines = new Map(apis.map(({ key, name }) => [key, `${name}(${key}): UNSUPPORTED`]));
  for (const { apiKey, minVersion: min, maxVersion: max } of apiKeys) {
    const range = min === max ? `${min}` : `${min} to ${max}`;
    const api = apis.find(({ key }) => key === apiKey);
    const usable = api === undefined ? "" : usableText(api, min, max);
    lines.set(apiKey, `${api?.name ?? "UNKNOWN"}(${apiKey}): ${range}${usable}`);
  }
  const inOrder = [...lines].toSorted(([a], [b]) => a - b).map(([, line]) => line);
  return `(\n\t${inOrder.join(",\n\t")}\n)`;
}

function usableText({ servedVersions }: Api, min: number, max: number): string {
  if (servedVersions.max < min) return " [unusable: node too new]";
  if (max < servedVersions.min) return " [unusable: node too old]";
  return ` [usable: ${Math.min(servedVersions.max, max)}]`;
}

async function knownApis(): Promise<Api[]> {
  const files = readdirSync(MESSAGES).map((file) => pathToFileURL(join(MESSAGES, file)).href);
  const modules = await Promise.all(files.map((file) => import(file) as Promise<object>));
  return modules.flatMap((module) => Object.values(module).filter(isApi));
}

function isApi(value: unknown): value is Api {
  return typeof value === "object" && value !== null && "servedVersions" in value;
}
