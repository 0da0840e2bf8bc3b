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
  return { brokers: image.brokers(), topics, nextPage: page.nextPage };
}

/** The configs that were set on each of these topics; null where there is no such topic. */
export function describeTopicConfigs(
  image: ClusterImage,
  names: readonly string[],
): (Readonly<Record<string, string>> | null)[] {
  return names.map((name) => {
    const topic = image.topicByName(name);
    return topic ? image.topicConfigs(topic.topicId) : null;
  });
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
