/**
 * The coordinator of one group: a thin host for `group/group-coordinator.ts`. Whatever it answers
 * after a write leaves once the disk has it: that is the platform's output gate.
 */
import { DurableObject } from "cloudflare:workers";

import { allTopics } from "../broker/all-topics.ts";
import { OffsetsTopicAppender } from "../broker/offsets-topic-appender.ts";
import type { GroupConfigs } from "../group/current-config.ts";
import type * as calls from "../group/group-calls.ts";
import { parseGroupConfig } from "../group/group-config.ts";
import { GroupCoordinator } from "../group/group-coordinator.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { brokerConfig } from "./broker-config.ts";
import type { Env } from "./env.ts";
import { clock, random, timers } from "./host.ts";
import { LazyAlarm } from "./lazy-alarm.ts";
import { groupIdOf } from "./names.ts";
import { durableObjectSql } from "./sql.ts";
import { controllerStub, replicaStub } from "./stubs.ts";

const { offsetsRetentionCheckIntervalMs } = parseGroupConfig(brokerConfig.values);

export class GroupCoordinatorActor extends DurableObject<Env> implements calls.GroupPort {
  readonly #groupId = groupIdOf(this.ctx.id.name!, this.env.CLUSTER_ID);
  readonly #controller = controllerStub(this.env);
  readonly #alarm = new LazyAlarm(this.ctx.storage, offsetsRetentionCheckIntervalMs);

  readonly #offsetsTopic = new OffsetsTopicAppender(this.#groupId, {
    controller: this.#controller,
    config: brokerConfig,
    replica: (key) => replicaStub(this.env, key),
  });

  readonly #coordinator = new GroupCoordinator({
    groupId: this.#groupId,
    sql: durableObjectSql(this.ctx.storage),
    clock,
    random,
    brokerConfigs: brokerConfig.values,
    groupConfigs: () => this.#controller.groupConfigs(this.#groupId),
    after: timers.after,
    describeTopics: async (query) => {
      const { topics } = await this.#controller.describeCluster(query);
      return topics.map(({ partitions, ...topic }) => ({
        ...topic,
        partitionCount: partitions.length,
      }));
    },
    topicNames: async () => (await allTopics(this.#controller)).topics.map(({ name }) => name),
    register: (registration) => this.#controller.registerGroup(registration),
    allocateProducerId: async () => (await this.#controller.allocateProducerIds()).firstProducerId,
    appendToOffsetsTopic: (batch) => this.#offsetsTopic.append(batch),
    setAlarm: (due) => this.#alarm.arm(due),
    deleteAll: () => {
      // It deletes the alarm as well (compatibility date 2026-02-24).
      this.#alarm.fired();
      return this.ctx.storage.deleteAll();
    },
    abort: (error) => {
      console.error(`The coordinator of group "${this.#groupId}" failed:`, error);
      this.ctx.abort("a step of the group failed");
    },
  });

  joinGroup(call: calls.JoinGroupCall): Promise<calls.JoinGroupAnswer> {
    return this.#coordinator.joinGroup(call);
  }

  syncGroup(call: calls.SyncGroupCall): Promise<calls.SyncGroupAnswer> {
    return this.#coordinator.syncGroup(call);
  }

  heartbeat(call: calls.HeartbeatCall): Promise<ErrorName | null> {
    return this.#coordinator.heartbeat(call);
  }

  leaveGroup(call: calls.LeaveGroupCall): Promise<calls.LeaveGroupAnswer> {
    return this.#coordinator.leaveGroup(call);
  }

  consumerHeartbeat(call: calls.ConsumerHeartbeatCall): Promise<calls.ConsumerHeartbeatAnswer> {
    return this.#coordinator.consumerHeartbeat(call);
  }

  commitOffsets(call: calls.CommitOffsetsCall): Promise<calls.CommitOffsetsAnswer> {
    return this.#coordinator.commitOffsets(call);
  }

  fetchOffsets(call: calls.FetchOffsetsCall): Promise<calls.FetchOffsetsAnswer> {
    return this.#coordinator.fetchOffsets(call);
  }

  deleteOffsets(call: calls.DeleteOffsetsCall): Promise<calls.DeleteOffsetsAnswer> {
    return this.#coordinator.deleteOffsets(call);
  }

  describe(): Promise<calls.ClassicGroupDescription> {
    return this.#coordinator.describe();
  }

  describeConsumerGroup(): Promise<calls.ConsumerGroupDescription> {
    return this.#coordinator.describeConsumerGroup();
  }

  list(): Promise<calls.GroupListing | null> {
    return this.#coordinator.list();
  }

  delete(): Promise<ErrorName | null> {
    return this.#coordinator.delete();
  }

  updateConfigs(configs: GroupConfigs): Promise<void> {
    return this.#coordinator.updateConfigs(configs);
  }

  topicsChanged(): Promise<void> {
    return this.#coordinator.topicsChanged();
  }

  override async alarm(): Promise<void> {
    this.#alarm.fired();
    await this.#coordinator.alarm();
  }
}
