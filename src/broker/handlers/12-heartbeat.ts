/** Heartbeat: a classic group's member is alive, and learns whether the group rebalances. */
import { ErrorCode } from "../../protocol/errors.ts";
import { heartbeat } from "../../protocol/messages/12-heartbeat.ts";
import { askGroup } from "../ask-group.ts";
import { handler } from "../handler.ts";

export const heartbeatHandler = handler({
  api: heartbeat,

  async handle({ groupId, generationId, memberId, groupInstanceId }, { broker }) {
    if (groupId === "") return { errorCode: ErrorCode.INVALID_GROUP_ID };
    const call = { generationId, memberId, groupInstanceId };
    const { error } = await askGroup(broker, groupId, async (group) => ({
      error: await group.heartbeat(call),
    }));
    return { errorCode: ErrorCode[error ?? "NONE"] };
  },

  refuse: (_request, error) => ({ errorCode: error }),
});
