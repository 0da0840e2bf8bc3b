/**
 * AlterConfigs and IncrementalAlterConfigs: each resource is decided alone, by what all its configs
 * would be afterwards, in Kafka's order and words. What changes of a topic reaches the activated
 * replicas by way of `stale-replicas.ts`, and the others when they are first touched; what changes
 * of brokers and groups goes the way of `stale-listeners.ts`.
 */
import type { ErrorName } from "../protocol/errors.ts";
import { alterBrokerConfigs } from "./alter-broker-configs.ts";
import { alterGroupConfigs } from "./alter-group-configs.ts";
import { alterTopicConfigs } from "./alter-topic-configs.ts";
import type { BrokerConfig } from "./broker-config.ts";
import type { Refusal, ResourceToAlter } from "./config-changes.ts";
import type { ClusterImage } from "./image.ts";
import type { MetadataRecord } from "./records.ts";
import type { ControllerEffect, Step } from "./step.ts";

export interface AlterConfigsResult {
  readonly error: ErrorName | null;
  readonly message: string | null;
}

/** What becomes of each resource, in their order. */
export function alterConfigs(
  image: ClusterImage,
  resources: readonly ResourceToAlter[],
  surroundings: { readonly config: BrokerConfig; readonly validateOnly: boolean },
): Step<AlterConfigsResult[]> {
  const records: MetadataRecord[] = [];
  const response = resources.map((asked): AlterConfigsResult => {
    const altered = ALTER[asked.type](image, asked, surroundings.config);
    if ("error" in altered) return altered;
    if (!surroundings.validateOnly) records.push(...altered.records);
    return { error: null, message: null };
  });
  return { records, response, effects: effectsOf(records) };
}

const ALTER: Readonly<
  Record<
    ResourceToAlter["type"],
    (
      image: ClusterImage,
      asked: ResourceToAlter,
      config: BrokerConfig,
    ) => { readonly records: MetadataRecord[] } | Refusal
  >
> = { topic: alterTopicConfigs, broker: alterBrokerConfigs, group: alterGroupConfigs };

function effectsOf(records: readonly MetadataRecord[]): ControllerEffect[] {
  const wakesReplicas = records.some(
    (record) =>
      record.type === "ConfigsChanged" ||
      (record.type === "DynamicConfigsChanged" && record.actsByTheClock),
  );
  const isDynamic = records.some(({ type }) => type === "DynamicConfigsChanged");
  return [
    ...(wakesReplicas ? ([{ type: "updateReplicas" }] as const) : []),
    ...(isDynamic ? ([{ type: "updateListeners" }] as const) : []),
  ];
}
