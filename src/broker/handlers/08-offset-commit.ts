/**
 * OffsetCommit: a group notes how far it has consumed. The broker refuses partitions that there are
 * not; whether the sender may commit is for the group to say.
 */
import type { RequestOf } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { offsetCommit } from "../../protocol/messages/08-offset-commit.ts";
import { askGroup } from "../ask-group.ts";
import { handler, type RequestContext } from "../handler.ts";
import {
  answeredResults,
  mergeResults,
  type OffsetsTopicPartitions,
  partExisting,
  sameResult,
  type TopicResult,
} from "../offset-partitions.ts";

type OffsetCommitRequest = RequestOf<typeof offsetCommit>;
type Partition = OffsetCommitRequest["topics"][number]["partitions"][number];

/** The first version that names topics by id (KIP-848). */
const FIRST_TOPIC_ID_VERSION = 10;

export const offsetCommitHandler = handler({
  api: offsetCommit,

  async handle(request, context) {
    const { broker, apiVersion } = context;
    const asked = request.topics.map((topic) => {
      const { name, topicId } = topic;
      return { ...topic, reference: apiVersion >= FIRST_TOPIC_ID_VERSION ? { topicId } : { name } };
    });
    const { existing, refused } = await partExisting(broker, asked);
    const answered = existing.length === 0 ? [] : await commit(request, existing, context);
    return { topics: mergeResults(refused, answered) };
  },

  refuse: (request, error) => ({ topics: sameResult(request.topics, error) }),
});

async function commit(
  request: OffsetCommitRequest,
  topics: readonly OffsetsTopicPartitions<Partition>[],
  { broker, apiVersion }: RequestContext,
): Promise<TopicResult[]> {
  const { groupId, generationIdOrMemberEpoch, memberId, groupInstanceId, retentionTimeMs } =
    request;
  const answer = await askGroup(broker, groupId, (group) =>
    group.commitOffsets({
      generationIdOrMemberEpoch,
      memberId,
      groupInstanceId,
      retentionTimeMs,
      apiVersion,
      topics,
    }),
  );
  if (answer.error !== null) return sameResult(topics, ErrorCode[answer.error]);
  return answeredResults(topics, answer.topics);
}
