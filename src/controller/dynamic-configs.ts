/**
 * The configs that were set while the cluster runs: of brokers, for one or for all, and of groups.
 * Those of topics come and go with their topic, and stand with it.
 */
import type { Sql } from "../base/sql.ts";
import { effectiveBrokerConfigs } from "../config/broker-configs.ts";
import type { ConfigStrings } from "../config/config-definition.ts";
import type { BrokerConfig } from "./broker-config.ts";
import type { ClusterImage } from "./image.ts";
import type { DynamicConfigRecord } from "./records.ts";

/** What was set for brokers. */
export interface DynamicBrokerConfigs {
  /** Rises with each change; 0 is that of a cluster in which nothing was ever set. */
  readonly version: number;
  /** For all brokers. */
  readonly defaults: ConfigStrings;
  /** For single brokers, by their ids; it lies over what was set for all. */
  readonly byBroker: Readonly<Record<string, ConfigStrings>>;
}

/** What was set for a group. */
export interface GroupConfigs {
  /** Of the newest change of any config that groups act on. */
  readonly version: number;
  /** For the group itself. */
  readonly own: ConfigStrings;
  /** For all brokers. */
  readonly broker: ConfigStrings;
}

/** The resource of a broker config that was set for all brokers. */
export const ALL_BROKERS = "";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS dynamic_configs (
    type TEXT, resource TEXT, name TEXT, value TEXT NOT NULL, PRIMARY KEY (type, resource, name)
  ) WITHOUT ROWID;
`;

export class DynamicConfigs {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.run(SCHEMA);
  }

  /** What was set for a resource. */
  of(type: DynamicConfigRecord["resourceType"], resource: string): ConfigStrings {
    const query =
      "SELECT name, value FROM dynamic_configs WHERE type = ? AND resource = ? ORDER BY name";
    const rows = this.#sql.all<{ name: string; value: string }>(query, type, resource);
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  /** Rises with each change of any of them. */
  version(): number {
    return this.#version("broker") + this.#version("group");
  }

  brokers(): DynamicBrokerConfigs {
    const query = "SELECT resource, name, value FROM dynamic_configs WHERE type = 'broker'";
    const rows = this.#sql.all<{ resource: string; name: string; value: string }>(query);
    const byBroker: Record<string, Record<string, string>> = { [ALL_BROKERS]: {} };
    for (const { resource, name, value } of rows) (byBroker[resource] ??= {})[name] = value;
    const { [ALL_BROKERS]: defaults, ...others } = byBroker;
    return { version: this.#version("broker"), defaults: defaults!, byBroker: others };
  }

  group(groupId: string): GroupConfigs {
    return {
      version: this.version(),
      own: this.of("group", groupId),
      broker: this.of("broker", ALL_BROKERS),
    };
  }

  /** The ids of the groups for which something was set. */
  groupIds(): string[] {
    const query = "SELECT DISTINCT resource FROM dynamic_configs WHERE type = 'group'";
    return this.#sql.all<{ resource: string }>(query).map(({ resource }) => resource);
  }

  store({ resourceType, resource, name, value }: DynamicConfigRecord): void {
    const remove = "DELETE FROM dynamic_configs WHERE type = ? AND resource = ? AND name = ?";
    const insert = "INSERT OR REPLACE INTO dynamic_configs VALUES (?, ?, ?, ?)";
    if (value === null) this.#sql.run(remove, resourceType, resource, name);
    else this.#sql.run(insert, resourceType, resource, name, value);
    const count = "INSERT OR REPLACE INTO counters VALUES (?, ?)";
    this.#sql.run(count, counterOf(resourceType), this.#version(resourceType) + 1);
  }

  #version(type: DynamicConfigRecord["resourceType"]): number {
    const query = "SELECT value FROM counters WHERE name = ?";
    return this.#sql.get<{ value: number }>(query, counterOf(type))?.value ?? 0;
  }
}

/** What was set for a broker by itself or for all of them. */
export function dynamicConfigsOf(
  { defaults, byBroker }: DynamicBrokerConfigs,
  nodeId: number,
): ConfigStrings {
  return effectiveBrokerConfigs(byBroker[nodeId] ?? {}, defaults);
}

/** What holds for all brokers: what was set for all over what they were started with. */
export function valuesOfAllBrokers(
  { dynamicConfigs }: ClusterImage,
  { values }: BrokerConfig,
): ConfigStrings {
  return effectiveBrokerConfigs(dynamicConfigs.of("broker", ALL_BROKERS), values);
}

function counterOf(type: DynamicConfigRecord["resourceType"]): string {
  return `${type}_config_version`;
}
