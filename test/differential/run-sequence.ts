/** Runs one sequence at both clusters, up to the first difference that is not meant. */
import { setTimeout as sleep } from "node:timers/promises";

import { alterConfigs } from "../../src/protocol/messages/33-alter-configs.ts";
import { incrementalAlterConfigs } from "../../src/protocol/messages/44-incremental-alter-configs.ts";
import { cleanUp } from "./clean-up.ts";
import { compare } from "./compare.ts";
import type { Difference } from "./compare.ts";
import { meantDifferences, meantEnds } from "./differences.ts";
import { Draw } from "./draw.ts";
import { Exchange } from "./exchange.ts";
import type { Sides } from "./exchange.ts";
import type { Call, ServedVersions } from "./kind.ts";
import { Memory } from "./memory.ts";
import { EVERYONES_PREFIX } from "./normal-form.ts";
import type { Step } from "./sequence.ts";
import { describeTopics, expectedTopics, settled } from "./settle.ts";
import { Side } from "./side.ts";
import type { Message } from "./walk.ts";

/** Both clusters, and what both serve. */
export interface Clusters {
  readonly kafka: string;
  readonly odradek: string;
  readonly served: ServedVersions;
}

/** How long what both clusters have to take notice of is given time for. */
export interface Pace {
  /** Before a request without an answer counts as one that waits. */
  readonly waitMs: number;
  /** After a change of configs or the end of a topic. */
  readonly changeMs: number;
}

export const QUICK: Pace = { waitMs: 60, changeMs: 25 };
/** For a sequence that differed: a difference that a slow machine makes is none. */
export const PATIENT: Pace = { waitMs: 300, changeMs: 150 };

/** What was sent and answered, and what differed. */
export interface Entry {
  readonly call: Call;
  /** Which request it was, in the order in which they were sent, from 1. */
  readonly number: number;
  readonly kafka: Message;
  readonly odradek: Message;
  /** Those that are not meant. */
  readonly differences: readonly Difference[];
}

/** How a sequence went. Where it ended in a difference, that is in the last entry. */
export interface Outcome {
  readonly entries: readonly Entry[];
  /** Requests that nobody had answered at the end. */
  readonly unanswered: readonly Pick<Entry, "call" | "number">[];
  /** How often each meant difference was met. */
  readonly met: ReadonlyMap<string, number>;
}

/** Whether a sequence ended in a difference. */
export function differs({ entries }: Outcome): boolean {
  return (entries.at(-1)?.differences.length ?? 0) > 0;
}

/** Runs these steps with topics and groups whose names begin with a prefix of their own. */
export async function runSequence(
  steps: readonly Step[],
  clusters: Clusters,
  { name, pace = QUICK }: { name: string; pace?: Pace },
): Promise<Outcome> {
  const run = new SequenceRun(clusters, `${EVERYONES_PREFIX}${name}`, pace);
  try {
    await run.all(steps);
  } finally {
    await run.end();
  }
  return run;
}

class SequenceRun implements Outcome {
  readonly entries: Entry[] = [];
  readonly met = new Map<string, number>();
  readonly #sides: Sides;
  readonly #memory: Memory;
  readonly #served: ServedVersions;
  readonly #pace: Pace;
  #waiting: Exchange[] = [];
  #sent = 0;
  #isOver = false;

  constructor({ kafka, odradek, served }: Clusters, prefix: string, pace: Pace) {
    this.#sides = [new Side("Apache Kafka", kafka, prefix), new Side("Odradek", odradek, prefix)];
    this.#memory = new Memory(prefix);
    this.#served = served;
    this.#pace = pace;
  }

  get unanswered(): Outcome["unanswered"] {
    return this.#waiting;
  }

  async all(steps: readonly Step[]): Promise<void> {
    for (const { kind, seed } of steps) {
      if (this.#isOver) return;
      const call = kind.call(new Draw(seed), this.#memory, this.#served);
      if (call === null) continue;
      await this.#exchange(call);
    }
  }

  /** Takes all that was made away, which ends what waits, too. */
  async end(): Promise<void> {
    await Promise.all(this.#sides.map((side) => cleanUp(side, this.#memory)));
    while (this.#waiting.length > 0 && !this.#isOver) await this.#take(this.#waiting.shift()!);
    for (const { answers } of this.#waiting) await answers;
    for (const side of this.#sides) side.close();
  }

  async #exchange(call: Call): Promise<void> {
    call.sent(this.#memory);
    const exchange = new Exchange(call, ++this.#sent, this.#sides);
    if (!call.mayWait || (await exchange.isAnswered(this.#pace.waitMs))) await this.#take(exchange);
    else this.#waiting.push(exchange);
    await this.#takeWaiting();
  }

  /** Takes the answers to earlier requests that this one has brought about. */
  async #takeWaiting(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const exchange of waiting) {
      if (this.#isOver || !(await exchange.isAnswered(GRACE_MS))) this.#waiting.push(exchange);
      else await this.#take(exchange);
    }
  }

  async #take({ call, number, answers }: Exchange): Promise<void> {
    const [ofKafka, ofOdradek] = await answers;
    const kafka = this.#sides[0].read(call.api, ofKafka);
    const odradek = this.#sides[1].read(call.api, ofOdradek);
    const end = meantEnds.find(({ covers }) => covers(kafka, odradek, call));
    const isEnd = this.#isMeant(end);
    const differences = compare(kafka, odradek).filter(
      (each) => !isEnd && !this.#isMeant(meantDifferences.find(({ covers }) => covers(each, call))),
    );
    this.entries.push({ call, number, kafka, odradek, differences });
    this.#isOver ||= isEnd || differences.length > 0;
    if (this.#isOver || "failure" in kafka) return;
    call.learn(this.#memory, kafka);
    await this.#settle(call, kafka);
  }

  #isMeant(entry: { readonly title: string } | undefined): boolean {
    if (entry === undefined) return false;
    this.met.set(entry.title, (this.met.get(entry.title) ?? 0) + 1);
    return true;
  }

  async #settle(call: Call, answer: Message): Promise<void> {
    if (call.api === alterConfigs || call.api === incrementalAlterConfigs) {
      await sleep(this.#pace.changeMs);
    }
    const expected = expectedTopics(call, answer, this.#memory.prefix);
    if (expected.size === 0) return;
    await Promise.all(this.#sides.map((side) => settled(side, expected)));
    if ([...expected.values()].includes(0)) await sleep(this.#pace.changeMs);
    await this.#exchange(describeTopics([...expected.keys()]));
  }
}

/** For an answer that the request before it has brought about. */
const GRACE_MS = 4;
