/**
 * AlterConfigs and IncrementalAlterConfigs: what is wrong with a resource before its configs are
 * looked at; the controller decides of topics. Each resource has a result of its own.
 */
import type { ConfigChange, TopicToAlter } from "../controller/alter-configs.ts";
import { ErrorCode, type ErrorName } from "../protocol/errors.ts";
import type { Broker } from "./broker.ts";
import { type Resource, ResourceType, unsupportedResource } from "./config-resources.ts";

/** The operations of IncrementalAlterConfigs, by their codes. */
const OPERATIONS = ["SET", "DELETE", "APPEND", "SUBTRACT"] as const;

/** In {@link OPERATIONS}: what AlterConfigs does with all that it names. */
export const SET = 0;

export interface ResourceToAlter extends Resource {
  readonly configs: readonly {
    readonly name: string;
    readonly configOperation: number;
    readonly value: string | null;
  }[];
}

interface Outcome {
  readonly error: ErrorName | null;
  readonly message: string | null;
}

/** What becomes of each resource, in their order. */
export async function alterResources(
  broker: Broker,
  resources: readonly ResourceToAlter[],
  { validateOnly, replacesAll }: { validateOnly: boolean; replacesAll: boolean },
) {
  const counts = Map.groupBy(resources, resourceKey);
  const outcomes = new Map<ResourceToAlter, Outcome>();
  const topics = new Map<ResourceToAlter, TopicToAlter>();
  for (const resource of resources) {
    const isRepeated = counts.get(resourceKey(resource))!.length > 1;
    const checked = isRepeated
      ? "Each resource must appear at most once."
      : checkedChanges(resource, broker.ports.nodeId);
    if (typeof checked === "string") {
      outcomes.set(resource, { error: "INVALID_REQUEST", message: checked });
    } else {
      topics.set(resource, { name: resource.resourceName, changes: checked, replacesAll });
    }
  }
  if (topics.size > 0) {
    const { controller } = broker.ports;
    const decided = await controller.alterConfigs([...topics.values()], validateOnly);
    for (const [index, resource] of [...topics.keys()].entries()) {
      outcomes.set(resource, decided[index]!);
    }
  }
  return resources.map((resource) => {
    const { error, message } = outcomes.get(resource)!;
    const { resourceType, resourceName } = resource;
    return {
      resourceType,
      resourceName,
      errorCode: ErrorCode[error ?? "NONE"],
      errorMessage: message,
    };
  });
}

/** Refuses all of them with one error. */
export function refusedResources(resources: readonly Resource[], errorCode: ErrorCode) {
  return resources.map(({ resourceType, resourceName }) => ({
    resourceType,
    resourceName,
    errorCode,
    errorMessage: null,
  }));
}

function resourceKey({ resourceType, resourceName }: Resource): string {
  return `${resourceType}/${resourceName}`;
}

/** A topic's changes, or why there is nothing to be changed. */
function checkedChanges(resource: ResourceToAlter, nodeId: number): ConfigChange[] | string {
  const { configs } = resource;
  if (new Set(configs.map(({ name }) => name)).size < configs.length) {
    return "Error due to duplicate config keys";
  }
  const changes: ConfigChange[] = [];
  const withoutValue: string[] = [];
  for (const { name, configOperation, value } of configs) {
    const operation = OPERATIONS[configOperation];
    if (operation === "DELETE") changes.push({ operation, name });
    else if (value === null) withoutValue.push(name);
    else if (operation === undefined) return `Unknown operations type ${configOperation}`;
    else changes.push({ operation, name, value });
  }
  if (withoutValue.length > 0) return `Null value not supported for : ${withoutValue.join(", ")}`;
  return unalterable(resource, nodeId) ?? changes;
}

function unalterable({ resourceType, resourceName }: Resource, nodeId: number): string | null {
  switch (resourceType) {
    case ResourceType.TOPIC:
      return null;
    case ResourceType.BROKER:
      return unalterableBroker(resourceName, nodeId);
    case ResourceType.GROUP:
      return "Configs of single groups are not supported by this version of Odradek: start it with `odradek serve --override group.consumer...=value` for all groups.";
    default:
      return unsupportedResource(resourceType) ?? `Unknown resource type ${resourceType}`;
  }
}

function unalterableBroker(name: string, nodeId: number): string {
  if (name !== "" && !/^[+-]?\d+$/.test(name))
    return `Node id must be an integer, but it is: ${name}`;
  if (name !== "" && Number(name) !== nodeId)
    return `Unexpected broker id, expected ${nodeId}, but received ${name}`;
  return "Broker configs cannot be changed while Odradek runs: start it with `odradek serve --override name=value`.";
}
