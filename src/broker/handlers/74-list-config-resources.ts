/**
 * ListConfigResources: the topics and brokers that there are, and the groups that have configs of
 * their own (KIP-1142). Nothing else has configs that could be told.
 */
import { ErrorCode } from "../../protocol/errors.ts";
import { listConfigResources } from "../../protocol/messages/74-list-config-resources.ts";
import { allTopics } from "../all-topics.ts";
import { ResourceType } from "../config-resources.ts";
import { handler } from "../handler.ts";

const NOTHING = { brokers: [], topics: [] };

const ALL_TYPES: readonly number[] = Object.values(ResourceType);

export const listConfigResourcesHandler = handler({
  api: listConfigResources,

  async handle({ resourceTypes }, { broker, apiVersion }) {
    const supported = apiVersion === 0 ? [ResourceType.CLIENT_METRICS] : ALL_TYPES;
    const types = resourceTypes.length === 0 ? supported : resourceTypes;
    if (types.some((type) => !ALL_TYPES.includes(type))) {
      return { errorCode: ErrorCode.UNSUPPORTED_VERSION, configResources: [] };
    }
    const { controller } = broker.ports;
    const { BROKER, TOPIC, GROUP } = ResourceType;
    const groups = types.includes(GROUP) ? await controller.groupsWithConfigs() : [];
    const isAboutTopics = types.includes(BROKER) || types.includes(TOPIC);
    const { brokers, topics } = isAboutTopics ? await allTopics(controller) : NOTHING;
    const resources = [
      ...groups.map((groupId) => ({ resourceName: groupId, resourceType: GROUP })),
      ...brokers.map(({ nodeId }) => ({ resourceName: String(nodeId), resourceType: BROKER })),
      ...topics.map(({ name }) => ({ resourceName: name, resourceType: TOPIC })),
    ];
    return {
      errorCode: ErrorCode.NONE,
      configResources: resources.filter(({ resourceType }) => types.includes(resourceType)),
    };
  },

  refuse: (_, error) => ({ errorCode: error, configResources: [] }),
});
