/**
 * A broker of a cluster of three, for requests that are about groups: with the controller's own
 * decisions, groups that are told what to answer, and leaders that take every append.
 */
import { Broker } from "../../src/broker/broker.ts";
import type { Handler, RequestContext } from "../../src/broker/handler.ts";
import type { ControllerPort } from "../../src/broker/ports.ts";
import { activateReplica } from "../../src/controller/activation.ts";
import { parseBrokerConfig } from "../../src/controller/broker-config.ts";
import { createPartitions } from "../../src/controller/create-partitions.ts";
import { describeCluster, describeConfigs } from "../../src/controller/describe.ts";
import { listGroups, registerGroup } from "../../src/controller/groups.ts";
import { hostedReplicas } from "../../src/controller/hosted-replicas.ts";
import { allocateProducerIds } from "../../src/controller/producer-ids.ts";
import type { ReplicaKey } from "../../src/controller/records.ts";
import type { Api, RequestInput, ResponseOf } from "../../src/protocol/api.ts";
import type { ReplicaPort } from "../../src/replication/replica-calls.ts";
import { TestCluster, topic } from "../controller/test-cluster.ts";
import { NOW } from "../log/batches.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";
import { callHandler } from "./call-handler.ts";
import { ToldGroups } from "./told-groups.ts";

const CONFIG = { "offsets.topic.num.partitions": "6" };

export interface GroupCluster {
  readonly cluster: TestCluster;
  /** Broker 1, of whom everything is asked unless a test says otherwise. */
  readonly broker: Broker;
  /** Any of the three. */
  brokerOf(nodeId: number): Broker;
  readonly groups: ToldGroups;
  /** Of the topic called "topic", which has three partitions. */
  readonly topicId: string;
  /** To whom batches were sent. */
  readonly appends: ReplicaKey[];
  /** What a client that sends this request gets; both go through the wire's formats. */
  call<A extends Api>(
    handler: Handler<A>,
    apiVersion: number,
    request: RequestInput<A>,
    context?: Partial<RequestContext>,
  ): Promise<ResponseOf<A>>;
}

export function groupCluster(configs: Readonly<Record<string, string>> = CONFIG): GroupCluster {
  const cluster = new TestCluster();
  const { topicId } = cluster.created(topic("topic", { numPartitions: 3 }));
  const groups = new ToldGroups();
  const appends: ReplicaKey[] = [];
  const controller = controllerOf(cluster, configs);
  const brokerOf = (brokerId: number) =>
    new Broker({
      nodeId: brokerId,
      clusterId: "test",
      config: parseBrokerConfig(configs),
      brokers: 1,
      advertised: (nodeId) => ({ host: `broker-${nodeId}`, port: 9091 + nodeId }),
      controller,
      replica: (key) => acknowledging(() => appends.push(key)),
      group: (groupId) => groups.port(groupId),
      gatewayName: `gateway/${brokerId}`,
      timers: { after: afterDelay },
      clock: { now: () => NOW },
      random: new SeededRandom(brokerId),
    });
  const broker = brokerOf(1);
  const call: GroupCluster["call"] = (handler, apiVersion, request, given) =>
    callHandler(broker, handler, apiVersion, request, given);
  return { cluster, broker, brokerOf, groups, topicId, appends, call };
}

function afterDelay(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}

/** The controller as a port over the decisions that it takes. */
function controllerOf(
  cluster: TestCluster,
  configs: Readonly<Record<string, string>>,
): ControllerPort {
  const { image } = cluster;
  return {
    describeCluster: async (query) => describeCluster(image, query),
    createTopics: async (topics, validateOnly) => cluster.create(topics, { validateOnly, configs }),
    deleteTopics: async (topics) => cluster.delete(topics).response,
    createPartitions: async (...args) => cluster.take(createPartitions(image, ...args)),
    alterConfigs: async (topics, validateOnly) =>
      cluster.alter(topics, { validateOnly, configs }).response,
    describeConfigs: async (query) => describeConfigs(image, query),
    groupsWithConfigs: async () => image.dynamicConfigs.groupIds(),
    groupConfigs: async (groupId) => image.dynamicConfigs.group(groupId),
    hostedReplicas: async (...args) => hostedReplicas(image, ...args),
    allocateProducerIds: async () => cluster.take(allocateProducerIds(image)),
    listGroups: async (page) => listGroups(image, page),
    registerGroup: async (registration) => cluster.take(registerGroup(image, registration)),
    activateReplica: async (...args) => cluster.take(activateReplica(image, ...args)),
  };
}

/** A leader that takes every append and reads nothing. */
function acknowledging(appended: () => void): ReplicaPort {
  const refuse = async () => ({ refused: "UNKNOWN_SERVER_ERROR" }) as const;
  return {
    append: async ({ sizes }) => {
      appended();
      return sizes.map((_, index) => ({
        error: null,
        baseOffset: index,
        lastOffset: index,
        logAppendTimeMs: -1,
        logStartOffset: 0,
        duplicate: false,
      }));
    },
    read: refuse,
    listOffsets: refuse,
    endOffsetForEpoch: refuse,
    deleteRecords: refuse,
    describeProducers: refuse,
    logSize: refuse,
  };
}
