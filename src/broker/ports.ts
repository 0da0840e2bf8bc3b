/**
 * What the request path needs from outside: the controller, the replicas (`replication/`), time.
 * The gateway actor implements these over RPC; a simulation implements them over queues.
 *
 * Every byte array handed to a port is tight (its buffer holds nothing else), because an RPC copies
 * the whole buffer behind a view.
 */
import type { Activation } from "../controller/activation.ts";
import type { AlterConfigsResult } from "../controller/alter-configs.ts";
import type { ResourceToAlter } from "../controller/config-changes.ts";
import type { CreatePartitionsResult, TopicToGrow } from "../controller/create-partitions.ts";
import type { CreateTopicResult, NewTopic } from "../controller/create-topics.ts";
import type { DeleteTopicResult, TopicToDelete } from "../controller/delete-topics.ts";
import type {
  ClusterDescription,
  ConfigsDescription,
  ConfigsQuery,
  TopicsQuery,
} from "../controller/describe.ts";
import type { GroupConfigs } from "../controller/dynamic-configs.ts";
import type {
  GroupRegistration,
  GroupsPage,
  RegisteredGroup,
} from "../controller/group-registry.ts";
import type { HostedReplicas } from "../controller/hosted-replicas.ts";
import type { ProducerIdBlock } from "../controller/producer-ids.ts";
import type { ReplicaKey } from "../controller/records.ts";

/**
 * A call of the controller or of a group broke: whether it was made is not known. It may be tried
 * again.
 */
export class Unreachable extends Error {
  override name = "Unreachable";
}

/** The controller. Its calls reject with {@link Unreachable} when they break. */
export interface ControllerPort {
  describeCluster(query: TopicsQuery): Promise<ClusterDescription>;
  createTopics(topics: readonly NewTopic[], validateOnly: boolean): Promise<CreateTopicResult[]>;
  deleteTopics(topics: readonly TopicToDelete[]): Promise<DeleteTopicResult[]>;
  createPartitions(
    topics: readonly TopicToGrow[],
    validateOnly: boolean,
  ): Promise<CreatePartitionsResult[]>;
  alterConfigs(
    resources: readonly ResourceToAlter[],
    validateOnly: boolean,
  ): Promise<AlterConfigsResult[]>;
  /** The configs that were set on topics, groups and brokers. */
  describeConfigs(query: ConfigsQuery): Promise<ConfigsDescription>;
  /** The ids of the groups that have configs of their own. */
  groupsWithConfigs(): Promise<string[]>;
  /** The replicas that a broker hosts, of the topics asked for. */
  hostedReplicas(nodeId: number, query: TopicsQuery): Promise<HostedReplicas>;
  allocateProducerIds(): Promise<ProducerIdBlock>;
  /** The groups that there are, in the order of their ids, page by page. */
  listGroups(page: GroupsPage): Promise<RegisteredGroup[]>;
  /** For groups: what is to be known of this one. Tells its configs. */
  registerGroup(registration: GroupRegistration): Promise<GroupConfigs>;
  /** For groups: the configs of this one. */
  groupConfigs(groupId: string): Promise<GroupConfigs>;
  /** For replicas: what this one is. See `controller/activation.ts`. */
  activateReplica(key: ReplicaKey, incarnation: string): Promise<Activation>;
}

export interface Timers {
  /**
   * Calls `run` after `delayMs`; 0 means after the events of this turn. Returns what cancels it.
   */
  after(delayMs: number, run: () => void): () => void;
}
