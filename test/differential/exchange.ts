/** One request on its way to both clusters. */
import { setTimeout as sleep } from "node:timers/promises";

import type { Call } from "./kind.ts";
import type { Answer, Side } from "./side.ts";

/** Kafka and Odradek, in this order. */
export type Sides = readonly [kafka: Side, odradek: Side];

export class Exchange {
  readonly call: Call;
  /** Which one of its sequence it is. */
  readonly number: number;
  readonly answers: Promise<readonly [Answer, Answer]>;
  /** How many of the two have answered. */
  #answered = 0;

  constructor(call: Call, number: number, [kafka, odradek]: Sides) {
    this.call = call;
    this.number = number;
    const sent = async (side: Side) => {
      const answer = await side.send(call);
      this.#answered++;
      return answer;
    };
    this.answers = Promise.all([sent(kafka), sent(odradek)]);
  }

  /** Whether both have answered within some time, or for longer if one of them has. */
  async isAnswered(withinMs: number): Promise<boolean> {
    await Promise.race([this.answers, sleep(withinMs)]);
    if (this.#answered === 0) return false;
    await this.answers;
    return true;
  }
}
