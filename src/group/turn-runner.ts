/**
 * Runs the steps of a group: each is one turn, whose records are stored before anybody is answered.
 * What several turns record at the same time becomes one write.
 */
import type { Clock, Millis, Random } from "../base/clock.ts";
import type { JoinGroupAnswer, SyncGroupAnswer } from "./group-calls.ts";
import type { GroupConfig } from "./group-config.ts";
import type { GroupRecord } from "./group-record.ts";
import type { GroupState } from "./group-state.ts";
import { replay } from "./load-group.ts";
import type { TopicsImage } from "./topics-image.ts";
import type { Ticket, Turn } from "./turn.ts";

export interface TurnRunnerPorts {
  readonly clock: Clock;
  readonly random: Random;
  config(): GroupConfig;
  /** Calls `run` after the events of this turn. */
  nextTurn(run: () => void): void;
  state(): GroupState;
  topics(): TopicsImage;
  /** Stores records; nobody is answered before what this returns has resolved. */
  write(records: readonly GroupRecord[]): Promise<void>;
  /** A step has been taken. */
  onTurn(): void;
  /** What is in memory may be ahead of what is stored. */
  abort(error: unknown): void;
}

/** A turn that waits until what it has recorded is stored. */
interface Unstored {
  readonly records: readonly GroupRecord[];
  readonly resolve: (written: Promise<void>) => void;
}

type LateAnswer = JoinGroupAnswer | SyncGroupAnswer;

export class TurnRunner {
  readonly #ports: TurnRunnerPorts;
  /** Who waits for an answer that a later turn may give. */
  readonly #waiting = new Map<Ticket, (answer: LateAnswer) => void>();
  #lastTicket = 0;
  #unstored: Unstored[] = [];
  #isStoring = false;

  constructor(ports: TurnRunnerPorts) {
    this.#ports = ports;
  }

  /** Takes a step and returns its answer, once what it recorded is stored. */
  async run<Answer>(step: (state: GroupState, turn: Turn) => Answer): Promise<Answer> {
    const { abort, onTurn, state } = this.#ports;
    const current = state();
    const turn = new RunningTurn(this.#ports, current);
    let answer;
    try {
      answer = step(current, turn);
    } catch (error) {
      abort(error);
      throw error;
    }
    onTurn();
    await this.#stored(turn.records);
    for (const [ticket, late] of turn.answers) {
      this.#waiting.get(ticket)?.(late);
      this.#waiting.delete(ticket);
    }
    return answer;
  }

  /** Takes a step that is answered by its ticket, in this turn or in a later one. */
  async wait<Answer extends LateAnswer>(
    step: (state: GroupState, ticket: Ticket, turn: Turn) => void,
  ): Promise<Answer> {
    const ticket = ++this.#lastTicket;
    const answered = new Promise<Answer>((resolve) => {
      this.#waiting.set(ticket, resolve as (answer: LateAnswer) => void);
    });
    await this.run((state, turn) => step(state, ticket, turn));
    return answered;
  }

  /** Resolves when these records are stored, and all that were recorded before. */
  async #stored(records: readonly GroupRecord[]): Promise<void> {
    if (records.length === 0 && !this.#isStoring) return;
    await new Promise<void>((resolve) => {
      this.#unstored.push({ records, resolve });
      if (this.#isStoring) return;
      this.#isStoring = true;
      this.#ports.nextTurn(() => this.#store());
    });
  }

  #store(): void {
    const turns = this.#unstored.splice(0);
    this.#isStoring = false;
    const records = turns.flatMap((turn) => turn.records);
    try {
      const written = records.length > 0 ? this.#ports.write(records) : Promise.resolve();
      for (const { resolve } of turns) resolve(written);
    } catch (error) {
      this.#ports.abort(error);
    }
  }
}

/** A turn while its step is taken: what the step may know, and what comes of it. */
class RunningTurn implements Turn {
  readonly now: Millis;
  readonly random: Random;
  readonly config: GroupConfig;
  readonly topics: TopicsImage;
  readonly records: GroupRecord[] = [];
  readonly answers: [Ticket, LateAnswer][] = [];
  readonly #state: GroupState;

  constructor({ clock, random, config, topics }: TurnRunnerPorts, state: GroupState) {
    this.now = clock.now();
    this.random = random;
    this.config = config();
    this.topics = topics();
    this.#state = state;
  }

  record(record: GroupRecord): void {
    this.records.push(record);
    replay(this.#state, record);
  }

  answerJoin(ticket: Ticket, answer: JoinGroupAnswer): void {
    this.answers.push([ticket, answer]);
  }

  answerSync(ticket: Ticket, answer: SyncGroupAnswer): void {
    this.answers.push([ticket, answer]);
  }
}
