/** `@platformatic/kafka` as a member of a classic group, or of one that the broker divides. */
import type { ConsumerOptions } from "@platformatic/kafka";
import { Consumer, stringDeserializers } from "@platformatic/kafka";

import type { TopicPartition } from "./group-history.ts";
import type { NodeMembership } from "./member-report.ts";
import { onSigterm, Ownership, RecordHandler, report } from "./member-report.ts";

type Options = ConsumerOptions<string, string, string, string>;
type Assignments = Consumer["assignments"];

const MAX_WAIT_MS = 200;
const RETRY_MS = 250;
const COMMIT_INTERVAL_MS = 100;

/** Takes part in a group for as long as the process lives. */
export async function runPlatformatic(membership: NodeMembership): Promise<void> {
  const { topics, assignor, autoOffsetReset = "earliest" } = membership;
  const { commit = "from time to time" } = membership;
  const consumer = new Consumer(optionsOf(membership));
  const fail = (error: Error) => report({ kind: "failed", reason: String(error) });
  consumer.on("error", fail);
  consumer.on("consumer:heartbeat:error", ({ error }) => fail(error));
  const ownership = new Ownership();
  const isEager = membership.client === "platformatic" && assignor !== "cooperative-sticky";
  watchAssignments(consumer, (assignments) => {
    // Such a rebalance takes all from everybody; not every one of them is announced.
    if (isEager) ownership.ends();
    ownership.becomes(written(assignments));
  });
  if (isEager) consumer.on("consumer:group:rebalance", () => ownership.ends());

  const fallbackMode = { earliest: "earliest", latest: "latest", none: "fail" } as const;
  const stream = await consumer.consume({
    topics: [...topics],
    mode: "committed",
    fallbackMode: fallbackMode[autoOffsetReset],
  });
  const handled = new HandledOffsets(consumer);
  const timer = setInterval(() => void handled.commit(), COMMIT_INTERVAL_MS);
  let isLeaving = false;
  onSigterm(async () => {
    isLeaving = true;
    clearInterval(timer);
    await handled.commit();
    await consumer.close(true);
  });
  const handler = new RecordHandler(membership, (topic, partition, offset) =>
    consumer.commit({ offsets: [{ topic, partition, offset: BigInt(offset), leaderEpoch: -1 }] }),
  );
  for await (const { topic, partition, offset } of stream) {
    // What it fetched from a partition that it had until lately is another's to handle.
    const isOwned = written(consumer.assignments).includes(`${topic}-${partition}`);
    if (isLeaving || !isOwned) continue;
    await handler.handle(topic, partition, Number(offset));
    if (commit === "from time to time") handled.add(topic, partition, offset);
  }
}

/** By its own automatic commits it would commit what it has fetched; this is what was handled. */
class HandledOffsets {
  readonly #consumer: Consumer<string, string, string, string>;
  readonly #next = new Map<TopicPartition, { topic: string; partition: number; offset: bigint }>();
  #committing: Promise<void> = Promise.resolve();

  constructor(consumer: Consumer<string, string, string, string>) {
    this.#consumer = consumer;
  }

  add(topic: string, partition: number, offset: bigint): void {
    this.#next.set(`${topic}-${partition}`, { topic, partition, offset: offset + 1n });
  }

  /** What is refused now is tried again, for as long as the partition is this member's. */
  commit(): Promise<void> {
    this.#committing = this.#committing.then(() => this.#commitNow()).catch(() => {});
    return this.#committing;
  }

  async #commitNow(): Promise<void> {
    // While it joins, each commit that is refused would have it join once more.
    if (!this.#consumer.isActive()) return;
    const owned = written(this.#consumer.assignments);
    for (const partition of this.#next.keys()) {
      if (!owned.includes(partition)) this.#next.delete(partition);
    }
    const tried = [...this.#next];
    if (tried.length === 0) return;
    await this.#consumer.commit({
      offsets: tried.map(([, next]) => ({ ...next, leaderEpoch: -1 })),
    });
    for (const [partition, next] of tried) {
      if (this.#next.get(partition) === next) this.#next.delete(partition);
    }
  }
}

function optionsOf(membership: NodeMembership): Options {
  const { bootstrap, groupId, client, assignor, clientId = "platformatic" } = membership;
  const { heartbeatIntervalMs, maxPollIntervalMs: rebalanceTimeout = 60_000 } = membership;
  // The session has to be the shorter time, even where the broker decides on it.
  const { sessionTimeoutMs: sessionTimeout = Math.min(rebalanceTimeout, 30_000) } = membership;
  const isClassic = client === "platformatic";
  const group = {
    sessionTimeout,
    rebalanceTimeout,
    ...(isClassic ? { protocols: [{ name: assignor ?? "roundrobin", version: 1 }] } : {}),
    ...(isClassic ? {} : { groupProtocol: "consumer" as const }),
    ...(!isClassic && assignor ? { groupRemoteAssignor: assignor } : {}),
    ...(heartbeatIntervalMs === undefined ? {} : { heartbeatInterval: heartbeatIntervalMs }),
  };
  return {
    clientId,
    groupId,
    bootstrapBrokers: bootstrap.split(","),
    deserializers: stringDeserializers,
    autocommit: false,
    maxWaitTime: MAX_WAIT_MS,
    retries: true,
    retryDelay: RETRY_MS,
    ...group,
  };
}

/** Tells of each new value of a consumer's assignments, at the moment when it acts on it. */
function watchAssignments(
  consumer: Consumer<string, string, string, string>,
  changed: (assignments: Assignments) => void,
): void {
  let { assignments } = consumer;
  Object.defineProperty(consumer, "assignments", {
    get: () => assignments,
    set: (next: Assignments) => {
      assignments = next;
      changed(next);
    },
  });
}

function written(assignments: Assignments): TopicPartition[] {
  return (assignments ?? []).flatMap(({ topic, partitions }) =>
    partitions.map((partition) => `${topic}-${partition}`),
  );
}
