/** Fetches as the handler gets them, and clients that wait for the answers. */
import type { FetchRequest } from "../../src/protocol/messages/01-fetch.ts";

export interface AskedPartition {
  readonly partition: number;
  readonly fetchOffset?: number;
  readonly partitionMaxBytes?: number;
}

/** A Fetch of these partitions of "topic", without a session. */
export function fetchRequest(
  asked: readonly AskedPartition[],
  limits: Partial<FetchRequest> = {},
): FetchRequest {
  const partitions = asked.map((partition) => ({
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    fetchOffset: 0,
    partitionMaxBytes: 1 << 20,
    ...partition,
  }));
  return {
    replicaId: -1,
    replicaState: { replicaId: -1, replicaEpoch: -1 },
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1 << 20,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [{ topic: "topic", topicId: "", partitions }],
    forgottenTopicsData: [],
    ...limits,
  } as unknown as FetchRequest;
}

/** The connection of a client that stays, until it is closed by hand. */
export function openConnection() {
  const listeners = new Set<() => void>();
  const connection = {
    host: "here",
    clientHost: "/127.0.0.1",
    isClosed: false,
    onClose: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      connection.isClosed = true;
      for (const listener of listeners) listener();
    },
  };
  return connection;
}
