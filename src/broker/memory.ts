/** What of the process's memory the clients of one gateway may use, and for what. */
import type { Clock } from "../base/clock.ts";
import { PROCESS_BYTES } from "../base/limits.ts";
import { ByteBudget } from "./byte-budget.ts";
import type { Timers } from "./ports.ts";

export class Memory {
  /** Requests as bytes: while they arrive, and until they are answered. */
  readonly frames: ByteBudget;
  /** Requests as objects, while they are worked on. */
  readonly requests: ByteBudget;
  /** Answers, until they are written. */
  readonly answers: ByteBudget;
  /** What live subscribers are sent, until they have read it. */
  readonly subscribers: ByteBudget;
  /** How many bytes of tails may be kept. */
  readonly tailBytes: number;

  /** `gateways` share the process. */
  constructor(gateways: number, ports: { readonly clock: Clock; readonly timers: Timers }) {
    const { frames, requests, answers, subscribers, tails } = PROCESS_BYTES;
    this.frames = new ByteBudget(frames / gateways, ports);
    this.requests = new ByteBudget(requests / gateways, ports);
    this.answers = new ByteBudget(answers / gateways, ports);
    this.subscribers = new ByteBudget(subscribers / gateways, ports);
    this.tailBytes = tails / gateways;
  }
}
