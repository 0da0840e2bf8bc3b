/**
 * What is recorded: other people's clients, each doing all that it can do with a cluster. What one
 * of them cannot, or not with us, is left out.
 */
import {
  Admin,
  ConfigResourceTypes,
  Consumer,
  ListOffsetTimestamps,
  Producer,
  stringDeserializers,
  stringSerializers,
} from "@platformatic/kafka";

import { javaTool, produceByJava } from "../../clients/java-tools.ts";
import { produceByKcat, runKcat } from "../../clients/kcat.ts";
import { newKafkajs, newKafkajsProducer, WRITERS } from "../../clients/writers.ts";
import { COMPRESSION_TYPES } from "../../../src/protocol/records/attributes.ts";

const LINES = ["to be recorded", "and mutated", "by and by"];

/** A client's session; the name is that of its file. */
export interface Session {
  readonly name: string;
  run(bootstrap: string): Promise<void>;
}

export const SESSIONS: readonly Session[] = [
  { name: "kafkajs", run: kafkajsSession },
  { name: "platformatic", run: platformaticSession },
  { name: "kcat", run: kcatSession },
  { name: "java", run: javaSession },
];

async function writeAll(client: string, bootstrap: string, topic: string): Promise<void> {
  const writer = WRITERS.find(({ name }) => name === client)!;
  for (const compression of writer.compressions) {
    await writer.write({ bootstrap, topic, lines: LINES, compression });
  }
}

async function kafkajsSession(bootstrap: string): Promise<void> {
  const topic = "by-kafkajs";
  const admin = newKafkajs(bootstrap).admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic, numPartitions: 3, configEntries: [{ name: "retention.ms", value: "100000" }] }],
  });
  await writeAll("kafkajs", bootstrap, topic);
  const idempotent = newKafkajsProducer(bootstrap, { idempotent: true });
  await idempotent.connect();
  const headers = { trace: "1" };
  await idempotent.send({ topic, messages: [{ key: "k", value: "v", headers, partition: 1 }] });
  await idempotent.send({ topic, acks: 0, messages: [{ value: "unanswered", partition: 1 }] }).catch(() => {});
  await idempotent.disconnect();

  const consumer = newKafkajs(bootstrap).consumer({ groupId: "kafkajs-group" });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const { promise: read, resolve } = Promise.withResolvers<void>();
  await consumer.run({ eachMessage: async () => resolve() });
  await read;
  await admin.describeGroups(["kafkajs-group"]);
  await consumer.disconnect();

  await admin.fetchTopicMetadata({ topics: [topic] });
  await admin.fetchTopicOffsets(topic);
  await admin.fetchTopicOffsetsByTimestamp(topic, 1);
  await admin.fetchOffsets({ groupId: "kafkajs-group", topics: [topic] });
  await admin.setOffsets({ groupId: "kafkajs-group", topic, partitions: [{ partition: 0, offset: "0" }] });
  await admin.listGroups();
  await admin.describeCluster();
  const resource = { type: 2, name: topic };
  await admin.describeConfigs({ includeSynonyms: true, resources: [resource] });
  const configEntries = [{ name: "retention.ms", value: "200000" }];
  await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] });
  await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] });
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "1" }] });
  await admin.deleteGroups(["kafkajs-group"]);
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
}

async function platformaticSession(bootstrap: string): Promise<void> {
  const topic = "by-platformatic";
  const bootstrapBrokers = bootstrap.split(",");
  const admin = new Admin({ clientId: "admin", bootstrapBrokers });
  await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 });
  await writeAll("@platformatic/kafka", bootstrap, topic);
  const producer = new Producer({
    clientId: "idempotent",
    bootstrapBrokers,
    serializers: stringSerializers,
    idempotent: true,
  });
  await producer.send({ messages: [{ topic, key: "k", value: "v", headers: { a: "b" } }] });
  await producer.close();

  for (const groupProtocol of ["classic", "consumer"] as const) {
    const groupId = `platformatic-${groupProtocol}`;
    const consumer = new Consumer({
      clientId: groupId,
      groupId,
      groupProtocol,
      bootstrapBrokers,
      deserializers: stringDeserializers,
      autocommit: true,
    });
    const stream = await consumer.consume({ topics: [topic], mode: "earliest" });
    for await (const message of stream) {
      await message.commit();
      break;
    }
    await consumer.listOffsets({ topics: [topic], timestamp: ListOffsetTimestamps.EARLIEST });
    await admin.describeGroups({ groups: [groupId] });
    await consumer.close(true);
    await admin.listConsumerGroupOffsets({ groups: [groupId] });
    await admin.deleteGroups({ groups: [groupId] });
  }
  await admin.listTopics();
  await admin.listGroups();
  const resourceType = ConfigResourceTypes.TOPIC;
  await admin.describeConfigs({
    resources: [{ resourceType, resourceName: topic, configurationKeys: [] }],
  });
  await admin.createPartitions({ topics: [{ name: topic, count: 4, assignments: [{ brokerIds: [1] }] }] });
  await admin.describeLogDirs({ topics: [{ name: topic, partitions: [0, 1] }] });
  await admin.deleteTopics({ topics: [topic] });
  await admin.close();
}

async function kcatSession(bootstrap: string): Promise<void> {
  const topic = "by-kcat";
  for (const compression of COMPRESSION_TYPES) {
    await produceByKcat(bootstrap, topic, `${LINES.join("\n")}\n`, { compression });
  }
  const run = (...args: string[]) => runKcat(bootstrap, args);
  const idempotent = ["-X", "enable.idempotence=true", "-H", "a=b", "-k", "key"];
  await runKcat(bootstrap, ["-P", "-t", topic, ...idempotent], { input: "one\n" });
  await runKcat(bootstrap, ["-P", "-t", topic, "-X", "acks=0"], { input: "unanswered\n" });
  await run("-C", "-t", topic, "-o", "beginning", "-e", "-q");
  await run("-C", "-t", topic, "-o", "s@1", "-e", "-q", "-X", "isolation.level=read_committed");
  await run("-Q", "-t", `${topic}:0:-1`);
  await run("-L");
  const earliest = ["-X", "auto.offset.reset=earliest"];
  await run("-G", "kcat-group", "-c", "1", ...earliest, topic);
}

async function javaSession(bootstrap: string): Promise<void> {
  const topic = "by-java";
  const tool = (name: string, ...args: string[]) =>
    javaTool(name, bootstrap, args).catch((error: unknown) => console.log(String(error)));
  await tool("topics", "--create", "--topic", topic, "--partitions", "3");
  for (const compression of COMPRESSION_TYPES) {
    const flags = ["--compression-codec", compression];
    await produceByJava(bootstrap, topic, `${LINES.join("\n")}\n`, flags);
  }
  await produceByJava(bootstrap, topic, "unanswered\n", ["--producer-property", "acks=0"]);
  const some = ["--topic", topic, "--from-beginning", "--max-messages", "5"];
  await tool("console-consumer", ...some, "--group", "java-classic");
  const consumer = ["--consumer-property", "group.protocol=consumer"];
  await tool("console-consumer", ...some, "--group", "java-consumer", ...consumer);
  await tool("topics", "--describe");
  await tool("topics", "--alter", "--topic", topic, "--partitions", "4");
  await tool("get-offsets", "--topic", topic);
  await tool("consumer-groups", "--describe", "--all-groups");
  await tool("consumer-groups", "--list", "--state");
  const reset = ["--reset-offsets", "--to-earliest", "--execute", "--topic", topic];
  await tool("consumer-groups", "--group", "java-classic", ...reset);
  const offsets = ["--delete-offsets", "--topic", topic];
  await tool("consumer-groups", "--group", "java-classic", ...offsets);
  await tool("consumer-groups", "--delete", "--group", "java-classic");
  const entity = ["--entity-type", "topics", "--entity-name", topic];
  await tool("configs", "--alter", ...entity, "--add-config", "retention.ms=100000");
  await tool("configs", "--describe", ...entity);
  await tool("configs", "--describe", "--entity-type", "brokers", "--entity-name", "1", "--all");
  await tool("log-dirs", "--describe");
  await tool("broker-api-versions");
  await tool("producer-perf-test", "--topic", topic, "--num-records", "1000", "--record-size", "10", "--throughput", "-1", "--command-property", `bootstrap.servers=${bootstrap}`);
  await tool("topics", "--delete", "--topic", topic);
}
