/**
 * FindCoordinator: the broker that speaks for a group. It leads the partition of
 * `__consumer_offsets` that the group's records belong to; the topic is created for the first who
 * asks, and who asks need not ask again.
 */
import { NO_LEADER } from "../../controller/records.ts";
import { coordinatorPartition } from "../../group/coordinator-partition.ts";
import type { RequestOf, ResponseInput } from "../../protocol/api.ts";
import { ErrorCode, errorMessage } from "../../protocol/errors.ts";
import { findCoordinator } from "../../protocol/messages/10-find-coordinator.ts";
import { handler } from "../handler.ts";
import { offsetsTopic } from "../offsets-topic.ts";

type FindCoordinatorRequest = RequestOf<typeof findCoordinator>;
type Coordinator = NonNullable<ResponseInput<typeof findCoordinator>["coordinators"]>[number];

/** The only kind of coordinator that there is. */
const GROUP = 0;

export const findCoordinatorHandler = handler({
  api: findCoordinator,

  async handle(request, { broker, connection, apiVersion }) {
    const keys = keysOf(request, apiVersion);
    const noError = apiVersion < 4 ? "NONE" : "";
    if (request.keyType !== GROUP) {
      const why = `The coordinator type ${request.keyType} is not supported by this broker.`;
      return respond(keys, () => nowhere(ErrorCode.INVALID_REQUEST, why));
    }
    if (keys.length === 0) return respond([], () => noCoordinator());
    const topic = await offsetsTopic(broker.ports.controller, broker.ports.config);
    if ("error" in topic) return respond(keys, () => noCoordinator(topic.message));
    return respond(keys, (key) => {
      const partition = coordinatorPartition(key, topic.partitions.length);
      const { leader: nodeId } = topic.partitions[partition]!;
      if (nodeId === NO_LEADER) return noCoordinator();
      const endpoint = broker.ports.advertised(nodeId, connection.host);
      return { nodeId, ...endpoint, errorCode: ErrorCode.NONE, errorMessage: noError };
    });
  },

  refuse: (request, error) =>
    respond([request.key, ...request.coordinatorKeys], () => nowhere(error, null)),
});

/** Version 4 and later ask for several keys at once (KIP-699). */
function keysOf(request: FindCoordinatorRequest, apiVersion: number): string[] {
  return apiVersion >= 4 ? request.coordinatorKeys : [request.key];
}

/** The first answer stands at the top level for the versions that ask for one key. */
function respond(keys: readonly string[], find: (key: string) => Omit<Coordinator, "key">) {
  const coordinators = keys.map((key) => ({ key, ...find(key) }));
  const { key: _, ...first } = coordinators[0] ?? { key: "", ...nowhere(ErrorCode.NONE, null) };
  return { ...first, coordinators };
}

function noCoordinator(why = errorMessage(ErrorCode.COORDINATOR_NOT_AVAILABLE)) {
  return nowhere(ErrorCode.COORDINATOR_NOT_AVAILABLE, why);
}

function nowhere(errorCode: ErrorCode, errorMessage: string | null) {
  return { nodeId: -1, host: "", port: -1, errorCode, errorMessage };
}
