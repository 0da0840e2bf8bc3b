/**
 * The controller of the cluster: a thin host for the decisions in `controller/`. Each call is one
 * decision, one transaction, one answer; effects follow and are repeated until confirmed.
 */
import { DurableObject } from "cloudflare:workers";

import type { ControllerPort } from "../broker/ports.ts";
import { activateReplica, type Activation } from "../controller/activation.ts";
import {
  alterConfigs,
  type AlterConfigsResult,
  type TopicToAlter,
} from "../controller/alter-configs.ts";
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
  describeTopicConfigs,
  type ClusterDescription,
  type TopicsQuery,
} from "../controller/describe.ts";
import type {
  GroupRegistration,
  GroupsPage,
  RegisteredGroup,
} from "../controller/group-registry.ts";
import { listGroups, registerGroup } from "../controller/groups.ts";
import { hostedReplicas, type HostedReplicas } from "../controller/hosted-replicas.ts";
import { ClusterImage } from "../controller/image.ts";
import { allocateProducerIds, type ProducerIdBlock } from "../controller/producer-ids.ts";
import type { ReplicaKey } from "../controller/records.ts";
import { registerBrokers } from "../controller/register-brokers.ts";
import type { StaleReplica } from "../controller/stale-replicas.ts";
import type { Step } from "../controller/step.ts";
import { brokerConfig } from "./broker-config.ts";
import type { Env } from "./env.ts";
import { random } from "./host.ts";
import { durableObjectSql } from "./sql.ts";
import { replicaStub, tellGroup } from "./stubs.ts";

/** Replicas told at a time, and how long until those that did not confirm are told again. */
const REPLICA_BATCH = 16;
const REPLICA_RETRY_MS = 10_000;

/** Groups that are told of their topics at a time. */
const TELL_BATCH = 16;

export class ControllerActor extends DurableObject<Env> implements ControllerPort {
  #image: ClusterImage | null = null;
  #isErasing = false;
  #isUpdating = false;

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
    topics: readonly TopicToAlter[],
    validateOnly: boolean,
  ): Promise<AlterConfigsResult[]> {
    const surroundings = { config: brokerConfig, validateOnly };
    return this.#take(alterConfigs(this.#open(), topics, surroundings));
  }

  async describeTopicConfigs(names: readonly string[]) {
    return describeTopicConfigs(this.#open(), names);
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

  async registerGroup(registration: GroupRegistration): Promise<void> {
    return this.#take(registerGroup(this.#open(), registration));
  }

  async activateReplica(key: ReplicaKey, incarnation: string): Promise<Activation> {
    return this.#take(activateReplica(this.#open(), key, incarnation));
  }

  /** What was left undone when the controller was last in memory. */
  override async alarm(): Promise<void> {
    await this.#eraseReplicas();
    await this.#updateReplicas();
  }

  /** The image, opened on the first call: an actor that is only named writes nothing. */
  #open(): ClusterImage {
    if (this.#image) return this.#image;
    const sql = durableObjectSql(this.ctx.storage);
    this.#image = sql.transaction(() => new ClusterImage(sql));
    this.#take(registerBrokers(this.#image, Number(this.env.BROKERS)));
    return this.#image;
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
    if (types.has("eraseReplica") || types.has("updateReplicas")) {
      void this.ctx.storage.setAlarm(Date.now() + REPLICA_RETRY_MS);
    }
    if (types.has("eraseReplica")) this.ctx.waitUntil(this.#eraseReplicas());
    if (types.has("updateReplicas")) this.ctx.waitUntil(this.#updateReplicas());
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

  /**
   * Tells replicas of deleted topics to free their storage; those that do not confirm are told
   * again by the alarm, which stays set until all have.
   */
  async #eraseReplicas(): Promise<void> {
    if (this.#isErasing) return;
    this.#isErasing = true;
    try {
      const image = this.#open();
      let batch = image.replicasToErase(REPLICA_BATCH);
      while (batch.length > 0) {
        await Promise.all(batch.map((key) => this.#erase(key)));
        batch = image.replicasToErase(REPLICA_BATCH, batch.at(-1));
      }
    } finally {
      this.#isErasing = false;
    }
    await this.#rearm();
  }

  /** The alarm stays set as long as a replica is left that has not confirmed. */
  async #rearm(): Promise<void> {
    const image = this.#open();
    const isDone =
      image.replicasToErase(1).length === 0 && image.staleReplicas.page(1).length === 0;
    if (isDone) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(Date.now() + REPLICA_RETRY_MS);
  }

  async #erase(key: ReplicaKey): Promise<void> {
    try {
      await replicaStub(this.env, key).erase();
    } catch {
      return;
    }
    this.#take({ records: [{ type: "ReplicaErased", ...key }], response: undefined, effects: [] });
  }

  /**
   * Tells stale replicas the configs of their topics, those of changes that come meanwhile too; the
   * alarm sees to those that do not confirm.
   */
  async #updateReplicas(): Promise<void> {
    if (this.#isUpdating) return;
    this.#isUpdating = true;
    try {
      const { staleReplicas } = this.#open();
      let batch = staleReplicas.page(REPLICA_BATCH);
      while (batch.length > 0) {
        await Promise.all(batch.map((replica) => this.#update(replica)));
        batch = staleReplicas.page(REPLICA_BATCH, batch.at(-1));
      }
    } finally {
      this.#isUpdating = false;
    }
    await this.#rearm();
  }

  async #update({ topicId, partition, nodeId, configVersion }: StaleReplica): Promise<void> {
    const key = { topicId, partition, nodeId };
    const topicConfigs = this.#open().topicConfigs(topicId);
    try {
      await replicaStub(this.env, key).updateConfigs({ topicConfigs, configVersion });
    } catch {
      return;
    }
    const records = [{ type: "ReplicaUpdated", ...key, configVersion } as const];
    this.#take({ records, response: undefined, effects: [] });
  }
}
