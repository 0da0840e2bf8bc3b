/** OffsetDelete: what the broker refuses itself, and what the group is asked. */
import { describe, expect, test } from "vitest";

import { offsetDeleteHandler } from "../../../src/broker/handlers/47-offset-delete.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { groupCluster } from "../group-cluster.ts";

function deleting() {
  const cluster = groupCluster();
  cluster.groups.answers.deleteOffsets = (_groupId, { topics }) => ({
    error: null,
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({
        partitionIndex,
        error: partitionIndex === 0 ? null : ("GROUP_SUBSCRIBED_TO_TOPIC" as const),
      })),
    })),
  });
  const forget = (groupId: string, ...topics: [name: string, ...indexes: number[]][]) =>
    cluster.call(offsetDeleteHandler, 0, {
      groupId,
      topics: topics.map(([name, ...indexes]) => ({
        name,
        partitions: indexes.map((partitionIndex) => ({ partitionIndex })),
      })),
    });
  return { ...cluster, forget };
}

describe("OffsetDelete", () => {
  test("[BRK33] partitions that there are not are refused, and the group gets the others", async () => {
    const { forget, groups } = deleting();
    const response = await forget("group", ["topic", 0, 1, 3], ["nowhere", 0]);
    expect(response).toEqual({
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      topics: [
        {
          name: "topic",
          partitions: [
            { partitionIndex: 3, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
            { partitionIndex: 0, errorCode: ErrorCode.NONE },
            { partitionIndex: 1, errorCode: ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC },
          ],
        },
        {
          name: "nowhere",
          partitions: [{ partitionIndex: 0, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }],
        },
      ],
    });
    const call = { topics: [{ name: "topic", partitionIndexes: [0, 1] }] };
    expect(groups.asked).toEqual([["group", "deleteOffsets", call]]);
  });

  test("[BRK33] the group is asked even when no partition is left, and its error stands alone", async () => {
    const { forget, groups } = deleting();
    groups.answers.deleteOffsets = () => ({ error: "GROUP_ID_NOT_FOUND", topics: [] });
    for (const topics of [[], [["nowhere", 0]]] as [string, number][][]) {
      expect(await forget("group", ...topics)).toMatchObject({
        errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
        topics: [],
      });
    }
    expect(groups.asked).toHaveLength(2);
  });

  test("[BRK28, BRK29] refusals of the request stand alone", async () => {
    const { forget, groups } = deleting();
    expect((await forget("", ["topic", 0])).errorCode).toBe(ErrorCode.INVALID_GROUP_ID);
    expect(groups.asked).toEqual([]);
    groups.answers = {};
    expect(await forget("group", ["topic", 0], ["nowhere", 0])).toMatchObject({
      errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE,
      topics: [],
    });
  });
});
