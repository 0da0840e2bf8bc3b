/** DescribeProducers: whom a partition's leader remembers (KIP-664). */
import { invalidTopicName } from "../../controller/topic-names.ts";
import type { RequestOf, ResponseInput } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { describeProducers } from "../../protocol/messages/61-describe-producers.ts";
import { askLeader } from "../ask-leader.ts";
import type { Broker } from "../broker.ts";
import { fewAtOnce } from "../few-at-once.ts";
import { handler } from "../handler.ts";

type AskedTopic = RequestOf<typeof describeProducers>["topics"][number];
type TopicResponse = ResponseInput<typeof describeProducers>["topics"][number];
type PartitionResponse = TopicResponse["partitions"][number];

/** What stands for no transaction. */
const NO_TRANSACTION = { coordinatorEpoch: -1, currentTxnStartOffset: -1 };

export const describeProducersHandler = handler({
  api: describeProducers,

  async handle({ topics }, { broker }) {
    const valid = topics.filter(({ name }) => invalidTopicName(name) === null);
    await broker.routes.load(
      valid.map(({ name, partitionIndexes }) => ({ name, partitions: partitionIndexes })),
    );
    const described: TopicResponse[] = [];
    for (const topic of topics) described.push(await describeTopic(broker, topic));
    return { topics: described };
  },

  refuse: (request, error) => ({
    topics: request.topics.map((topic) => refuseTopic(topic, error, null)),
  }),
});

async function describeTopic(broker: Broker, topic: AskedTopic): Promise<TopicResponse> {
  const { name, partitionIndexes } = topic;
  const invalid = invalidTopicName(name);
  if (invalid !== null) return refuseTopic(topic, ErrorCode.INVALID_TOPIC_EXCEPTION, invalid);
  if (!broker.routes.cached({ name })) {
    const why = "This server does not host this topic-partition.";
    return refuseTopic(topic, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, why);
  }
  const partitions = await fewAtOnce(
    partitionIndexes,
    (partitionIndex) => describePartition(broker, name, partitionIndex),
    broker.ports.timers,
  );
  return { name, partitions };
}

async function describePartition(
  broker: Broker,
  name: string,
  partitionIndex: number,
): Promise<PartitionResponse> {
  const located = broker.locateLed({ name }, partitionIndex);
  const answer = await askLeader(broker, located, (leader) => leader.describeProducers());
  if (typeof answer === "string") {
    return {
      partitionIndex,
      errorCode: ErrorCode[answer],
      activeProducers: [],
    };
  }
  const activeProducers = answer.map((producer) => ({ ...producer, ...NO_TRANSACTION }));
  return { partitionIndex, errorCode: ErrorCode.NONE, activeProducers };
}

function refuseTopic(
  { name, partitionIndexes }: AskedTopic,
  errorCode: ErrorCode,
  errorMessage: string | null,
): TopicResponse {
  return {
    name,
    partitions: partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      errorCode,
      errorMessage,
      activeProducers: [],
    })),
  };
}
