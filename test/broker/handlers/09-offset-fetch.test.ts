/** OffsetFetch: one group and many, by names and by ids, and where errors stand. */
import { describe, expect, test } from "vitest";

import { ZERO_UUID } from "../../../src/base/uuid.ts";
import { offsetFetchHandler } from "../../../src/broker/handlers/09-offset-fetch.ts";
import type { FetchOffsetsAnswer, FetchOffsetsCall } from "../../../src/group/group-calls.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { groupCluster } from "../group-cluster.ts";

const UNKNOWN_ID = "AAAAAAAAAAAAAAAAAAAAAQ";

const COMMITTED = { committedOffset: 5, committedLeaderEpoch: 1, metadata: "note", error: null };
const NOT_COMMITTED = {
  committedOffset: -1,
  committedLeaderEpoch: -1,
  metadata: "",
  errorCode: ErrorCode.NONE,
};

/** A group that has committed all that it is asked for; all of its topics are these. */
function committed(...names: string[]) {
  return (_groupId: string, { topics }: FetchOffsetsCall): FetchOffsetsAnswer => ({
    error: null,
    topics: (topics ?? names.map((name) => ({ name, partitionIndexes: [0] }))).map(
      ({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, ...COMMITTED })),
      }),
    ),
  });
}

function fetching(...names: string[]) {
  const cluster = groupCluster();
  cluster.groups.answers.fetchOffsets = committed(...names);
  const fetch = (
    apiVersion: number,
    request: Parameters<typeof offsetFetchHandler.api.encodeRequest>[2],
  ) => cluster.call(offsetFetchHandler, apiVersion, request);
  return { ...cluster, fetch };
}

const TOPICS = [{ name: "topic", partitionIndexes: [0, 1] }];

describe("OffsetFetch of one group", () => {
  test("[BRK35] asks by name, and answers as the version can", async () => {
    const { fetch, groups } = fetching();
    const partition = { committedOffset: 5, metadata: "note", errorCode: ErrorCode.NONE };
    for (const apiVersion of [1, 4, 5, 7]) {
      const { topics, errorCode } = await fetch(apiVersion, { groupId: "group", topics: TOPICS });
      const epoch = { committedLeaderEpoch: apiVersion >= 5 ? 1 : -1 };
      const partitions = [0, 1].map((index) => ({ partitionIndex: index, ...partition, ...epoch }));
      expect({ topics, errorCode }).toEqual({
        topics: [{ name: "topic", partitions }],
        errorCode: ErrorCode.NONE,
      });
    }
    const topics = [{ ...TOPICS[0], topicId: ZERO_UUID }];
    const call = { memberId: null, memberEpoch: -1, topics, requireStable: false };
    expect(groups.asked[3]).toEqual(["group", "fetchOffsets", call]);
  });

  test("[BRK35] null topics ask for all", async () => {
    const { fetch, groups } = fetching("topic", "deleted");
    const request = { groupId: "", topics: null, requireStable: true };
    const { topics } = await fetch(7, request);
    expect(topics.map(({ name }) => name)).toEqual(["topic", "deleted"]);
    expect(groups.asked).toMatchObject([
      ["", "fetchOffsets", { topics: null, requireStable: true }],
    ]);
  });

  test("[BRK35] an error stands with each partition in version 1, and alone from version 2 on", async () => {
    const { fetch, groups } = fetching();
    groups.answers.fetchOffsets = () => ({ error: "UNKNOWN_MEMBER_ID", topics: [] });
    const errorCode = ErrorCode.UNKNOWN_MEMBER_ID;
    const partitions = [0, 1].map((index) => ({
      ...NOT_COMMITTED,
      partitionIndex: index,
      errorCode,
    }));
    const request = { groupId: "group", topics: TOPICS };
    expect((await fetch(1, request)).topics).toEqual([{ name: "topic", partitions }]);
    for (const apiVersion of [2, 7]) {
      expect(await fetch(apiVersion, request)).toMatchObject({ topics: [], errorCode });
    }
  });
});

describe("OffsetFetch of many groups", () => {
  test("[BRK30, BRK35] each group has its own answer, in the order of the request", async () => {
    const { fetch, groups } = fetching();
    const answer = committed();
    groups.answers.fetchOffsets = (groupId, call) =>
      groupId === "b" ? { error: "STALE_MEMBER_EPOCH", topics: [] } : answer(groupId, call);
    const member = { memberId: "member", memberEpoch: 3 };
    const asked = ["a", "b", "a"].map((groupId) => ({ groupId, ...member, topics: TOPICS }));
    const response = await fetch(9, { groups: asked });
    expect(response.groups.map(({ groupId, errorCode }) => [groupId, errorCode])).toEqual([
      ["a", ErrorCode.NONE],
      ["b", ErrorCode.STALE_MEMBER_EPOCH],
      ["a", ErrorCode.NONE],
    ]);
    expect(response.groups.map(({ topics }) => topics.length)).toEqual([1, 0, 1]);
    expect(groups.asked).toMatchObject([
      ["a", "fetchOffsets", member],
      ["b", "fetchOffsets", member],
      ["a", "fetchOffsets", member],
    ]);
  });

  test("[BRK28] a broken call is NOT_COORDINATOR", async () => {
    const { fetch, groups } = fetching();
    groups.answers = {};
    const { groups: answered } = await fetch(8, { groups: [{ groupId: "a", topics: null }] });
    expect(answered).toMatchObject([{ groupId: "a", errorCode: ErrorCode.NOT_COORDINATOR }]);
  });

  test("[BRK34] from version 10 on topics go by their ids, and unknown ones stand last", async () => {
    const { fetch, groups, topicId } = fetching();
    const topics = [UNKNOWN_ID, topicId].map((id) => ({ topicId: id, partitionIndexes: [2] }));
    const response = await fetch(10, { groups: [{ groupId: "a", topics }] });
    const unknown = { ...NOT_COMMITTED, errorCode: ErrorCode.UNKNOWN_TOPIC_ID };
    expect(response.groups[0]!.topics).toMatchObject([
      { topicId, partitions: [{ partitionIndex: 2, committedOffset: 5, errorCode: 0 }] },
      { topicId: UNKNOWN_ID, partitions: [{ partitionIndex: 2, ...unknown }] },
    ]);
    const asked = [{ name: "topic", topicId, partitionIndexes: [2] }];
    expect(groups.asked).toMatchObject([["a", "fetchOffsets", { topics: asked }]]);
  });

  test("[BRK34] from version 10 on all topics are those that have an id", async () => {
    const { fetch, topicId } = fetching("deleted", "topic");
    const request = { groups: [{ groupId: "a", topics: null }] };
    const { topics } = (await fetch(10, request)).groups[0]!;
    expect(topics.map((topic) => topic.topicId)).toEqual([topicId]);
    const named = (await fetch(9, request)).groups[0]!.topics;
    expect(named.map(({ name }) => name)).toEqual(["deleted", "topic"]);
  });
});
