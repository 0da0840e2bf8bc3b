/**
 * What a client that came to the wrong broker is told, so that it need not ask for metadata
 * (KIP-951).
 */
import { NO_LEADER } from "../controller/records.ts";
import type { ErrorName } from "../protocol/errors.ts";
import type { Broker, Located } from "./broker.ts";
import type { ConnectionContext } from "./handler.ts";

export interface LeaderHint {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

/** The leader to try instead, if one is known. */
export function leaderHint(located: Located | ErrorName): LeaderHint | null {
  if (typeof located === "string" || located.state.leader === NO_LEADER) return null;
  return { leaderId: located.state.leader, leaderEpoch: located.state.leaderEpoch };
}

/** Where these brokers are for the client of `connection`. */
export function nodeEndpoints(
  nodeIds: Iterable<number>,
  broker: Broker,
  connection: ConnectionContext,
) {
  return [...nodeIds].map((nodeId) => ({
    nodeId,
    ...broker.ports.advertised(nodeId, connection.host),
    rack: null,
  }));
}
