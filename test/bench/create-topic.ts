/** A fresh topic with one partition, and where its leader is. */
import { setTimeout as sleep } from "node:timers/promises";

import { ErrorCode, errorName } from "../../src/protocol/errors.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { Wire } from "../conformance/wire.ts";

/** Where a broker listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

const POLL_MS = 5;

/** Creates a topic by the first broker of `bootstrap` and waits until it has a leader. */
export async function createTopic(
  bootstrap: string,
  name: string,
  configs: Readonly<Record<string, string>> = {},
): Promise<Address> {
  const wire = await Wire.open(bootstrap.split(",")[0]!);
  try {
    const topic = {
      name,
      numPartitions: 1,
      replicationFactor: 1,
      assignments: [],
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    };
    const created = await wire.call(createTopics, 5, { topics: [topic], timeoutMs: 10_000 });
    const { errorCode, errorMessage } = created.topics[0]!;
    if (errorCode !== ErrorCode.NONE) {
      throw new Error(`${name} was not created: ${errorName(errorCode)}. ${errorMessage ?? ""}`);
    }
    for (;;) {
      const answer = await wire.call(metadata, 9, { topics: [{ name }] });
      const leader = answer.topics[0]?.partitions[0]?.leaderId ?? -1;
      const broker = answer.brokers.find(({ nodeId }) => nodeId === leader);
      if (broker) return { host: broker.host, port: broker.port };
      await sleep(POLL_MS);
    }
  } finally {
    wire.close();
  }
}
