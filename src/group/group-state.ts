/** All that a coordinator knows of its group: the group, if there is one, and its offsets. */
import type { ClassicGroup } from "./classic/classic-group.ts";
import type { ConsumerGroup } from "./consumer/consumer-group.ts";
import type { CommittedOffsets } from "./offsets/committed-offsets.ts";

export interface GroupState {
  readonly groupId: string;
  /** Null before it is made and after it is deleted. Conversions put another in its place. */
  group: ClassicGroup | ConsumerGroup | null;
  readonly offsets: CommittedOffsets;
}
