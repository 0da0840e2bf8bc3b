/** Requests about the cluster as a whole. */
import { apiVersions } from "../../../src/protocol/messages/18-api-versions.ts";
import { describeCluster } from "../../../src/protocol/messages/60-describe-cluster.ts";
import { kind } from "../kind.ts";

const describe = kind({
  api: describeCluster,
  weight: 1,
  draw: (draw) => ({
    includeClusterAuthorizedOperations: draw.chance(0.3),
    endpointType: draw.mostly(1, [0, 2, 3, -1], 0.2),
    includeFencedBrokers: draw.chance(0.3),
  }),
});

const versions = kind({
  api: apiVersions,
  weight: 1,
  draw: (draw) => ({
    clientSoftwareName: draw.mostly("differential", ["", "a b", "-a", "a-"], 0.3),
    clientSoftwareVersion: draw.mostly("1.0", ["", "1 0", ".1", "é"], 0.2),
  }),
});

export const clusterKinds = [describe, versions];
