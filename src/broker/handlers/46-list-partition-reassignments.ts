/** ListPartitionReassignments: replicas stay where they were placed, so none is under way. */
import { ErrorCode } from "../../protocol/errors.ts";
import { listPartitionReassignments } from "../../protocol/messages/46-list-partition-reassignments.ts";
import { handler } from "../handler.ts";

export const listPartitionReassignmentsHandler = handler({
  api: listPartitionReassignments,

  async handle() {
    return { errorCode: ErrorCode.NONE, errorMessage: null, topics: [] };
  },

  refuse: (_request, error) => ({ errorCode: error, errorMessage: null, topics: [] }),
});
