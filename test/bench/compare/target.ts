/** Whom the loads are run against: a server, and the configs that its topics get. */
import { type Address, createTopic } from "../create-topic.ts";

/** All targets in the order of the table's columns, with the names that people read. */
export const TARGETS = {
  odradek: "Odradek",
  kafka: "Kafka",
  "kafka-flush": "Kafka, flush",
} as const;

export type TargetName = keyof typeof TARGETS;

/** A server that runs. Whoever started it stops it. */
export interface Server {
  /** All brokers, as `bootstrap.servers` wants them. */
  readonly bootstrap: string;
  /** From the start of its first process to the first acknowledged record. */
  readonly startToFirstAckMs: number;
  /** The resident memory of all its processes, now. */
  residentBytes(): number;
  /** The processor time that they have used since they were started. */
  cpuMs(): number;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** A topic that has been filled with records of one size. */
export interface FilledTopic {
  readonly topic: string;
  readonly records: number;
}

/** How many topics were created, for names that nobody has had. */
let topics = 0;

export class Target {
  readonly name: TargetName;
  readonly server: Server;
  readonly #topicConfigs: Readonly<Record<string, string>>;
  readonly #filled = new Map<number, FilledTopic>();

  constructor(name: TargetName, server: Server) {
    this.name = name;
    this.server = server;
    this.#topicConfigs = name === "kafka-flush" ? { "flush.messages": "1" } : {};
  }

  /** Creates a topic with one partition that nobody has used. */
  async newTopic(): Promise<{ topic: string; leader: Address }> {
    const topic = `bench-${++topics}`;
    return { topic, leader: await createTopic(this.server.bootstrap, topic, this.#topicConfigs) };
  }

  /** The topic that was filled with records of this size, if one was. */
  filledWith(recordSize: number): FilledTopic | undefined {
    return this.#filled.get(recordSize);
  }

  /** Notes that a topic holds records of this size, for whoever wants to read some. */
  noteFilled(recordSize: number, filled: FilledTopic): void {
    this.#filled.set(recordSize, filled);
  }
}
