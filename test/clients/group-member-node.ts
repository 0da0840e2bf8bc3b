/**
 * kafkajs and @platformatic/kafka as members of a group. Run as a program, this file is such a
 * member: it prints its events, one a line as JSON, and leaves when it is asked to end. A test may
 * say when it commits, and after which record it dies.
 */
import type { GroupProtocolSubscription } from "@platformatic/kafka";
import { Consumer, stringDeserializers } from "@platformatic/kafka";
import kafkajs from "kafkajs";

import type { MemberEvent, TopicPartition } from "./group-history.ts";
import type { MemberProgram, Membership } from "./group-member.ts";

/** What only a program of one's own can decide. */
export interface NodeMembership extends Membership {
  readonly client: "kafkajs" | "platformatic" | "platformatic, consumer protocol";
  /**
   * When a record's offset is committed: after it has been handled, from time to time or at once;
   * before it is handled; or never.
   */
  readonly commit?: "after some" | "after each" | "before each" | "never";
  /** The member kills itself at this offset of any partition, at that moment. */
  readonly dies?: { readonly offset: number; readonly moment: "handled" | "committed" };
}

const COMMIT_INTERVAL_MS = 100;
const MAX_WAIT_MS = 200;

/** A member as a process of its own. */
export function nodeMember(membership: NodeMembership): MemberProgram {
  return {
    command: process.execPath,
    args: [import.meta.filename, JSON.stringify(membership)],
    parse: (line, stream) => {
      if (stream === "stdout") return [JSON.parse(line) as MemberEvent];
      return /Error/.test(line) ? [{ kind: "failed", reason: line }] : [];
    },
  };
}

/** What a member owns: it tells of the differences alone. */
class Ownership {
  #owned = new Set<TopicPartition>();

  becomes(partitions: readonly TopicPartition[]): void {
    const next = new Set(partitions);
    const lost = [...this.#owned].filter((partition) => !next.has(partition));
    const won = partitions.filter((partition) => !this.#owned.has(partition));
    this.#owned = next;
    if (lost.length > 0) print({ kind: "revoked", partitions: lost });
    print({ kind: "assigned", partitions: won });
  }

  ends(): void {
    const lost = [...this.#owned];
    this.#owned.clear();
    if (lost.length > 0) print({ kind: "revoked", partitions: lost });
  }
}

function print(event: MemberEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

type Commit = (topic: string, partition: number, offset: number) => Promise<void>;

/** Handles a record, which is to say so, and commits it as the test wants it. */
async function handle(
  { commit = "after some", dies }: NodeMembership,
  record: { topic: string; partition: number; offset: number },
  commitOffset: Commit,
): Promise<void> {
  const { topic, partition, offset } = record;
  const dieAt = (moment: string) => {
    if (dies?.offset === offset && dies.moment === moment) process.kill(process.pid, "SIGKILL");
  };
  const commitNow = async () => {
    await commitOffset(topic, partition, offset + 1);
    print({ kind: "committed", partition: `${topic}-${partition}`, offset: offset + 1 });
    dieAt("committed");
  };
  if (commit === "before each") await commitNow();
  print({ kind: "handled", partition: `${topic}-${partition}`, first: offset, last: offset });
  dieAt("handled");
  if (commit === "after each") await commitNow();
}

async function runKafkajs(membership: NodeMembership): Promise<void> {
  const { bootstrap, groupId, topics, sessionTimeoutMs, heartbeatIntervalMs } = membership;
  const { clientId = "kafkajs", commit = "after some", assignor } = membership;
  const client = new kafkajs.Kafka({
    clientId,
    brokers: bootstrap.split(","),
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const consumer = client.consumer({
    groupId,
    maxWaitTimeInMs: MAX_WAIT_MS,
    ...(sessionTimeoutMs === undefined ? {} : { sessionTimeout: sessionTimeoutMs }),
    ...(heartbeatIntervalMs === undefined ? {} : { heartbeatInterval: heartbeatIntervalMs }),
    // Its own assignor has a name of its own; who shares a group with others gives it theirs.
    ...(assignor
      ? {
          partitionAssigners: [
            (config) => ({
              ...kafkajs.PartitionAssigners.roundRobin(config),
              name: assignor,
            }),
          ],
        }
      : {}),
  });
  const ownership = new Ownership();
  consumer.on("consumer.group_join", ({ payload }) => {
    const assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => `${topic}-${partition}`),
    );
    // Every rebalance takes all from everybody; not every one of them is announced.
    ownership.ends();
    ownership.becomes(assigned);
  });
  consumer.on("consumer.rebalancing", () => ownership.ends());
  consumer.on("consumer.crash", ({ payload }) => {
    if (!payload.restart) print({ kind: "failed", reason: String(payload.error) });
  });
  await consumer.connect();
  const fromBeginning = membership.autoOffsetReset !== "latest";
  await consumer.subscribe({ topics: [...topics], fromBeginning });
  onSigterm(async () => {
    await consumer.stop();
    await consumer.disconnect();
  });
  await consumer.run({
    autoCommit: commit === "after some",
    eachMessage: ({ topic, partition, message }) =>
      handle(
        membership,
        { topic, partition, offset: Number(message.offset) },
        (ofTopic, index, offset) =>
          consumer.commitOffsets([{ topic: ofTopic, partition: index, offset: `${offset}` }]),
      ),
  });
}

async function runPlatformatic(membership: NodeMembership): Promise<void> {
  const { bootstrap, groupId, topics, heartbeatIntervalMs } = membership;
  const { client, assignor, clientId = "platformatic", commit = "after some" } = membership;
  const isClassic = client === "platformatic";
  const protocols: GroupProtocolSubscription[] = [{ name: assignor ?? "roundrobin", version: 1 }];
  // The session has to be the shorter time even where the broker sets it.
  const { maxPollIntervalMs: rebalanceTimeout = 60_000 } = membership;
  const { sessionTimeoutMs: sessionTimeout = Math.min(rebalanceTimeout, 30_000) } = membership;
  const group = isClassic
    ? {
        protocols,
        sessionTimeout,
        ...(heartbeatIntervalMs === undefined ? {} : { heartbeatInterval: heartbeatIntervalMs }),
      }
    : {
        groupProtocol: "consumer" as const,
        sessionTimeout,
        ...(assignor ? { groupRemoteAssignor: assignor } : {}),
      };
  const consumer = new Consumer({
    clientId,
    groupId,
    bootstrapBrokers: bootstrap.split(","),
    deserializers: stringDeserializers,
    autocommit: false,
    maxWaitTime: MAX_WAIT_MS,
    retries: true,
    retryDelay: 250,
    rebalanceTimeout,
    ...group,
  });
  const tell = (error: Error) => print({ kind: "failed", reason: String(error) });
  consumer.on("error", tell);
  consumer.on("consumer:heartbeat:error", ({ error }) => tell(error));
  const ownership = new Ownership();
  const isEager = isClassic && assignor !== "cooperative-sticky";
  if (isEager) consumer.on("consumer:group:rebalance", () => ownership.ends());
  watchAssignments(consumer, (assigned) => ownership.becomes(assigned));

  const fallbackMode = { earliest: "earliest", latest: "latest", none: "fail" } as const;
  const stream = await consumer.consume({
    topics: [...topics],
    mode: "committed",
    fallbackMode: fallbackMode[membership.autoOffsetReset ?? "earliest"],
  });
  const done = new Map<TopicPartition, { topic: string; partition: number; offset: bigint }>();
  const commitOffsets = async () => {
    const owned = (consumer.assignments ?? []).flatMap(({ topic, partitions }) =>
      partitions.map((partition) => `${topic}-${partition}`),
    );
    const offsets = [...done].flatMap(([key, position]) =>
      owned.includes(key) ? [{ ...position, leaderEpoch: -1 }] : [],
    );
    done.clear();
    if (offsets.length > 0) await consumer.commit({ offsets });
  };
  let committing: Promise<void> = Promise.resolve();
  const commitSome = () => {
    // What fails now is committed with the next record, or handled again by another.
    committing = committing.then(commitOffsets).catch(() => {});
    return committing;
  };
  const timer = commit === "after some" ? setInterval(commitSome, COMMIT_INTERVAL_MS) : undefined;
  let isLeaving = false;
  onSigterm(async () => {
    isLeaving = true;
    clearInterval(timer);
    await commitSome();
    await consumer.close(true);
  });
  for await (const { topic, partition, offset } of stream) {
    if (isLeaving) continue;
    const isOwned = consumer.assignments?.some(
      (assigned) => assigned.topic === topic && assigned.partitions.includes(partition),
    );
    if (!isOwned) continue;
    const record = { topic, partition, offset: Number(offset) };
    await handle(membership, record, (ofTopic, index, next) => {
      const position = { topic: ofTopic, partition: index, offset: BigInt(next) };
      return consumer.commit({ offsets: [{ ...position, leaderEpoch: -1 }] });
    });
    if (commit === "after some") {
      done.set(`${topic}-${partition}`, { topic, partition, offset: offset + 1n });
    }
  }
}

/** Tells of each new value of a consumer's assignments, at the moment when it acts on it. */
function watchAssignments(
  consumer: Pick<Consumer, "assignments">,
  changed: (assigned: TopicPartition[]) => void,
): void {
  let { assignments } = consumer;
  Object.defineProperty(consumer, "assignments", {
    get: () => assignments,
    set: (next: Consumer["assignments"]) => {
      assignments = next;
      changed(
        (next ?? []).flatMap(({ topic, partitions }) =>
          partitions.map((partition) => `${topic}-${partition}`),
        ),
      );
    },
  });
}

/** Leaves the group and ends, once. */
function onSigterm(leave: () => Promise<void>): void {
  process.once("SIGTERM", () => {
    void leave().then(
      () => process.exit(0),
      (error: unknown) => {
        print({ kind: "failed", reason: String(error) });
        process.exit(1);
      },
    );
  });
}

async function main([argument]: string[]): Promise<void> {
  const membership = JSON.parse(argument!) as NodeMembership;
  const run = membership.client === "kafkajs" ? runKafkajs : runPlatformatic;
  try {
    await run(membership);
  } catch (error) {
    print({ kind: "failed", reason: String(error) });
    process.exit(1);
  }
}

if (import.meta.main) await main(process.argv.slice(2));
