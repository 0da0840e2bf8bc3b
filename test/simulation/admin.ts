/** Whoever makes topics and deletes them, and tries again until it is done. */
import { ErrorCode } from "../../src/protocol/errors.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../src/protocol/messages/20-delete-topics.ts";
import { Client } from "./client.ts";
import { BROKER_COUNT } from "./cluster.ts";

export class Admin extends Client {
  async create(name: string, partitionCount: number): Promise<void> {
    const done: readonly number[] = [ErrorCode.NONE, ErrorCode.TOPIC_ALREADY_EXISTS];
    const topic = { name, numPartitions: partitionCount, replicationFactor: 1 };
    await this.#untilDone(done, async () => {
      const connection = this.connection(this.random.int(1, BROKER_COUNT));
      const topics = [{ ...topic, assignments: [], configs: [] }];
      const response = await connection.call(createTopics, 5, { topics, timeoutMs: 1000 });
      return response.topics[0]!.errorCode;
    });
  }

  /** By id: an attempt that comes late must not delete the next topic of that name. */
  async delete(topicId: string): Promise<void> {
    const done: readonly number[] = [ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_ID];
    await this.#untilDone(done, async () => {
      const connection = this.connection(this.random.int(1, BROKER_COUNT));
      const request = { topics: [{ name: null, topicId }], timeoutMs: 1000 };
      const response = await connection.call(deleteTopics, 6, request);
      return response.responses[0]!.errorCode;
    });
  }

  async #untilDone(done: readonly number[], attempt: () => Promise<number>): Promise<void> {
    while (!this.isStopped) {
      const errorCode = await attempt().catch(() => null);
      if (errorCode !== null && done.includes(errorCode)) return;
      await this.pause();
    }
  }
}
