/**
 * All appends of a gateway to one replica: what one read of a socket brings, or arrives while a
 * call is under way, goes out as one call, one call at a time, in the order of arrival. This is
 * what makes many small requests cost one row and one fsync.
 */
import type { AppendResult } from "../log/append.ts";
import { isRefusal, type Answer, type ReplicaPort } from "../replication/replica-calls.ts";
import type { Timers } from "./ports.ts";
import { refusedAppend } from "./refused-append.ts";

/** Bytes of batches in one call; far below the 32 MiB that an RPC may carry. */
const MAX_CALL_BYTES = 8 * 1024 * 1024;

/**
 * How many turns the queue waits after an answer for those who got it to come back. A client with
 * five requests in flight sends the next five when it has read the answers; a call that leaves
 * before carries one of them, and costs as much as with five. A turn is about 15 microseconds.
 */
const GATHER_TURNS = 30;

interface Waiting {
  readonly batch: Uint8Array;
  readonly apiVersion: number;
  readonly resolve: (result: AppendResult) => void;
}

export interface AppendQueuePorts {
  /** A fresh way to the replica, for each call. */
  replica(): Pick<ReplicaPort, "append">;
  readonly timers: Timers;
  /** The replica has refused a call, or the call broke. */
  onRefusal(): void;
  /** Nothing waits and nothing is under way: the queue may be forgotten. */
  onIdle(): void;
}

export class AppendQueue {
  readonly #ports: AppendQueuePorts;
  #waiting: Waiting[] = [];
  #running = false;

  constructor(ports: AppendQueuePorts) {
    this.#ports = ports;
  }

  /** Appends one batch. The queue keeps `batch` until the call has gone out; it may be a view. */
  append(batch: Uint8Array, apiVersion: number): Promise<AppendResult> {
    return new Promise((resolve) => {
      this.#waiting.push({ batch, apiVersion, resolve });
      if (this.#running) return;
      this.#running = true;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    // The other requests of the same read come in before that.
    await Promise.resolve();
    const call = this.#takeCall();
    const answer = await this.#send(call);
    // Who sent alone is not waited for: there is nothing to gather with.
    const inFlight = call.length + this.#waiting.length;
    call.forEach((waiting, index) => {
      waiting.resolve(isRefusal(answer) ? refusedAppend(answer.refused) : answer[index]!);
    });
    if (isRefusal(answer)) this.#ports.onRefusal();
    this.#gather(inFlight, inFlight > 1 ? GATHER_TURNS : 0);
  }

  /** Sends what waits when as many are there again as were in flight, or after some turns. */
  #gather(inFlight: number, turns: number): void {
    if (turns > 0 && this.#waiting.length < inFlight) {
      this.#ports.timers.after(0, () => this.#gather(inFlight, turns - 1));
    } else if (this.#waiting.length > 0) {
      void this.#flush();
    } else {
      this.#running = false;
      this.#ports.onIdle();
    }
  }

  /** The waiting batches that fit in one call, at least one. */
  #takeCall(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { batch } of this.#waiting) {
      if (count > 0 && bytes + batch.length > MAX_CALL_BYTES) break;
      bytes += batch.length;
      count += 1;
    }
    const call = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return call;
  }

  async #send(call: readonly Waiting[]): Promise<Answer<readonly AppendResult[]>> {
    const apiVersions = call.map(({ apiVersion }) => apiVersion);
    const sizes = call.map(({ batch }) => batch.length);
    const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
    let position = 0;
    for (const { batch } of call) {
      bytes.set(batch, position);
      position += batch.length;
    }
    try {
      return await this.#ports.replica().append({ sizes, apiVersions, bytes });
    } catch {
      // The call broke: the batches may be stored or not. Kafka's name for that is a timeout, which
      // clients treat as possibly persisted; sending again could store them twice.
      return { refused: "REQUEST_TIMED_OUT" };
    }
  }
}
