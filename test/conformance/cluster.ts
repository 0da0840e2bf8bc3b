/**
 * A Kafka cluster as its clients know it: an address to begin with, the brokers that Metadata
 * names, and topics whose partitions are each spoken to at the broker that leads them. Connections,
 * topics and groups made here are gone once the cluster is closed, so a living one may be tested
 * too.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { ErrorCode, errorName } from "../../src/protocol/errors.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import type { MetadataResponse } from "../../src/protocol/messages/03-metadata.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../src/protocol/messages/20-delete-topics.ts";
import type { NoteAnswer } from "./answers.ts";
import { EARLIEST, Partition } from "./partition.ts";
import { Wire } from "./wire.ts";

const SETTLING_MS = 15_000;
const RETRY_MS = 10;

type MetadataTopic = MetadataResponse["topics"][number];

/** What a new topic is given besides its name. */
export interface TopicOptions {
  partitions?: number;
  configs?: Readonly<Record<string, string>>;
}

/** A cluster under test, and whatever a test has opened and made in it. */
export class Cluster {
  readonly #bootstrap: string;
  readonly #noteAnswer: NoteAnswer | undefined;
  readonly #opened: Promise<Wire>[] = [];
  readonly #shared = new Map<string, Promise<Wire>>();
  readonly #names: string[] = [];
  readonly #lastSteps: (() => Promise<void>)[] = [];

  /**
   * `bootstrap` is one address or several, as in `bootstrap.servers`; `noteAnswer` is told of every
   * response that comes from there.
   */
  constructor(bootstrap: string, noteAnswer?: NoteAnswer) {
    this.#bootstrap = bootstrap.split(",")[0]!;
    this.#noteAnswer = noteAnswer;
  }

  /** A new connection: to any broker, or to the one at `address`. */
  open(address: string = this.#bootstrap): Promise<Wire> {
    const wire = Wire.open(address, this.#noteAnswer);
    this.#opened.push(wire);
    return wire;
  }

  /** A connection that a whole case may share; its requests are answered in their order. */
  wire(address: string = this.#bootstrap): Promise<Wire> {
    const shared = this.#shared.get(address) ?? this.open(address);
    this.#shared.set(address, shared);
    return shared;
  }

  /** The cluster as its newest Metadata describes it, with these topics or none. */
  async metadata(names: string[] = [], wire?: Wire): Promise<MetadataResponse> {
    return (wire ?? (await this.wire())).call(metadata, 13, {
      topics: names.map((name) => ({ name })),
      allowAutoTopicCreation: false,
    });
  }

  /** A new connection to the broker that leads `partition`. */
  async openLeader({ leader }: Partition): Promise<Wire> {
    const { brokers } = await this.metadata();
    const { host, port } = brokers.find(({ nodeId }) => nodeId === leader.nodeId)!;
    return this.open(`${host}:${port}`);
  }

  /** A connection to each broker. */
  async brokers(): Promise<{ nodeId: number; wire: Wire }[]> {
    const { brokers } = await this.metadata();
    const opened = brokers.map(async ({ nodeId, host, port }) => ({
      nodeId,
      wire: await this.wire(`${host}:${port}`),
    }));
    return Promise.all(opened);
  }

  /** A topic name that nobody has; a topic that gets it is deleted in the end. */
  unusedName(prefix = "conformance"): string {
    const name = `${prefix}-${randomBytes(6).toString("hex")}`;
    this.#names.push(name);
    return name;
  }

  /** A new topic's partitions, each ready at its leader. */
  async newTopic({ partitions = 1, configs = {} }: TopicOptions = {}): Promise<Partition[]> {
    const name = this.unusedName();
    const request = {
      name,
      numPartitions: partitions,
      replicationFactor: 1,
      assignments: [],
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    };
    const wire = await this.wire();
    const { topics } = await wire.call(createTopics, 7, { topics: [request] });
    const { errorCode, errorMessage } = topics[0]!;
    if (errorCode === ErrorCode.NONE) return this.settled(name);
    throw new Error(`No topic ${name}: ${errorName(errorCode)}: ${errorMessage}`);
  }

  /** The one partition of a new topic. */
  async newPartition(configs: Readonly<Record<string, string>> = {}): Promise<Partition> {
    const [partition] = await this.newTopic({ configs });
    return partition!;
  }

  /**
   * The partitions of a topic once every broker knows of it and every leader answers: an answer to
   * CreateTopics says that the topic exists, not that everybody has heard of it.
   */
  async settled(name: string): Promise<Partition[]> {
    const brokers = await this.brokers();
    const deadline = Date.now() + SETTLING_MS;
    for (;;) {
      const seen = await Promise.all(brokers.map(({ wire }) => this.#describe(name, wire)));
      if (seen.every((topic) => topic.errorCode === ErrorCode.NONE)) {
        const { partitions } = seen[0]!;
        const led = ledPartitions(seen[0]!, brokers);
        const answers = await Promise.all(led.map((partition) => partition.listOffset(EARLIEST)));
        const isReady = answers.every(({ error }) => error === "NONE");
        if (isReady && led.length === partitions.length) return led;
      }
      if (Date.now() > deadline) throw new Error(`Topic ${name} did not settle.`);
      await sleep(RETRY_MS);
    }
  }

  async #describe(name: string, wire: Wire): Promise<MetadataTopic> {
    const { topics } = await this.metadata([name], wire);
    return topics[0]!;
  }

  /** Has `step` done before the topics are deleted, as long as all connections are open. */
  beforeClose(step: () => Promise<void>): void {
    this.#lastSteps.push(step);
  }

  /** Throws unless the cluster answers somebody new. */
  async answers(): Promise<void> {
    const wire = await this.open();
    const { errorCode } = await wire.call(apiVersions, 0, {});
    if (errorCode !== ErrorCode.NONE) throw new Error(`It answers ${errorName(errorCode)}.`);
  }

  /** Does what was to be done last, deletes the topics and closes the connections. */
  async close(): Promise<void> {
    try {
      await Promise.all(this.#lastSteps.map((step) => step()));
      if (this.#names.length > 0) {
        const wire = await this.open();
        await wire.call(deleteTopics, 5, { topicNames: this.#names, timeoutMs: SETTLING_MS });
      }
    } finally {
      for (const opened of await Promise.allSettled(this.#opened)) {
        if (opened.status === "fulfilled") opened.value.close();
      }
    }
  }
}

/** The partitions that have a leader, in their order. */
function ledPartitions(
  { name, topicId, partitions }: MetadataTopic,
  brokers: readonly { nodeId: number; wire: Wire }[],
): Partition[] {
  const inOrder = partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex);
  return inOrder.flatMap(({ partitionIndex, leaderId: nodeId, leaderEpoch }) => {
    const wire = brokers.find((broker) => broker.nodeId === nodeId)?.wire;
    const topic = { name: name!, topicId };
    return wire ? [new Partition(topic, partitionIndex, { nodeId, leaderEpoch, wire })] : [];
  });
}
