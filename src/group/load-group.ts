/** A group from its records: all of them at a start, and one by one while it lives. */
import type { Millis } from "../base/clock.ts";
import type { CoordinatorRecord } from "../protocol/coordinator-records.ts";
import { ClassicGroup } from "./classic/classic-group.ts";
import { newClassicGroup } from "./classic/group-metadata.ts";
import { ConsumerGroup } from "./consumer/consumer-group.ts";
import type { GroupConfig } from "./group-config.ts";
import type { GroupRecord } from "./group-record.ts";
import type { GroupState } from "./group-state.ts";
import { CommittedOffsets } from "./offsets/committed-offsets.ts";

/**
 * The group that these records make, each the last of its key, a group's before its members'.
 * Sessions begin anew. `generationId` is the one that a classic group began last, 0 if none.
 */
export function loadGroup(
  groupId: string,
  records: readonly CoordinatorRecord[],
  generationId: number,
  { now, config }: { readonly now: Millis; readonly config: GroupConfig },
): GroupState {
  const state: GroupState = { groupId, group: null, offsets: new CommittedOffsets() };
  for (const record of records) {
    if (record.type !== "GroupMetadata") replay(state, record);
    else if (record.value !== null) {
      state.group = ClassicGroup.load(groupId, record.value, generationId, now);
    }
  }
  if (state.group instanceof ConsumerGroup) state.group.onLoaded(now, config);
  // Who only commits offsets has no record of a group.
  if (state.group === null && !state.offsets.isEmpty) state.group = newClassicGroup(groupId, now);
  return state;
}

/**
 * Applies a record. Those of a classic group say what became of it, and what it is in memory has
 * become that before.
 */
export function replay(state: GroupState, record: GroupRecord): void {
  if (record.type === "OffsetCommit") return state.offsets.replay(record);
  if (record.type === "GroupMetadata" || record.type === "ClassicGeneration") return;
  if (!(state.group instanceof ConsumerGroup)) {
    if (record.value === null) return;
    state.group = new ConsumerGroup(state.groupId);
  }
  state.group.replay(record);
}
