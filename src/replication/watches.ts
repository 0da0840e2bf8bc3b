/**
 * The gateways that watch this replica, and the pushes to them. A watch is stored, so that a
 * replica that a produce wakes still knows whom to tell; gateways are reached by name, never by a
 * kept stub.
 */

import type { TailPush } from "./replica-calls.ts";
import type { ReplicaStore } from "./replica-store.ts";
import { TailPusher } from "./tail-pusher.ts";

export class Watches {
  readonly #store: ReplicaStore;
  readonly #send: (gateway: string, push: TailPush) => Promise<boolean>;
  readonly #pushers = new Map<string, TailPusher>();

  constructor(store: ReplicaStore, send: (gateway: string, push: TailPush) => Promise<boolean>) {
    this.#store = store;
    this.#send = send;
  }

  /** The names of the gateways that watch. */
  get gateways(): ReadonlySet<string> {
    return this.#store.watches();
  }

  /** A gateway's reader is at the end of the log, as this replica says in its answer. */
  add(gateway: string): void {
    this.#store.watch(gateway);
    this.#pushers.get(gateway)?.renew();
  }

  /** The replica is erased, and its watches with it. Returns who watched. */
  end(): string[] {
    this.#pushers.clear();
    return [...this.gateways];
  }

  /** Tells all who watch what was appended. */
  push(push: TailPush): void {
    for (const gateway of this.gateways) this.#pusher(gateway).push(push);
  }

  #pusher(gateway: string): TailPusher {
    let pusher = this.#pushers.get(gateway);
    if (!pusher) {
      pusher = new TailPusher(
        (push) => this.#send(gateway, push),
        () => {
          // After an end there is nothing stored.
          if (this.#pushers.delete(gateway)) this.#store.unwatch(gateway);
        },
      );
      this.#pushers.set(gateway, pusher);
    }
    return pusher;
  }
}
