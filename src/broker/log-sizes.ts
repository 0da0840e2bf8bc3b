/**
 * The sizes of the logs on this broker. The controller knows which replicas were ever activated;
 * only those are asked, some at a time. One that does not answer is left out, as Kafka leaves out
 * the logs of a directory that is offline.
 */
import type { Uuid } from "../base/uuid.ts";
import type { HostedTopic } from "../controller/hosted-replicas.ts";
import { isRefusal } from "../replication/replica-calls.ts";
import type { Broker } from "./broker.ts";
import { fewAtOnce } from "./few-at-once.ts";

/** Partitions in one answer of the controller, about a topic at least. */
const MAX_PARTITIONS_PER_PAGE = 20_000;

/** A topic, and the partitions of it whose size is known. */
export interface TopicLogSizes {
  readonly name: string;
  readonly partitions: readonly PartitionLogSize[];
}

interface PartitionLogSize {
  readonly partition: number;
  readonly sizeInBytes: number;
}

/** The logs of these partitions on this broker, by topic; null is all that it has. */
export async function logSizes(
  broker: Broker,
  asked: ReadonlyMap<string, ReadonlySet<number>> | null,
): Promise<TopicLogSizes[]> {
  const { controller, nodeId } = broker.ports;
  const hosted = asked
    ? (await controller.hostedReplicas(nodeId, { names: [...asked.keys()] })).topics
    : await allHosted(broker);
  const replicas = hosted.flatMap(({ name, topicId, replicas }) =>
    replicas
      .filter(({ partition }) => asked?.get(name)?.has(partition) ?? true)
      .map((replica) => ({ name, topicId, ...replica })),
  );
  const sizes = await fewAtOnce(replicas, async (replica) => ({
    ...replica,
    sizeInBytes: replica.isActivated ? await sizeOf(broker, replica) : 0,
  }));
  const known = sizes.flatMap(({ sizeInBytes, ...replica }) =>
    sizeInBytes === null ? [] : [{ ...replica, sizeInBytes }],
  );
  const byTopic = Map.groupBy(known, ({ name }) => name);
  return [...byTopic].map(([name, partitions]) => ({ name, partitions }));
}

async function allHosted({ ports }: Broker): Promise<HostedTopic[]> {
  const topics: HostedTopic[] = [];
  for (let from: string | null = ""; from !== null;) {
    const page = { from, maxPartitions: MAX_PARTITIONS_PER_PAGE };
    const hosted = await ports.controller.hostedReplicas(ports.nodeId, { page });
    topics.push(...hosted.topics);
    from = hosted.nextPage;
  }
  return topics;
}

/** The log's size, or null where the replica has none or does not answer. */
async function sizeOf(
  { ports }: Broker,
  { topicId, partition }: { readonly topicId: Uuid; readonly partition: number },
): Promise<number | null> {
  try {
    const replica = ports.replica({ topicId, partition, nodeId: ports.nodeId });
    const answer = await replica.logSize();
    return isRefusal(answer) ? null : answer.sizeInBytes;
  } catch {
    return null;
  }
}
