/** Fetch: at all edges of logs, by name and by id, in sessions and without. */
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { fetch } from "../../../src/protocol/messages/01-fetch.ts";
import type { Draw } from "../draw.ts";
import { kind } from "../kind.ts";
import type { KnownTopic, Memory } from "../memory.ts";

const WHOLE_LOG = 1 << 20;
const NO_SESSION = { sessionId: 0, sessionEpoch: -1 };
const NEW_SESSION = { sessionId: 0, sessionEpoch: 0 };
const UNKNOWN_SESSION = 77;
/** The first version that names topics by id. */
const FIRST_BY_ID = 13;

const read = kind({
  api: fetch,
  weight: 14,
  draw: (draw, memory, version) => {
    const session = drawSession(draw, memory, version >= FIRST_BY_ID);
    // Kafka cuts what it returns off at limits, which changes what is left for other partitions.
    const isLimited = draw.chance(0.2) && session.sessionId === 0 && session.sessionEpoch === -1;
    const topics = drawTopics(draw, memory, isLimited);
    const isIncremental = session.sessionEpoch > 0;
    return {
      replicaId: draw.mostly(-1, [-2], 0.02),
      maxWaitMs: draw.mostly(0, [30], 0.05),
      minBytes: draw.mostly(draw.pick([0, 1]), [200]),
      maxBytes: isLimited ? draw.pick([1, 0, 150, 400, WHOLE_LOG, -1]) : 0x7fffffff,
      isolationLevel: draw.mostly(0, [1], 0.3),
      ...session,
      topics: isIncremental && draw.chance(0.5) ? [] : topics,
      forgottenTopicsData: isIncremental && draw.chance(0.3) ? forgotten(draw, memory) : [],
      rackId: "",
    };
  },
  learn: (memory, { sessionId, sessionEpoch }, response, version) => {
    const byId = version >= FIRST_BY_ID;
    learnSession(memory, { sessionId, sessionEpoch, byId }, response);
    for (const { topic, topicId, partitions } of response.responses) {
      const known = [...memory.topics.values()].find(
        (each) => each.name === topic || each.topicId === topicId,
      );
      for (const { partitionIndex, errorCode, highWatermark, logStartOffset } of partitions) {
        if (!known || errorCode !== ErrorCode.NONE) continue;
        const log = memory.log(known.name, partitionIndex);
        log.end = highWatermark;
        log.start = Math.max(log.start, logStartOffset);
      }
    }
  },
});

function learnSession(
  { sessions }: Memory,
  {
    sessionId: asked = 0,
    sessionEpoch: epoch = -1,
    byId,
  }: { sessionId?: number | undefined; sessionEpoch?: number | undefined; byId: boolean },
  { errorCode, sessionId }: { errorCode: number; sessionId: number },
): void {
  if (errorCode !== ErrorCode.NONE) return;
  const index = sessions.findIndex((each) => each.sessionId === asked);
  if (epoch > 0 && index >= 0) sessions[index]!.epoch = epoch + 1;
  else if (index >= 0) sessions.splice(index, 1);
  if (epoch === 0 && sessionId > 0) sessions.push({ sessionId, byId, epoch: 1 });
}

function drawSession(draw: Draw, memory: Memory, byId: boolean) {
  const alike = memory.sessions.filter((session) => session.byId === byId);
  const sessions = draw.mostly(alike, [memory.sessions], 0.05);
  const known = sessions.length > 0 ? draw.pick(sessions) : null;
  if (known === null) {
    return draw.mostly(draw.chance(0.5) ? NO_SESSION : NEW_SESSION, [
      { sessionId: UNKNOWN_SESSION, sessionEpoch: 1 },
      { sessionId: 0, sessionEpoch: 1 },
      { sessionId: UNKNOWN_SESSION, sessionEpoch: 0 },
      { sessionId: UNKNOWN_SESSION, sessionEpoch: -1 },
      { sessionId: 0, sessionEpoch: -2 },
    ]);
  }
  const { sessionId, epoch } = known;
  const next = draw.mostly({ sessionId, sessionEpoch: epoch }, [
    { sessionId, sessionEpoch: epoch + 1 },
    { sessionId, sessionEpoch: epoch - 1 },
    { sessionId, sessionEpoch: 0 },
    { sessionId, sessionEpoch: -1 },
    { sessionId: UNKNOWN_SESSION, sessionEpoch: epoch },
  ]);
  return draw.mostly(next, [NO_SESSION, NEW_SESSION], 0.3);
}

function drawTopics(draw: Draw, memory: Memory, isLimited: boolean) {
  const partition = (index: number, { name }: KnownTopic) => ({
    partition: index,
    currentLeaderEpoch: draw.mostly(-1, [0, 1, -2, 100], 0.1),
    fetchOffset: memory.drawOffset(draw, name, index),
    lastFetchedEpoch: draw.mostly(-1, [0, 1, -2], 0.08),
    logStartOffset: -1,
    partitionMaxBytes: isLimited ? draw.pick([0, 1, 100, 200, -1, WHOLE_LOG]) : WHOLE_LOG,
  });
  const chosen = memory.drawPartitions(draw, partition, isLimited ? 1 : 3);
  return chosen.slice(0, isLimited ? 1 : 3).map(({ topic, partitions }) => ({
    topic: topic.name,
    topicId: topic.topicId,
    partitions,
  }));
}

function forgotten(draw: Draw, memory: Memory) {
  return memory
    .drawPartitions(draw, (index) => index)
    .map(({ topic, partitions }) => ({
      topic: topic.name,
      topicId: topic.topicId,
      partitions,
    }));
}

export const fetchKinds = [read];
