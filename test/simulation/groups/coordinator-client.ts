/**
 * How a member reaches the coordinator of its group, as clients do: it finds out which broker that
 * is, and again whenever a connection or an answer says that it may be another. A member may also
 * be frozen for a while, as by a long pause of its process: what comes meanwhile waits.
 */
import type { Api, RequestInput, ResponseOf } from "../../../src/protocol/api.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { findCoordinator } from "../../../src/protocol/messages/10-find-coordinator.ts";
import { Client } from "../client.ts";
import { BROKER_COUNT, type Cluster } from "../cluster.ts";
import type { Mark } from "./committed-offsets.ts";
import type { GroupHistory } from "./group-history.ts";

/** How long any request may take: the longest rebalance timeout, and what messages take. */
const MAX_ANSWER_MS = 30_000;

/** How slow a member is at most that nothing is wrong with. */
const CALM_SLOWNESS_MS = 1000;

export class CoordinatorClient extends Client {
  readonly history: GroupHistory;
  readonly #groupId: string;
  #coordinator: number | null = null;
  #frozenUntil = 0;

  constructor(cluster: Cluster, history: GroupHistory) {
    super(cluster);
    this.history = history;
    this.#groupId = history.stored.groupId;
  }

  /**
   * Asks the coordinator. Null without an answer: nobody knows whether the request has come
   * through. `onArrival` sees the answer when it arrives, be the member frozen or not.
   */
  async ask<A extends Api>(
    api: A,
    apiVersion: number,
    request: RequestInput<A>,
    onArrival: (response: ResponseOf<A>, sent: Mark) => void = () => {},
  ): Promise<ResponseOf<A> | null> {
    if (this.isStopped) return null;
    const nodeId = await this.#find();
    await this.#thawed();
    if (nodeId === null || this.isStopped) return null;
    const { world } = this.cluster;
    const tooLate = world.after(MAX_ANSWER_MS, () => {
      this.history.fail(`${api.name} was not answered, nor its connection ended.`);
    });
    const sent = this.history.mark();
    try {
      const response = await this.connection(nodeId).call(api, apiVersion, request);
      if (this.isStopped) return null;
      onArrival(response, sent);
      return response;
    } catch {
      this.lost();
      return null;
    } finally {
      tooLate();
      await this.#thawed();
    }
  }

  /** The coordinator may be another. */
  lost(): void {
    this.#coordinator = null;
  }

  /** Does nothing for a while, whatever comes. */
  freeze(durationMs: number): void {
    this.#frozenUntil = this.cluster.world.now + durationMs;
  }

  get isFrozen(): boolean {
    return this.cluster.world.now < this.#frozenUntil;
  }

  /** Waits, and as long as it is frozen. */
  async rest(durationMs?: number): Promise<void> {
    await this.pause(durationMs);
    await this.#thawed();
  }

  /** How long it takes to give up partitions, of at most `slownessMs`. */
  dawdle(slownessMs: number): number {
    const limit = this.history.isTroubled ? slownessMs : Math.min(slownessMs, CALM_SLOWNESS_MS);
    return this.random.int(0, limit);
  }

  /** The process is gone, but nobody tells its connections for a while. */
  vanish(): void {
    this.isStopped = true;
    this.cluster.world.after(this.random.int(0, 10_000), () => this.stop());
  }

  async #find(): Promise<number | null> {
    if (this.#coordinator !== null) return this.#coordinator;
    const request = { coordinatorKeys: [this.#groupId] };
    try {
      const connection = this.connection(this.random.int(1, BROKER_COUNT));
      const { coordinators } = await connection.call(findCoordinator, 4, request);
      const { errorCode, nodeId } = coordinators[0]!;
      if (errorCode === ErrorCode.NONE) this.#coordinator = nodeId;
    } catch {
      // Asked again below, or by the next who wants to know.
    }
    if (this.#coordinator === null) await this.rest();
    return this.#coordinator;
  }

  async #thawed(): Promise<void> {
    const { world } = this.cluster;
    while (this.isFrozen) await this.pause(this.#frozenUntil - world.now);
  }
}
