/** DescribeCluster: the cluster's id and its brokers. */
import { ErrorCode } from "../../protocol/errors.ts";
import { describeCluster } from "../../protocol/messages/60-describe-cluster.ts";
import { CLUSTER_OPERATIONS } from "../authorized-operations.ts";
import { handler } from "../handler.ts";

/** Endpoint types of KIP-919. */
const BROKERS = 1;
const CONTROLLERS = 2;

export const describeClusterHandler = handler({
  api: describeCluster,

  async handle(request, { broker, connection }) {
    const { endpointType } = request;
    if (endpointType === CONTROLLERS) {
      return refuse(
        ErrorCode.MISMATCHED_ENDPOINT_TYPE,
        "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER",
      );
    }
    if (endpointType !== BROKERS) {
      const why = `Unsupported endpoint type ${endpointType}`;
      return refuse(ErrorCode.UNSUPPORTED_ENDPOINT_TYPE, why);
    }
    const { brokers } = await broker.ports.controller.describeCluster({});
    return {
      errorCode: ErrorCode.NONE,
      clusterId: broker.ports.clusterId,
      controllerId: broker.ports.nodeId,
      brokers: brokers
        .filter((node) => request.includeFencedBrokers || !node.fenced)
        .map(({ nodeId, rack, fenced }) => ({
          brokerId: nodeId,
          ...broker.ports.advertised(nodeId, connection.host),
          rack,
          isFenced: fenced,
        })),
      ...(request.includeClusterAuthorizedOperations && {
        clusterAuthorizedOperations: CLUSTER_OPERATIONS,
      }),
    };
  },

  refuse: (_request, error) => refuse(error, null),
});

/** Whatever type was asked for: the brokers' is the default. */
function refuse(errorCode: ErrorCode, errorMessage: string | null) {
  return { errorCode, errorMessage, clusterId: "", brokers: [] };
}
