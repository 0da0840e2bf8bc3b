/** What the controller tells gateways about the cluster: whole topics, looked up by name or id. */
import type { Uuid } from "../base/uuid.ts";
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
  readonly page?: { readonly from: string; readonly limit: number };
}

export interface ClusterDescription {
  readonly brokers: readonly Broker[];
  readonly topics: readonly TopicDescription[];
}

export function describeCluster(image: ClusterImage, query: TopicsQuery): ClusterDescription {
  const found: (TopicImage | undefined)[] = [
    ...(query.names ?? []).map((name) => image.topicByName(name)),
    ...(query.topicIds ?? []).map((topicId) => image.topicById(topicId)),
    ...(query.page ? image.topics(query.page.from, query.page.limit) : []),
  ];
  const topics = found
    .filter((topic) => topic !== undefined)
    .map(({ name, topicId }) => ({ name, topicId, partitions: image.partitions(topicId) }));
  return { brokers: image.brokers(), topics };
}
