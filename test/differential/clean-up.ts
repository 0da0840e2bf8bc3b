/** Takes away what a sequence has made in a cluster, so that thousands can run in it. */
import { deleteTopics } from "../../src/protocol/messages/20-delete-topics.ts";
import type { Memory } from "./memory.ts";
import type { Side } from "./side.ts";

const TIMEOUT_MS = 30_000;

/** Deletes all topics and groups. */
export async function cleanUp(side: Side, memory: Memory): Promise<void> {
  await side.send({
    api: deleteTopics,
    version: 5,
    request: { topicNames: [...memory.topics.keys()], timeoutMs: TIMEOUT_MS },
    mayWait: false,
    isUnanswered: false,
    learn: () => {},
  });
}
