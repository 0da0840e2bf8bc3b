/**
 * DescribeConfigs: all configs of a topic, each with its value and where it comes from, because
 * clients of AlterConfigs change some of them and send all of them back. A broker tells its own.
 */
import { invalidTopicName } from "../../controller/topic-names.ts";
import type { ConfigStrings } from "../../log/log-config.ts";
import { ErrorCode, type ErrorName } from "../../protocol/errors.ts";
import { describeConfigs } from "../../protocol/messages/32-describe-configs.ts";
import { brokerConfigEntries, groupConfigEntries } from "../broker-config-view.ts";
import type { Broker } from "../broker.ts";
import { answeredEntry, type ConfigEntry } from "../config-entry.ts";
import { type Resource, ResourceType, unsupportedResource } from "../config-resources.ts";
import { handler } from "../handler.ts";
import { topicConfigEntries } from "../topic-config-view.ts";

export const describeConfigsHandler = handler({
  api: describeConfigs,

  async handle({ resources, ...details }, { broker }) {
    const topics = await topicOverrides(broker, resources);
    return {
      results: resources.map(({ resourceType, resourceName, configurationKeys }) => {
        const resource = { resourceType, resourceName };
        const described = describe(resource, broker, topics);
        if ("error" in described)
          return refused(resource, ErrorCode[described.error], described.why);
        const keys = new Set(configurationKeys);
        const asked = described.entries.filter(({ name }) => keys.size === 0 || keys.has(name));
        const configs = asked.map((entry) => answeredEntry(entry, details));
        return { ...resource, errorCode: ErrorCode.NONE, errorMessage: "", configs };
      }),
    };
  },

  refuse: ({ resources }, error) => ({
    results: resources.map(({ resourceType, resourceName }) =>
      refused({ resourceType, resourceName }, error, ""),
    ),
  }),
});

type Described =
  | { readonly entries: readonly ConfigEntry[] }
  | { readonly error: ErrorName; readonly why: string };

/** What was set on the topics that are asked for; those that there are not are left out. */
async function topicOverrides(
  broker: Broker,
  resources: readonly Resource[],
): Promise<Map<string, ConfigStrings>> {
  const topics = resources.filter(({ resourceType }) => resourceType === ResourceType.TOPIC);
  const names = [...new Set(topics.map(({ resourceName }) => resourceName))];
  if (names.length === 0) return new Map();
  const overrides = await broker.ports.controller.describeTopicConfigs(names);
  return new Map(
    names.flatMap((name, index) => {
      const configs = overrides[index];
      return configs ? [[name, configs] as const] : [];
    }),
  );
}

function describe(
  { resourceType, resourceName }: Resource,
  { ports: { nodeId, config } }: Broker,
  topics: ReadonlyMap<string, ConfigStrings>,
): Described {
  switch (resourceType) {
    case ResourceType.TOPIC: {
      const overrides = topics.get(resourceName);
      if (overrides) return { entries: topicConfigEntries(overrides, config.values) };
      const why = invalidTopicName(resourceName);
      return why === null
        ? { error: "UNKNOWN_TOPIC_OR_PARTITION", why: "" }
        : { error: "INVALID_TOPIC_EXCEPTION", why };
    }
    case ResourceType.BROKER: {
      // Configs that were set for all brokers: there are none.
      if (resourceName === "") return { entries: [] };
      if (!/^[+-]?\d+$/.test(resourceName))
        return invalid(`Broker id must be an integer, but it is: ${resourceName}`);
      if (Number(resourceName) === nodeId) return { entries: brokerConfigEntries(config.values) };
      const expected = `expected ${nodeId} or empty string, but received ${resourceName}`;
      return invalid(`Unexpected broker id, ${expected}`);
    }
    case ResourceType.GROUP:
      if (resourceName === "") return invalid("Group name must not be empty");
      return { entries: groupConfigEntries(config.values) };
    default:
      return invalid(
        unsupportedResource(resourceType) ?? `Unexpected resource type ${resourceType}`,
      );
  }
}

function invalid(why: string): Described {
  return { error: "INVALID_REQUEST", why };
}

function refused(resource: Resource, errorCode: ErrorCode, errorMessage: string) {
  return { ...resource, errorCode, errorMessage, configs: [] };
}
