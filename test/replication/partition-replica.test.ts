/** A replica with its host's part given by hand: the disk, the controller, the gateways. */
import { describe, expect, test } from "vitest";

import { PartitionReplica } from "../../src/replication/partition-replica.ts";
import type { ReadCall, TailPush } from "../../src/replication/replica-calls.ts";
import type { Activation } from "../../src/replication/replica-role.ts";
import { Turns, microtasks } from "../broker/turns.ts";
import { NOW, batch, idempotent } from "../log/batches.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";
import { NodeSql } from "../support/node-sql.ts";

const KEY = { topicId: "t", partition: 3, nodeId: 1 };
const ROLE = {
  topicName: "topic",
  leader: 1,
  leaderEpoch: 2,
  topicConfigs: {} as Record<string, string>,
  configVersion: 4,
  brokerConfigs: {},
  brokerConfigVersion: 0,
};

const READ: ReadCall = {
  offset: 0,
  maxBytes: 1 << 20,
  minOneBatch: true,
  readCommitted: false,
  currentLeaderEpoch: -1,
  lastFetchedEpoch: -1,
  watcher: null,
};

/** A replica over `sql`; the controller answers `activation`. */
function wake(sql: NodeSql, activation: Activation | Error = { status: "role", role: ROLE }) {
  const turns = new Turns();
  const syncs: (() => void)[] = [];
  const pushes: (readonly [gateway: string, push: TailPush])[] = [];
  const told: string[] = [];
  const asked: string[] = [];
  const answer = { activation };
  const alarms: (number | null)[] = [];
  const aborts: unknown[] = [];
  const replica = new PartitionReplica({
    key: KEY,
    sql,
    clock: { now: () => NOW },
    random: new SeededRandom(asked.length),
    brokerConfigs: {},
    nextTurn: () => new Promise((resolve) => void turns.after(0, resolve)),
    sync: () => new Promise((resolve) => syncs.push(resolve)),
    deleteAll: async () => {
      for (const { name } of tables(sql)) sql.run(`DROP TABLE ${name}`);
    },
    activate: async (_key, incarnation) => {
      asked.push(incarnation);
      if (answer.activation instanceof Error) throw answer.activation;
      return answer.activation;
    },
    push: async (gateway, push) => {
      pushes.push([gateway, push]);
      return true;
    },
    lost: async (gateway) => void told.push(gateway),
    maintenance: { arm: (log) => void alarms.push(log.nextMaintenance(NOW)), stop: () => {} },
    abort: (error) => void aborts.push(error),
  });
  const append = (...batches: Uint8Array[]) =>
    replica.append({
      sizes: batches.map(({ length }) => length),
      apiVersions: batches.map(() => 9),
      bytes: new Uint8Array(batches.flatMap((bytes) => [...bytes])),
    });
  const turn = async () => {
    await microtasks();
    turns.next();
    await microtasks();
  };
  return { replica, append, turn, syncs, pushes, told, asked, answer, alarms, aborts };
}

function tables(sql: NodeSql): { name: string }[] {
  return sql.all("SELECT name FROM sqlite_master WHERE type = 'table'");
}

describe("a replica that wakes", () => {
  test("[REP1] asks once what it is, under a name that it has stored, and remembers", async () => {
    const sql = new NodeSql();
    const first = wake(sql);
    expect(tables(sql)).toEqual([]);
    const reads = [first.replica.read(READ), first.replica.read(READ)];
    expect(await Promise.all(reads)).toMatchObject([{ leaderEpoch: 2 }, { leaderEpoch: 2 }]);
    expect(first.asked).toHaveLength(1);
    const again = wake(sql);
    expect(await again.replica.read(READ)).toMatchObject({ leaderEpoch: 2 });
    expect(again.asked).toEqual([]);
  });

  test("[REP1] asks again under the same name after the controller was out of reach", async () => {
    const { replica, asked, answer } = wake(new NodeSql(), new Error("out of reach"));
    await expect(replica.read(READ)).rejects.toThrow("out of reach");
    answer.activation = { status: "role", role: ROLE };
    expect(await replica.read(READ)).toMatchObject({ error: null });
    expect(asked).toHaveLength(2);
    expect(asked[0]).toBe(asked[1]);
  });

  test.each([
    ["an unknown topic", { status: "unknown" }, "UNKNOWN_TOPIC_OR_PARTITION"],
    ["lost data", { status: "lost" }, "NOT_LEADER_OR_FOLLOWER"],
    ["another leader", { status: "role", role: { ...ROLE, leader: 2 } }, "NOT_LEADER_OR_FOLLOWER"],
  ] as const)("[REP1] refuses everything over %s", async (_, activation, refused) => {
    const { replica, append } = wake(new NodeSql(), activation);
    expect(await append(batch())).toEqual({ refused });
    expect(await replica.read(READ)).toEqual({ refused });
  });

  test("[REP1] of an unknown topic keeps nothing", async () => {
    const sql = new NodeSql();
    await wake(sql, { status: "unknown" }).replica.read(READ);
    expect(tables(sql)).toEqual([]);
  });
});

describe("appends", () => {
  test("[REP2] are written at once, and those that come while a commit is pending as one", async () => {
    const { append, turn, syncs } = wake(new NodeSql());
    const first = await append(batch(), batch({ count: 2 }));
    expect(first).toMatchObject([{ baseOffset: 0 }, { baseOffset: 1 }]);
    const later = [append(batch()), append(batch())];
    await turn();
    expect(syncs).toHaveLength(1);
    syncs[0]!();
    await microtasks();
    later.push(append(batch()));
    await turn();
    expect(await Promise.all(later)).toMatchObject([
      [{ baseOffset: 3 }],
      [{ baseOffset: 4 }],
      [{ baseOffset: 5 }],
    ]);
    expect(syncs).toHaveLength(2);
  });
});

describe("those who watch", () => {
  test("[REP3] are gateways whose reader has come to the end, and are remembered over sleep", async () => {
    const sql = new NodeSql();
    const { replica, append, turn } = wake(sql);
    const behind = append(batch(), batch());
    await turn();
    await behind;
    const short = { ...READ, maxBytes: 1, watcher: "g1" };
    expect(await replica.read(short)).toMatchObject({ watching: false });
    expect(await replica.read({ ...READ, watcher: "g2" })).toMatchObject({ watching: true });

    const woken = wake(sql);
    void woken.append(batch());
    await woken.turn();
    expect(woken.pushes).toMatchObject([["g2", { baseOffset: 2, nextOffset: 3 }]]);
  });

  test("[REP4] are told what was stored, once for a turn, and nothing of what was not", async () => {
    const { replica, append, turn, pushes, syncs } = wake(new NodeSql());
    await replica.read({ ...READ, watcher: "g1" });
    const corrupt = batch();
    corrupt[corrupt.length - 1]! ^= 1;
    void append(idempotent(0), corrupt, idempotent(0), idempotent(1));
    await turn();
    const size = batch().length;
    expect(pushes).toMatchObject([
      [
        "g1",
        {
          topicId: "t",
          partition: 3,
          leaderEpoch: 2,
          baseOffset: 0,
          nextOffset: 2,
          highWatermark: 2,
          sizeInBytes: 2 * size,
        },
      ],
    ]);
    expect(pushes[0]![1].bytes).toHaveLength(2 * size);
    syncs[0]!();
    void append(idempotent(1));
    await turn();
    expect(pushes).toHaveLength(1);
  });
});

describe("records that are deleted", () => {
  const config = (policy: string): Activation => ({
    status: "role",
    role: { ...ROLE, topicConfigs: { "cleanup.policy": policy } },
  });

  /** A replica with five records, each a batch. */
  async function withRecords(activation?: Activation) {
    const sql = new NodeSql();
    const woken = wake(sql, activation);
    const appended = woken.append(...[0, 1, 2, 3, 4].map(() => batch({ key: new Uint8Array(1) })));
    await woken.turn();
    await appended;
    woken.alarms.length = 0;
    return { sql, ...woken };
  }

  test("[REP9] are gone, and the answer says where the log starts", async () => {
    const { replica, sql, alarms } = await withRecords();
    expect(await replica.deleteRecords(3)).toEqual({ error: null, lowWatermark: 3 });
    expect(await replica.deleteRecords(1)).toEqual({ error: null, lowWatermark: 3 });
    expect(await replica.read({ ...READ, offset: 2 })).toMatchObject({
      error: "OFFSET_OUT_OF_RANGE",
      logStartOffset: 3,
    });
    const earliest = { timestamp: -2, readCommitted: false, currentLeaderEpoch: -1 };
    expect(await wake(sql).replica.listOffsets(earliest)).toMatchObject({ offset: 3 });
    alarms.length = 0;
    expect(await replica.deleteRecords(-1)).toEqual({ error: null, lowWatermark: 5 });
    // Freeing the rows is for the alarm, which is set when there is something to free.
    expect(alarms).toEqual([NOW]);
    expect(await replica.deleteRecords(-1)).toEqual({ error: null, lowWatermark: 5 });
    expect(alarms).toHaveLength(1);
  });

  test.each([-2, 6, 2 ** 53])("[REP9] are not those below %d", async (offset) => {
    const { replica } = await withRecords();
    const refusal = { error: "OFFSET_OUT_OF_RANGE", lowWatermark: -1 };
    expect(await replica.deleteRecords(offset)).toEqual(refusal);
    expect(await replica.read(READ)).toMatchObject({ error: null, logStartOffset: 0 });
  });

  test("[REP9] are not those of a topic that is only compacted", async () => {
    const { replica } = await withRecords(config("compact"));
    const refusal = { error: "POLICY_VIOLATION", lowWatermark: -1 };
    for (const offset of [-2, -1, 2, 9]) {
      expect(await replica.deleteRecords(offset)).toEqual(refusal);
    }
    const both = await withRecords(config("compact,delete"));
    expect(await both.replica.deleteRecords(2)).toEqual({ error: null, lowWatermark: 2 });
  });

  test("[REP9] are told to those who watch, with what is still to be told", async () => {
    const { replica, append, turn, pushes, syncs } = await withRecords();
    await replica.read({ ...READ, watcher: "g1" });
    syncs[0]!();
    await turn();
    void append(batch());
    await turn();
    await replica.deleteRecords(2);
    await replica.deleteRecords(2);
    await microtasks();
    expect(pushes).toMatchObject([
      ["g1", { baseOffset: 5, nextOffset: 6, logStartOffset: 0 }],
      ["g1", { baseOffset: 6, nextOffset: 6, highWatermark: 6, logStartOffset: 2 }],
    ]);
    expect(pushes[1]![1].bytes).toHaveLength(0);
  });

  test("[REP9] while the disk fails end the replica, which may be ahead of it", async () => {
    const { replica, sql, aborts } = await withRecords();
    sql.run("DROP TABLE segments");
    await expect(replica.deleteRecords(2)).rejects.toThrow("segments");
    expect(aborts).toHaveLength(1);
  });

  test("[REP1] are not those of a replica that does not lead", async () => {
    const refused = { refused: "NOT_LEADER_OR_FOLLOWER" };
    const { replica } = wake(new NodeSql(), { status: "lost" });
    expect(await replica.deleteRecords(0)).toEqual(refused);
    expect(await replica.logSize()).toEqual(refused);
    expect(await replica.describeProducers()).toEqual(refused);
  });
});

test("[REP21] a reader that knows where it stands learns where it left the leader's history", async () => {
  const { replica, append, turn } = wake(new NodeSql());
  void append(batch(), batch());
  await turn();
  const { leaderEpoch } = ROLE;
  const read = async (offset: number, lastFetchedEpoch: number) => {
    const result = await replica.read({ ...READ, offset, lastFetchedEpoch });
    if ("refused" in result) throw new Error(result.refused);
    return [result.error, result.divergingEpoch, result.pieces.length];
  };
  expect(await read(1, leaderEpoch)).toEqual([null, null, 1]);
  expect(await read(1, -1)).toEqual([null, null, 1]);
  const end = { epoch: leaderEpoch, endOffset: 2 };
  expect(await read(5, leaderEpoch)).toEqual([null, end, 0]);
  const before = { epoch: leaderEpoch - 1, endOffset: 0 };
  expect(await read(1, leaderEpoch - 1)).toEqual([null, before, 0]);
  expect(await read(1, leaderEpoch + 1)).toEqual(["OFFSET_OUT_OF_RANGE", null, 0]);
});

test("[REP22] who believes in another leader epoch is refused", async () => {
  const { replica, append, turn } = wake(new NodeSql());
  void append(batch());
  await turn();
  const believing = async (currentLeaderEpoch: number) => {
    const { leaderEpoch } = ROLE;
    const answers = await Promise.all([
      replica.read({ ...READ, currentLeaderEpoch }),
      replica.listOffsets({ timestamp: -1, readCommitted: false, currentLeaderEpoch }),
      replica.endOffsetForEpoch({ leaderEpoch, currentLeaderEpoch }),
    ]);
    return answers.map((answer) => ("refused" in answer ? answer.refused : answer.error));
  };
  const all = <Value>(value: Value) => [value, value, value];
  expect(await believing(-1)).toEqual(all(null));
  expect(await believing(ROLE.leaderEpoch)).toEqual(all(null));
  expect(await believing(ROLE.leaderEpoch - 1)).toEqual(all("FENCED_LEADER_EPOCH"));
  expect(await believing(ROLE.leaderEpoch + 1)).toEqual(all("UNKNOWN_LEADER_EPOCH"));
});

test("[REP10] a leader tells the size of its log and whom it remembers", async () => {
  const { replica, append, turn } = wake(new NodeSql());
  expect([await replica.logSize(), await replica.describeProducers()]).toEqual([
    { sizeInBytes: 0 },
    [],
  ]);
  const batches = [
    idempotent(0, { producerId: 9, producerEpoch: 3, timestamps: [NOW - 9, NOW - 5] }),
    batch(),
    idempotent(0, { producerId: 4 }),
    idempotent(2, { producerId: 9, producerEpoch: 3, timestamps: [NOW - 7] }),
  ];
  const sizeInBytes = batches.reduce((sum, { length }) => sum + length, 0);
  void append(...batches);
  await turn();
  expect(await replica.logSize()).toEqual({ sizeInBytes });
  expect(await replica.describeProducers()).toEqual([
    { producerId: 4, producerEpoch: 0, lastSequence: 0, lastTimestamp: NOW },
    { producerId: 9, producerEpoch: 3, lastSequence: 2, lastTimestamp: NOW - 7 },
  ]);
});

describe("a change of the topic's configs", () => {
  const changed = (topicConfigs: Record<string, string>, configVersion = 5) => ({
    topic: { topicConfigs, configVersion },
  });
  const SMALL = { "max.message.bytes": "80" };

  test("[REP20] is acted on from then on, without a restart and after it", async () => {
    const sql = new NodeSql();
    const { replica, append, turn, syncs } = wake(sql);
    const before = append(batch({ count: 9 }));
    await turn();
    expect(await before).toMatchObject([{ error: null }]);
    syncs[0]!();
    await turn();
    await replica.updateConfigs(changed(SMALL));
    const after = [append(batch({ count: 9 })), append(batch())];
    await microtasks();
    syncs[1]!();
    await turn();
    const expected = [[{ error: "MESSAGE_TOO_LARGE" }], [{ error: null }]];
    expect(await Promise.all(after)).toMatchObject(expected);
    const again = wake(sql);
    const later = again.append(batch({ count: 9 }));
    await again.turn();
    expect(await later).toMatchObject([{ error: "MESSAGE_TOO_LARGE" }]);
    expect(again.asked).toEqual([]);
  });

  test("[REP20] arms the alarm anew", async () => {
    const { replica, append, turn, alarms } = wake(new NodeSql());
    void append(batch());
    await turn();
    alarms.length = 0;
    await replica.updateConfigs(changed({ "retention.ms": "1000" }));
    expect(alarms).toEqual([NOW + 1001]);
  });

  test.each([3, 4])("[REP20] is passed over if it is older than the role (%i)", async (version) => {
    const sql = new NodeSql();
    const { replica, alarms } = wake(sql);
    await replica.updateConfigs(changed(SMALL, version));
    expect((await replica.log())!.config.maxMessageBytes).toBe(1_048_588);
    expect((await wake(sql).replica.log())!.config.maxMessageBytes).toBe(1_048_588);
    expect(alarms).toEqual([]);
  });

  test("[REP20] of the broker lies under the topic's own, and is stored as well", async () => {
    const sql = new NodeSql();
    const { replica } = wake(sql);
    const brokerConfigs = { "message.max.bytes": "90", "log.segment.bytes": "2000000" };
    await replica.updateConfigs({ broker: { brokerConfigs, brokerConfigVersion: 3 } });
    const old = { brokerConfigs: {}, brokerConfigVersion: 2 };
    await replica.updateConfigs({ broker: old, ...changed(SMALL) });
    for (const log of [await replica.log(), await wake(sql).replica.log()]) {
      expect(log!.config).toMatchObject({ maxMessageBytes: 80, segmentBytes: 2_000_000 });
    }
    await replica.updateConfigs(changed({}, 7));
    expect((await replica.log())!.config.maxMessageBytes).toBe(90);
  });

  test("[REP20] of the broker may come to a role that was stored without any", async () => {
    const sql = new NodeSql();
    const { brokerConfigs: _, brokerConfigVersion: __, ...former } = ROLE;
    await wake(sql).replica.log();
    sql.run("UPDATE replica SET role = ?", JSON.stringify(former));
    const { replica } = wake(sql);
    const update = { brokerConfigs: { "message.max.bytes": "90" }, brokerConfigVersion: 1 };
    await replica.updateConfigs({ broker: update });
    expect((await replica.log())!.config.maxMessageBytes).toBe(90);
  });

  test("[REP20] that comes late does not undo a newer one", async () => {
    const { replica } = wake(new NodeSql());
    await replica.updateConfigs(changed({}, 7));
    await replica.updateConfigs(changed(SMALL, 6));
    expect((await replica.log())!.config.maxMessageBytes).toBe(1_048_588);
  });

  test("[REP20] is stored by a replica that does not lead, and of an unknown topic is not", async () => {
    const sql = new NodeSql();
    await wake(sql, { status: "role", role: { ...ROLE, leader: 2 } }).replica.updateConfigs(
      changed(SMALL),
    );
    const [row] = sql.all<{ role: string }>("SELECT role FROM replica");
    expect(JSON.parse(row!.role)).toEqual({ ...ROLE, leader: 2, ...changed(SMALL).topic });
    const empty = new NodeSql();
    await wake(empty, { status: "unknown" }).replica.updateConfigs(changed(SMALL));
    expect(tables(empty)).toEqual([]);
  });

  test("[REP20] is not confirmed by a replica that does not know what it is", async () => {
    const { replica, answer } = wake(new NodeSql(), new Error("out of reach"));
    await expect(replica.updateConfigs(changed(SMALL))).rejects.toThrow("out of reach");
    answer.activation = { status: "role", role: ROLE };
    await replica.updateConfigs(changed(SMALL));
    expect((await replica.log())!.config.maxMessageBytes).toBe(80);
  });
});

describe("a replica of a deleted topic", () => {
  test("[REP8] frees its storage, refuses those who wait, and tells those who watch", async () => {
    const sql = new NodeSql();
    const { replica, append, turn, told } = wake(sql);
    await replica.read({ ...READ, watcher: "g1" });
    await append(batch());
    const waiting = append(batch());
    await microtasks();
    await replica.erase();
    const refused = { refused: "UNKNOWN_TOPIC_OR_PARTITION" };
    expect(await waiting).toEqual(refused);
    await turn();
    expect([await replica.read(READ), await append(batch())]).toEqual([refused, refused]);
    expect([tables(sql), told]).toEqual([[], ["g1"]]);
  });

  test("[REP8] stays erased when the word of its role comes late", async () => {
    const sql = new NodeSql();
    const { replica } = wake(sql);
    const reading = replica.read(READ);
    const erasing = replica.erase();
    expect(await reading).toEqual({ refused: "UNKNOWN_TOPIC_OR_PARTITION" });
    await erasing;
    expect(tables(sql)).toEqual([]);
  });
});
