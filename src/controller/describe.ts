/** What the controller tells gateways about the cluster: whole topics, looked up by name or id. */
import type { Uuid } from "../base/uuid.ts";
import type { ConfigStrings } from "../config/config-definition.ts";
import type { DynamicBrokerConfigs } from "./dynamic-configs.ts";
import type { Broker, ClusterImage, TopicImage } from "./image.ts";
import type { PartitionState } from "./records.ts";

export interface TopicDescription {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitions: readonly PartitionState[];
}

/** Which topics to describe. A page is for the requests whose answer is all topics. */
export interface TopicsQuery {
  readonly names?: readonly string[];
  readonly topicIds?: readonly Uuid[];
  readonly page?: TopicsPage;
}

/** Topics in name order from `from` on, as many as have `maxPartitions` together; at least one. */
export interface TopicsPage {
  readonly from: string;
  readonly maxPartitions: number;
}

export interface ClusterDescription {
  readonly brokers: readonly Broker[];
  readonly topics: readonly TopicDescription[];
  /** Where the next page begins; null when there is none, or no page was asked for. */
  readonly nextPage: string | null;
  /** Gateways hand them on to replicas. */
  readonly brokerConfigs: DynamicBrokerConfigs;
}

/** Whose configs are asked for: topics by their names, and groups by their ids. */
export interface ConfigsQuery {
  readonly topics: readonly string[];
  readonly groups: readonly string[];
}

/** What was set, in the order of the question. */
export interface ConfigsDescription {
  /** Null where there is no such topic. */
  readonly topics: readonly (ConfigStrings | null)[];
  readonly groups: readonly ConfigStrings[];
  readonly brokers: DynamicBrokerConfigs;
}

export function describeCluster(image: ClusterImage, query: TopicsQuery): ClusterDescription {
  const page = query.page ? readPage(image, query.page) : { topics: [], nextPage: null };
  const found: (TopicImage | undefined)[] = [
    ...(query.names ?? []).map((name) => image.topicByName(name)),
    ...(query.topicIds ?? []).map((topicId) => image.topicById(topicId)),
    ...page.topics,
  ];
  const topics = found
    .filter((topic) => topic !== undefined)
    .map(({ name, topicId }) => ({ name, topicId, partitions: image.partitions(topicId) }));
  const brokerConfigs = image.dynamicConfigs.brokers();
  return { brokers: image.brokers(), topics, nextPage: page.nextPage, brokerConfigs };
}

/** The configs that were set on topics, groups and brokers. */
export function describeConfigs(image: ClusterImage, asked: ConfigsQuery): ConfigsDescription {
  return {
    topics: asked.topics.map((name) => {
      const topic = image.topicByName(name);
      return topic ? image.topicConfigs(topic.topicId) : null;
    }),
    groups: asked.groups.map((groupId) => image.dynamicConfigs.of("group", groupId)),
    brokers: image.dynamicConfigs.brokers(),
  };
}

function readPage(
  image: ClusterImage,
  { from, maxPartitions }: TopicsPage,
): { readonly topics: TopicImage[]; readonly nextPage: string | null } {
  const candidates = image.topics(from, maxPartitions + 1);
  let partitions = 0;
  const count = candidates.findIndex(({ partitionCount }, index) => {
    partitions += partitionCount;
    return index > 0 && partitions > maxPartitions;
  });
  if (count === -1) return { topics: candidates, nextPage: null };
  return { topics: candidates.slice(0, count), nextPage: candidates[count]!.name };
}
