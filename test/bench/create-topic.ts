/** A fresh topic with one partition, and where its leader is. */
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { Wire } from "../conformance/wire.ts";

export async function createTopic(
  bootstrap: string,
  name: string,
): Promise<{ host: string; port: number }> {
  const wire = await Wire.open(bootstrap);
  try {
    const topic = { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
    await wire.call(createTopics, 5, { topics: [topic], timeoutMs: 10_000 });
    for (;;) {
      const answer = await wire.call(metadata, 9, { topics: [{ name }] });
      const leader = answer.topics[0]?.partitions[0]?.leaderId ?? -1;
      const broker = answer.brokers.find(({ nodeId }) => nodeId === leader);
      if (broker) return { host: broker.host, port: broker.port };
    }
  } finally {
    wire.close();
  }
}
