/**
 * DescribeQuorum: the controller is one actor, the only voter and its own leader. It keeps what its
 * records amount to and not the records, so its log has no offsets that could be told.
 */
import { ZERO_UUID } from "../../base/uuid.ts";
import { METADATA_TOPIC } from "../../controller/topic-names.ts";
import type { RequestOf, ResponseInput } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { describeQuorum } from "../../protocol/messages/55-describe-quorum.ts";
import { controllerId } from "../controller-id.ts";
import { handler } from "../handler.ts";

type DescribeRequest = RequestOf<typeof describeQuorum>;
type TopicResponse = ResponseInput<typeof describeQuorum>["topics"][number];

/** What Kafka tells of a log whose offsets it does not know. */
const UNKNOWN_OFFSET = -1;

/** The one that is elected first; there is nobody to elect another. */
const LEADER_EPOCH = 1;

export const describeQuorumHandler = handler({
  api: describeQuorum,

  async handle(request, { broker }) {
    const isOfMetadata = asksForMetadata(request);
    const topics = isOfMetadata
      ? [metadataTopic(await controllerId(broker), broker.ports.clock.now())]
      : request.topics.map(unknownTopic);
    return { errorCode: ErrorCode.NONE, errorMessage: "", topics, nodes: [] };
  },

  refuse: (_request, error) => ({ errorCode: error, errorMessage: "", topics: [], nodes: [] }),
});

/** Kafka answers for the one partition that there is when nothing else is asked for. */
function asksForMetadata({ topics }: DescribeRequest): boolean {
  const [topic, ...others] = topics;
  if (topic?.topicName !== METADATA_TOPIC || others.length > 0) return false;
  return topic.partitions.length === 1 && topic.partitions[0]!.partitionIndex === 0;
}

function metadataTopic(leaderId: number, now: number): TopicResponse {
  const leader = {
    replicaId: leaderId,
    replicaDirectoryId: ZERO_UUID,
    logEndOffset: UNKNOWN_OFFSET,
    lastFetchTimestamp: now,
    lastCaughtUpTimestamp: now,
  };
  const partition = {
    partitionIndex: 0,
    errorCode: ErrorCode.NONE,
    errorMessage: "",
    leaderId,
    leaderEpoch: LEADER_EPOCH,
    highWatermark: UNKNOWN_OFFSET,
    currentVoters: [leader],
    observers: [],
  };
  return { topicName: METADATA_TOPIC, partitions: [partition] };
}

function unknownTopic({ topicName, partitions }: DescribeRequest["topics"][number]): TopicResponse {
  return {
    topicName,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      errorMessage: "This server does not host this topic-partition.",
      leaderId: 0,
      leaderEpoch: 0,
      highWatermark: 0,
      currentVoters: [],
      observers: [],
    })),
  };
}
