import { describe, expect, test } from "vitest";

import { ZERO_UUID } from "../../../src/base/uuid.ts";
import { fetchOffsets } from "../../../src/group/offsets/fetch-offsets.ts";
import {
  deleteOffsets,
  forgetDeletedTopics,
  forgetExpiredOffsets,
  nextOffsetExpiry,
} from "../../../src/group/offsets/forget-offsets.ts";
import { OffsetsUnderTest, OTHER_TOPIC_ID, TOPIC_ID } from "./offsets-under-test.ts";

const WEEK_MS = 7 * 86_400_000;

function fetched(offsets: OffsetsUnderTest, partitionIndexes: number[], topicId = ZERO_UUID) {
  const call = { memberId: null, memberEpoch: -1, requireStable: false };
  const topics = [{ name: "orders", topicId, partitionIndexes }];
  return fetchOffsets(offsets.state, { ...call, topics }).topics[0]!.partitions;
}

describe("committing", () => {
  test("[GRP70] offset, leader epoch and metadata come back as they were committed", () => {
    const offsets = new OffsetsUnderTest();
    const committed = { committedOffset: 7, committedLeaderEpoch: 3, committedMetadata: "so far" };
    expect(offsets.commit([committed])).toMatchObject({ error: null });
    expect(fetched(offsets, [0])).toEqual([
      {
        partitionIndex: 0,
        committedOffset: 7,
        committedLeaderEpoch: 3,
        metadata: "so far",
        error: null,
      },
    ]);
    offsets.commit([{ committedOffset: 4 }]);
    expect(fetched(offsets, [0])).toMatchObject([{ committedOffset: 4, metadata: "" }]);
  });

  test("[GRP70] what was not committed is -1, and no error", () => {
    const offsets = new OffsetsUnderTest();
    const nothing = { committedOffset: -1, committedLeaderEpoch: -1, metadata: "", error: null };
    expect(fetched(offsets, [2])).toEqual([{ partitionIndex: 2, ...nothing }]);
    offsets.commit([{ partitionIndex: 1 }]);
    expect(fetched(offsets, [2])).toEqual([{ partitionIndex: 2, ...nothing }]);
  });

  test("[GRP70] all offsets are there to be fetched without a name", () => {
    const offsets = new OffsetsUnderTest();
    offsets.commit([{ partitionIndex: 2 }, { partitionIndex: 0 }]);
    const call = { memberId: null, memberEpoch: -1, requireStable: false, topics: null };
    const { topics } = fetchOffsets(offsets.state, call);
    expect(topics).toHaveLength(1);
    expect(topics[0]!.partitions.map(({ partitionIndex }) => partitionIndex)).toEqual([2, 0]);
  });

  test("[GRP70] an offset of a topic that had the name before is not the topic's", () => {
    const offsets = new OffsetsUnderTest();
    const partitions = [
      { partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: 0, committedMetadata: null },
    ];
    offsets.commit([], { topics: [{ name: "orders", topicId: TOPIC_ID, partitions }] });
    expect(fetched(offsets, [0], TOPIC_ID)).toMatchObject([{ committedOffset: 5 }]);
    expect(fetched(offsets, [0], OTHER_TOPIC_ID)).toMatchObject([{ committedOffset: -1 }]);
    expect(fetched(offsets, [0])).toMatchObject([{ committedOffset: 5 }]);
  });

  test("[GRP71] a consumer that is no member makes a group by its first commit, a member does not", () => {
    const offsets = new OffsetsUnderTest();
    const generation = { generationIdOrMemberEpoch: 1, memberId: "member" };
    expect(offsets.commit([{}], { ...generation, apiVersion: 8 })).toMatchObject({
      error: "ILLEGAL_GENERATION",
    });
    expect(offsets.commit([{}], generation)).toMatchObject({ error: "GROUP_ID_NOT_FOUND" });
    expect(offsets.state.group).toBeNull();
    expect(offsets.commit([{}])).toMatchObject({ error: null });
    expect(offsets.state.group).toMatchObject({ stateName: "Empty", protocolType: "" });
  });

  test("[GRP76] nothing is committed of a topic that there is not, whatever a gateway believes", () => {
    const offsets = new OffsetsUnderTest();
    offsets.know();
    const refused = (error: string) => [
      { name: "orders", partitions: [{ partitionIndex: 0, error }] },
    ];
    expect(offsets.commit([{}]).topics).toEqual(refused("UNKNOWN_TOPIC_OR_PARTITION"));
    expect(offsets.commit([{}], { apiVersion: 10 }).topics).toEqual(refused("UNKNOWN_TOPIC_ID"));
    expect(offsets.turn.records).toEqual([]);
  });

  test("[GRP76] an offset is the topic's that has the name now, or has the id", () => {
    const offsets = new OffsetsUnderTest();
    const partitions = [
      { partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: 0, committedMetadata: null },
    ];
    const topics = [{ name: "orders", topicId: OTHER_TOPIC_ID, partitions }];
    expect(offsets.commit([], { topics, apiVersion: 10 }).topics[0]!.partitions).toEqual([
      { partitionIndex: 0, error: "UNKNOWN_TOPIC_ID" },
    ]);
    offsets.commit([], { topics });
    expect(fetched(offsets, [0], TOPIC_ID)).toMatchObject([{ committedOffset: 5 }]);
    expect(fetched(offsets, [0], OTHER_TOPIC_ID)).toMatchObject([{ committedOffset: -1 }]);
  });

  test("[GRP71] who is refused commits nothing", () => {
    const offsets = new OffsetsUnderTest();
    offsets.makeStable();
    expect(offsets.commit([{}])).toEqual({ error: "UNKNOWN_MEMBER_ID", topics: [] });
    expect(offsets.turn.records).toEqual([]);
  });

  test("[GRP72] metadata that is too long is refused for its partition alone", () => {
    const offsets = new OffsetsUnderTest({ "offset.metadata.max.bytes": "4" });
    const { topics } = offsets.commit([
      { partitionIndex: 0, committedMetadata: "12345" },
      { partitionIndex: 1, committedMetadata: "1234" },
    ]);
    expect(topics[0]!.partitions).toEqual([
      { partitionIndex: 0, error: "OFFSET_METADATA_TOO_LARGE" },
      { partitionIndex: 1, error: null },
    ]);
    expect(fetched(offsets, [0, 1])).toMatchObject([{ committedOffset: -1 }, { metadata: "1234" }]);
  });
});

describe("forgetting", () => {
  test("[GRP73] an offset of a simple group goes when the retention is over, and not before", () => {
    const offsets = new OffsetsUnderTest();
    offsets.commit([{ partitionIndex: 0 }]);
    const committedAt = offsets.turn.now;
    expect(nextOffsetExpiry(offsets.state, offsets.turn.config)).toBe(committedAt + WEEK_MS);
    offsets.turn.now = committedAt + WEEK_MS - 1;
    offsets.commit([{ partitionIndex: 1 }]);
    forgetExpiredOffsets(offsets.state, offsets.turn);
    expect(fetched(offsets, [0, 1])).toMatchObject([
      { committedOffset: 5 },
      { committedOffset: 5 },
    ]);
    offsets.turn.now = committedAt + WEEK_MS;
    forgetExpiredOffsets(offsets.state, offsets.turn);
    expect(fetched(offsets, [0, 1])).toMatchObject([
      { committedOffset: -1 },
      { committedOffset: 5 },
    ]);
  });

  test("[GRP73] a commit may ask to be kept for less", () => {
    const offsets = new OffsetsUnderTest();
    offsets.commit([{}], { retentionTimeMs: 1000, apiVersion: 2 });
    offsets.turn.now += 1000;
    forgetExpiredOffsets(offsets.state, offsets.turn);
    expect(offsets.state.offsets.isEmpty).toBe(true);
  });

  test("[GRP73] offsets of a group with members age from when it is empty", () => {
    const offsets = new OffsetsUnderTest();
    offsets.commit([{}]);
    offsets.makeStable();
    expect(nextOffsetExpiry(offsets.state, offsets.turn.config)).toBeNull();
    offsets.turn.now += 2 * WEEK_MS;
    forgetExpiredOffsets(offsets.state, offsets.turn);
    expect(offsets.state.offsets.isEmpty).toBe(false);
    const { group } = offsets.state;
    if (group?.groupType !== "classic") throw new Error("It is classic.");
    group.moveTo("Empty", offsets.turn.now);
    const emptySince = offsets.turn.now;
    expect(nextOffsetExpiry(offsets.state, offsets.turn.config)).toBe(emptySince + WEEK_MS);
  });

  test("[GRP74] offsets of a topic that is gone, or was made anew, go; those of others stay", () => {
    const offsets = new OffsetsUnderTest();
    const partitions = [
      { partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: 0, committedMetadata: null },
    ];
    const topics = ["gone", "renewed", "here", "elsewhere"].map((name) => ({
      name,
      topicId: TOPIC_ID,
      partitions,
    }));
    offsets.know(...topics);
    offsets.commit([], { topics });
    offsets.know({ name: "here", topicId: TOPIC_ID }, { name: "renewed", topicId: OTHER_TOPIC_ID });
    forgetDeletedTopics(offsets.state, ["gone", "renewed", "here"], offsets.turn);
    expect([...offsets.state.offsets.topics()]).toEqual(["here", "elsewhere"]);
  });

  test("[GRP75] offsets are deleted by name, unless a member subscribes to the topic", () => {
    const offsets = new OffsetsUnderTest();
    const call = { topics: [{ name: "orders", partitionIndexes: [0, 1] }] };
    expect(deleteOffsets(offsets.state, call, offsets.turn)).toEqual({
      error: "GROUP_ID_NOT_FOUND",
      topics: [],
    });
    offsets.commit([{ partitionIndex: 0 }]);
    expect(deleteOffsets(offsets.state, call, offsets.turn)).toEqual({
      error: null,
      topics: [
        {
          name: "orders",
          partitions: [
            { partitionIndex: 0, error: null },
            { partitionIndex: 1, error: null },
          ],
        },
      ],
    });
    expect(offsets.state.offsets.isEmpty).toBe(true);

    offsets.commit([{}]);
    const { group } = offsets.state;
    if (group?.groupType !== "classic") throw new Error("It is classic.");
    group.protocolType = "consumer";
    group.subscribedTopics = new Set(["orders"]);
    group.moveTo("Stable", offsets.turn.now);
    const refused = { partitionIndex: 0, error: "GROUP_SUBSCRIBED_TO_TOPIC" };
    expect(deleteOffsets(offsets.state, call, offsets.turn).topics[0]!.partitions).toContainEqual(
      refused,
    );
    expect(offsets.state.offsets.isEmpty).toBe(false);
    offsets.makeStable();
    expect(deleteOffsets(offsets.state, call, offsets.turn).error).toBe("NON_EMPTY_GROUP");
  });
});
