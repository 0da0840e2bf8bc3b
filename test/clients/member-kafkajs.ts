/** kafkajs as a member of a group. */
import type { ConsumerConfig } from "kafkajs";
import kafkajs from "kafkajs";

import type { NodeMembership } from "./member-report.ts";
import { onSigterm, Ownership, RecordHandler, report } from "./member-report.ts";

/** It heartbeats between fetches alone, so none may take long. */
const MAX_WAIT_MS = 200;

/** Takes part in a group for as long as the process lives. */
export async function runKafkajs(membership: NodeMembership): Promise<void> {
  const { bootstrap, topics, clientId = "kafkajs", commit = "from time to time" } = membership;
  const brokers = bootstrap.split(",");
  const client = new kafkajs.Kafka({ clientId, brokers, logLevel: kafkajs.logLevel.NOTHING });
  const consumer = client.consumer(configOf(membership));
  const ownership = new Ownership();
  consumer.on("consumer.group_join", ({ payload }) => {
    // Every rebalance takes all from everybody; not every one of them is announced.
    ownership.ends();
    ownership.becomes(
      Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => `${topic}-${partition}`),
      ),
    );
  });
  consumer.on("consumer.rebalancing", () => ownership.ends());
  consumer.on("consumer.crash", ({ payload }) => {
    if (!payload.restart) report({ kind: "failed", reason: String(payload.error) });
  });
  await consumer.connect();
  const fromBeginning = membership.autoOffsetReset !== "latest";
  await consumer.subscribe({ topics: [...topics], fromBeginning });
  onSigterm(async () => {
    await consumer.stop();
    await consumer.disconnect();
  });
  const handler = new RecordHandler(membership, (topic, partition, offset) =>
    consumer.commitOffsets([{ topic, partition, offset: `${offset}` }]),
  );
  await consumer.run({
    autoCommit: commit === "from time to time",
    eachMessage: ({ topic, partition, message }) =>
      handler.handle(topic, partition, Number(message.offset)),
  });
}

function configOf(membership: NodeMembership): ConsumerConfig {
  const { groupId, sessionTimeoutMs, heartbeatIntervalMs, assignor } = membership;
  const config: ConsumerConfig = { groupId, maxWaitTimeInMs: MAX_WAIT_MS };
  if (sessionTimeoutMs !== undefined) config.sessionTimeout = sessionTimeoutMs;
  if (heartbeatIntervalMs !== undefined) config.heartbeatInterval = heartbeatIntervalMs;
  if (assignor) {
    // Its assignor has a name of its own; who shares a group with others gives it theirs.
    const { roundRobin } = kafkajs.PartitionAssigners;
    config.partitionAssigners = [(setup) => ({ ...roundRobin(setup), name: assignor })];
  }
  return config;
}
