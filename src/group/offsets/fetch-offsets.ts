/** OffsetFetch: how far a group has come. What it has not committed is -1, and no error. */
import type { Uuid } from "../../base/uuid.ts";
import type { FetchOffsetsAnswer, FetchOffsetsCall } from "../group-calls.ts";
import type { GroupState } from "../group-state.ts";
import { NO_TOPIC_ID, type CommittedOffset } from "./committed-offsets.ts";

type FetchedPartition = FetchOffsetsAnswer["topics"][number]["partitions"][number];

export function fetchOffsets(
  { group, offsets }: GroupState,
  call: FetchOffsetsCall,
): FetchOffsetsAnswer {
  const error = group?.invalidOffsetFetch(call) ?? null;
  if (error !== null) return { error, topics: [] };
  const topics = call.topics ?? allTopics(offsets.topics());
  return {
    error: null,
    topics: topics.map(({ name, topicId, partitionIndexes }) => {
      const committed = offsets.partitions(name);
      return {
        name,
        partitions: [...(partitionIndexes ?? committed.keys())].map((partitionIndex) =>
          fetched(partitionIndex, committed.get(partitionIndex), topicId),
        ),
      };
    }),
  };
}

/** Every topic, and of each every partition. */
function allTopics(names: Iterable<string>) {
  return [...names].map((name) => ({ name, topicId: NO_TOPIC_ID, partitionIndexes: null }));
}

function fetched(
  partitionIndex: number,
  committed: CommittedOffset | undefined,
  topicId: Uuid,
): FetchedPartition {
  if (!committed || isOfAnother(committed.topicId, topicId)) {
    return {
      partitionIndex,
      committedOffset: -1,
      committedLeaderEpoch: -1,
      metadata: "",
      error: null,
    };
  }
  const { offset, leaderEpoch, metadata } = committed;
  return {
    partitionIndex,
    committedOffset: offset,
    committedLeaderEpoch: leaderEpoch,
    metadata,
    error: null,
  };
}

/** Whether the offset was committed when the name belonged to another topic. */
function isOfAnother(committed: Uuid, asked: Uuid): boolean {
  return committed !== NO_TOPIC_ID && asked !== NO_TOPIC_ID && committed !== asked;
}
