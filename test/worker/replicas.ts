/** Replicas under test: how they come to be, and what a gateway would ask of them. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

import { random } from "../../src/actors/host.ts";
import { gatewayName, replicaName } from "../../src/actors/names.ts";
import { durableObjectSql } from "../../src/actors/sql.ts";
import { controllerStub, replicaStub } from "../../src/actors/stubs.ts";
import { concatBytes } from "../../src/base/concat-bytes.ts";
import type { Sql, SqlRow } from "../../src/base/sql.ts";
import { type Uuid, randomUuid } from "../../src/base/uuid.ts";
import type { ReplicaKey } from "../../src/controller/records.ts";
import type { AppendResult } from "../../src/log/append.ts";
import { type BatchOptions, encodeBatch } from "../../src/protocol/records/encode.ts";
import type { Answer, ReadResult } from "../../src/replication/replica-calls.ts";

/** The gateway that readers in these tests belong to. */
export const GATEWAY = gatewayName(env.CLUSTER_ID, 1);

/** A replica of a topic that the controller does not know. */
export function unknownReplica(): ReplicaKey {
  return { topicId: randomUuid(random), partition: 0, nodeId: 1 };
}

export interface TestTopic {
  readonly name: string;
  readonly topicId: Uuid;
  /** The leader of each partition, by its index. None is touched yet. */
  readonly leaders: readonly ReplicaKey[];
}

/** A new topic. */
export async function newTopic(partitions = 1, name = unusedName()): Promise<TestTopic> {
  const numbers = { numPartitions: partitions, replicationFactor: 1 };
  const topic = { name, ...numbers, assignments: [], configs: [] };
  const controller = controllerStub(env);
  const [created] = await controller.createTopics([topic], false);
  if (created?.error !== null) throw new Error(`${name} was not created: ${created?.error}`);
  const { topicId } = created;
  const { topics } = await controller.describeCluster({ topicIds: [topicId] });
  const leaders = topics[0]!.partitions.map(({ leader }, partition) => {
    return { topicId, partition, nodeId: leader };
  });
  return { name, topicId, leaders };
}

function unusedName(): string {
  return `topic-${randomUuid(random)}`;
}

/** The leader of the one partition of a new topic, not touched yet. */
export async function newLeader(): Promise<ReplicaKey> {
  return (await newTopic()).leaders[0]!;
}

/** The actor of a replica, for the test's own hands. */
export function replicaActor(key: ReplicaKey): DurableObjectStub {
  return env.PARTITION_REPLICA.getByName(replicaName(env.CLUSTER_ID, key));
}

/** One record with this value, of now. */
export function batch(value: string, options: BatchOptions = {}): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  return encodeBatch([{ timestamp: Date.now(), key: null, value: bytes, headers: [] }], options);
}

/** One call that appends these batches. */
export function append(
  key: ReplicaKey,
  ...batches: Uint8Array[]
): Promise<Answer<readonly AppendResult[]>> {
  const sizes = batches.map(({ length }) => length);
  const apiVersions = batches.map(() => 13);
  return replicaStub(env, key).append({ sizes, apiVersions, bytes: concatBytes(batches) });
}

/** Appends one record and returns its offset. */
export async function appended(key: ReplicaKey, value: string, options?: BatchOptions) {
  const answer = await append(key, batch(value, options));
  if ("refused" in answer) throw new Error(`"${value}" was refused: ${answer.refused}`);
  if (answer[0]!.error) throw new Error(`"${value}" was refused: ${answer[0]!.error}`);
  return answer[0]!.baseOffset;
}

/** Reads from `offset` on, for `watcher` or for nobody. */
export function read(
  key: ReplicaKey,
  offset: number,
  watcher: string | null = null,
): Promise<Answer<ReadResult>> {
  const limits = { maxBytes: 1 << 20, minOneBatch: true, readCommitted: false };
  const epochs = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
  return replicaStub(env, key).read({ offset, ...limits, ...epochs, watcher });
}

/** All bytes that a read from `offset` brings. */
export async function bytesFrom(key: ReplicaKey, offset: number): Promise<Uint8Array> {
  const answer = await read(key, offset);
  if ("refused" in answer) throw new Error(`The read was refused: ${answer.refused}`);
  if (answer.error) throw new Error(`The read failed: ${answer.error}`);
  return concatBytes(answer.pieces);
}

/** Does something to a replica's storage behind its back. */
export function inStorage<Value>(
  key: ReplicaKey,
  use: (sql: Sql, storage: DurableObjectStorage) => Value | Promise<Value>,
): Promise<Value> {
  return runInDurableObject(replicaActor(key), (_, { storage }) => {
    return use(durableObjectSql(storage), storage);
  });
}

/** The rows of a query over a replica's storage. */
export function rows<Row extends SqlRow>(key: ReplicaKey, query: string): Promise<Row[]> {
  return inStorage(key, (sql) => sql.all<Row>(query));
}

/** The tables that a replica has stored; the platform's own do not count. */
export async function tables(key: ReplicaKey): Promise<string[]> {
  const names = await rows<{ name: string }>(key, "SELECT name FROM sqlite_master");
  return names.map(({ name }) => name).filter((name) => !/^(_cf_|sqlite_)/.test(name));
}
