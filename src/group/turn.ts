/**
 * One event of a group: what the step that handles it may know besides the group, and where it puts
 * what comes of it. The host stores the records in one transaction before anybody is answered.
 *
 * A record that is put here applies to the group at once, by its replay: nothing else changes what
 * a group has stored. Should it not become durable, the host ends the group's coordinator, which
 * starts again from what is stored, and nobody has been answered.
 */
import type { Millis, Random } from "../base/clock.ts";
import type { JoinGroupAnswer, SyncGroupAnswer } from "./group-calls.ts";
import type { GroupConfig } from "./group-config.ts";
import type { GroupRecord } from "./group-record.ts";
import type { TopicsImage } from "./topics-image.ts";

/** Stands for a JoinGroup or SyncGroup that waits for its answer; the host knows whose it is. */
export type Ticket = number;

export interface Turn {
  readonly now: Millis;
  readonly random: Random;
  readonly config: GroupConfig;
  readonly topics: TopicsImage;

  /** Takes a record to be stored, and applies it. */
  record(record: GroupRecord): void;

  /** Answers a join that waits, perhaps since an earlier event. */
  answerJoin(ticket: Ticket, answer: JoinGroupAnswer): void;

  /** Answers a sync that waits, perhaps since an earlier event. */
  answerSync(ticket: Ticket, answer: SyncGroupAnswer): void;
}
