/**
 * FindCoordinator: the broker that speaks for a group, by the partition that its records belong to.
 */
import type { RequestOf, ResponseInput } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { findCoordinator } from "../../protocol/messages/10-find-coordinator.ts";
import { coordinatorPartition } from "../coordinator-partition.ts";
import { handler } from "../handler.ts";

type FindCoordinatorRequest = RequestOf<typeof findCoordinator>;
type Coordinator = NonNullable<ResponseInput<typeof findCoordinator>["coordinators"]>[number];

/** The only kind of coordinator that there is. */
const GROUP = 0;

export const findCoordinatorHandler = handler({
  api: findCoordinator,

  async handle(request, { broker, connection, apiVersion }) {
    if (request.keyType !== GROUP) {
      const why = `The coordinator type ${request.keyType} is not supported by this broker.`;
      return respond(keysOf(request, apiVersion), () => nowhere(ErrorCode.INVALID_REQUEST, why));
    }
    const { brokers } = await broker.ports.controller.describeCluster({});
    const live = brokers.filter((node) => !node.fenced);
    return respond(keysOf(request, apiVersion), (key) => {
      const { nodeId } = live[coordinatorPartition(key) % live.length]!;
      const endpoint = broker.ports.advertised(nodeId, connection.host);
      return { nodeId, ...endpoint, errorCode: ErrorCode.NONE, errorMessage: null };
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

function nowhere(errorCode: ErrorCode, errorMessage: string | null) {
  return { nodeId: -1, host: "", port: -1, errorCode, errorMessage };
}
