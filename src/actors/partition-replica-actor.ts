/**
 * One replica of one partition: a thin host for its log (`log/`) and its leadership
 * (`replication/`).
 *
 * Appends that arrive in one turn, or while a commit is pending, become one write. Whatever is
 * answered or pushed after a write leaves once the disk has it: that is the platform's output gate,
 * and the reason why no answer here waits for anything by itself.
 */
import { DurableObject } from "cloudflare:workers";

import { assert } from "../base/assert.ts";
import { concatBytes } from "../base/concat-bytes.ts";
import { randomUuid } from "../base/uuid.ts";
import type { AppendResult } from "../log/append.ts";
import { parseLogConfig } from "../log/log-config.ts";
import { PartitionLog } from "../log/partition-log.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { PartitionLeader } from "../replication/partition-leader.ts";
import type {
  Answer,
  AppendCall,
  EpochEndCall,
  EpochEndResult,
  ListOffsetsCall,
  ListOffsetsResult,
  ReadCall,
  ReadResult,
  ReplicaPort,
  TailPush,
} from "../replication/replica-calls.ts";
import type { Env } from "./env.ts";
import { random } from "./host.ts";
import { MaintenanceAlarm } from "./maintenance-alarm.ts";
import { replicaKeyOf } from "./names.ts";
import { ReplicaStore } from "./replica-store.ts";
import { durableObjectSql } from "./sql.ts";
import { controllerStub, gatewayStub } from "./stubs.ts";
import { MAX_PUSH_BYTES, TailPusher } from "./tail-pusher.ts";

/** What this replica is for as long as it is in memory: a leader, or why it refuses. */
type State = PartitionLeader | ErrorName;

interface WaitingAppend {
  readonly call: AppendCall;
  readonly resolve: (answer: Answer<readonly AppendResult[]>) => void;
}

export class PartitionReplicaActor extends DurableObject<Env> implements ReplicaPort {
  readonly #key = replicaKeyOf(this.ctx.id.name!);
  readonly #sql = durableObjectSql(this.ctx.storage);
  readonly #store = new ReplicaStore(this.#sql);
  readonly #pushers = new Map<string, TailPusher>();
  readonly #maintenance = new MaintenanceAlarm(this.ctx.storage, this.env);
  #state: State | null = null;
  #opening: Promise<State> | null = null;
  #waiting: WaitingAppend[] = [];
  #isAppending = false;

  async append(call: AppendCall): Promise<Answer<readonly AppendResult[]>> {
    const state = this.#state ?? (await this.#open());
    if (typeof state === "string") return { refused: state };
    return new Promise((resolve) => {
      this.#waiting.push({ call, resolve });
      if (!this.#isAppending) void this.#appendWaiting();
    });
  }

  async read({ watcher, ...call }: ReadCall): Promise<Answer<ReadResult>> {
    const state = this.#state ?? (await this.#open());
    if (typeof state === "string") return { refused: state };
    const result = state.read({ watcher, ...call });
    const isAtEnd = result.error === null && result.nextOffset === result.highWatermark;
    if (watcher === null || !isAtEnd) return result;
    this.#store.watch(watcher);
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

  /**
   * The topic is deleted: frees the storage, refuses from now on, and wakes those who wait at the
   * end.
   */
  async erase(): Promise<void> {
    this.#state = "UNKNOWN_TOPIC_OR_PARTITION";
    for (const { resolve } of this.#waiting.splice(0)) resolve({ refused: this.#state });
    this.#maintenance.stop();
    const watches = [...this.#store.watches()];
    await this.ctx.storage.deleteAll();
    const { topicId, partition } = this.#key;
    const told = watches.map((gateway) => gatewayStub(this.env, gateway).lost(topicId, partition));
    await Promise.allSettled(told);
  }

  override async alarm(): Promise<void> {
    const state = this.#state ?? (await this.#open());
    if (typeof state !== "string") await this.#maintenance.run(state.log);
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
    let role = this.#store.role();
    if (!role) {
      const incarnation = this.#store.incarnation(randomUuid(random));
      const activation = await controllerStub(this.env).activateReplica(this.#key, incarnation);
      if (this.#state !== null) return this.#state;
      if (activation.status === "unknown") {
        await this.ctx.storage.deleteAll();
        return "UNKNOWN_TOPIC_OR_PARTITION";
      }
      if (activation.status === "lost") return "NOT_LEADER_OR_FOLLOWER";
      role = activation.role;
      this.#store.setRole(role);
    }
    if (role.leader !== this.#key.nodeId) return "NOT_LEADER_OR_FOLLOWER";
    const brokerConfigs = JSON.parse(this.env.BROKER_CONFIG) as Record<string, string>;
    const log = PartitionLog.open(
      this.#sql,
      parseLogConfig(role.topicConfigs, brokerConfigs),
      Date.now(),
    );
    return new PartitionLeader(log, role.leaderEpoch);
  }

  /** Writes what waits, turn by turn, with one commit pending at a time. */
  async #appendWaiting(): Promise<void> {
    this.#isAppending = true;
    try {
      while (this.#waiting.length > 0) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        this.#appendTurn(this.#waiting.splice(0));
        await this.ctx.storage.sync();
      }
    } catch (error) {
      // The log in memory may be ahead of storage now: start again from what is stored.
      console.error("an append failed:", error);
      this.ctx.abort("an append failed");
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
    const results = leader.append(calls, Date.now());
    waiting.forEach(({ resolve }, index) => resolve(results[index]!));
    this.#maintenance.arm(leader.log);
    if (leader.log.logEndOffset > baseOffset)
      this.#pushTail(leader, { baseOffset, calls, results });
  }

  /** Tells the gateways that watch what this turn has appended. */
  #pushTail(leader: PartitionLeader, { baseOffset, calls, results }: AppendedTurn): void {
    const watches = this.#store.watches();
    if (watches.size === 0) return;
    const batches = calls.flatMap((call, index) => acceptedBatches(call, results[index]!));
    const sizeInBytes = batches.reduce((sum, batch) => sum + batch.length, 0);
    const push: TailPush = {
      topicId: this.#key.topicId,
      partition: this.#key.partition,
      ...leader.position,
      baseOffset,
      nextOffset: leader.log.logEndOffset,
      sizeInBytes,
      bytes: sizeInBytes <= MAX_PUSH_BYTES ? concatBytes(batches) : null,
    };
    for (const gateway of watches) this.#pusher(gateway).push(push);
  }

  #pusher(gateway: string): TailPusher {
    let pusher = this.#pushers.get(gateway);
    if (!pusher) {
      pusher = new TailPusher(
        async (push) => gatewayStub(this.env, gateway).push(push),
        () => {
          this.#pushers.delete(gateway);
          this.#store.unwatch(gateway);
        },
      );
      this.#pushers.set(gateway, pusher);
    }
    return pusher;
  }
}

interface AppendedTurn {
  readonly baseOffset: number;
  readonly calls: readonly AppendCall[];
  readonly results: readonly (readonly AppendResult[])[];
}

/** The batches of a call that were stored now, patched as they are stored. */
function acceptedBatches(
  { sizes, bytes }: AppendCall,
  results: readonly AppendResult[],
): Uint8Array[] {
  let start = 0;
  return sizes.flatMap((size, index) => {
    const batch = bytes.subarray(start, (start += size));
    const { error, duplicate } = results[index]!;
    return error === null && !duplicate ? [batch] : [];
  });
}
