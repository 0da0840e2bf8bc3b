/**
 * Sends the same damaged requests to Apache Kafka and to a server of ours, one after another, and
 * says where they differ: in the errors of an answer, or in whether there is one.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { ErrorCode, errorName } from "../../src/protocol/errors.ts";
import { decodeRequestPrefix, decodeResponseFrame } from "../../src/protocol/frame.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import { heartbeat } from "../../src/protocol/messages/12-heartbeat.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { initProducerId } from "../../src/protocol/messages/22-init-producer-id.ts";
import { Cluster } from "../conformance/cluster.ts";
import { apiByKey, goldenClients } from "./golden-requests.ts";
import { justification } from "./justified.ts";
import { Lane, type Outcome, overTcp } from "./lane.ts";
import { type MutatedRequest, mutatedRequests, wireBytes } from "./mutated-requests.ts";

export interface CompareOptions {
  /** Addresses of two clusters of one broker each. */
  readonly odradek: string;
  readonly kafka: string;
  readonly frames: number;
  readonly seed: number;
}

export interface Comparison {
  readonly same: number;
  /** One of the two did not answer for a while, as it should if the request says so. */
  readonly silent: number;
  /** How often each of the reasons for a difference applied. */
  readonly justified: Readonly<Record<string, number>>;
  /** What is not justified, in words. */
  readonly differences: readonly string[];
}

const PATIENCE_MS = 1000;
const RETRY_MS = 100;
/** As many groups are asked as there may be loading. */
const WARM_GROUPS = 50;

export async function compare(options: CompareOptions): Promise<Comparison> {
  const { frames, seed } = options;
  const ours = await openSide(options.odradek, seed);
  const kafkas = await openSide(options.kafka, seed);
  let [same, silent] = [0, 0];
  const justified: Record<string, number> = {};
  const differences: string[] = [];
  for (let index = 0; index < frames; index++) {
    const [{ request, words }, { words: theirs }] = await Promise.all([ours.next(), kafkas.next()]);
    const reason = justification(request, { ours: words, kafkas: theirs });
    if (words === theirs) same += 1;
    else if (words === "silent" || theirs === "silent") silent += 1;
    else if (reason !== null) justified[reason] = (justified[reason] ?? 0) + 1;
    else differences.push(`${index}, ${nameOf(request)}: ${words}, but Kafka: ${theirs}`);
  }
  await Promise.all([ours.close(), kafkas.close()]);
  return { same, silent, justified, differences };
}

async function openSide(bootstrap: string, seed: number) {
  const cluster = new Cluster(bootstrap);
  await warmUp(cluster);
  const requests = mutatedRequests(seed, await createGoldenTopics(cluster));
  const lane = new Lane(overTcp(Number(bootstrap.split(":")[1])), PATIENCE_MS);
  return {
    async next() {
      let request = requests.next().value as MutatedRequest;
      // Whoever deletes it in Kafka, which allows it, has no groups from there on.
      while (Buffer.from(request.frame).includes("__consumer_offsets")) {
        request = requests.next().value as MutatedRequest;
      }
      return { request, words: inWords(request, await lane.send(wireBytes(request))) };
    },
    async close() {
      await lane.close();
      await cluster.close();
    },
  };
}

/** Waits until groups and producer ids can be had: Kafka makes what they need when first asked. */
async function warmUp(cluster: Cluster): Promise<void> {
  const wire = await cluster.wire();
  const untilAnswered = async (wanted: ErrorCode, ask: () => Promise<{ errorCode: number }>) => {
    while ((await ask()).errorCode !== wanted) await sleep(RETRY_MS);
  };
  const group = { key: "warm", keyType: 0 };
  await untilAnswered(ErrorCode.NONE, () => wire.call(findCoordinator, 2, group));
  for (let index = 0; index < WARM_GROUPS; index++) {
    const member = { groupId: `warm-${index}`, generationId: 1, memberId: "nobody" };
    const ask = () => wire.call(heartbeat, 3, member);
    await untilAnswered(ErrorCode.UNKNOWN_MEMBER_ID, ask);
  }
  const producer = { transactionalId: null, transactionTimeoutMs: 1000 };
  await untilAnswered(ErrorCode.NONE, () => wire.call(initProducerId, 1, producer));
}

/** The topics that the clients' requests are about; gives their ids by client. */
async function createGoldenTopics(cluster: Cluster): Promise<Map<string, string>> {
  const wire = await cluster.wire();
  const named = goldenClients.map((client) => ({ name: `by-${client}` }));
  const shape = { numPartitions: 3, replicationFactor: 1, assignments: [], configs: [] };
  const topics = named.map(({ name }) => ({ name, ...shape }));
  await wire.call(createTopics, 5, { topics, timeoutMs: 30_000, validateOnly: false });
  for (;;) {
    const asked = { topics: named, allowAutoTopicCreation: false };
    const { topics: found } = await wire.call(metadata, 12, asked);
    if (found.every(({ errorCode }) => errorCode === 0)) {
      return new Map(found.map(({ name, topicId }) => [name!.replace("by-", ""), topicId]));
    }
    await sleep(RETRY_MS);
  }
}

/** What became of a request, in words: which errors there were, or that it was not answered. */
function inWords({ frame }: MutatedRequest, outcome: Outcome): string {
  if (typeof outcome === "string") return outcome;
  const { apiKey, apiVersion } = decodeRequestPrefix(frame);
  const api = apiByKey.get(apiKey)!;
  const isKnown = apiVersion >= api.versions.min && apiVersion <= api.versions.max;
  const version = api.key === apiVersions.key && !isKnown ? 0 : apiVersion;
  const { response } = decodeResponseFrame(api, version, outcome);
  const errors = new Set(errorsIn(response).map(errorName));
  return errors.size > 0 ? [...errors].toSorted().join(" ") : "answered";
}

function errorsIn(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(errorsIn);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  return Object.entries(value).flatMap(([name, field]) =>
    name === "errorCode" ? [field as number] : errorsIn(field),
  );
}

function nameOf({ frame, size }: MutatedRequest): string {
  if (frame.length < 4) return `${frame.length} bytes`;
  const view = Buffer.from(frame);
  const [key, version] = [view.readInt16BE(0), view.readInt16BE(2)];
  return `${apiByKey.get(key)?.name ?? key} v${version} of ${frame.length} bytes as ${size}`;
}
