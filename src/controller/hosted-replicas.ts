/**
 * Which replicas a broker hosts, for DescribeLogDirs. One that was never activated has no log yet:
 * whoever wants to know how large it is need not wake it.
 */
import type { Uuid } from "../base/uuid.ts";
import { describeCluster, type TopicsQuery } from "./describe.ts";
import type { ClusterImage } from "./image.ts";

export interface HostedReplica {
  readonly partition: number;
  readonly isActivated: boolean;
}

/** A topic, and those of its replicas that the broker hosts, by partition. */
export interface HostedTopic {
  readonly name: string;
  readonly topicId: Uuid;
  readonly replicas: readonly HostedReplica[];
}

export interface HostedReplicas {
  readonly topics: readonly HostedTopic[];
  /** Where the next page begins; null when there is none, or no page was asked for. */
  readonly nextPage: string | null;
}

/** The replicas of a broker in the topics asked for; topics of which it hosts none are left out. */
export function hostedReplicas(
  image: ClusterImage,
  nodeId: number,
  query: TopicsQuery,
): HostedReplicas {
  const { topics, nextPage } = describeCluster(image, query);
  const hosted = topics.map(({ name, topicId, partitions }): HostedTopic => {
    const here = image.activatedReplicas(topicId).filter((replica) => replica.nodeId === nodeId);
    const activated = new Set(here.map(({ partition }) => partition));
    const replicas = partitions.flatMap((state, partition) =>
      state.replicas.includes(nodeId) ? [{ partition, isActivated: activated.has(partition) }] : [],
    );
    return { name, topicId, replicas };
  });
  return { topics: hosted.filter(({ replicas }) => replicas.length > 0), nextPage };
}
