/** Hosts the controller's decisions as its actor does: one call, one decision, one transaction. */
import type { Random } from "../../src/base/clock.ts";
import type { Sql } from "../../src/base/sql.ts";
import type { ControllerPort } from "../../src/broker/ports.ts";
import { type Activation, activateReplica } from "../../src/controller/activation.ts";
import { alterConfigs } from "../../src/controller/alter-configs.ts";
import type { BrokerConfig } from "../../src/controller/broker-config.ts";
import type { ResourceToAlter } from "../../src/controller/config-changes.ts";
import { type TopicToGrow, createPartitions } from "../../src/controller/create-partitions.ts";
import { type NewTopic, createTopics } from "../../src/controller/create-topics.ts";
import { type TopicToDelete, deleteTopics } from "../../src/controller/delete-topics.ts";
import {
  type ConfigsQuery,
  type TopicsQuery,
  describeCluster,
  describeConfigs,
} from "../../src/controller/describe.ts";
import {
  type DynamicBrokerConfigs,
  type GroupConfigs,
  dynamicConfigsOf,
} from "../../src/controller/dynamic-configs.ts";
import type {
  GroupRegistration,
  GroupsPage,
  RegisteredGroup,
} from "../../src/controller/group-registry.ts";
import { listGroups, registerGroup } from "../../src/controller/groups.ts";
import { hostedReplicas } from "../../src/controller/hosted-replicas.ts";
import { ClusterImage } from "../../src/controller/image.ts";
import { allocateProducerIds } from "../../src/controller/producer-ids.ts";
import type { ReplicaKey } from "../../src/controller/records.ts";
import { registerBrokers } from "../../src/controller/register-brokers.ts";
import type { StaleListener } from "../../src/controller/stale-listeners.ts";
import type { StaleReplica } from "../../src/controller/stale-replicas.ts";
import type { Step } from "../../src/controller/step.ts";
import type { ConfigUpdate } from "../../src/replication/replica-role.ts";

/** How long until those that did not confirm are told again. */
const RETRY_MS = 1000;

export interface ControllerHostPorts {
  readonly sql: Sql;
  readonly random: Random;
  readonly brokerCount: number;
  readonly config: BrokerConfig;
  eraseReplica(key: ReplicaKey): Promise<void>;
  updateConfigs(key: ReplicaKey, update: ConfigUpdate): Promise<void>;
  updateGateway(brokerId: string, configs: DynamicBrokerConfigs): Promise<void>;
  updateGroup(groupId: string, configs: GroupConfigs): Promise<void>;
  tellGroup(groupId: string): Promise<void>;
  after(delayMs: number, run: () => void): void;
}

export class ControllerHost implements ControllerPort {
  readonly #ports: ControllerHostPorts;
  readonly #image: ClusterImage;
  #isErasing = false;
  #isUpdating = false;
  #isTelling = false;

  constructor(ports: ControllerHostPorts) {
    this.#ports = ports;
    this.#image = ports.sql.transaction(() => new ClusterImage(ports.sql));
    this.#take(registerBrokers(this.#image, ports.brokerCount));
    void this.#eraseReplicas();
    void this.#updateReplicas();
    void this.#updateListeners();
  }

  async describeCluster(query: TopicsQuery) {
    return describeCluster(this.#image, query);
  }

  async createTopics(topics: readonly NewTopic[], validateOnly: boolean) {
    return this.#take(createTopics(this.#image, topics, { ...this.#ports, validateOnly }));
  }

  async deleteTopics(topics: readonly TopicToDelete[]) {
    return this.#take(deleteTopics(this.#image, topics, this.#ports));
  }

  async createPartitions(topics: readonly TopicToGrow[], validateOnly: boolean) {
    return this.#take(createPartitions(this.#image, topics, validateOnly));
  }

  async alterConfigs(resources: readonly ResourceToAlter[], validateOnly: boolean) {
    return this.#take(alterConfigs(this.#image, resources, { ...this.#ports, validateOnly }));
  }

  async describeConfigs(query: ConfigsQuery) {
    return describeConfigs(this.#image, query);
  }

  async groupsWithConfigs() {
    return this.#image.dynamicConfigs.groupIds();
  }

  async groupConfigs(groupId: string): Promise<GroupConfigs> {
    return this.#image.dynamicConfigs.group(groupId);
  }

  async hostedReplicas(nodeId: number, query: TopicsQuery) {
    return hostedReplicas(this.#image, nodeId, query);
  }

  async allocateProducerIds() {
    return this.#take(allocateProducerIds(this.#image));
  }

  async listGroups(page: GroupsPage): Promise<RegisteredGroup[]> {
    return listGroups(this.#image, page);
  }

  async registerGroup(registration: GroupRegistration): Promise<GroupConfigs> {
    return this.#take(registerGroup(this.#image, registration));
  }

  async activateReplica(key: ReplicaKey, incarnation: string): Promise<Activation> {
    return this.#take(activateReplica(this.#image, key, incarnation));
  }

  #take<Response>({ records, response, effects }: Step<Response>): Response {
    if (records.length > 0) {
      this.#ports.sql.transaction(() => {
        for (const record of records) this.#image.replay(record);
      });
    }
    for (const effect of effects) {
      if (effect.type === "eraseReplica") void this.#eraseReplicas();
      else if (effect.type === "updateReplicas") void this.#updateReplicas();
      else if (effect.type === "updateListeners") void this.#updateListeners();
      else void this.#ports.tellGroup(effect.groupId).catch(() => {});
    }
    return response;
  }

  async #eraseReplicas(): Promise<void> {
    if (this.#isErasing) return;
    this.#isErasing = true;
    for (;;) {
      const [replica] = this.#image.replicasToErase(1);
      if (!replica) break;
      try {
        await this.#ports.eraseReplica(replica);
        this.#take({
          records: [{ type: "ReplicaErased", ...replica }],
          response: undefined,
          effects: [],
        });
      } catch {
        await new Promise<void>((resolve) => this.#ports.after(RETRY_MS, resolve));
      }
    }
    this.#isErasing = false;
  }

  async #updateReplicas(): Promise<void> {
    if (this.#isUpdating) return;
    this.#isUpdating = true;
    for (;;) {
      const [replica] = this.#image.staleReplicas.page(1);
      if (!replica) break;
      try {
        await this.#update(replica);
      } catch {
        await new Promise<void>((resolve) => this.#ports.after(RETRY_MS, resolve));
      }
    }
    this.#isUpdating = false;
  }

  async #update({ configVersion, ...key }: StaleReplica): Promise<void> {
    const topicConfigs = this.#image.topicConfigs(key.topicId);
    const brokers = this.#image.dynamicConfigs.brokers();
    const brokerConfigs = dynamicConfigsOf(brokers, key.nodeId);
    await this.#ports.updateConfigs(key, {
      topic: { topicConfigs, configVersion },
      broker: { brokerConfigs, brokerConfigVersion: brokers.version },
    });
    const records = [{ type: "ReplicaUpdated", ...key, configVersion } as const];
    this.#take({ records, response: undefined, effects: [] });
  }

  async #updateListeners(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (;;) {
      const [stale] = this.#image.staleListeners.page(1);
      if (!stale) break;
      try {
        await this.#updateListener(stale);
      } catch {
        await new Promise<void>((resolve) => this.#ports.after(RETRY_MS, resolve));
      }
    }
    this.#isTelling = false;
  }

  async #updateListener({ version, ...listener }: StaleListener): Promise<void> {
    const { dynamicConfigs } = this.#image;
    const { type, id } = listener;
    if (type === "group") await this.#ports.updateGroup(id, dynamicConfigs.group(id));
    else await this.#ports.updateGateway(id, dynamicConfigs.brokers());
    const records = [{ type: "ListenerUpdated", listener, version } as const];
    this.#take({ records, response: undefined, effects: [] });
  }
}
