/**
 * One replica of one partition: a thin host for `replication/partition-replica.ts`. Whatever it
 * answers or pushes after a write leaves once the disk has it: that is the platform's output gate.
 */
import { DurableObject } from "cloudflare:workers";

import type { AppendResult } from "../log/append.ts";
import { PartitionReplica } from "../replication/partition-replica.ts";
import type {
  Answer,
  AppendCall,
  DeleteRecordsResult,
  EpochEndCall,
  EpochEndResult,
  ListOffsetsCall,
  ListOffsetsResult,
  ProducerDescription,
  ReadCall,
  ReadResult,
} from "../replication/replica-calls.ts";
import type { ConfigUpdate } from "../replication/replica-role.ts";
import { brokerConfig } from "./broker-config.ts";
import type { Env } from "./env.ts";
import { handOver } from "./handover.ts";
import { clock, random } from "./host.ts";
import { MaintenanceAlarm } from "./maintenance-alarm.ts";
import { replicaKeyOf } from "./names.ts";
import { durableObjectSql } from "./sql.ts";
import { controllerStub, gatewayStub, type ReplicaActor } from "./stubs.ts";

export class PartitionReplicaActor extends DurableObject<Env> implements ReplicaActor {
  readonly #maintenance = new MaintenanceAlarm(this.ctx.storage);
  readonly #replica = new PartitionReplica({
    key: replicaKeyOf(this.ctx.id.name!),
    sql: durableObjectSql(this.ctx.storage),
    clock,
    random,
    brokerConfigs: brokerConfig.values,
    nextTurn: () => new Promise((resolve) => setTimeout(resolve, 0)),
    sync: () => this.ctx.storage.sync(),
    deleteAll: () => this.ctx.storage.deleteAll(),
    activate: (key, incarnation) => controllerStub(this.env).activateReplica(key, incarnation),
    push: async (gateway, push) => gatewayStub(this.env, gateway).push(push),
    lost: async (gateway, topicId, partition) =>
      gatewayStub(this.env, gateway).lost(topicId, partition),
    maintenance: this.#maintenance,
    abort: (error) => this.#abort("a write of the log failed", error),
  });

  append(call: AppendCall): Promise<Answer<readonly AppendResult[]>> {
    return this.#replica.append(call);
  }

  async read(call: ReadCall, place: string): Promise<Answer<ReadResult>> {
    return handOver(place, await this.#replica.read(call));
  }

  listOffsets(call: ListOffsetsCall): Promise<Answer<ListOffsetsResult>> {
    return this.#replica.listOffsets(call);
  }

  endOffsetForEpoch(call: EpochEndCall): Promise<Answer<EpochEndResult>> {
    return this.#replica.endOffsetForEpoch(call);
  }

  deleteRecords(offset: number): Promise<Answer<DeleteRecordsResult>> {
    return this.#replica.deleteRecords(offset);
  }

  describeProducers(): Promise<Answer<readonly ProducerDescription[]>> {
    return this.#replica.describeProducers();
  }

  logSize(): Promise<Answer<{ readonly sizeInBytes: number }>> {
    return this.#replica.logSize();
  }

  /** The topic is deleted. */
  erase(): Promise<void> {
    return this.#replica.erase();
  }

  updateConfigs(update: ConfigUpdate): Promise<void> {
    return this.#replica.updateConfigs(update);
  }

  override async alarm(): Promise<void> {
    const log = await this.#replica.log();
    if (!log) return;
    try {
      await this.#maintenance.run(log);
    } catch (error) {
      this.#abort("maintenance failed", error);
    }
  }

  /** What is in memory may be ahead of storage now: starts again from what is stored. */
  #abort(what: string, error: unknown): void {
    console.error(`${what}:`, error);
    this.ctx.abort(what);
  }
}
