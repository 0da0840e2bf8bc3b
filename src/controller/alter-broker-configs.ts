/**
 * Changes of broker configs while brokers run (KIP-226), for one of them or for all. A broker's
 * gateway has checked that it was itself asked.
 */
import { brokerConfig, effectiveBrokerConfigs } from "../config/broker-configs.ts";
import type { ConfigStrings } from "../config/config-definition.ts";
import { invalidBrokerConfig } from "../config/config-reader.ts";
import { invalidGroupDefaults } from "../config/group-configs.ts";
import { topicConfigs } from "../config/topic-configs.ts";
import type { BrokerConfig } from "./broker-config.ts";
import {
  changedConfigs,
  differences,
  dynamicConfigRecords,
  type ListDefault,
  type Refusal,
  refuse,
  type ResourceToAlter,
  tooLong,
} from "./config-changes.ts";
import { ALL_BROKERS } from "./dynamic-configs.ts";
import type { ClusterImage } from "./image.ts";
import type { MetadataRecord } from "./records.ts";

export function alterBrokerConfigs(
  image: ClusterImage,
  asked: ResourceToAlter,
  config: BrokerConfig,
): { readonly records: MetadataRecord[] } | Refusal {
  const resource = asked.name === ALL_BROKERS ? ALL_BROKERS : String(Number(asked.name));
  const before = image.dynamicConfigs.of("broker", resource);
  const after = changedConfigs(before, asked, listDefault);
  if ("error" in after) return after;
  const refusal = invalid(resource, after.configs, config.values);
  if (refusal) return refusal;
  const changed = differences(before, after.configs);
  const names = new Set(changed.map(({ name }) => name));
  const acts = {
    actsByTheClock: topicConfigs.some(
      ({ actsByTheClock, synonyms }) =>
        actsByTheClock === true && synonyms.some(({ name }) => names.has(name)),
    ),
    isOfGroups: [...names].some((name) => brokerConfig(name)?.isOfGroups === true),
  };
  return { records: dynamicConfigRecords({ resourceType: "broker", resource }, changed, acts) };
}

const listDefault: ListDefault = (operation, name) => {
  const known = brokerConfig(name);
  if (known?.type === "list") return { list: known.default ?? "" };
  const why = known
    ? `Config value ${operation.toLowerCase()} is not allowed for config key: ${name}`
    : `Unknown config name: ${name}`;
  return refuse("INVALID_CONFIG", why);
};

/** What is wrong with the configs that would be set. */
function invalid(resource: string, configs: ConfigStrings, values: ConfigStrings): Refusal | null {
  const why =
    notDynamic(Object.keys(configs)) ??
    notOfOneBroker(resource, Object.keys(configs)) ??
    firstInvalid(configs) ??
    invalidGroupDefaults(effectiveBrokerConfigs(configs, values));
  return why === null ? tooLong(configs) : refuse("INVALID_REQUEST", why);
}

function notDynamic(names: readonly string[]): string | null {
  const fixed = names.filter((name) => brokerConfig(name)?.updateMode !== "cluster-wide");
  if (fixed.length === 0) return null;
  return `Cannot update these configs dynamically: [${fixed.join(", ")}]`;
}

function notOfOneBroker(resource: string, names: readonly string[]): string | null {
  if (resource === ALL_BROKERS) return null;
  const found = names.filter((name) => brokerConfig(name)?.isOfGroups);
  if (found.length === 0) return null;
  return `Cannot update these configs for one broker, since groups are on none: [${found.join(", ")}]. Set them for all brokers.`;
}

function firstInvalid(configs: ConfigStrings): string | null {
  for (const [name, value] of Object.entries(configs)) {
    const why = invalidBrokerConfig(name, value);
    if (why !== null) return why;
  }
  return null;
}
