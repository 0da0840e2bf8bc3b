/**
 * Pushes of one replica to one gateway: one is under way, the rest gathers behind it into the next.
 * A gateway that refuses is forgotten; its readers will ask. One that has asked again while its
 * refusal was on the way is not: its readers believe that they are being told.
 *
 * A push that broke may have been lost while the gateway and its readers are well, so it is made
 * once more: taking it twice does no harm. A gateway that cannot be reached then is forgotten too.
 */
import { concatBytes } from "../base/concat-bytes.ts";
import type { TailPush } from "./replica-calls.ts";

/** Batches above this size are not pushed but announced; readers then ask for them. */
export const MAX_PUSH_BYTES = 1024 * 1024;

export class TailPusher {
  readonly #send: (push: TailPush) => Promise<boolean>;
  readonly #onRefusal: () => void;
  #waiting: TailPush | null = null;
  #isSending = false;
  #isRenewed = false;

  constructor(send: (push: TailPush) => Promise<boolean>, onRefusal: () => void) {
    this.#send = send;
    this.#onRefusal = onRefusal;
  }

  push(push: TailPush): void {
    this.#waiting = this.#waiting ? joined(this.#waiting, push) : push;
    if (!this.#isSending) void this.#run();
  }

  /** The gateway has a reader at the end again: the answer to a push sent before says nothing. */
  renew(): void {
    this.#isRenewed = true;
  }

  async #run(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting) {
      const push = this.#waiting;
      this.#waiting = null;
      this.#isRenewed = false;
      // A broken call is made again, since the gateway knows what it has heard already. One that
      // broke itself comes back without readers, and refuses.
      const isWanted = await this.#send(push)
        .catch(() => this.#send(push))
        .catch(() => false);
      if (isWanted || this.#isRenewed) continue;
      this.#waiting = null;
      this.#onRefusal();
    }
    this.#isSending = false;
  }
}

/** Two consecutive pushes as one. */
function joined(first: TailPush, second: TailPush): TailPush {
  const sizeInBytes = first.sizeInBytes + second.sizeInBytes;
  const fits = first.bytes && second.bytes && sizeInBytes <= MAX_PUSH_BYTES;
  const bytes = fits ? concatBytes([first.bytes, second.bytes]) : null;
  return { ...second, baseOffset: first.baseOffset, sizeInBytes, bytes };
}
