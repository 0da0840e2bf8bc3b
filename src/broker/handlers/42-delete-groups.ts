/** DeleteGroups: forgets groups without members, with all their offsets. */
import { ErrorCode } from "../../protocol/errors.ts";
import { deleteGroups } from "../../protocol/messages/42-delete-groups.ts";
import { answerEachGroup, askGroup } from "../ask-group.ts";
import { handler } from "../handler.ts";

export const deleteGroupsHandler = handler({
  api: deleteGroups,

  async handle({ groupsNames }, { broker }) {
    const forget = async (groupId: string) => {
      const { error } = await askGroup(broker, groupId, async (group) => ({
        error: await group.delete(),
      }));
      return { groupId, errorCode: ErrorCode[error ?? "NONE"] as ErrorCode };
    };
    const groupIds = [...new Set(groupsNames)];
    return {
      results: await answerEachGroup(groupIds, forget, (groupId, error) => ({
        groupId,
        errorCode: ErrorCode[error],
      })),
    };
  },

  refuse: ({ groupsNames }, error) => ({
    results: groupsNames.map((groupId) => ({ groupId, errorCode: error })),
  }),
});
