/**
 * DescribeConfigs: all configs of a topic, each with its value and where it comes from, because
 * clients of AlterConfigs change some of them and send all of them back. A broker tells its own.
 */
import type { ConfigStrings } from "../../config/config-definition.ts";
import { ALL_BROKERS, type DynamicBrokerConfigs } from "../../controller/dynamic-configs.ts";
import { invalidTopicName } from "../../controller/topic-names.ts";
import { ErrorCode, type ErrorName, errorMessage } from "../../protocol/errors.ts";
import { describeConfigs } from "../../protocol/messages/32-describe-configs.ts";
import {
  brokerConfigEntries,
  brokerDefaultEntries,
  groupConfigEntries,
} from "../broker-config-view.ts";
import { brokerLayers } from "../broker-layers.ts";
import type { Broker } from "../broker.ts";
import { answeredEntry, type ConfigEntry, type ConfigLayer } from "../config-entry.ts";
import {
  isBrokerId,
  isOfKnownType,
  type Resource,
  ResourceType,
  unsupportedResource,
} from "../config-resources.ts";
import { handler } from "../handler.ts";
import { topicConfigEntries } from "../topic-config-view.ts";

/**
 * What one request may ask about: a few bytes name a resource, and ten thousand tell of it. Kafka
 * has no limit.
 */
const MAX_RESOURCES = 10_000;

export const describeConfigsHandler = handler({
  api: describeConfigs,

  async handle({ resources, ...details }, { broker }) {
    // As in Kafka, one that is of no known kind is the end of all of them.
    if (!resources.every(isOfKnownType)) return refuse(resources, ErrorCode.INVALID_REQUEST);
    const some = resources.slice(0, MAX_RESOURCES);
    const tooMany = refuse(resources.slice(MAX_RESOURCES), ErrorCode.INVALID_REQUEST);
    const set = await whatWasSet(broker, some);
    const results = some.map(({ resourceType, resourceName, configurationKeys }) => {
      const resource = { resourceType, resourceName };
      const described = describe(resource, broker.ports.nodeId, set);
      if ("error" in described) return refused(resource, ErrorCode[described.error], described.why);
      const keys = new Set(configurationKeys);
      const asked = described.entries.filter(({ name }) => keys.size === 0 || keys.has(name));
      const configs = asked.map((entry) => answeredEntry(entry, details));
      return { ...resource, errorCode: ErrorCode.NONE, errorMessage: "", configs };
    });
    return { results: [...results, ...tooMany.results] };
  },

  refuse: ({ resources }, error) => refuse(resources, error),
});

function refuse(resources: readonly Resource[], error: ErrorCode) {
  return {
    results: resources.map(({ resourceType, resourceName }) =>
      refused({ resourceType, resourceName }, error, errorMessage(error)),
    ),
  };
}

type Described =
  | { readonly entries: readonly ConfigEntry[] }
  | { readonly error: ErrorName; readonly why: string };

/** What the controller says of the resources that are asked for. */
interface WhatWasSet {
  /** Those that there are not are left out. */
  readonly topics: ReadonlyMap<string, ConfigStrings>;
  readonly groups: ReadonlyMap<string, ConfigStrings>;
  readonly brokers: DynamicBrokerConfigs;
  readonly layers: readonly ConfigLayer[];
}

async function whatWasSet(broker: Broker, resources: readonly Resource[]): Promise<WhatWasSet> {
  const named = (type: number) => {
    const ofType = resources.filter(({ resourceType }) => resourceType === type);
    return [...new Set(ofType.map(({ resourceName }) => resourceName))];
  };
  const query = { topics: named(ResourceType.TOPIC), groups: named(ResourceType.GROUP) };
  const { topics, groups, brokers } = await broker.ports.controller.describeConfigs(query);
  return {
    topics: byName(query.topics, topics),
    groups: byName(query.groups, groups),
    brokers,
    layers: brokerLayers(broker, brokers),
  };
}

function byName(names: readonly string[], configs: readonly (ConfigStrings | null)[]) {
  return new Map(
    names.flatMap((name, index) => {
      const set = configs[index];
      return set ? [[name, set] as const] : [];
    }),
  );
}

function describe(
  { resourceType, resourceName }: Resource,
  nodeId: number,
  { topics, groups, brokers, layers }: WhatWasSet,
): Described {
  switch (resourceType) {
    case ResourceType.TOPIC: {
      const overrides = topics.get(resourceName);
      if (overrides) return { entries: topicConfigEntries(overrides, layers) };
      const why = invalidTopicName(resourceName);
      return why === null
        ? { error: "UNKNOWN_TOPIC_OR_PARTITION", why: "" }
        : { error: "INVALID_TOPIC_EXCEPTION", why };
    }
    case ResourceType.BROKER: {
      if (resourceName === ALL_BROKERS) return { entries: brokerDefaultEntries(brokers.defaults) };
      if (!isBrokerId(resourceName))
        return invalid(`Broker id must be an integer, but it is: ${resourceName}`);
      if (Number(resourceName) === nodeId) return { entries: brokerConfigEntries(layers) };
      const expected = `expected ${nodeId} or empty string, but received ${resourceName}`;
      return invalid(`Unexpected broker id, ${expected}`);
    }
    case ResourceType.GROUP:
      if (resourceName === "") return invalid("Group name must not be empty");
      return { entries: groupConfigEntries(groups.get(resourceName)!, layers) };
    default:
      return invalid(unsupportedResource(resourceType)!);
  }
}

function invalid(why: string): Described {
  return { error: "INVALID_REQUEST", why };
}

function refused(resource: Resource, errorCode: ErrorCode, errorMessage: string) {
  return { ...resource, errorCode, errorMessage, configs: [] };
}
