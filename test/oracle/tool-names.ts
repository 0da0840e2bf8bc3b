/**
 * The tools that Kafka ships: the name of each one's script, without `kafka-` and `.sh`, and the
 * main class behind it. Those at the end have no script; Kafka's system tests start them by class.
 */
const MAIN_CLASSES: Readonly<Record<string, string>> = {
  acls: "org.apache.kafka.tools.AclCommand",
  "broker-api-versions": "org.apache.kafka.tools.BrokerApiVersionsCommand",
  "client-metrics": "org.apache.kafka.tools.ClientMetricsCommand",
  cluster: "org.apache.kafka.tools.ClusterTool",
  configs: "kafka.admin.ConfigCommand",
  "console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
  "console-producer": "org.apache.kafka.tools.ConsoleProducer",
  "console-share-consumer": "org.apache.kafka.tools.consumer.ConsoleShareConsumer",
  "consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
  "consumer-perf-test": "org.apache.kafka.tools.ConsumerPerformance",
  "delegation-tokens": "org.apache.kafka.tools.DelegationTokenCommand",
  "delete-records": "org.apache.kafka.tools.DeleteRecordsCommand",
  "dump-log": "org.apache.kafka.tools.DumpLogSegments",
  "e2e-latency": "org.apache.kafka.tools.EndToEndLatency",
  features: "org.apache.kafka.tools.FeatureCommand",
  "get-offsets": "org.apache.kafka.tools.GetOffsetShell",
  groups: "org.apache.kafka.tools.GroupsCommand",
  jmx: "org.apache.kafka.tools.JmxTool",
  "leader-election": "org.apache.kafka.tools.LeaderElectionCommand",
  "log-dirs": "org.apache.kafka.tools.LogDirsCommand",
  "metadata-quorum": "org.apache.kafka.tools.MetadataQuorumCommand",
  "producer-perf-test": "org.apache.kafka.tools.ProducerPerformance",
  "reassign-partitions": "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
  "replica-verification": "org.apache.kafka.tools.ReplicaVerificationTool",
  "share-consumer-perf-test": "org.apache.kafka.tools.ShareConsumerPerformance",
  "share-groups": "org.apache.kafka.tools.consumer.group.ShareGroupCommand",
  storage: "kafka.tools.StorageTool",
  "streams-application-reset": "org.apache.kafka.tools.StreamsResetter",
  "streams-groups": "org.apache.kafka.tools.streams.StreamsGroupCommand",
  topics: "org.apache.kafka.tools.TopicCommand",
  transactions: "org.apache.kafka.tools.TransactionsCommand",
  "verifiable-consumer": "org.apache.kafka.tools.VerifiableConsumer",
  "verifiable-producer": "org.apache.kafka.tools.VerifiableProducer",
  "verifiable-share-consumer": "org.apache.kafka.tools.VerifiableShareConsumer",
  "client-compatibility-test": "org.apache.kafka.tools.ClientCompatibilityTest",
  "transactional-message-copier": "org.apache.kafka.tools.TransactionalMessageCopier",
};

/**
 * The main class of a tool, named by its script (`kafka-topics.sh`, `kafka-topics`, `topics`) or by
 * its class, with or without the package. Throws an error that lists the names for any other.
 */
export function toolMainClass(tool: string): string {
  const script = tool.replace(/\.sh$/, "").replace(/^kafka-/, "");
  const classes = Object.values(MAIN_CLASSES);
  const found = Object.hasOwn(MAIN_CLASSES, script)
    ? MAIN_CLASSES[script]
    : classes.find((name) => name === tool || name.endsWith(`.${tool}`));
  if (found !== undefined) return found;
  const names = Object.keys(MAIN_CLASSES).join("\n  ");
  throw new Error(`Kafka has no tool named "${tool}". It has:\n  ${names}`);
}
