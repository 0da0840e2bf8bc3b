/** What `configs --describe` prints: each config with its value, and where that comes from. */
import type { ConfigEntry } from "../../client/admin/configs.ts";
import {
  ConfigSource,
  describeConfigs,
  listConfigResources,
  ResourceType,
} from "../../client/admin/configs.ts";
import { listGroups } from "../../client/admin/groups.ts";
import { liveBrokers } from "../../client/admin/live-brokers.ts";
import { listTopics } from "../../client/admin/topics.ts";
import type { Cluster } from "../../client/cluster.ts";
import { KafkaError } from "../../client/kafka-error.ts";
import type { Say } from "../kafka-tool.ts";
import type { Entity, EntityType } from "./options.ts";

/** Kafka's number for each type of entity. */
export const RESOURCE_TYPES: Readonly<Record<EntityType, number>> = {
  topics: ResourceType.TOPIC,
  brokers: ResourceType.BROKER,
  "broker-loggers": ResourceType.BROKER_LOGGER,
  "client-metrics": ResourceType.CLIENT_METRICS,
  groups: ResourceType.GROUP,
};

/** Where the configs come from that an entity has of its own; null where that is all of them. */
function ownSource(type: EntityType, name: string): number | null {
  switch (type) {
    case "topics":
      return ConfigSource.DYNAMIC_TOPIC_CONFIG;
    case "brokers":
      return name === ""
        ? ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG
        : ConfigSource.DYNAMIC_BROKER_CONFIG;
    case "client-metrics":
      return ConfigSource.DYNAMIC_CLIENT_METRICS_CONFIG;
    case "groups":
      return ConfigSource.DYNAMIC_GROUP_CONFIG;
    case "broker-loggers":
      return null;
  }
}

/** Describes an entity, or all of its type; without `all` only the configs that are its own. */
export async function describe(
  cluster: Cluster,
  { type, name }: Entity,
  all: boolean,
  say: Say,
): Promise<void> {
  const singular = type.slice(0, -1);
  if (name !== null && !all && !(await exists(cluster, { type, name }))) {
    say(`The ${singular} '${name}' doesn't exist and doesn't have dynamic config.`);
    return;
  }
  for (const entity of name === null ? await entitiesOf(cluster, type) : [name]) {
    const resource = { type: RESOURCE_TYPES[type], name: entity };
    const kind = all ? "All" : "Dynamic";
    if (entity === "") say(`Default configs for ${type} in the cluster are:`);
    else say(`${kind} configs for ${singular} ${entity} are:`);
    const [described] = await describeConfigs(cluster, [resource]);
    const source = all ? null : ownSource(type, entity);
    for (const config of described!.configs.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (source === null || config.configSource === source) say(configLine(config));
    }
  }
}

/** The line of one config. */
export function configLine({ name, value, isSensitive, synonyms }: ConfigEntry): string {
  const sources = synonyms.map((each) => `${sourceName(each.source)}:${each.name}=${each.value}`);
  return `  ${name}=${value} sensitive=${isSensitive} synonyms={${sources.join(", ")}}`;
}

function sourceName(source: number): string {
  const found = Object.entries(ConfigSource).find(([, number]) => number === source);
  return found?.[0] ?? "UNKNOWN";
}

async function exists(cluster: Cluster, entity: { type: EntityType; name: string }) {
  if (entity.type === "brokers" && entity.name === "") return true;
  return (await entitiesOf(cluster, entity.type)).includes(entity.name);
}

/** The names of all entities of a type; the empty one stands for what holds for all brokers. */
async function entitiesOf(cluster: Cluster, type: EntityType): Promise<string[]> {
  switch (type) {
    case "topics":
      return (await listTopics(cluster)).map(({ name }) => name);
    case "brokers":
    case "broker-loggers":
      return [...[...(await liveBrokers(cluster))].map(String).toSorted(), ""];
    case "client-metrics":
      return listConfigResources(cluster, ResourceType.CLIENT_METRICS);
    case "groups": {
      const groups = (await listGroups(cluster)).map(({ groupId }) => groupId);
      return [...new Set([...groups, ...(await groupsWithConfigs(cluster))])].toSorted();
    }
  }
}

/**
 * Groups may have configs before they have members. An older broker cannot list them (KIP-1142).
 */
async function groupsWithConfigs(cluster: Cluster): Promise<string[]> {
  try {
    return await listConfigResources(cluster, ResourceType.GROUP);
  } catch (error) {
    const isUntold =
      error instanceof KafkaError &&
      (error.code === "UNSUPPORTED_VERSION" || error.code === "CLUSTER_AUTHORIZATION_FAILED");
    if (isUntold) return [];
    throw error;
  }
}
