/** Incremental fetch sessions, rule by rule of KIP-227. */
import { describe, expect, test } from "vitest";

import { FetchSessions, type FetchPlan } from "../../src/broker/fetch-sessions.ts";
import type { FetchRequest } from "../../src/protocol/messages/01-fetch.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";

const NO_ID = "AAAAAAAAAAAAAAAAAAAAAA";
const QUIET = { error: null, highWatermark: 5, logStartOffset: 0, byteCount: 0, diverging: false };
const EVICTION_MS = 120_000;

function newSessions(maxSessions = 10) {
  const clock = { time: 0, now: () => clock.time };
  const sessions = new FetchSessions(maxSessions, { clock, random: new SeededRandom(1) });
  return { clock, sessions };
}

interface Asked {
  readonly id?: number;
  readonly epoch: number;
  /** Partition and fetch offset of topic "t". */
  readonly offsets?: readonly (readonly [partition: number, offset: number])[];
  readonly forgotten?: readonly number[];
}

function request({ id = 0, epoch, offsets = [], forgotten = [] }: Asked): FetchRequest {
  const partitions = offsets.map(([partition, fetchOffset]) => ({
    partition,
    fetchOffset,
    partitionMaxBytes: 100,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
  }));
  const names = { topic: "t", topicId: NO_ID };
  return {
    sessionId: id,
    sessionEpoch: epoch,
    topics: partitions.length > 0 ? [{ ...names, partitions }] : [],
    forgottenTopicsData: forgotten.length > 0 ? [{ ...names, partitions: forgotten }] : [],
  } as unknown as FetchRequest;
}

function planned(plan: FetchPlan | string): FetchPlan {
  if (typeof plan === "string") throw new Error(`No plan, but ${plan}.`);
  return plan;
}

/** Opens a session over these partitions, all of which are told once. */
function opened(sessions: FetchSessions, ...partitions: number[]): FetchPlan {
  const offsets = partitions.map((partition) => [partition, 0] as const);
  const plan = planned(sessions.plan(request({ epoch: 0, offsets }), 12));
  for (const partition of plan.partitions) plan.mentions(partition, QUIET);
  return plan;
}

function served({ partitions }: FetchPlan): number[] {
  return partitions.map(({ partition }) => partition);
}

describe("a fetch session", () => {
  test("[BRK5] begins with a full request of epoch 0, whose answer mentions everything", () => {
    const { sessions } = newSessions();
    const plan = planned(
      sessions.plan(
        request({
          epoch: 0,
          offsets: [
            [0, 1],
            [3, 7],
          ],
        }),
        12,
      ),
    );
    expect(plan.sessionId).toBeGreaterThan(0);
    expect(plan.partitions).toMatchObject([
      { partition: 0, fetchOffset: 1 },
      { partition: 3, fetchOffset: 7 },
    ]);
    expect(plan.partitions.map((partition) => plan.mentions(partition, QUIET))).toEqual([
      true,
      true,
    ]);
  });

  test("[BRK5] is not made for a request of epoch -1, and ended by one that names it", () => {
    const { sessions } = newSessions();
    const { sessionId } = opened(sessions, 0);
    const plan = planned(
      sessions.plan(request({ id: sessionId, epoch: -1, offsets: [[0, 0]] }), 12),
    );
    expect([plan.sessionId, plan.partitions.length]).toEqual([0, 1]);
    const after = sessions.plan(request({ id: sessionId, epoch: 1 }), 12);
    expect(after).toBe("FETCH_SESSION_ID_NOT_FOUND");
  });

  test("[BRK74] takes any negative epoch of a leader or a reader for none", () => {
    const { sessions } = newSessions();
    const asked = request({ epoch: 0, offsets: [[0, 0]] });
    for (const [epoch, expected] of [
      [-7, -1],
      [-1, -1],
      [0, 0],
      [3, 3],
    ] as const) {
      const [partition] = asked.topics[0]!.partitions;
      const epochs = { currentLeaderEpoch: epoch, lastFetchedEpoch: epoch };
      const topics = [{ ...asked.topics[0]!, partitions: [{ ...partition!, ...epochs }] }];
      const { partitions } = planned(sessions.plan({ ...asked, topics }, 12));
      expect(partitions).toMatchObject([
        { currentLeaderEpoch: expected, lastFetchedEpoch: expected },
      ]);
    }
  });

  test("[BRK6] takes only the next epoch, by which a request that came twice is found out", () => {
    const { sessions } = newSessions();
    const { sessionId: id } = opened(sessions, 0);
    expect(planned(sessions.plan(request({ id, epoch: 1 }), 12)).sessionId).toBe(id);
    expect(sessions.plan(request({ id, epoch: 1 }), 12)).toBe("INVALID_FETCH_SESSION_EPOCH");
    expect(planned(sessions.plan(request({ id, epoch: 2 }), 12)).sessionId).toBe(id);
    expect(sessions.plan(request({ id: id + 1, epoch: 1 }), 12)).toBe("FETCH_SESSION_ID_NOT_FOUND");
  });

  test("[BRK6] does not change from topic names to topic ids", () => {
    const { sessions } = newSessions();
    const { sessionId: id } = opened(sessions, 0);
    expect(sessions.plan(request({ id, epoch: 1 }), 13)).toBe("FETCH_SESSION_TOPIC_ID_ERROR");
  });

  test("[BRK7] remembers its partitions, changes those that are named, and forgets", () => {
    const { sessions } = newSessions();
    const { sessionId: id } = opened(sessions, 0, 1);
    const asked = request({
      id,
      epoch: 1,
      offsets: [
        [1, 9],
        [2, 4],
      ],
      forgotten: [0],
    });
    expect(planned(sessions.plan(asked, 12)).partitions).toMatchObject([
      { partition: 1, fetchOffset: 9 },
      { partition: 2, fetchOffset: 4 },
    ]);
  });

  test("[BRK7] ends when nothing is left in it", () => {
    const { sessions } = newSessions();
    const { sessionId: id } = opened(sessions, 0);
    const plan = planned(sessions.plan(request({ id, epoch: 1, forgotten: [0] }), 12));
    expect([plan.sessionId, plan.partitions.length]).toEqual([0, 0]);
    expect(sessions.plan(request({ id, epoch: 2 }), 12)).toBe("FETCH_SESSION_ID_NOT_FOUND");
  });

  test.each([
    ["nothing new", {}, false],
    ["records", { byteCount: 1 }, true],
    ["another high watermark", { highWatermark: 6 }, true],
    ["another log start offset", { logStartOffset: 1 }, true],
    ["an error", { error: "NOT_LEADER_OR_FOLLOWER" as const }, true],
    ["a diverging epoch", { diverging: true }, true],
  ])("[BRK8] answers about a partition with %s: %o is mentioned: %s", (_, news, isMentioned) => {
    const { sessions } = newSessions();
    const { sessionId: id } = opened(sessions, 0);
    const plan = planned(sessions.plan(request({ id, epoch: 1 }), 12));
    expect(plan.mentions(plan.partitions[0]!, { ...QUIET, ...news })).toBe(isMentioned);
  });

  test("[BRK8] mentions an error each time, and the partition once more when it has passed", () => {
    const { sessions } = newSessions();
    const { sessionId: id } = opened(sessions, 0);
    const error = "NOT_LEADER_OR_FOLLOWER" as const;
    const told = [{ ...QUIET, error }, { ...QUIET, error }, QUIET, QUIET].map((outcome, index) => {
      const plan = planned(sessions.plan(request({ id, epoch: index + 1 }), 12));
      return plan.mentions(plan.partitions[0]!, outcome);
    });
    expect(told).toEqual([true, true, true, false]);
  });

  test("[BRK9] serves those that returned records behind the others the next time", () => {
    const { sessions } = newSessions();
    const { sessionId: id } = opened(sessions, 0, 1, 2);
    const first = planned(sessions.plan(request({ id, epoch: 1 }), 12));
    for (const partition of first.partitions) {
      first.mentions(partition, { ...QUIET, byteCount: partition.partition === 1 ? 0 : 10 });
    }
    const second = planned(sessions.plan(request({ id, epoch: 2 }), 12));
    expect(served(second)).toEqual([1, 0, 2]);
  });

  test("[BRK9] serves none that was forgotten while it was read", () => {
    const { sessions } = newSessions();
    const { sessionId: id } = opened(sessions, 1, 2);
    const slow = planned(sessions.plan(request({ id, epoch: 1 }), 12));
    planned(sessions.plan(request({ id, epoch: 2, forgotten: [1] }), 12));
    slow.mentions(slow.partitions[0]!, { ...QUIET, byteCount: 10 });
    expect(served(planned(sessions.plan(request({ id, epoch: 3 }), 12)))).toEqual([2]);
  });

  test("[BRK9] of a partition that is named twice asks once, by what is said last", () => {
    const { sessions } = newSessions();
    const offsets = [
      [0, 1],
      [1, 5],
      [0, 2],
    ] as const;
    for (const epoch of [-1, 0]) {
      const plan = planned(sessions.plan(request({ epoch, offsets }), 12));
      const asked = plan.partitions.map(({ partition, fetchOffset }) => [partition, fetchOffset]);
      expect(asked).toEqual([
        [0, 2],
        [1, 5],
      ]);
    }
  });

  test("[BRK10] is refused, not made, while all have as many partitions as there may be", () => {
    const { clock, sessions } = newSessions();
    const many = (first: number) =>
      Array.from({ length: 90_000 }, (_, index) => [first + index, 0] as const);
    const open = (first: number) =>
      planned(sessions.plan(request({ epoch: 0, offsets: many(first) }), 12)).sessionId;
    const [first, second] = [open(0), open(0)];
    expect([first !== 0, second !== 0, open(0)]).toEqual([true, true, 0]);
    // One that grows beyond what there is room for ends, and its client begins anew.
    const more = { id: second, epoch: 1, offsets: many(90_000) };
    expect(sessions.plan(request(more), 12)).toBe("FETCH_SESSION_ID_NOT_FOUND");
    expect(open(0)).not.toBe(0);
    expect(open(0)).toBe(0);
    clock.time += EVICTION_MS;
    expect(open(0)).not.toBe(0);
  });

  test("[BRK10] is refused, not made, while all there may be are in use", () => {
    const { clock, sessions } = newSessions(2);
    const ids = [opened(sessions, 0).sessionId, opened(sessions, 0).sessionId];
    clock.time = EVICTION_MS - 1;
    expect(opened(sessions, 0).sessionId).toBe(0);
    // The older of the two is used, so that the other is now the one to go.
    planned(sessions.plan(request({ id: ids[0]!, epoch: 1 }), 12));
    clock.time = EVICTION_MS;
    expect(opened(sessions, 0).sessionId).toBeGreaterThan(0);
    expect(typeof sessions.plan(request({ id: ids[0]!, epoch: 2 }), 12)).toBe("object");
    expect(sessions.plan(request({ id: ids[1]!, epoch: 1 }), 12)).toBe(
      "FETCH_SESSION_ID_NOT_FOUND",
    );
  });
});
