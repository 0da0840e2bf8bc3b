/**
 * The coordinator of one group, whatever hosts it: it takes calls, has the machines of this folder
 * decide, stores what they record, and then answers.
 *
 *     asleep --first call--> loaded --records stored--> answered
 *                              ^---- deadline passed ----'
 *
 * Nothing here waits for the disk: the host holds whatever leaves after a write until the write is
 * durable (the platform's output gate). One timer is set while there is a deadline, which is while
 * members are expected to be heard of.
 */
import type { Clock, Millis, Random } from "../base/clock.ts";
import type { Sql } from "../base/sql.ts";
import type { ConfigStrings } from "../config/config-definition.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { ConsumerGroup } from "./consumer/consumer-group.ts";
import { describeConsumerGroup } from "./consumer/describe-consumer-group.ts";
import { consumerHeartbeat } from "./consumer/heartbeat.ts";
import { CurrentConfig, type GroupConfigs } from "./current-config.ts";
import type * as calls from "./group-calls.ts";
import type { GroupRecord } from "./group-record.ts";
import { type GroupRegistration, GroupRegistrar } from "./group-registrar.ts";
import * as requests from "./group-requests.ts";
import type { GroupState } from "./group-state.ts";
import { factsOf, GroupStore } from "./group-store.ts";
import { GroupTopics } from "./group-topics.ts";
import type { DescribeTopics } from "./known-topics.ts";
import { loadGroup } from "./load-group.ts";
import { OffsetsProjection, type ProjectionAppend } from "./offsets-projection.ts";
import { commitOffsets } from "./offsets/commit-offsets.ts";
import { fetchOffsets } from "./offsets/fetch-offsets.ts";
import { deleteOffsets, nextOffsetExpiry } from "./offsets/forget-offsets.ts";
import { TurnRunner } from "./turn-runner.ts";

/**
 * How often a group with members is woken whatever happens. Sessions are in memory alone: should
 * the process end and none of the members come back, somebody has to notice that they are gone.
 */
const LIVENESS_CHECK_MS = 600_000;

/** How long a group that is gone is left to tell so and to free its storage, before it is woken. */
const FAREWELL_MS = 120_000;

/** The longest that a timer is set for: beyond 2^31 ms platforms take it for none. */
const MAX_TIMER_MS = 86_400_000;

/** What a coordinator needs from its host. */
export interface GroupCoordinatorPorts {
  readonly groupId: string;
  readonly sql: Sql;
  readonly clock: Clock;
  readonly random: Random;
  /** What brokers were started with. */
  readonly brokerConfigs: ConfigStrings;
  /** Asks the controller for what was set since. */
  groupConfigs(): Promise<GroupConfigs>;
  /** Calls `run` after `delayMs`; 0 is after the events of this turn. Returns what cancels it. */
  after(delayMs: Millis, run: () => void): () => void;
  readonly describeTopics: DescribeTopics;
  /** The names of all topics. */
  topicNames(): Promise<readonly string[]>;
  /** Tells the controller what the group is, and is told its configs. */
  register(registration: GroupRegistration): Promise<GroupConfigs>;
  allocateProducerId(): Promise<number>;
  /** See `offsets-projection.ts`. */
  appendToOffsetsTopic(batch: Uint8Array): Promise<ProjectionAppend>;
  /** Sees to it that {@link GroupCoordinator.alarm} is called soon after `due`, or earlier. */
  setAlarm(due: Millis): void;
  /** Frees all storage. */
  deleteAll(): Promise<void>;
  /** Ends this coordinator, which starts again from what is stored. */
  abort(error: unknown): void;
}

export class GroupCoordinator implements calls.GroupPort {
  readonly #ports: GroupCoordinatorPorts;
  readonly #store: GroupStore;
  readonly #config: CurrentConfig;
  readonly #topics: GroupTopics;
  readonly #projection: OffsetsProjection;
  readonly #registrar: GroupRegistrar;
  readonly #turns: TurnRunner;
  #state: GroupState | null = null;
  #timer: { readonly at: Millis; readonly cancel: () => void } | null = null;

  /** Writes nothing: a coordinator that is only named stays empty. */
  constructor(ports: GroupCoordinatorPorts) {
    this.#ports = ports;
    const { after, clock } = ports;
    const now = () => clock.now();
    const erase = () => this.#eraseIfGone();
    this.#store = new GroupStore(ports.sql);
    this.#config = new CurrentConfig(ports.brokerConfigs, () => ports.groupConfigs());
    this.#projection = new OffsetsProjection(this.#store, {
      ...ports,
      now,
      onCaughtUp: erase,
    });
    this.#registrar = new GroupRegistrar(this.#store, {
      ...ports,
      now,
      onConfirmed: (hasNewTopics, configs) => {
        this.#config.update(configs);
        // They may have come or gone before the controller knew that it is to tell.
        if (hasNewTopics) void this.#topics.look();
        erase();
      },
    });
    this.#turns = new TurnRunner({
      ...ports,
      nextTurn: (run) => void after(0, run),
      config: () => this.#config.value,
      state: () => this.#open(),
      topics: () => this.#topics.image,
      write: (records) => this.#write(records),
      onTurn: () => this.#setTimer(),
    });
    this.#topics = new GroupTopics({
      ...ports,
      isToldOf: (topic) => this.#registrar.isToldOf(topic),
      state: () => this.#open(),
      run: (step) => this.#turns.run(step),
    });
  }

  async joinGroup(call: calls.JoinGroupCall): Promise<calls.JoinGroupAnswer> {
    await this.#topics.learn(call);
    return this.#turns.wait((state, ticket, turn) => {
      requests.joinGroup(state, call, ticket, turn);
      this.#topics.match(state, turn);
    });
  }

  async syncGroup(call: calls.SyncGroupCall): Promise<calls.SyncGroupAnswer> {
    await this.#topics.learn();
    return this.#turns.wait((state, ticket, turn) => requests.syncGroup(state, call, ticket, turn));
  }

  heartbeat(call: calls.HeartbeatCall): Promise<ErrorName | null> {
    return this.#turns.run((state, turn) => requests.heartbeat(state, call, turn));
  }

  async leaveGroup(call: calls.LeaveGroupCall): Promise<calls.LeaveGroupAnswer> {
    await this.#topics.learn();
    return this.#turns.run((state, turn) => requests.leaveGroup(state, call, turn));
  }

  async consumerHeartbeat(
    call: calls.ConsumerHeartbeatCall,
  ): Promise<calls.ConsumerHeartbeatAnswer> {
    const { group } = this.#open();
    await Promise.all([
      this.#topics.learn(call),
      this.#config.learn(group instanceof ConsumerGroup && !group.isEmpty),
    ]);
    return this.#turns.run((state, turn) => {
      const answer = consumerHeartbeat(state, call, turn);
      this.#topics.match(state, turn);
      return answer;
    });
  }

  async commitOffsets(call: calls.CommitOffsetsCall): Promise<calls.CommitOffsetsAnswer> {
    await this.#topics.learnTopics(call.topics);
    return this.#turns.run((state, turn) => commitOffsets(state, call, turn));
  }

  fetchOffsets(call: calls.FetchOffsetsCall): Promise<calls.FetchOffsetsAnswer> {
    return this.#turns.run((state) => fetchOffsets(state, call));
  }

  deleteOffsets(call: calls.DeleteOffsetsCall): Promise<calls.DeleteOffsetsAnswer> {
    return this.#turns.run((state, turn) => deleteOffsets(state, call, turn));
  }

  describe(): Promise<calls.ClassicGroupDescription> {
    return this.#turns.run((state) => requests.describeGroup(state));
  }

  async describeConsumerGroup(): Promise<calls.ConsumerGroupDescription> {
    await this.#topics.learnAssigned();
    return this.#turns.run((state, { topics, config }) =>
      describeConsumerGroup(state, topics, config),
    );
  }

  list(): Promise<calls.GroupListing | null> {
    return this.#turns.run((state) => requests.listGroup(state));
  }

  delete(): Promise<ErrorName | null> {
    return this.#turns.run((state, turn) => requests.deleteGroup(state, turn));
  }

  /** Topics that the group has to do with have come or gone. */
  topicsChanged(): Promise<void> {
    return this.#topics.changed();
  }

  /** Configs of the group, or of all groups, have changed. */
  async updateConfigs(configs: GroupConfigs): Promise<void> {
    this.#config.update(configs);
  }

  /** Does what is due by the clock, though nobody calls. */
  async alarm(): Promise<void> {
    await this.#turns.run(requests.cleanUp);
    this.#eraseIfGone();
    this.#setAlarm();
  }

  #open(): GroupState {
    if (this.#state) return this.#state;
    const { after, clock, groupId } = this.#ports;
    const config = this.#config.value;
    const stored = this.#store.stored();
    const generationId = this.#store.get("generation") ?? 0;
    const now = clock.now();
    this.#state = loadGroup(groupId, factsOf(stored), generationId, { now, config });
    this.#projection.resume(stored);
    void this.#registrar.update(this.#state);
    if (this.#state.group !== null) after(0, () => void this.#afterLoading());
    return this.#state;
  }

  async #afterLoading(): Promise<void> {
    await this.#turns.run(requests.afterLoading);
    // Topics may have gone while nobody was here to be told.
    if (!this.#open().offsets.isEmpty) await this.#topics.look();
  }

  async #write(records: readonly GroupRecord[]): Promise<void> {
    const stored = this.#store.append(records);
    this.#projection.project(stored);
    this.#setAlarm();
    await this.#registrar.update(this.#open());
  }

  /** Sets the timer for the next deadline, if it is not set for an earlier time. */
  #setTimer(): void {
    const at = this.#open().group?.nextDeadline() ?? null;
    if (at !== null && this.#timer !== null && this.#timer.at <= at) return;
    this.#timer?.cancel();
    this.#timer = null;
    if (at === null) return;
    const delayMs = Math.max(0, at - this.#ports.clock.now());
    const cancel = this.#ports.after(Math.min(delayMs, MAX_TIMER_MS), () => {
      this.#timer = null;
      void this.#expireMembers();
    });
    this.#timer = { at, cancel };
  }

  async #expireMembers(): Promise<void> {
    // Without the topics what remains would only be looked at once more.
    await this.#topics.learn().catch(() => {});
    await this.#turns.run(requests.expireMembers);
  }

  /** Sees to it that the group is woken when it has something to do and nobody may call. */
  #setAlarm(): void {
    const { clock, setAlarm } = this.#ports;
    const config = this.#config.value;
    const state = this.#open();
    const now = clock.now();
    if (state.group === null) return this.#store.isEmpty ? undefined : setAlarm(now + FAREWELL_MS);
    if (!state.group.isEmpty) setAlarm(now + LIVENESS_CHECK_MS);
    else if (state.offsets.isEmpty) setAlarm(now + config.offsetsRetentionCheckIntervalMs);
    else setAlarm(nextOffsetExpiry(state, config) ?? now + LIVENESS_CHECK_MS);
  }

  /** Frees the storage of a group that is no more, once everybody knows. */
  #eraseIfGone(): void {
    const state = this.#open();
    const isGone = state.group === null && state.offsets.isEmpty;
    if (!isGone || this.#store.isEmpty) return;
    if (!this.#projection.isCaughtUp || !this.#registrar.isUpToDate(state)) return;
    this.#store.erased();
    void this.#ports.deleteAll();
  }
}
