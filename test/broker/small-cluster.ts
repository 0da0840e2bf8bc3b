/** A cluster in a simulated world without faults, for tests that need leaders to read from. */
import type { Broker } from "../../src/broker/broker.ts";
import { fetchHandler } from "../../src/broker/handlers/01-fetch.ts";
import type { CreateTopicResult } from "../../src/controller/create-topics.ts";
import type { FetchRequest } from "../../src/protocol/messages/01-fetch.ts";
import { Cluster } from "../simulation/cluster.ts";
import { World } from "../simulation/world.ts";
import { type AskedPartition, fetchRequest, openConnection } from "./fetch-requests.ts";
import { requestContext } from "./request-context.ts";

/** The broker that everything is asked of; it leads partitions 0, 3, 6 and so on. */
const NODE_ID = 1;

export interface SmallCluster {
  readonly world: World;
  readonly cluster: Cluster;
  readonly broker: Broker;
  readonly topicId: string;
  /** The partition's append of one batch by way of the broker. */
  append(partition: number, batch: Uint8Array): Promise<void>;
  /** Lets the promise come true in simulated time. */
  settle<Result>(promise: Promise<Result>): Promise<Result>;
}

/** A cluster with one topic, called "topic". */
export async function smallCluster(partitionCount: number): Promise<SmallCluster> {
  const world = new World(1);
  const options = { maxDelayMs: 1, maxDiskLatencyMs: 1, fate: () => "made" as const };
  const cluster = new Cluster(world, options);
  const { broker } = cluster.gateway(NODE_ID);
  const settle = async <Result>(promise: Promise<Result>): Promise<Result> => {
    let isSettled = false;
    const settled = () => (isSettled = true);
    promise.then(settled, settled);
    for (let ms = 0; !isSettled && ms < 60_000; ms++) await world.runFor(1);
    return promise;
  };
  const topic = { name: "topic", numPartitions: partitionCount, replicationFactor: 1 };
  const created = await settle<CreateTopicResult[]>(
    broker.ports.controller.createTopics([{ ...topic, assignments: [], configs: [] }], false),
  );
  if (created[0]!.error !== null) throw new Error(created[0]!.message);
  await settle(broker.routes.load([{ name: "topic" }]));
  const append = async (partition: number, batch: Uint8Array) => {
    const located = broker.locateLed({ name: "topic" }, partition);
    if (typeof located === "string") throw new Error(located);
    const { error } = await settle(broker.append(located, batch, 9));
    if (error !== null) throw new Error(error);
  };
  return { world, cluster, broker, topicId: created[0]!.topicId, append, settle };
}

/** What a Fetch of these partitions gets, in the order of the answer. */
export async function fetchFrom(
  { broker }: SmallCluster,
  asked: readonly AskedPartition[],
  limits: Partial<FetchRequest> = {},
  connection = openConnection(),
) {
  const request = fetchRequest(asked, limits);
  const context = requestContext(broker, 12, { connection });
  const response = (await fetchHandler.handle(request, context))!;
  return response.responses.flatMap((topic) =>
    topic.partitions.map(({ partitionIndex, errorCode, records }) => ({
      partition: partitionIndex,
      errorCode,
      size: (records as Uint8Array).length,
    })),
  );
}
