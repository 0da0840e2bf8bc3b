/**
 * OffsetDelete: forgets a group's offsets for partitions. The broker refuses partitions that there
 * are not; the group is asked even when none is left, because its error is the request's.
 */
import { ZERO_UUID } from "../../base/uuid.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { offsetDelete } from "../../protocol/messages/47-offset-delete.ts";
import { askGroup } from "../ask-group.ts";
import { handler } from "../handler.ts";
import { answeredResults, mergeResults, partExisting } from "../offset-partitions.ts";

export const offsetDeleteHandler = handler({
  api: offsetDelete,

  async handle({ groupId, topics }, { broker }) {
    if (groupId === "") return refuse(ErrorCode.INVALID_GROUP_ID);
    const { existing, refused } = await partExisting(
      broker,
      topics.map((topic) => ({
        ...topic,
        topicId: ZERO_UUID,
        reference: { name: topic.name },
      })),
    );
    const named = existing.map(({ name, partitions }) => ({
      name,
      partitionIndexes: partitions.map(({ partitionIndex }) => partitionIndex),
    }));
    const answer = await askGroup(broker, groupId, (group) =>
      group.deleteOffsets({ topics: named }),
    );
    if (answer.error !== null) return refuse(ErrorCode[answer.error]);
    const answered = answeredResults(existing, answer.topics);
    return { errorCode: ErrorCode.NONE, topics: mergeResults(refused, answered) };
  },

  refuse: (_request, error) => refuse(error),
});

function refuse(errorCode: ErrorCode) {
  return { errorCode, topics: [] };
}
