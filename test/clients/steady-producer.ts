/** A producer that writes to every partition of a topic, all the time, until it is told to stop. */
import { setTimeout as sleep } from "node:timers/promises";

import type { Admin, Producer } from "kafkajs";

import { Cluster } from "../conformance/cluster.ts";
import type { Offsets } from "./group-history.ts";
import { until } from "./until.ts";
import { newKafkajs, newKafkajsProducer } from "./writers.ts";

const PAUSE_MS = 100;
/** Large enough that a client whose output nobody takes has to wait within a second or two. */
const VALUE = "thread ".repeat(600).trim();

export class SteadyProducer {
  readonly topic: string;
  readonly #partitions: number;
  readonly #producer: Producer;
  readonly #admin: Admin;
  #stop = new AbortController();
  #writing: Promise<void> = Promise.resolve();
  #rounds = 0;

  private constructor(bootstrap: string, topic: string, partitions: number) {
    this.topic = topic;
    this.#partitions = partitions;
    this.#producer = newKafkajsProducer(bootstrap);
    this.#admin = newKafkajs(bootstrap).admin();
  }

  /** Creates the topic, unless it is there, and begins to write. */
  static async start(
    bootstrap: string,
    topic: string,
    partitions: number,
  ): Promise<SteadyProducer> {
    const steady = new SteadyProducer(bootstrap, topic, partitions);
    await Promise.all([steady.#producer.connect(), steady.#admin.connect()]);
    await createTopic(bootstrap, topic, partitions);
    steady.#writing = steady.#write(steady.#stop.signal);
    return steady;
  }

  /** How often it has written to all partitions. */
  get rounds(): number {
    return this.#rounds;
  }

  /** Does nothing for as long as `meanwhile` takes, which is told the end of each partition. */
  async rest(meanwhile: (ends: Offsets) => Promise<void>): Promise<void> {
    this.#stop.abort();
    await this.#writing;
    await meanwhile(await this.#ends());
    this.#stop = new AbortController();
    this.#writing = this.#write(this.#stop.signal);
  }

  /** Stops, and returns the end of each partition. */
  async stop(): Promise<Offsets> {
    this.#stop.abort();
    await this.#writing;
    const ends = await this.#ends();
    await Promise.all([this.#producer.disconnect(), this.#admin.disconnect()]);
    return ends;
  }

  async #ends(): Promise<Offsets> {
    const ends = await this.#admin.fetchTopicOffsets(this.topic);
    return Object.fromEntries(
      ends.map(({ partition, high }) => [`${this.topic}-${partition}`, Number(high)]),
    );
  }

  /** Writes on, whatever happens: the cluster may be away for a while. */
  async #write(signal: AbortSignal): Promise<void> {
    const messages = Array.from({ length: this.#partitions }, (_, partition) => {
      return { partition, value: VALUE };
    });
    while (!signal.aborted) {
      try {
        await this.#producer.send({ topic: this.topic, messages });
        this.#rounds++;
      } catch {
        // What was not acknowledged may be stored or not; the ends of the log will tell.
      }
      await sleep(PAUSE_MS);
    }
  }
}

/** Creates a topic, and waits until every broker knows of it. */
export async function createTopic(
  bootstrap: string,
  topic: string,
  partitions: number,
): Promise<void> {
  const admin = newKafkajs(bootstrap).admin();
  await admin.connect();
  const topics = [{ topic, numPartitions: partitions }];
  await admin.createTopics({ topics, waitForLeaders: false });
  await admin.disconnect();
  const cluster = new Cluster(bootstrap);
  try {
    await until(`${topic} settles`, () => cluster.settled(topic).catch(() => null));
  } finally {
    await cluster.close();
  }
}
