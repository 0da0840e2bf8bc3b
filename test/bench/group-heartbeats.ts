/**
 * Many groups with one member each, which do nothing but beat: what an idle crowd of consumers
 * costs: `npm run bench:groups`. Works against any Kafka.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { Command } from "commander";

import { ErrorCode, errorName } from "../../src/protocol/errors.ts";
import { offsetCommit } from "../../src/protocol/messages/08-offset-commit.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import { joinGroup } from "../../src/protocol/messages/11-join-group.ts";
import { heartbeat } from "../../src/protocol/messages/12-heartbeat.ts";
import { syncGroup } from "../../src/protocol/messages/14-sync-group.ts";
import { Wire } from "../conformance/wire.ts";
import { costOf, residentBytes } from "../support/processes.ts";
import { parseCount, parseWholeNumber } from "../support/whole-numbers.ts";
import { createTopic } from "./create-topic.ts";

interface Options {
  readonly bootstrap: string;
  readonly groups: number;
  readonly seconds: number;
  readonly interval: number;
  readonly commitInterval: number;
  readonly pid?: number;
}

const options = new Command("npm run bench:groups --")
  .description("Have many groups of one member each send heartbeats, and tell how long they take.")
  .option("--bootstrap <host:port>", "the server", "127.0.0.1:9092")
  .option("--groups <count>", "how many groups", parseCount, 1000)
  .option("--seconds <count>", "how long they beat", parseCount, 60)
  .option("--interval <ms>", "between two heartbeats of a member", parseCount, 3000)
  .option("--commit-interval <ms>", "between two of its commits; 0: none", parseWholeNumber, 0)
  .option("--pid <process>", "the server's process: tell what it used, too", parseCount)
  .parse()
  .opts<Options>();
const { groups: groupCount, interval: intervalMs, commitInterval: commitIntervalMs } = options;
const SESSION_TIMEOUT_MS = 45_000;
/** Members that join at the same time. */
const JOINERS = 500;

interface Member {
  readonly wire: Wire;
  readonly groupId: string;
  readonly memberId: string;
  readonly generationId: number;
}

const topic = `bench-${Date.now()}`;
await createTopic(options.bootstrap, topic);
const joinedAt = performance.now();
const members = await joinAll();
const joinSeconds = (performance.now() - joinedAt) / 1000;
console.log(`${groupCount} groups with one member each joined in ${joinSeconds.toFixed(1)} s.`);

await sleep(5000);
const latencies: number[] = [];
const pid = options.pid ?? null;
const before = pid === null ? null : costOf(pid);
const start = performance.now();
const end = start + options.seconds * 1000;
await Promise.all(members.map((member, index) => beat(member, index / groupCount)));
const seconds = (performance.now() - start) / 1000;

latencies.sort((a, b) => a - b);
const quantile = (share: number) => latencies[Math.floor(latencies.length * share)]!.toFixed(2);
console.log(
  `${(latencies.length / seconds).toFixed(0)} requests/s for ${seconds.toFixed(0)} s, ` +
    `p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`,
);
if (pid !== null && before !== null) {
  const after = costOf(pid);
  const cpu = (after.cpuMs - before.cpuMs) / (10 * seconds);
  const written = (after.writtenBytes - before.writtenBytes) / 1024;
  console.log(
    `The server: ${cpu.toFixed(1)} % of a core, ${written.toFixed(0)} KiB written, ` +
      `${(residentBytes(pid) / 2 ** 20).toFixed(0)} MiB resident`,
  );
}
for (const { wire } of members) wire.close();

async function joinAll(): Promise<Member[]> {
  const wire = await Wire.open(options.bootstrap);
  const coordinatorKeys = Array.from({ length: groupCount }, (_, index) => `${topic}-${index}`);
  let answer = await wire.call(findCoordinator, 4, { coordinatorKeys });
  while (answer.coordinators.some(({ errorCode }) => errorCode !== ErrorCode.NONE)) {
    await sleep(500);
    answer = await wire.call(findCoordinator, 4, { coordinatorKeys });
  }
  wire.close();
  const left = answer.coordinators.entries();
  const joined: Member[] = [];
  const joiner = async () => {
    for (const [index, { key, host, port }] of left) {
      joined[index] = await join(key, `${host}:${port}`);
    }
  };
  await Promise.all(Array.from({ length: JOINERS }, joiner));
  return joined;
}

async function join(groupId: string, coordinator: string): Promise<Member> {
  const wire = await Wire.open(coordinator);
  const said = {
    groupId,
    protocolType: "bench",
    protocols: [{ name: "bench", metadata: new Uint8Array(8) }],
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    rebalanceTimeoutMs: SESSION_TIMEOUT_MS,
  };
  const { memberId } = await wire.call(joinGroup, 9, { ...said, memberId: "" });
  const joined = await wire.call(joinGroup, 9, { ...said, memberId });
  check(joined.errorCode);
  const { generationId, protocolType, protocolName } = joined;
  const assignments = [{ memberId, assignment: new Uint8Array(8) }];
  const member = { groupId, memberId, generationId };
  const sync = { ...member, protocolType, protocolName, assignments };
  check((await wire.call(syncGroup, 5, sync)).errorCode);
  return { wire, ...member };
}

/** Beats from its own moment of the interval on, and commits if that is asked for. */
async function beat({ wire, ...member }: Member, phase: number): Promise<void> {
  let commitAt = commitIntervalMs === 0 ? Infinity : start + phase * commitIntervalMs;
  for (let at = start + phase * intervalMs; at < end; at += intervalMs) {
    await sleep(Math.max(0, at - performance.now()));
    await timed(async () => check((await wire.call(heartbeat, 4, member)).errorCode));
    if (performance.now() < commitAt) continue;
    commitAt += commitIntervalMs;
    await timed(() => commit(wire, member));
  }
}

async function commit(wire: Wire, member: Omit<Member, "wire">): Promise<void> {
  const { groupId, memberId, generationId } = member;
  const partitions = [{ partitionIndex: 0, committedOffset: Date.now(), committedMetadata: "" }];
  const { topics } = await wire.call(offsetCommit, 9, {
    groupId,
    memberId,
    generationIdOrMemberEpoch: generationId,
    topics: [{ name: topic, partitions }],
  });
  check(topics[0]!.partitions[0]!.errorCode);
}

async function timed(work: () => Promise<void>): Promise<void> {
  const from = performance.now();
  await work();
  latencies.push(performance.now() - from);
}

function check(errorCode: number): void {
  if (errorCode !== ErrorCode.NONE) throw new Error(errorName(errorCode));
}
