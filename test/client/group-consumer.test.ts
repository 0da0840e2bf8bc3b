/**
 * A member of a classic group: how it joins, goes on, commits, and what throws it out and back in.
 */
import { describe, expect, test } from "vitest";

import { Cluster } from "../../src/client/cluster.ts";
import type { GroupConsumerOptions } from "../../src/client/consumer/group-consumer.ts";
import { GroupConsumer } from "../../src/client/consumer/group-consumer.ts";
import { ErrorCode } from "../../src/protocol/errors.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { offsetCommit } from "../../src/protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../../src/protocol/messages/09-offset-fetch.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import { joinGroup } from "../../src/protocol/messages/11-join-group.ts";
import { heartbeat } from "../../src/protocol/messages/12-heartbeat.ts";
import { leaveGroup } from "../../src/protocol/messages/13-leave-group.ts";
import { syncGroup } from "../../src/protocol/messages/14-sync-group.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import { LogBroker, TOPIC } from "./log-broker.ts";

const QUICK = { retryBackoffMs: 1, retryBackoffMaxMs: 3 };

/** A coordinator of one group with one member; a test says what a request meets first. */
class Coordinator {
  readonly log = new LogBroker(2);
  readonly committed = new Map<string, number>();
  readonly joins: string[] = [];
  readonly errors: Partial<Record<"join" | "sync" | "heartbeat" | "commit", ErrorName[]>> = {};
  hasLeft = false;
  #generationId = 0;

  constructor() {
    const { network } = this.log;
    const next = (call: keyof typeof this.errors) =>
      ErrorCode[this.errors[call]?.shift() ?? "NONE"];
    network.serve(findCoordinator, ({ coordinatorKeys: [key] }) => ({
      coordinators: [
        { key: key!, nodeId: 1, host: "broker-1", port: 9092, errorCode: 0, errorMessage: null },
      ],
    }));
    network.serve(joinGroup, ({ memberId, protocols }) => {
      this.joins.push(memberId);
      const refused = memberId === "" ? ErrorCode.MEMBER_ID_REQUIRED : next("join");
      const self = { memberId, metadata: protocols[0]!.metadata };
      return {
        errorCode: refused,
        generationId: refused === ErrorCode.NONE ? ++this.#generationId : -1,
        protocolType: "consumer",
        protocolName: "range",
        leader: memberId,
        memberId: memberId === "" ? `member-${this.joins.length}` : memberId,
        members: refused === ErrorCode.NONE ? [self] : [],
      };
    });
    network.serve(syncGroup, ({ assignments }) => ({
      errorCode: next("sync"),
      assignment: assignments[0]!.assignment,
    }));
    network.serve(heartbeat, () => ({ errorCode: next("heartbeat") }));
    network.serve(leaveGroup, () => {
      this.hasLeft = true;
      return { errorCode: 0, members: [] };
    });
    this.#serveOffsets(() => next("commit"));
  }

  write(partition: number, ...values: string[]): void {
    const records = values.map((value) => ({
      timestamp: 0,
      key: null,
      value: Buffer.from(value),
      headers: [],
    }));
    this.log.append(partition, encodeBatch(records));
  }

  #serveOffsets(errorOfCommit: () => number): void {
    const { network } = this.log;
    const versions = { min: 8, max: 9 };
    const fetchOffsets = (request: { groups: readonly { groupId: string }[] }) => ({
      groups: request.groups.map(({ groupId }) => ({
        groupId,
        topics: [
          {
            name: TOPIC,
            partitions: [0, 1].map((partitionIndex) => ({
              partitionIndex,
              committedOffset: this.committed.get(`${partitionIndex}`) ?? -1,
              metadata: "",
              errorCode: 0,
            })),
          },
        ],
      })),
    });
    network.serve(offsetFetch, fetchOffsets, versions);
    network.serve(offsetCommit, ({ topics }) => {
      const errorCode = errorOfCommit();
      const partitions = topics.flatMap((topic) => topic.partitions);
      for (const { partitionIndex, committedOffset } of partitions) {
        if (errorCode === 0) this.committed.set(`${partitionIndex}`, committedOffset);
      }
      const answers = partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode }));
      return { topics: [{ name: TOPIC, partitions: answers }] };
    });
  }
}

function newMember(
  { log }: Coordinator,
  options: Partial<GroupConsumerOptions> = {},
): GroupConsumer {
  return new GroupConsumer(
    new Cluster(log.network, QUICK),
    { names: [TOPIC] },
    {
      groupId: "g",
      autoOffsetReset: "earliest",
      heartbeatIntervalMs: 10,
      ...options,
    },
  );
}

/** Polls until there are so many values, and returns them sorted. */
async function take(consumer: GroupConsumer, count: number): Promise<string[]> {
  const values: string[] = [];
  const deadline = Date.now() + 5_000;
  while (values.length < count && Date.now() < deadline) {
    for (const { records } of await consumer.poll(50)) {
      for (const { value } of records) values.push(Buffer.from(value!).toString());
    }
  }
  return values.toSorted();
}

describe("a member", () => {
  test("joins with the id that it is given, reads what it is assigned, commits and leaves", async () => {
    const coordinator = new Coordinator();
    coordinator.write(0, "a", "b");
    coordinator.write(1, "c");
    const member = newMember(coordinator);
    expect(await take(member, 3)).toEqual(["a", "b", "c"]);
    await member.close();
    expect(coordinator.joins).toEqual(["", "member-1"]);
    expect(Object.fromEntries(coordinator.committed)).toEqual({ 0: 2, 1: 1 });
    expect(coordinator.hasLeft).toBe(true);
  });

  test("goes on where the group has come to", async () => {
    const coordinator = new Coordinator();
    coordinator.write(0, "a", "b");
    coordinator.committed.set("0", 1);
    const member = newMember(coordinator);
    expect(await take(member, 1)).toEqual(["b"]);
    await member.close();
  });

  test("commits now and then by itself, and only what a reader was given", async () => {
    const coordinator = new Coordinator();
    coordinator.write(0, "a");
    const member = newMember(coordinator, { autoCommitIntervalMs: 1 });
    await take(member, 1);
    coordinator.write(0, "b");
    await take(member, 1);
    await member.poll(50);
    expect(coordinator.committed.get("0")).toBe(2);
    await member.close();
  });

  test("commits nothing where it is not to", async () => {
    const coordinator = new Coordinator();
    coordinator.write(0, "a");
    const member = newMember(coordinator, { enableAutoCommit: false });
    await take(member, 1);
    await member.close();
    expect(coordinator.committed.size).toBe(0);
  });
});

describe("a heartbeat that meets", () => {
  test.each<[ErrorName, string[]]>([
    ["REBALANCE_IN_PROGRESS", ["", "member-1", "member-1"]],
    ["ILLEGAL_GENERATION", ["", "member-1", "member-1"]],
    ["UNKNOWN_MEMBER_ID", ["", "member-1", "", "member-3"]],
  ])("%s has the member join again", async (error, joins) => {
    const coordinator = new Coordinator();
    coordinator.write(0, "a");
    const member = newMember(coordinator);
    await take(member, 1);
    coordinator.errors.heartbeat = [error];
    await expect.poll(() => coordinator.errors.heartbeat).toEqual([]);
    coordinator.write(1, "b");
    expect(await take(member, 1)).toContain("b");
    expect(coordinator.joins).toEqual(joins);
    await member.close();
  });

  test("FENCED_INSTANCE_ID ends it: another has its name", async () => {
    const coordinator = new Coordinator();
    const member = newMember(coordinator);
    await member.poll(20);
    coordinator.errors.heartbeat = ["FENCED_INSTANCE_ID"];
    await expect.poll(() => coordinator.errors.heartbeat).toEqual([]);
    await expect(member.poll(20)).rejects.toMatchObject({ code: "FENCED_INSTANCE_ID" });
    await member.close();
  });
});

test("a join that fails for the moment is tried again", async () => {
  const coordinator = new Coordinator();
  coordinator.write(0, "a");
  coordinator.errors.join = ["COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR"];
  coordinator.errors.sync = ["REBALANCE_IN_PROGRESS"];
  const member = newMember(coordinator);
  expect(await take(member, 1)).toEqual(["a"]);
  await member.close();
});
