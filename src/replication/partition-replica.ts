/**
 * One replica of one partition, whatever hosts it: it learns what it is, gathers appends, answers,
 * and tells those who watch.
 *
 *     asleep --first call--> opening --role--> leading, or refusing --erase--> refusing
 *
 * An append is written at once; those that arrive while a commit is pending become one write.
 * Nothing here waits for the disk before it answers or pushes: the host holds whatever leaves after
 * a write until the write is durable (the platform's output gate).
 */
import { assert } from "../base/assert.ts";
import type { Clock, Random } from "../base/clock.ts";
import { concatBytes } from "../base/concat-bytes.ts";
import type { Sql } from "../base/sql.ts";
import { randomUuid, type Uuid } from "../base/uuid.ts";
import { effectiveBrokerConfigs } from "../config/broker-configs.ts";
import type { ConfigStrings } from "../config/config-definition.ts";
import type { AppendResult } from "../log/append.ts";
import { type LogConfig, parseLogConfig } from "../log/log-config.ts";
import { PartitionLog } from "../log/partition-log.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { PartitionLeader } from "./partition-leader.ts";
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
  ReplicaControl,
  ReplicaPort,
  TailPush,
} from "./replica-calls.ts";
import {
  type Activation,
  type ConfigUpdate,
  type ReplicaKey,
  type ReplicaRole,
  updatedRole,
} from "./replica-role.ts";
import { ReplicaStore } from "./replica-store.ts";
import { MAX_PUSH_BYTES } from "./tail-pusher.ts";
import { Watches } from "./watches.ts";

/** What a replica needs from its host. */
export interface ReplicaPorts {
  readonly key: ReplicaKey;
  readonly sql: Sql;
  readonly clock: Clock;
  readonly random: Random;
  /** What brokers were started with, under what was set for this one and for the topic. */
  readonly brokerConfigs: ConfigStrings;
  /** Resolves after the events of this turn. */
  nextTurn(): Promise<void>;
  /** Resolves when all that has been written is durable. */
  sync(): Promise<void>;
  /** Frees all storage. */
  deleteAll(): Promise<void>;
  /** Asks the controller what this replica is. */
  activate(key: ReplicaKey, incarnation: string): Promise<Activation>;
  /** Tells a gateway what was appended; false: nobody there waits for it. */
  push(gateway: string, push: TailPush): Promise<boolean>;
  /** Tells a gateway that this replica is no more. */
  lost(gateway: string, topicId: Uuid, partition: number): Promise<void>;
  readonly maintenance: MaintenancePort;
  /** Ends this replica, which starts again from what is stored. */
  abort(error: unknown): void;
}

/** The alarm for what a log has to do by the clock. */
export interface MaintenancePort {
  /** Sets the alarm if the log needs it earlier than it is set. */
  arm(log: PartitionLog): void;
  /** The log is gone: no alarm is set any more. */
  stop(): void;
}

/** What this replica is for as long as it is in memory: a leader, or why it refuses. */
type State = PartitionLeader | ErrorName;

interface WaitingAppend {
  readonly call: AppendCall;
  readonly resolve: (answer: Answer<readonly AppendResult[]>) => void;
}

export class PartitionReplica implements ReplicaPort, ReplicaControl {
  readonly #ports: ReplicaPorts;
  readonly #store: ReplicaStore;
  readonly #watches: Watches;
  #state: State | null = null;
  #opening: Promise<State> | null = null;
  #waiting: WaitingAppend[] = [];
  #isAppending = false;
  /** Whether those who watch have been told since this replica woke where the log ends. */
  #hasToldEnd = false;

  /** Writes nothing and reads nothing: a replica that is only named stays empty. */
  constructor(ports: ReplicaPorts) {
    this.#ports = ports;
    this.#store = new ReplicaStore(ports.sql);
    this.#watches = new Watches(this.#store, (gateway, push) => ports.push(gateway, push));
  }

  async append(call: AppendCall): Promise<Answer<readonly AppendResult[]>> {
    const state = this.#state ?? (await this.#open());
    if (typeof state === "string") return { refused: state };
    return new Promise((resolve) => {
      this.#waiting.push({ call, resolve });
      if (!this.#isAppending) void this.#appendWaiting();
    });
  }

  async read(call: ReadCall): Promise<Answer<ReadResult>> {
    const state = this.#state ?? (await this.#open());
    if (typeof state === "string") return { refused: state };
    const result = state.read(call);
    const isAtEnd = result.error === null && result.nextOffset === result.highWatermark;
    if (call.watcher === null || !isAtEnd) return result;
    this.#watches.add(call.watcher);
    return { ...result, watching: true };
  }

  async listOffsets(call: ListOffsetsCall): Promise<Answer<ListOffsetsResult>> {
    const state = this.#state ?? (await this.#open());
    return typeof state === "string" ? { refused: state } : state.listOffsets(call);
  }

  async endOffsetForEpoch(call: EpochEndCall): Promise<Answer<EpochEndResult>> {
    const state = this.#state ?? (await this.#open());
    return typeof state === "string" ? { refused: state } : state.endOffsetForEpoch(call);
  }

  async deleteRecords(offset: number): Promise<Answer<DeleteRecordsResult>> {
    const state = this.#state ?? (await this.#open());
    if (typeof state === "string") return { refused: state };
    const { logStartOffset } = state.log;
    try {
      const result = state.deleteRecords(offset);
      if (state.log.logStartOffset > logStartOffset) {
        this.#ports.maintenance.arm(state.log);
        this.#announce(state);
      }
      return result;
    } catch (error) {
      // As with an append, the log in memory may be ahead of storage now.
      this.#ports.abort(error);
      throw error;
    }
  }

  async describeProducers(): Promise<Answer<readonly ProducerDescription[]>> {
    const state = this.#state ?? (await this.#open());
    if (typeof state === "string") return { refused: state };
    return state.describeProducers(this.#ports.clock.now());
  }

  async logSize(): Promise<Answer<{ readonly sizeInBytes: number }>> {
    const state = this.#state ?? (await this.#open());
    return typeof state === "string" ? { refused: state } : { sizeInBytes: state.log.sizeInBytes };
  }

  /**
   * The topic is deleted: frees the storage, refuses from now on, and wakes those who wait at the
   * end.
   */
  async erase(): Promise<void> {
    const { deleteAll, key, lost, maintenance } = this.#ports;
    this.#state = "UNKNOWN_TOPIC_OR_PARTITION";
    for (const { resolve } of this.#waiting.splice(0)) resolve({ refused: this.#state });
    maintenance.stop();
    const gateways = this.#watches.end();
    await deleteAll();
    const told = gateways.map((gateway) => lost(gateway, key.topicId, key.partition));
    await Promise.allSettled(told);
  }

  /**
   * The topic's configs have changed, or the broker's: stores them, unless it knows newer ones, and
   * has the log act on them from now on.
   */
  async updateConfigs(update: ConfigUpdate): Promise<void> {
    const state = this.#state ?? (await this.#open());
    const role = this.#store.role();
    const updated = role && updatedRole(role, update);
    if (!updated) return;
    this.#store.setRole(updated);
    if (typeof state === "string") return;
    state.log.updateConfig(this.#logConfig(updated));
    this.#ports.maintenance.arm(state.log);
  }

  /** The log, for maintenance; null where this replica does not lead. */
  async log(): Promise<PartitionLog | null> {
    const state = this.#state ?? (await this.#open());
    return typeof state === "string" ? null : state.log;
  }

  #open(): Promise<State> {
    return (this.#opening ??= this.#activate().then(
      (state) => (this.#state ??= state),
      (error: unknown) => {
        // The controller could not be asked: the next call tries again.
        this.#opening = null;
        throw error;
      },
    ));
  }

  async #activate(): Promise<State> {
    const { activate, clock, deleteAll, key, random, sql } = this.#ports;
    let role = this.#store.role();
    if (!role) {
      const incarnation = this.#store.incarnation(randomUuid(random));
      const activation = await activate(key, incarnation);
      if (this.#state !== null) return this.#state;
      if (activation.status === "unknown") {
        await deleteAll();
        return "UNKNOWN_TOPIC_OR_PARTITION";
      }
      if (activation.status === "lost") return "NOT_LEADER_OR_FOLLOWER";
      role = activation.role;
      this.#store.setRole(role);
    }
    if (role.leader !== key.nodeId) return "NOT_LEADER_OR_FOLLOWER";
    const config = this.#logConfig(role);
    return new PartitionLeader(PartitionLog.open(sql, config, clock.now()), role.leaderEpoch);
  }

  #logConfig({ topicConfigs, brokerConfigs }: ReplicaRole): LogConfig {
    return parseLogConfig(
      topicConfigs,
      effectiveBrokerConfigs(brokerConfigs, this.#ports.brokerConfigs),
    );
  }

  /** Writes what waits, with one commit pending at a time. */
  async #appendWaiting(): Promise<void> {
    const { abort, nextTurn, sync } = this.#ports;
    this.#isAppending = true;
    try {
      while (this.#waiting.length > 0) {
        this.#appendTurn(this.#waiting.splice(0));
        await sync();
        // Where one more has come, others are likely to be on their way.
        if (this.#waiting.length > 0) await nextTurn();
      }
    } catch (error) {
      // The log in memory may be ahead of storage now: start again from what is stored.
      abort(error);
    } finally {
      this.#isAppending = false;
    }
  }

  #appendTurn(waiting: readonly WaitingAppend[]): void {
    if (waiting.length === 0) return;
    const leader = this.#state;
    assert(leader instanceof PartitionLeader, "Appends wait only where there is a leader.");
    const baseOffset = leader.log.logEndOffset;
    const calls = waiting.map(({ call }) => call);
    const { results, stored } = leader.append(calls, this.#ports.clock.now());
    waiting.forEach(({ resolve }, index) => resolve(results[index]!));
    this.#ports.maintenance.arm(leader.log);
    if (stored.length > 0) this.#pushTail(leader, baseOffset, stored);
    // A crash may come between a commit and its push; the producer then sends the batch again,
    // which is a duplicate and nothing that is pushed.
    else if (!this.#hasToldEnd) this.#announce(leader);
  }

  /** Tells those who watch where the log begins and ends. */
  #announce(leader: PartitionLeader): void {
    this.#hasToldEnd = true;
    const { topicId, partition } = this.#ports.key;
    const { position } = leader;
    const [baseOffset, nextOffset] = [position.highWatermark, position.highWatermark];
    const nothing = { baseOffset, nextOffset, sizeInBytes: 0, bytes: new Uint8Array(0) };
    this.#watches.push({ topicId, partition, ...position, ...nothing });
  }

  /** Tells the gateways that watch what this turn has appended. */
  #pushTail(leader: PartitionLeader, baseOffset: number, stored: readonly Uint8Array[]): void {
    this.#hasToldEnd = true;
    if (this.#watches.gateways.size === 0) return;
    const { topicId, partition } = this.#ports.key;
    const sizeInBytes = stored.reduce((sum, { length }) => sum + length, 0);
    this.#watches.push({
      topicId,
      partition,
      ...leader.position,
      baseOffset,
      nextOffset: leader.log.logEndOffset,
      sizeInBytes,
      bytes: sizeInBytes <= MAX_PUSH_BYTES ? concatBytes(stored) : null,
    });
  }
}
