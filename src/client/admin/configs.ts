/** Configs of topics, brokers, groups and the rest: asking for them and changing them. */
import { describeConfigs as describeConfigsApi } from "../../protocol/messages/32-describe-configs.ts";
import type { DescribeConfigsResponse } from "../../protocol/messages/32-describe-configs.ts";
import { incrementalAlterConfigs } from "../../protocol/messages/44-incremental-alter-configs.ts";
import { listConfigResources as listConfigResourcesApi } from "../../protocol/messages/74-list-config-resources.ts";
import type { Cluster } from "../cluster.ts";
import type { Connection } from "../connection.ts";
import { errorOf, throwErrorOf } from "../kafka-error.ts";

/** What can have configs, by Kafka's number for it. */
export const ResourceType = {
  TOPIC: 2,
  BROKER: 4,
  BROKER_LOGGER: 8,
  CLIENT_METRICS: 16,
  GROUP: 32,
} as const;

export interface ConfigResource {
  readonly type: number;
  /** Empty for what holds for all brokers. */
  readonly name: string;
}

/** Where a value comes from, by Kafka's number for it. */
export const ConfigSource = {
  UNKNOWN: 0,
  DYNAMIC_TOPIC_CONFIG: 1,
  DYNAMIC_BROKER_CONFIG: 2,
  DYNAMIC_DEFAULT_BROKER_CONFIG: 3,
  STATIC_BROKER_CONFIG: 4,
  DEFAULT_CONFIG: 5,
  DYNAMIC_BROKER_LOGGER_CONFIG: 6,
  DYNAMIC_CLIENT_METRICS_CONFIG: 7,
  DYNAMIC_GROUP_CONFIG: 8,
} as const;

/** A config with its value, null where it is sensitive, and what it would be otherwise. */
export type ConfigEntry = DescribeConfigsResponse["results"][number]["configs"][number];

export interface ResourceConfigs extends ConfigResource {
  readonly configs: readonly ConfigEntry[];
}

/** A change of one config: a new value, or null for back to what it was without one. */
export interface ConfigChange {
  readonly name: string;
  readonly value: string | null;
}

const SET = 0;
const DELETE = 1;

/** The configs of resources, each in the order in which the broker tells them. */
export function describeConfigs(
  cluster: Cluster,
  resources: readonly ConfigResource[],
): Promise<ResourceConfigs[]> {
  return cluster.retry("Describing the configs", async () => {
    const asked = [...Map.groupBy(resources, brokerOf)].map(async ([broker, asOne]) => {
      const connection = await connect(cluster, broker);
      const { results } = await connection.call(describeConfigsApi, {
        resources: asOne.map(({ type, name }) => ({
          resourceType: type,
          resourceName: name,
          configurationKeys: null,
        })),
        includeSynonyms: true,
      });
      for (const { errorCode, errorMessage } of results) throwErrorOf(errorCode, errorMessage);
      return results.map(({ resourceType, resourceName, configs }) => ({
        type: resourceType,
        name: resourceName,
        configs,
      }));
    });
    return (await Promise.all(asked)).flat();
  });
}

/** Changes configs of one resource: all of them, or none. */
export async function alterConfigs(
  cluster: Cluster,
  resource: ConfigResource,
  changes: readonly ConfigChange[],
): Promise<void> {
  const refusal = await cluster.retry("Altering the configs", async () => {
    const connection = await connect(cluster, brokerOf(resource));
    const { responses } = await connection.call(incrementalAlterConfigs, {
      resources: [
        {
          resourceType: resource.type,
          resourceName: resource.name,
          configs: changes.map(({ name, value }) => ({
            name,
            configOperation: value === null ? DELETE : SET,
            value: value ?? "",
          })),
        },
      ],
      validateOnly: false,
    });
    const [{ errorCode, errorMessage }] = responses as [(typeof responses)[number]];
    const error = errorOf(errorCode, errorMessage);
    // A topic that is not there does not come about by asking again.
    if (error?.retriable && error.code !== "UNKNOWN_TOPIC_OR_PARTITION") throw error;
    return error;
  });
  if (refusal !== null) throw refusal;
}

/** The names of all resources of a type that have configs of their own. */
export function listConfigResources(cluster: Cluster, type: number): Promise<string[]> {
  return cluster.retry("Listing the config resources", async () => {
    const connection = await cluster.any();
    const response = await connection.call(listConfigResourcesApi, { resourceTypes: [type] });
    throwErrorOf(response.errorCode);
    return response.configResources.map(({ resourceName }) => resourceName);
  });
}

/** The broker that has to be asked itself, or null where any will do. */
function brokerOf({ type, name }: ConfigResource): number | null {
  const isBroker = type === ResourceType.BROKER || type === ResourceType.BROKER_LOGGER;
  return isBroker && name !== "" ? Number(name) : null;
}

function connect(cluster: Cluster, broker: number | null): Promise<Connection> {
  return broker === null ? cluster.any() : cluster.broker(broker);
}
