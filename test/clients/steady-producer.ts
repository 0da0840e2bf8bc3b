/** A producer that writes to every partition of a topic, all the time, until it is told to stop. */
import { setTimeout as sleep } from "node:timers/promises";

import type { Admin, Producer } from "kafkajs";

import type { Offsets } from "./group-history.ts";
import { newKafkajs, newKafkajsProducer } from "./writers.ts";

const PAUSE_MS = 50;
/** Large enough that a client whose output nobody takes has to wait within a second or two. */
const VALUE = "thread ".repeat(300).trim();

export class SteadyProducer {
  readonly topic: string;
  readonly #partitions: number;
  readonly #producer: Producer;
  readonly #admin: Admin;
  readonly #stop = new AbortController();
  #writing: Promise<void> = Promise.resolve();
  #rounds = 0;

  private constructor(bootstrap: string, topic: string, partitions: number) {
    this.topic = topic;
    this.#partitions = partitions;
    this.#producer = newKafkajsProducer(bootstrap);
    this.#admin = newKafkajs(bootstrap).admin();
  }

  /** Creates the topic and begins to write. */
  static async start(
    bootstrap: string,
    topic: string,
    partitions: number,
  ): Promise<SteadyProducer> {
    const steady = new SteadyProducer(bootstrap, topic, partitions);
    await Promise.all([steady.#producer.connect(), steady.#admin.connect()]);
    await steady.#admin.createTopics({ topics: [{ topic, numPartitions: partitions }] });
    steady.#writing = steady.#write();
    return steady;
  }

  /** How often it has written to all partitions. */
  get rounds(): number {
    return this.#rounds;
  }

  /** Stops, and returns the end of each partition. */
  async stop(): Promise<Offsets> {
    this.#stop.abort();
    await this.#writing;
    const ends = await this.#admin.fetchTopicOffsets(this.topic);
    await Promise.all([this.#producer.disconnect(), this.#admin.disconnect()]);
    return Object.fromEntries(
      ends.map(({ partition, high }) => [`${this.topic}-${partition}`, Number(high)]),
    );
  }

  /** Writes on, whatever happens: the cluster may be away for a while. */
  async #write(): Promise<void> {
    const messages = Array.from({ length: this.#partitions }, (_, partition) => {
      return { partition, value: VALUE };
    });
    while (!this.#stop.signal.aborted) {
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
