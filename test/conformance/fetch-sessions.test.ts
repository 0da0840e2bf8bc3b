/**
 * Fetch sessions (KIP-227): a reader that fetches again says only what has changed, and so does the
 * broker.
 */
import { expect } from "vitest";

import { errorName } from "../../src/protocol/errors.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import type { FetchResponse } from "../../src/protocol/messages/01-fetch.ts";
import { deleteTopics } from "../../src/protocol/messages/20-delete-topics.ts";
import { batch, valuesIn } from "./batches.ts";
import type { Cluster } from "./cluster.ts";
import type { FetchOptions } from "./partition.ts";
import { Partition, fetchRequest } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const NEW = 0;
const NONE = -1;

/** The first version with sessions, and the first that names topics by id. */
const VERSIONS = servedVersions(fetch).filter((version) => version >= 7);
const BY_ID = 13;

/** Fetches as a part of a session; an answer as its error, its session, and values by partition. */
async function step(
  partition: Partition,
  partitions: readonly Partition[],
  options: FetchOptions & { forgotten?: readonly Partition[] },
) {
  const { version = 18, forgotten = [], ...others } = options;
  const forgottenTopicsData = forgotten.map(({ name, topicId, index }) => {
    return { topic: name, topicId, partitions: [index] };
  });
  const request = fetchRequest(partitions, { ...others, forgottenTopicsData });
  const answer = await partition.leader.wire.call(fetch, version, request);
  const { errorCode, sessionId } = answer;
  return { error: errorName(errorCode), sessionId, fetched: valuesByPartition(answer) };
}

function valuesByPartition({ responses }: FetchResponse) {
  const partitions = responses.flatMap((topic) => topic.partitions);
  return partitions.map(({ partitionIndex, errorCode, records }) => {
    return [partitionIndex, errorCode === 0 ? valuesIn(records).join() : errorName(errorCode)];
  });
}

/**
 * Partitions of a new topic that one broker leads, in an order that is not that of their numbers.
 */
async function ledAlike(cluster: Cluster, count: number): Promise<Partition[]> {
  const brokers = await cluster.brokers();
  const partitions = await cluster.newTopic({ partitions: count * brokers.length });
  const { nodeId } = partitions[0]!.leader;
  const alike = partitions.filter(({ leader }) => leader.nodeId === nodeId);
  return alike.slice(0, count).toReversed();
}

conformance("fetch sessions", (test) => {
  test("[K32] epoch 0 asks for a session and -1 for none, and both are answered in full", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a"));
    for (const version of VERSIONS) {
      const full = { error: "NONE", fetched: [[0, "a"]] };
      const without = await step(partition, [partition], { version, sessionEpoch: NONE });
      expect(without).toEqual({ ...full, sessionId: 0 });
      const opened = await step(partition, [partition], { version, sessionEpoch: NEW });
      expect(opened).toMatchObject(full);
      expect(opened.sessionId).toBeGreaterThan(0);
    }
  });

  test("[K32] a session may begin with nothing, and ends with nothing", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a"));
    for (const version of VERSIONS) {
      const { sessionId, fetched } = await step(partition, [], { version, sessionEpoch: NEW });
      expect(sessionId).toBeGreaterThan(0);
      expect(fetched).toEqual([]);
      const next = { version, sessionId, sessionEpoch: 1 };
      const ended = await step(partition, [partition], { ...next, forgotten: [partition] });
      expect(ended).toEqual({ error: "NONE", sessionId: 0, fetched: [[0, "a"]] });
      expect(await step(partition, [], { ...next, sessionEpoch: 2 })).toMatchObject({
        error: "FETCH_SESSION_ID_NOT_FOUND",
      });
    }
  });

  test("[K32] a session that has known a topic by its id misses its partitions", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const missing = new Partition(partition, 9, partition.leader);
    const asked = [partition, missing];
    const { sessionId } = await step(partition, asked, { sessionEpoch: NEW });
    const wire = await cluster.wire();
    await wire.call(deleteTopics, 5, { topicNames: [partition.name], timeoutMs: 10_000 });
    let sessionEpoch = 1;
    const again = async () =>
      (await step(partition, [], { sessionId, sessionEpoch: sessionEpoch++ })).fetched;
    const everywhere = (error: string) => [
      [0, error],
      [9, error],
    ];
    await expect.poll(again).toEqual(everywhere("UNKNOWN_TOPIC_OR_PARTITION"));
    const fresh = await step(partition, asked, { sessionEpoch: NONE });
    expect(fresh.fetched).toEqual(everywhere("UNKNOWN_TOPIC_ID"));
  });

  test("[K32] a session answers with the partitions that have changed", async ({ cluster }) => {
    const [one, other] = (await ledAlike(cluster, 2)) as [Partition, Partition];
    for (const version of VERSIONS) {
      const from = { version, fetchOffset: (await one.fetch()).highWatermark };
      const opened = await step(one, [one, other], { ...from, sessionEpoch: NEW });
      const [o, p] = [one.index, other.index];
      expect(opened.fetched).toEqual([
        [o, ""],
        [p, ""],
      ]);
      const session = { ...from, sessionId: opened.sessionId };
      const unchanged = { error: "NONE", sessionId: opened.sessionId, fetched: [] };
      expect(await step(one, [], { ...session, sessionEpoch: 1 })).toEqual(unchanged);
      await one.produce(batch(`one v${version}`));
      const changed = { ...unchanged, fetched: [[o, `one v${version}`]] };
      expect(await step(one, [], { ...session, sessionEpoch: 2 })).toEqual(changed);
      // It is not past the record until the reader says so.
      expect(await step(one, [], { ...session, sessionEpoch: 3 })).toEqual(changed);
      const past = { ...session, fetchOffset: session.fetchOffset + 1 };
      expect(await step(one, [one], { ...past, sessionEpoch: 4 })).toEqual(unchanged);
      await other.produce(batch(`other v${version}`));
      const { fetched } = await step(one, [], { ...session, sessionEpoch: 5 });
      expect(fetched).toEqual([[p, `other v${version}`]]);
    }
  });

  test("[K32] partitions may be added and forgotten", async ({ cluster }) => {
    const [one, other] = (await ledAlike(cluster, 2)) as [Partition, Partition];
    await one.produce(batch("one"));
    await other.produce(batch("other"));
    for (const version of VERSIONS) {
      const { sessionId, fetched } = await step(one, [one], { version, sessionEpoch: NEW });
      expect(fetched).toEqual([[one.index, "one"]]);
      const session = { version, sessionId };
      const added = await step(one, [other], { ...session, sessionEpoch: 1 });
      expect(Object.fromEntries(added.fetched)).toEqual({
        [one.index]: "one",
        [other.index]: "other",
      });
      const rest = await step(one, [], { ...session, sessionEpoch: 2, forgotten: [one] });
      expect(rest.fetched).toEqual([[other.index, "other"]]);
    }
  });

  test("[K32] a session that has forgotten all its partitions is closed", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const { sessionId } = await step(partition, [partition], { sessionEpoch: NEW });
    const emptied = { sessionId, sessionEpoch: 1, forgotten: [partition] };
    const closed = { error: "NONE", sessionId: 0, fetched: [] };
    expect(await step(partition, [], emptied)).toEqual(closed);
    const { error } = await step(partition, [], { sessionId, sessionEpoch: 2 });
    expect(error).toBe("FETCH_SESSION_ID_NOT_FOUND");
  });

  test("[K32] epoch -1 with a session's id closes it", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const { sessionId } = await step(partition, [partition], { sessionEpoch: NEW });
    const last = await step(partition, [partition], { sessionId, sessionEpoch: NONE });
    expect(last).toEqual({ error: "NONE", sessionId: 0, fetched: [[0, ""]] });
    const { error } = await step(partition, [], { sessionId, sessionEpoch: 1 });
    expect(error).toBe("FETCH_SESSION_ID_NOT_FOUND");
  });

  test("[K32] epoch 0 with a session's id replaces it by another", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const first = await step(partition, [partition], { sessionEpoch: NEW });
    const { sessionId } = first;
    const second = await step(partition, [partition], { sessionId, sessionEpoch: NEW });
    expect(second.error).toBe("NONE");
    expect(second.sessionId).toBeGreaterThan(0);
    expect(second.sessionId).not.toBe(sessionId);
    const { error } = await step(partition, [], { sessionId, sessionEpoch: 1 });
    expect(error).toBe("FETCH_SESSION_ID_NOT_FOUND");
  });

  test("[K32] a session that there is not, and an epoch out of turn, are errors of the request", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    for (const version of VERSIONS) {
      const opened = await step(partition, [partition], { version, sessionEpoch: NEW });
      const refused = (options: FetchOptions) => step(partition, [], { version, ...options });
      const { sessionId } = opened;
      const unknown = sessionId === 0x7fffffff ? 1 : sessionId + 1;
      expect(await refused({ sessionId: unknown, sessionEpoch: 1 })).toEqual({
        error: "FETCH_SESSION_ID_NOT_FOUND",
        sessionId: 0,
        fetched: [],
      });
      for (const sessionEpoch of [2, 7]) {
        expect(await refused({ sessionId, sessionEpoch })).toEqual({
          error: "INVALID_FETCH_SESSION_EPOCH",
          sessionId: 0,
          fetched: [],
        });
      }
      expect((await refused({ sessionId, sessionEpoch: 1 })).error).toBe("NONE");
    }
  });

  test("[K32] a session begun with names does not go on with ids, nor the other way", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    for (const [version, other] of [
      [BY_ID - 1, BY_ID],
      [BY_ID, BY_ID - 1],
    ] as const) {
      const { sessionId } = await step(partition, [partition], { version, sessionEpoch: NEW });
      const { error } = await step(partition, [], { version: other, sessionId, sessionEpoch: 1 });
      expect(error).toBe("FETCH_SESSION_TOPIC_ID_ERROR");
    }
  });

  test("[K32] a partition with an error is answered each time, until it is forgotten", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const outside = { fetchOffset: 9 };
    const opened = await step(partition, [partition], { ...outside, sessionEpoch: NEW });
    const { sessionId } = opened;
    const error = [[0, "OFFSET_OUT_OF_RANGE"]];
    expect(opened.fetched).toEqual(error);
    for (const sessionEpoch of [1, 2]) {
      expect((await step(partition, [], { sessionId, sessionEpoch })).fetched).toEqual(error);
    }
    const back = await step(partition, [partition], { sessionId, sessionEpoch: 3, fetchOffset: 0 });
    expect(back).toEqual({ error: "NONE", sessionId, fetched: [[0, ""]] });
  });

  test("[K32] what has returned records goes to the end, so that nobody starves", async ({
    cluster,
  }) => {
    const partitions = await ledAlike(cluster, 3);
    for (const partition of partitions) await partition.produce(batch("x".repeat(2000)));
    const limit = { maxBytes: 1000 };
    const [first] = partitions as [Partition];
    const { sessionId } = await step(first, partitions, { ...limit, sessionEpoch: NEW });
    const turns: unknown[] = [];
    for (let sessionEpoch = 1; sessionEpoch <= 6; sessionEpoch++) {
      const { fetched } = await step(first, [], { ...limit, sessionId, sessionEpoch });
      turns.push(...fetched.filter(([, values]) => values !== "").map(([index]) => index));
    }
    const indexes = partitions.map(({ index }) => index);
    expect(turns).toEqual([...indexes, ...indexes]);
  });

  test("[K32] in a session too, the answer waits for records", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const wire = await cluster.openLeader(partition);
    const opened = await wire.call(fetch, 18, fetchRequest([partition], { sessionEpoch: NEW }));
    const session = { sessionId: opened.sessionId, sessionEpoch: 1, maxWaitMs: 10_000 };
    const waiting = wire.call(fetch, 18, fetchRequest([], session));
    await partition.produce(batch("at last"));
    expect(valuesByPartition(await waiting)).toEqual([[0, "at last"]]);
  });
});
