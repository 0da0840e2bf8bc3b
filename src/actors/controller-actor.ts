/**
 * The controller of the cluster: a thin host for the decisions in `controller/`. Each call is one
 * decision, one transaction, one answer; effects follow and are repeated until confirmed.
 */
import { DurableObject } from "cloudflare:workers";

import type { ControllerPort } from "../broker/ports.ts";
import { activateReplica, type Activation } from "../controller/activation.ts";
import { alterConfigs, type AlterConfigsResult } from "../controller/alter-configs.ts";
import type { ResourceToAlter } from "../controller/config-changes.ts";
import {
  createPartitions,
  type CreatePartitionsResult,
  type TopicToGrow,
} from "../controller/create-partitions.ts";
import {
  createTopics,
  type CreateTopicResult,
  type NewTopic,
} from "../controller/create-topics.ts";
import {
  deleteTopics,
  type DeleteTopicResult,
  type TopicToDelete,
} from "../controller/delete-topics.ts";
import {
  describeCluster,
  describeConfigs,
  type ClusterDescription,
  type ConfigsDescription,
  type ConfigsQuery,
  type TopicsQuery,
} from "../controller/describe.ts";
import { dynamicConfigsOf, type GroupConfigs } from "../controller/dynamic-configs.ts";
import type {
  GroupRegistration,
  GroupsPage,
  RegisteredGroup,
} from "../controller/group-registry.ts";
import { listGroups, registerGroup } from "../controller/groups.ts";
import { hostedReplicas, type HostedReplicas } from "../controller/hosted-replicas.ts";
import { ClusterImage } from "../controller/image.ts";
import { allocateProducerIds, type ProducerIdBlock } from "../controller/producer-ids.ts";
import type { MetadataRecord, ReplicaKey } from "../controller/records.ts";
import { registerBrokers } from "../controller/register-brokers.ts";
import type { StaleListener } from "../controller/stale-listeners.ts";
import type { StaleReplica } from "../controller/stale-replicas.ts";
import type { Step } from "../controller/step.ts";
import { brokerConfig } from "./broker-config.ts";
import type { Env } from "./env.ts";
import { random } from "./host.ts";
import { gatewayName } from "./names.ts";
import { durableObjectSql } from "./sql.ts";
import { gatewayStub, replicaStub, tellGroup, updateGroupConfigs } from "./stubs.ts";
import { WorkList } from "./work-list.ts";

/** How long until those that did not confirm are told again. */
const RETRY_MS = 10_000;

/** Groups that are told of their topics at a time. */
const TELL_BATCH = 16;

export class ControllerActor extends DurableObject<Env> implements ControllerPort {
  #image: ClusterImage | null = null;

  /** What is to be told until it is confirmed. */
  readonly #lists = {
    erasures: new WorkList<ReplicaKey>(
      (...page) => this.#open().replicasToErase(...page),
      (key) => replicaStub(this.env, key).erase(),
      (key) => this.#store({ type: "ReplicaErased", ...key }),
    ),
    replicaUpdates: new WorkList<StaleReplica>(
      (...page) => this.#open().staleReplicas.page(...page),
      (replica) => this.#updateReplica(replica),
      (replica) => this.#store({ type: "ReplicaUpdated", ...replica }),
    ),
    listenerUpdates: new WorkList<StaleListener>(
      (...page) => this.#open().staleListeners.page(...page),
      (listener) => this.#updateListener(listener),
      ({ version, ...listener }) => this.#store({ type: "ListenerUpdated", listener, version }),
    ),
  };

  async describeCluster(query: TopicsQuery): Promise<ClusterDescription> {
    return describeCluster(this.#open(), query);
  }

  async createTopics(
    topics: readonly NewTopic[],
    validateOnly: boolean,
  ): Promise<CreateTopicResult[]> {
    const surroundings = { random, config: brokerConfig, validateOnly };
    return this.#take(createTopics(this.#open(), topics, surroundings));
  }

  async deleteTopics(topics: readonly TopicToDelete[]): Promise<DeleteTopicResult[]> {
    return this.#take(deleteTopics(this.#open(), topics, { config: brokerConfig }));
  }

  async createPartitions(
    topics: readonly TopicToGrow[],
    validateOnly: boolean,
  ): Promise<CreatePartitionsResult[]> {
    return this.#take(createPartitions(this.#open(), topics, validateOnly));
  }

  async alterConfigs(
    resources: readonly ResourceToAlter[],
    validateOnly: boolean,
  ): Promise<AlterConfigsResult[]> {
    const surroundings = { config: brokerConfig, validateOnly };
    return this.#take(alterConfigs(this.#open(), resources, surroundings));
  }

  async describeConfigs(query: ConfigsQuery): Promise<ConfigsDescription> {
    return describeConfigs(this.#open(), query);
  }

  async groupsWithConfigs(): Promise<string[]> {
    return this.#open().dynamicConfigs.groupIds();
  }

  async groupConfigs(groupId: string): Promise<GroupConfigs> {
    return this.#open().dynamicConfigs.group(groupId);
  }

  async hostedReplicas(nodeId: number, query: TopicsQuery): Promise<HostedReplicas> {
    return hostedReplicas(this.#open(), nodeId, query);
  }

  async allocateProducerIds(): Promise<ProducerIdBlock> {
    return this.#take(allocateProducerIds(this.#open()));
  }

  async listGroups(page: GroupsPage): Promise<RegisteredGroup[]> {
    return listGroups(this.#open(), page);
  }

  async registerGroup(registration: GroupRegistration): Promise<GroupConfigs> {
    return this.#take(registerGroup(this.#open(), registration));
  }

  async activateReplica(key: ReplicaKey, incarnation: string): Promise<Activation> {
    return this.#take(activateReplica(this.#open(), key, incarnation));
  }

  /** What was left undone when the controller was last in memory. */
  override async alarm(): Promise<void> {
    await this.#work(...Object.values(this.#lists));
  }

  /** The image, opened on the first call: an actor that is only named writes nothing. */
  #open(): ClusterImage {
    if (this.#image) return this.#image;
    const sql = durableObjectSql(this.ctx.storage);
    this.#image = sql.transaction(() => new ClusterImage(sql));
    this.#take(registerBrokers(this.#image, Number(this.env.BROKERS)));
    return this.#image;
  }

  /** Stores a record that is answered to nobody. */
  #store(record: MetadataRecord): void {
    this.#take({ records: [record], response: undefined, effects: [] });
  }

  /**
   * Stores a step's records, starts its effects, and returns its response, which the output gate
   * holds until the disk has it.
   */
  #take<Response>({ records, response, effects }: Step<Response>): Response {
    const image = this.#open();
    if (records.length > 0) {
      this.ctx.storage.transactionSync(() => {
        for (const record of records) image.replay(record);
      });
    }
    const types = new Set(effects.map(({ type }) => type));
    const { erasures, replicaUpdates, listenerUpdates } = this.#lists;
    const lists = [
      ...(types.has("updateListeners") ? [listenerUpdates] : []),
      ...(types.has("eraseReplica") ? [erasures] : []),
      ...(types.has("updateReplicas") ? [replicaUpdates] : []),
    ];
    if (lists.length > 0) {
      void this.ctx.storage.setAlarm(Date.now() + RETRY_MS);
      for (const list of lists) this.ctx.waitUntil(this.#work(list));
    }
    const groupIds = effects.flatMap((effect) =>
      effect.type === "tellGroup" ? [effect.groupId] : [],
    );
    if (groupIds.length > 0) this.ctx.waitUntil(this.#tellGroups(groupIds));
    return response;
  }

  /** Tells groups of their topics, each once: one that cannot be reached looks when it wakes. */
  async #tellGroups(groupIds: readonly string[]): Promise<void> {
    for (let told = 0; told < groupIds.length; told += TELL_BATCH) {
      const batch = groupIds.slice(told, told + TELL_BATCH);
      await Promise.allSettled(batch.map((groupId) => tellGroup(this.env, groupId)));
    }
  }

  /** Makes the calls of these lists; the alarm stays set as long as something is left of them. */
  async #work(...lists: readonly { run(): Promise<void> }[]): Promise<void> {
    for (const list of lists) await list.run();
    const { erasures, replicaUpdates, listenerUpdates } = this.#lists;
    const isDone = erasures.isEmpty && replicaUpdates.isEmpty && listenerUpdates.isEmpty;
    if (isDone) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(Date.now() + RETRY_MS);
  }

  async #updateListener({ type, id }: StaleListener): Promise<void> {
    const { dynamicConfigs } = this.#open();
    if (type === "group") await updateGroupConfigs(this.env, id, dynamicConfigs.group(id));
    else {
      const name = gatewayName(this.env.CLUSTER_ID, Number(id));
      await gatewayStub(this.env, name).updateConfigs(dynamicConfigs.brokers());
    }
  }

  async #updateReplica({ topicId, partition, nodeId, configVersion }: StaleReplica): Promise<void> {
    const image = this.#open();
    const brokers = image.dynamicConfigs.brokers();
    const brokerConfigs = dynamicConfigsOf(brokers, nodeId);
    const replica = replicaStub(this.env, { topicId, partition, nodeId });
    await replica.updateConfigs({
      topic: { topicConfigs: image.topicConfigs(topicId), configVersion },
      broker: { brokerConfigs, brokerConfigVersion: brokers.version },
    });
  }
}
