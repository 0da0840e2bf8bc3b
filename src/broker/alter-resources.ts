/**
 * AlterConfigs and IncrementalAlterConfigs: what is wrong with a resource before its configs are
 * looked at; the controller decides the rest. Each resource has a result of its own.
 */
import type { ConfigChange, ResourceToAlter } from "../controller/config-changes.ts";
import { ALL_BROKERS } from "../controller/dynamic-configs.ts";
import { ErrorCode, type ErrorName } from "../protocol/errors.ts";
import type { Broker } from "./broker.ts";
import {
  isBrokerId,
  type Resource,
  ResourceType,
  unsupportedResource,
} from "./config-resources.ts";

/** The operations of IncrementalAlterConfigs, by their codes. */
const OPERATIONS = ["SET", "DELETE", "APPEND", "SUBTRACT"] as const;

/** What has configs that can be altered, by the codes of the config APIs. */
const ALTERABLE: Readonly<Record<number, ResourceToAlter["type"]>> = {
  [ResourceType.TOPIC]: "topic",
  [ResourceType.BROKER]: "broker",
  [ResourceType.GROUP]: "group",
};

/** In {@link OPERATIONS}: what AlterConfigs does with all that it names. */
export const SET = 0;

/** A resource as a request names it, with the changes that it asks for. */
interface AskedResource extends Resource {
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
  resources: readonly AskedResource[],
  { validateOnly, replacesAll }: { validateOnly: boolean; replacesAll: boolean },
) {
  const counts = Map.groupBy(resources, resourceKey);
  const outcomes = new Map<AskedResource, Outcome>();
  const toAlter = new Map<AskedResource, ResourceToAlter>();
  for (const resource of resources) {
    const isRepeated = counts.get(resourceKey(resource))!.length > 1;
    const checked = isRepeated
      ? "Each resource must appear at most once."
      : checkedChanges(resource, broker.ports.nodeId);
    if (typeof checked === "string") {
      outcomes.set(resource, { error: "INVALID_REQUEST", message: checked });
    } else {
      const { resourceType, resourceName: name } = resource;
      toAlter.set(resource, {
        type: ALTERABLE[resourceType]!,
        name,
        changes: checked,
        replacesAll,
      });
    }
  }
  if (toAlter.size > 0) {
    const { controller } = broker.ports;
    const decided = await controller.alterConfigs([...toAlter.values()], validateOnly);
    for (const [index, resource] of [...toAlter.keys()].entries()) {
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

/** A resource's changes, or why there is nothing to be changed. */
function checkedChanges(resource: AskedResource, nodeId: number): ConfigChange[] | string {
  const { configs } = resource;
  if (new Set(configs.map(({ name }) => name)).size < configs.length) {
    return "Error due to duplicate config keys";
  }
  const changes: ConfigChange[] = [];
  const withoutValue: string[] = [];
  let unknown: string | null = null;
  for (const { name, configOperation, value } of configs) {
    const operation = OPERATIONS[configOperation];
    if (operation === "DELETE") changes.push({ operation, name });
    else if (value === null) withoutValue.push(name);
    else if (operation === undefined) unknown = `Unknown operations type ${configOperation}`;
    else changes.push({ operation, name, value });
  }
  if (withoutValue.length > 0) return `Null value not supported for : ${withoutValue.join(", ")}`;
  return unalterable(resource, nodeId) ?? unknown ?? changes;
}

/** Why nothing of the resource can be changed here, or null when the controller decides. */
function unalterable({ resourceType, resourceName }: Resource, nodeId: number): string | null {
  if (resourceType !== ResourceType.BROKER) {
    if (ALTERABLE[resourceType]) return null;
    return unsupportedResource(resourceType) ?? `Unknown resource type ${resourceType}`;
  }
  if (resourceName === ALL_BROKERS) return null;
  if (!isBrokerId(resourceName)) return `Node id must be an integer, but it is: ${resourceName}`;
  return Number(resourceName) === nodeId
    ? null
    : `Unexpected broker id, expected ${nodeId}, but received ${resourceName}`;
}
