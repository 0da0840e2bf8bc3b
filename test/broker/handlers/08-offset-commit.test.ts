/** OffsetCommit: what the broker refuses itself, and what the group is asked. */
import { describe, expect, test } from "vitest";

import { ZERO_UUID } from "../../../src/base/uuid.ts";
import { offsetCommitHandler } from "../../../src/broker/handlers/08-offset-commit.ts";
import type { CommitOffsetsCall } from "../../../src/group/group-calls.ts";
import { errorName, type ErrorName } from "../../../src/protocol/errors.ts";
import { groupCluster } from "../group-cluster.ts";

const UNKNOWN_ID = "AAAAAAAAAAAAAAAAAAAAAQ";

function partitions(...indexes: number[]) {
  return indexes.map((partitionIndex) => ({
    partitionIndex,
    committedOffset: 10 + partitionIndex,
    committedMetadata: null,
  }));
}

/** A group that answers every partition with this. */
function answerWith(error: ErrorName | null) {
  return (_groupId: string, { topics }: CommitOffsetsCall) => ({
    error: null,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, error })),
    })),
  });
}

/** A cluster whose groups take every commit, and commits that are answered with error names. */
function committing() {
  const cluster = groupCluster();
  cluster.groups.answers.commitOffsets = answerWith(null);
  const commit = async (
    apiVersion: number,
    topics: Parameters<typeof offsetCommitHandler.api.encodeRequest>[2]["topics"],
  ) => {
    const request = { groupId: "group", memberId: "", topics };
    const response = await cluster.call(offsetCommitHandler, apiVersion, request);
    return response.topics.map(({ name, topicId, partitions }) => ({
      topic: apiVersion < 10 ? name : topicId,
      errors: partitions.map((each) => [each.partitionIndex, errorName(each.errorCode)]),
    }));
  };
  return { ...cluster, commit };
}

describe("OffsetCommit", () => {
  test("[BRK33] partitions that there are not are refused, and the group gets the others", async () => {
    const { commit, groups, topicId } = committing();
    const topics = [
      { name: "topic", partitions: partitions(0, 3) },
      { name: "nowhere", partitions: partitions(0) },
    ];
    expect(await commit(9, topics)).toEqual([
      {
        topic: "topic",
        errors: [
          [3, "UNKNOWN_TOPIC_OR_PARTITION"],
          [0, "NONE"],
        ],
      },
      { topic: "nowhere", errors: [[0, "UNKNOWN_TOPIC_OR_PARTITION"]] },
    ]);
    const asked = { name: "topic", topicId, partitions: [{ partitionIndex: 0 }] };
    expect(groups.asked).toMatchObject([["group", "commitOffsets", { topics: [asked] }]]);
  });

  test("[BRK33] the group is not asked when no partition is left", async () => {
    const { commit, groups } = committing();
    expect(await commit(9, [{ name: "nowhere", partitions: partitions(0) }])).toHaveLength(1);
    expect(await commit(9, [])).toEqual([]);
    expect(groups.asked).toEqual([]);
  });

  test("[BRK33] the group hears all that the request says", async () => {
    const { call, groups, topicId } = committing();
    const member = { groupId: "group", memberId: "member", groupInstanceId: "instance" };
    const partition = { partitionIndex: 0, committedOffset: 7, committedMetadata: "note" };
    const topics = [{ name: "topic", partitions: [{ ...partition, committedLeaderEpoch: 2 }] }];
    await call(offsetCommitHandler, 9, { ...member, generationIdOrMemberEpoch: 3, topics });
    await call(offsetCommitHandler, 2, {
      groupId: "",
      memberId: "",
      retentionTimeMs: 1000,
      topics: [{ name: "topic", partitions: [partition] }],
    });
    expect(groups.asked).toEqual([
      [
        "group",
        "commitOffsets",
        {
          generationIdOrMemberEpoch: 3,
          memberId: "member",
          groupInstanceId: "instance",
          retentionTimeMs: -1,
          apiVersion: 9,
          topics: [{ ...topics[0], topicId }],
        },
      ],
      [
        "",
        "commitOffsets",
        {
          generationIdOrMemberEpoch: -1,
          memberId: "",
          groupInstanceId: null,
          retentionTimeMs: 1000,
          apiVersion: 2,
          topics: [
            { name: "topic", topicId, partitions: [{ ...partition, committedLeaderEpoch: -1 }] },
          ],
        },
      ],
    ]);
  });

  test("[BRK34] from version 10 on topics go by their ids", async () => {
    const { commit, groups, topicId } = committing();
    const topics = [UNKNOWN_ID, topicId, ZERO_UUID].map((id) => ({
      topicId: id,
      partitions: partitions(0, 5),
    }));
    expect(await commit(10, topics)).toEqual([
      {
        topic: UNKNOWN_ID,
        errors: [
          [0, "UNKNOWN_TOPIC_ID"],
          [5, "UNKNOWN_TOPIC_ID"],
        ],
      },
      {
        topic: topicId,
        errors: [
          [5, "UNKNOWN_TOPIC_OR_PARTITION"],
          [0, "NONE"],
        ],
      },
      {
        topic: ZERO_UUID,
        errors: [
          [0, "UNKNOWN_TOPIC_ID"],
          [5, "UNKNOWN_TOPIC_ID"],
        ],
      },
    ]);
    expect(groups.asked).toMatchObject([
      ["group", "commitOffsets", { topics: [{ name: "topic" }] }],
    ]);
  });

  test("[BRK33] an error of the group is every partition's that it was asked about", async () => {
    const { commit, groups } = committing();
    const topics = [{ name: "topic", partitions: partitions(0, 1, 9) }];
    groups.answers.commitOffsets = () => ({ error: "ILLEGAL_GENERATION", topics: [] });
    expect((await commit(9, topics))[0]!.errors).toEqual([
      [9, "UNKNOWN_TOPIC_OR_PARTITION"],
      [0, "ILLEGAL_GENERATION"],
      [1, "ILLEGAL_GENERATION"],
    ]);
    groups.answers.commitOffsets = answerWith("OFFSET_METADATA_TOO_LARGE");
    expect((await commit(9, topics))[0]!.errors[1]).toEqual([0, "OFFSET_METADATA_TOO_LARGE"]);
  });

  test("[BRK28] a broken call is COORDINATOR_NOT_AVAILABLE", async () => {
    const { commit, groups } = committing();
    groups.answers = {};
    const topics = [{ name: "topic", partitions: partitions(0) }];
    expect((await commit(9, topics))[0]!.errors).toEqual([[0, "COORDINATOR_NOT_AVAILABLE"]]);
  });
});
