import type { JoinGroupAnswer, SyncGroupAnswer } from "../../src/group/group-calls.ts";
/** A turn for tests: what a step recorded and answered can be looked at afterwards. */
import { parseGroupConfig } from "../../src/group/group-config.ts";
import type { GroupConfig } from "../../src/group/group-config.ts";
import type { GroupRecord } from "../../src/group/group-record.ts";
import { TopicsImage } from "../../src/group/topics-image.ts";
import type { Ticket, Turn } from "../../src/group/turn.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";

export class TestTurn implements Turn {
  now = 1_000_000;
  topics = new TopicsImage();
  readonly random: SeededRandom;
  readonly config: GroupConfig;
  readonly records: GroupRecord[] = [];
  readonly joins = new Map<Ticket, JoinGroupAnswer>();
  readonly syncs = new Map<Ticket, SyncGroupAnswer>();
  readonly #apply: (record: GroupRecord) => void;

  constructor(
    configs: Readonly<Record<string, string>> = {},
    apply: (record: GroupRecord) => void = () => {},
    seed = 1,
  ) {
    this.config = parseGroupConfig(configs);
    this.#apply = apply;
    this.random = new SeededRandom(seed);
  }

  record(record: GroupRecord): void {
    this.records.push(record);
    this.#apply(record);
  }

  answerJoin(ticket: Ticket, answer: JoinGroupAnswer): void {
    if (this.joins.has(ticket)) throw new Error(`Join ${ticket} was answered before.`);
    this.joins.set(ticket, answer);
  }

  answerSync(ticket: Ticket, answer: SyncGroupAnswer): void {
    if (this.syncs.has(ticket)) throw new Error(`Sync ${ticket} was answered before.`);
    this.syncs.set(ticket, answer);
  }
}
