/**
 * What a group stores: the records that Kafka's coordinator writes to `__consumer_offsets`, and one
 * of our own. All but that one are also projected to the topic.
 */
import type { CoordinatorRecord } from "../protocol/coordinator-records.ts";

/**
 * The generation that a classic group has begun. Kafka's GroupMetadata is written when a generation
 * has its assignment; this one when its members are told its number, so that after a restart
 * between the two no other set of members gets the same number.
 */
export interface ClassicGenerationRecord {
  readonly type: "ClassicGeneration";
  readonly key: Record<string, never>;
  readonly value: { readonly generationId: number } | null;
}

/** A fact about a group under its key; the value null says that there is none any more. */
export type GroupRecord = CoordinatorRecord | ClassicGenerationRecord;
