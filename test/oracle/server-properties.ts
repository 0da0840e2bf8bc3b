/**
 * The `server.properties` of one node of the oracle. Every node is broker and controller at once
 * (KRaft's combined mode), and internal topics are replicated as far as the brokers allow. All else
 * is Kafka's default, so that what a test sees is what Kafka does as shipped.
 */

/** What the nodes of one cluster have in common. */
export interface ClusterShape {
  /** Broker n listens on `port + n - 1`, its controller 100 above that. */
  port: number;
  brokerCount: number;
  /** Laid over the properties below; a value of a test's own wins. */
  config: Readonly<Record<string, string>>;
}

export const HOST = "127.0.0.1";

const CONTROLLER_PORT_OFFSET = 100;

/** The port on which the broker with this id listens. */
export function brokerPort(cluster: ClusterShape, nodeId: number): number {
  return cluster.port + nodeId - 1;
}

/** The port on which the controller with this id listens. */
export function controllerPort(cluster: ClusterShape, nodeId: number): number {
  return brokerPort(cluster, nodeId) + CONTROLLER_PORT_OFFSET;
}

/** The ids of the nodes, from 1. */
export function nodeIds(cluster: ClusterShape): number[] {
  return Array.from({ length: cluster.brokerCount }, (_, index) => index + 1);
}

/** The text of one node's `server.properties`. */
export function serverProperties(cluster: ClusterShape, nodeId: number, logDir: string): string {
  const replicationFactor = Math.min(3, cluster.brokerCount);
  const minIsr = Math.min(2, cluster.brokerCount);
  const broker = `PLAINTEXT://${HOST}:${brokerPort(cluster, nodeId)}`;
  const controller = `CONTROLLER://${HOST}:${controllerPort(cluster, nodeId)}`;
  const voters = nodeIds(cluster).map((id) => `${id}@${HOST}:${controllerPort(cluster, id)}`);
  const properties: Record<string, string | number | boolean> = {
    "process.roles": "broker,controller",
    "node.id": nodeId,
    "controller.quorum.voters": voters.join(","),
    listeners: `${broker},${controller}`,
    "advertised.listeners": `${broker},${controller}`,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": logDir,
    "offsets.topic.replication.factor": replicationFactor,
    "transaction.state.log.replication.factor": replicationFactor,
    "transaction.state.log.min.isr": minIsr,
    "share.coordinator.state.topic.replication.factor": replicationFactor,
    "share.coordinator.state.topic.min.isr": minIsr,
    "group.initial.rebalance.delay.ms": 0,
    "auto.create.topics.enable": true,
    // An authorizer that lets everybody do everything, so that the ACL APIs answer.
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": true,
    "super.users": "User:ANONYMOUS",
    ...cluster.config,
  };
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}`);
  return `${lines.join("\n")}\n`;
}
