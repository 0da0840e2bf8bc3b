/** The offsets of a group, and those who commit them, in the words of a test. */
import { ZERO_UUID } from "../../../src/base/uuid.ts";
import { newClassicGroup } from "../../../src/group/classic/group-metadata.ts";
import type { CommitOffsetsCall, OffsetToCommit } from "../../../src/group/group-calls.ts";
import type { GroupState } from "../../../src/group/group-state.ts";
import { replay } from "../../../src/group/load-group.ts";
import { commitOffsets } from "../../../src/group/offsets/commit-offsets.ts";
import { CommittedOffsets } from "../../../src/group/offsets/committed-offsets.ts";
import { TopicsImage } from "../../../src/group/topics-image.ts";
import { TestTurn } from "../test-turn.ts";

export const TOPIC_ID = "AAAAAAAAAAAAAAAAAAAAAQ";
export const OTHER_TOPIC_ID = "AAAAAAAAAAAAAAAAAAAAAg";

export class OffsetsUnderTest {
  readonly state: GroupState = { groupId: "group", group: null, offsets: new CommittedOffsets() };
  readonly turn: TestTurn;

  constructor(configs: Readonly<Record<string, string>> = {}) {
    this.turn = new TestTurn(configs, (record) => replay(this.state, record));
    this.know({ name: "orders", topicId: TOPIC_ID });
  }

  /** A commit of partitions of `orders` by a consumer that is no member, unless it says it is. */
  commit(offsets: readonly Partial<OffsetToCommit>[], call: Partial<CommitOffsetsCall> = {}) {
    const partitions = offsets.map((offset) => ({
      partitionIndex: 0,
      committedOffset: 5,
      committedLeaderEpoch: -1,
      committedMetadata: null,
      ...offset,
    }));
    const whole: CommitOffsetsCall = {
      generationIdOrMemberEpoch: -1,
      memberId: "",
      groupInstanceId: null,
      retentionTimeMs: -1,
      apiVersion: 9,
      topics: [{ name: "orders", topicId: ZERO_UUID, partitions }],
      ...call,
    };
    return commitOffsets(this.state, whole, this.turn);
  }

  /** A classic group with members of an embedded protocol of its own, stable since now. */
  makeStable(): void {
    const group = newClassicGroup("group", this.turn.now);
    group.protocolType = "connect";
    group.moveTo("Stable", this.turn.now);
    this.state.group = group;
  }

  know(...topics: { name: string; topicId: string }[]): void {
    this.turn.topics = new TopicsImage(topics.map((topic) => ({ ...topic, partitionCount: 3 })));
  }
}
